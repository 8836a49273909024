"""The bar of a caseload as plain facts for a template to draw as SVG: how full, the band aimed at, and the words."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from workflows import caseload, settings

WIDE = 240  # units of the picture
ROOM = 1.2  # the scale goes a fifth past the high end of the band


@dataclass(frozen=True)
class Bar:
    """``fill`` units are full; the band is ``band_width`` wide at ``band_at``; ``state`` is one of the four bands."""

    clients: int
    fill: float
    band_at: float
    band_width: float
    state: str
    words: str
    says: str


STATES = {
    caseload.BUILDING: lambda: _("Building"),
    caseload.ACCEPTABLE: lambda: _("Acceptable"),
    caseload.ON_TARGET: lambda: _("On target"),
    caseload.TOO_MANY: lambda: _("Over"),
}
PILLS = {
    caseload.BUILDING: "received",
    caseload.ACCEPTABLE: "neutral",
    caseload.ON_TARGET: "complete",
    caseload.TOO_MANY: "warning",
}


def bar(clients):
    """The Bar of so many clients against the band of the settings (R-LOAD-1)."""
    low, high = settings.value("caseload_min"), settings.value("caseload_max")
    scale = WIDE / max(high * ROOM, clients, 1)
    state = caseload.band(clients)
    counted = ngettext("%(num)s client", "%(num)s clients", clients)
    says = _("%(clients)s; the aim is %(low)s to %(high)s.", clients=counted, low=low, high=high)
    # The band ends behind its last client, so that a bar on target always ends inside it.
    return Bar(
        clients,
        round(clients * scale, 1),
        round((low - 0.5) * scale, 1),
        round((high - low + 1) * scale, 1),
        state,
        STATES[state](),
        says,
    )
