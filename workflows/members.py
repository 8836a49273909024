"""Records of a household's file name only its members (R-CON-7, R-NOTE-3)."""

from flask_babel import gettext as _

from models import (
    Booking,
    CaseActivity,
    CaseNote,
    Client,
    Correspondence,
    HomeVisit,
)
from workflows.records import Problem, rule

SHOWN = 3


def called(household):
    """What a person calls a file: its number and who is in it."""
    rows = Client.select().where(Client.household == household.id).order_by(Client.id)
    names = [str(client) for client in rows.limit(SHOWN + 1)]
    more = ["…"] if len(names) > SHOWN else []
    return f"{household.file_number} · {', '.join(names[:SHOWN] + more)}".rstrip(" ·")


@rule(CaseNote, CaseActivity, HomeVisit)
def the_people_are_of_the_household(change):
    """R-CON-7: only members of the household are clients of its case."""
    chosen = change.ids("clients")
    if not chosen or change.record.household_id is None:
        return
    others = Client.select().where(
        Client.id.in_(chosen), Client.household != change.record.household_id
    )
    if others.exists():
        yield Problem("clients", _("Choose people of this household only."))


@rule(Correspondence, Booking)
def the_person_is_of_the_household(change):
    """R-CON-7: as above, for records of one person."""
    row = change.record
    if row.client_id and row.household_id and row.client.household_id != row.household_id:
        yield Problem("client", _("This person is not in the household."))
