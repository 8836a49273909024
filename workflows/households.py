"""A household as its page shows it: what keeps the case from opening, whose forms are missing, what comes next."""

from flask_babel import gettext as _
from peewee import fn

from forms.choices import term_label
from forms.formats import date_text
from models import IN_HAND, Client, ConsentRecord, Household
from workflows import (
    agency_rules,
    assessments,
    case_rules,
    caseload,
    engine,
    people_rules,
    plan,
    schedule,
    settings,
    team,
    visits,
)
from workflows.business_days import ONE_DAY, add_months, birth_year_by
from workflows.people_rules import CHARTER, COLLECTION, CONFIDENTIALITY

OWN_FORMS = (CONFIDENTIALITY, COLLECTION)


def keeps_closed(household):
    """[(sentence, words of the link, address)] of what is missing before the case may open (R-CON-4)."""
    if household.case_type == case_rules.PORTAL_ONLY:
        return []
    found, edit = [], f"/households/edit/?id={household.id}"
    signed = (
        ConsentRecord.select(ConsentRecord.id)
        .where(
            ConsentRecord.household == household.id,
            ConsentRecord.type == CHARTER,
            people_rules.in_force(settings.today()),
        )
        .order_by(ConsentRecord.id.desc())
    )
    charter = signed.first()
    if charter is None:
        first = Client.select(Client.id).where(Client.household == household.id).order_by(Client.id)
        href = f"/consent-records/new/?client={first.scalar() or ''}&type={CHARTER}"
        found.append((_("The client charter is not signed yet."), _("Record the charter"), href))
    elif not case_rules.has_signed_charter(household):
        href = f"/consent-records/details/?id={charter.id}"
        words = _("The scan or photo of the signed charter is missing.")
        found.append((words, _("Add the scan"), href))
    if household.primary_worker_id is None:
        found.append((_("The case has no main worker yet."), _("Choose the main worker"), edit))
    elif household.status == "intake" and (words := team.lacking_words(household.primary_worker)):
        page = f"/staff/details/?id={household.primary_worker_id}"
        found.append((words, _("Open the page of this person"), page))
    if not household.no_conflict_declared:
        words = _("The main worker has not declared yet that there is no conflict of interest.")
        found.append((words, _("Record it"), edit))
    return found


def signed_own_forms(client_ids):
    """Ids of those clients with both forms given and standing: confidentiality and collection (R-CON-1).

    What a parent signed for somebody who is of age by now does not count for them any more (R-CON-3).
    """
    if not client_ids:
        return set()
    rows = (
        ConsentRecord.select(ConsentRecord.client, ConsentRecord.type)
        .join(Client, on=ConsentRecord.client)
        .where(
            ConsentRecord.client.in_(list(client_ids)),
            ConsentRecord.type.in_(OWN_FORMS),
            people_rules.in_force(settings.today()),
            signed_in_time(),
        )
    )
    pairs = set(rows.tuples())
    return {key for key in client_ids if all((key, kind) in pairs for kind in OWN_FORMS)}


def _number(column, years=0):
    """A date column as a number such as 20260301, some years later: both databases compare it."""
    return (column.year + years) * 10000 + column.month * 100 + column.day


def signed_in_time():
    """The condition of a consent that a parent or guardian did not sign for the client as a child who has come of age
    since: a guardian whom a court named signs after that day (R-CON-3)."""
    today = settings.today()
    years = agency_rules.ages_of_majority()[settings.value("province")]
    is_child = Client.birth_date > add_months(today, -12 * years)
    after_it = _number(ConsentRecord.given_on) >= _number(Client.birth_date, years)
    by_themselves = ConsentRecord.signer_role != "guardian"
    unknown = Client.birth_date.is_null()
    return by_themselves | unknown | is_child | after_it


def own_forms_to_sign(today):
    """The condition of clients of a case under way who came of age within the last two years and have not signed both
    of their own forms; no case runs longer than that (R-CON-3)."""
    years = agency_rules.ages_of_majority()[settings.value("province")]
    last = add_months(today, -12 * years)
    first = add_months(last, -24)
    by_date = Client.birth_date.between(first, last)
    earliest, latest = birth_year_by(first - ONE_DAY) + 1, birth_year_by(last)
    by_year = Client.birth_date.is_null() & Client.birth_year_only.between(earliest, latest)
    served = Household.select(Household.id).where(
        Household.status.in_(IN_HAND), Household.case_type != case_rules.PORTAL_ONLY
    )
    both = [
        fn.EXISTS(
            ConsentRecord.select(ConsentRecord.id).where(
                ConsentRecord.client == Client.id,
                ConsentRecord.type == kind,
                people_rules.in_force(today),
                signed_in_time(),
            )
        )
        for kind in OWN_FORMS
    ]
    return (by_date | by_year) & Client.household.in_(served) & ~(both[0] & both[1])


def missing(household, members, case=None):
    """[(sentence, words of the link, address)] of everything the file still lacks; ``members`` are its Clients, ``case``
    is its Case of today where the page has it already (as in those below)."""
    found = keeps_closed(household) if household.status in IN_HAND else []
    adults = [client for client in members if people_rules.is_minor(client) is False]
    signed = signed_own_forms([client.id for client in adults])
    for client in adults:
        if client.id not in signed and household.case_type != case_rules.PORTAL_ONLY:
            words = _("%(name)s has not signed their own forms yet.", name=str(client))
            day = people_rules.of_age_on(client)
            if day > add_months(settings.today(), -24):
                words = _(
                    "%(name)s came of age on %(day)s and signs their own forms from now on.",
                    name=str(client),
                    day=date_text(day),
                )
            href = f"/consent-records/new/?client={client.id}&type={CONFIDENTIALITY}"
            found.append((words, _("Record a form"), href))
    found += caseload_words(household)
    return [*_escalated(household), *found, *_suggested(household, case), *_past_its_end(household)]


