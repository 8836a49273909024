"""Records of a household's file name only its members (R-CON-7, R-NOTE-3)."""

from flask_babel import gettext as _

from forms.words import apart
from models import (
    Booking,
    CaseActivity,
    CaseNote,
    Client,
    Correspondence,
    ExitInterview,
    Goal,
    HomeVisit,
    Household,
    IncidentReport,
)
from workflows.records import Problem, rule

SHOWN, IN_A_LIST = 3, 2
SEVERAL = (CaseNote, CaseActivity, HomeVisit)  # may name several people
ONE = (Correspondence, Booking, ExitInterview, Goal)
CONSENT_REFUSED = "consent-refused"
# What a household says about the people in it.
ABOUT_PEOPLE = ("address", "city", "postal_code", "income_source", "close_summary")


def called(household):
    """What a person calls a file: its number and who is in it."""
    rows = Client.select().where(Client.household == household.id).order_by(Client.id)
    who = _some(rows.limit(SHOWN + 1), SHOWN)
    return f"{household.file_number} · {who}".rstrip(" ·")


def in_files(numbers):
    """{file number: who is in it} of the files with these numbers, in one statement."""
    found = {}
    rows = Client.select(Client, Household.file_number).join(Household).order_by(Client.id)
    for client in rows.where(Household.file_number.in_(list(numbers))):
        found.setdefault(client.household.file_number, []).append(client)
    return {number: _some(clients, IN_A_LIST) for number, clients in found.items()}


def _some(clients, shown):
    """The first ``shown`` people of a list as one says them, with … for those that follow."""
    names = [apart(client) for client in clients]
    return ", ".join(map(str, names[:shown])) + ",\u00a0…" * (len(names) > shown)


@rule(*SEVERAL)
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


@rule(Correspondence, Booking, ExitInterview)
def the_person_is_of_the_household(change):
    """R-CON-7: as above, for records of one person."""
    row = change.record
    if row.client_id and row.household_id and row.client.household_id != row.household_id:
        yield Problem("client", _("This person is not in the household."))


@rule(Client)
def nobody_leaves_a_file_that_names_them(change):
    """R-CON-7, R-NOTE-3: what was written in a household's file names its members, and could not be mended any more."""
    client = change.record
    if change.before is None or not change.changed("household"):
        return
    links = [model.clients.get_through_model() for model in SEVERAL]
    if any(model.select().where(model.client == client.id).exists() for model in (*ONE, *links)):
        words = _(
            "Notes or other records of the present household name this person. Leave them in it, and begin an intake of their own."
        )
        yield Problem("household", words)


# ---- Consent was refused (R-CON-2) -----------------------------------------------------------------------------------------


@rule(Client, CaseNote, CaseActivity, Correspondence, HomeVisit, Booking, IncidentReport)
def nothing_is_added_to_a_refused_file(change):
    """R-CON-2: where consent was refused, a file number remains and nothing else is stored."""
    row = change.record
    if not row.household_id or not change.changed("household"):
        return
    status = Household.select(Household.status).where(Household.id == row.household_id).scalar()
    if status == CONSENT_REFUSED:
        yield Problem("household", _refused_words())


@rule(Household)
def a_refused_file_is_a_number(change):
    """R-CON-2: nobody turns a file with people in it into a refused one, or writes into one."""
    house = change.record
    if house.status != CONSENT_REFUSED:
        return
    for name in ABOUT_PEOPLE:
        if getattr(house, name) and change.changed(name):
            yield Problem(name, _refused_words())
    if change.before and change.changed("status"):
        if Client.select().where(Client.household == house.id).exists():
            words = _(
                "There are people in this file. Close the case instead; it is disposed of when its time is over."
            )
            yield Problem("status", words)


def _refused_words():
    return _(
        "Consent was refused, so this file keeps its number and nothing else. Begin an intake once they consent."
    )
