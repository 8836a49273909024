"""The trace page: one referral from the answer that caused it to what changed afterwards, each link a click."""

from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from markupsafe import Markup

from admin_views.base import EntityView
from admin_views.marks import brief
from models import DrivingStatement
from workflows import audit, trace


class TracePages:
    """The chain of a referral, for the referral screens."""

    @expose("/trace/")
    def trace_view(self):
        referral = self.found()
        audit.record("view", "referral", referral.id)
        return self.render(
            "referrals/trace.html",
            referral=referral,
            links=trace.chain(referral),
            details_href=self.get_url(".details_view", id=referral.id),
            client_href=referral.client_id
            and url_for("client.details_view", id=referral.client_id),
        )


class StatementView(EntityView):
    """A driving statement, with the referrals it stands behind."""

    def related(self, record):
        return [traced(trace.of_statement(record))]


def traced(referrals):
    """(title, columns, rows, nothing) of these referrals, each leading to how it came about."""
    rows = []
    for referral in referrals:
        day, number, target, status = brief(referral)
        href = url_for("referral.trace_view", id=referral.id)
        rows.append((Markup('<a href="{}">{}</a>').format(href, target), number, day, status))
    heads = (_("How it came about"), _("Number"), _("Received on"), _("Status"))
    return _("Referrals"), heads, rows, None


VIEWS = {DrivingStatement: StatementView}