def _escalated(household):
    """R-VISIT-5: somebody did not come back from a visit to this home."""
    words, label = _("Nobody has checked in after a home visit."), _("Take the steps")
    return [
        (words, label, f"/home-visits/details/?id={visit.id}")
        for visit in visits.open_escalations(household)
    ]


def caseload_words(household):
    """R-LOAD-1: the main worker has more clients than one worker should, as ``missing`` says it."""
    if not caseload.is_counted(household):
        return []
    staff = household.primary_worker
    number = caseload.clients_of(staff.id)
    if number <= staff.max_clients:
        return []
    words = _(
        "%(name)s has %(number)s clients; %(most)s is the most for one worker.",
        name=staff.name,
        number=number,
        most=staff.max_clients,
    )
    return [(words, _("Compare with the team"), "/caseload/")]


def _past_its_end(household):
    """R-ASM-7: without an extension a case is due to close on its planned end."""
    end = household.planned_end
    if household.status not in case_rules.ACTIVE_CASE or not end or end >= settings.today():
        return []
    words = _("The case was due to close on %(day)s.", day=date_text(end))
    return [(words, _("Close a case"), "/close-case/")]


def _suggested(household, case):
    """What the latest level asks for: to close instead of A4 (R-ASM-6), or a supervisor's decision (R-ASM-7)."""
    if household.status not in IN_HAND or not household.anchor_date:
        return []
    case = case or assessments.case(household)
    if case.suggests_closing:
        return [(low_at_a3(), _("Close a case"), "/close-case/")]
    day = case.suggested_on
    if day is None:
        return []
    words = _(
        "Since %(day)s the household’s level at A4 suggests going on past twelve months.",
        day=date_text(day),
    )
    return [(words, _("Record a decision"), f"/extensions/new/?household={household.id}")]


def next_assessments(household, case=None):
    """[(client, point, words for the state, opens on, due on, may start now)] of everybody who has one to come."""
    found = []
    for person in (case or assessments.case(household)).people:
        standing = person.next
        if standing is None:
            continue
        window = standing.window
        found.append(
            (
                person.client,
                window.point,
                STATES[standing.state](),
                date_text(window.opens),
                date_text(window.due_on_business_day),
                standing.state != schedule.NOT_OPEN,
            )
        )
    return found


def low_at_a3():
    return _("Every adult’s need was low at A3: the case may close instead of going on to A4.")


STATES = {
    schedule.NOT_OPEN: lambda: _("Not open yet"),
    schedule.OPEN: lambda: _("Can be done"),
    schedule.OVERDUE: lambda: _("Overdue"),
}


def starts(household, members, case=None):
    """[(words on the button, wizard, {question: value})] of what can be begun for this household."""
    found = []
    if household.case_type != case_rules.PORTAL_ONLY and household.status in IN_HAND:
        for client, point, _words, _opens, _due, may_start in next_assessments(household, case):
            if may_start:
                label = _("Assess %(name)s: %(point)s", name=str(client), point=point.upper())
                found.append((label, "needs-matrix", {"client": client.id}))
    if members:
        label = _("Settlement plan") if plan.active(household) else _("Make the settlement plan")
        found.append((label, "plan", {"client": members[0].id}))
        found.append((_("Build a referral"), "referral-builder", {"client": members[0].id}))
    if household.status in IN_HAND:
        found.append((_("Close the case"), "close-case", {"household": household.id}))
    return found


def starts_of(client, household, case=None):
    """As ``starts``, for one person; and the sentence about their next assessment, empty when there is none."""
    found, words = [], ""
    for person, point, _state, opens, due, may_start in next_assessments(household, case):
        if person.id == client.id and household.case_type != case_rules.PORTAL_ONLY:
            facts = {"point": point.upper(), "opens": opens, "due": due}
            words = _("%(point)s, from %(opens)s, due on %(due)s", **facts)
            if may_start and household.status in IN_HAND:
                label = _("Assess needs: %(point)s", point=point.upper())
                found.append((label, "needs-matrix", {"client": client.id}))
    found.append((_("Settlement plan"), "plan", {"client": client.id}))
    found.append((_("Build a referral"), "referral-builder", {"client": client.id}))
    return found, words


def members_of(household):
    """The Clients of a household in the order they were written down."""
    return list(Client.select().where(Client.household == household.id).order_by(Client.id))


def what_comes_next(household, number):
    """The page after an intake, as engine.Done: the file number, what is missing, when the first assessments are due."""
    members = members_of(household)
    sentences = [number]
    status = term_label("case-statuses", household.status)
    lacking = missing(household, members)
    if household.status == "intake":
        sentences.append(_("The case is not open yet: “%(status)s”.", status=status))
    else:
        sentences.append(_("The case is open."))
    sentences += [words for words, _label, _href in lacking]
    for client, point, _state, opens, due, _now in next_assessments(household):
        facts = {"name": str(client), "point": point.upper(), "opens": opens, "due": due}
        sentences.append(
            _("%(name)s: assessment %(point)s from %(opens)s, due on %(due)s.", **facts)
        )
    here = f"/households/details/?id={household.id}"
    links = [(_("Open the file"), here), *((label, href) for _words, label, href in lacking)]
    return engine.Done(
        _("The intake is finished"),
        tuple(sentences),
        tuple(dict.fromkeys(links)),
        # Nobody closes what was opened a moment ago.
        tuple(each for each in starts(household, members) if each[1] != "close-case"),
    )
