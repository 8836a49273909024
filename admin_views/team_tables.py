"""Tables of the team on the page of a household: who looked after it, and its interpreters."""

from flask import url_for
from flask_babel import gettext as _

from admin_views.showing import to_page
from forms import choices
from forms.formats import date_text, time_text
from models import Booking, Interpreter
from workflows import team

SHOWN = 10


def of_household(household):
    """[(title, columns, rows, address of all)] of bookings, and of main workers once there was one."""
    assigned = team.assignments(household)
    return [_bookings(household), *([_assignments(assigned)] if assigned else [])]


def _assignments(rows):
    lines = [
        (
            to_page(row, row.staff),
            date_text(row.started_on),
            date_text(row.ended_on) or _("now"),
            row.reason or "",
        )
        for row in rows
    ]
    return _("Main workers"), (_("Name"), _("From"), _("To"), _("Reason")), lines, None


def _bookings(household):
    rows = Booking.select(Booking, Interpreter).join(Interpreter)
    mine = rows.where(Booking.household == household.id)
    lines = [
        (
            to_page(row, date_text(row.date)),
            time_text(row.starts_at) if row.starts_at else "",
            row.interpreter.name,
            choices.term_label("interpreter-settings", row.setting),
            row.minutes or "",
        )
        for row in mine.order_by(Booking.date.desc(), Booking.id.desc()).limit(SHOWN + 1)
    ]
    everything = f"{url_for('booking.index_view')}?household={household.id}"
    heads = (_("Date"), _("At"), _("Interpreter"), _("Setting"), _("Minutes"))
    more = everything if len(lines) > SHOWN else None
    return _("Interpreter bookings"), heads, lines[:SHOWN], more
