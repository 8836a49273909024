"""Caseloads: the standard's table, the band a worker aims at, evenness, and who takes a new case (R-LOAD-1 to R-LOAD-4)."""

from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext
from peewee import JOIN, Case, fn

from forms import choices
from models import COMPLETE, Client, Household, NeedsAssessment, Staff
from workflows import case_rules, settings, team
from workflows.business_days import add_months, age, birth_day, birth_year_by
from workflows.records import CONFIRM, Problem, rule
from workflows.schedule import HIGH, LEVELS, VERY_HIGH

PAST_THE_MOST = "past-most-clients"
BUILDING, ACCEPTABLE, ON_TARGET, TOO_MANY = "building", "acceptable", "on-target", "over"
# Standard 9: cases, clients of all ages, adults at each level, of one worker.
REFERENCE = (21, 58, (7, 11, 7, 7, 4))
ADULT = 18  # years; who is younger is never assessed (R-ASM-4)


@dataclass(frozen=True)
class Load:
    """What one worker looks after: open and extended cases, their people, and the adults at each level of need."""

    staff: Staff
    cases: int
    clients: int
    levels: dict
    is_checked: bool = False  # the vulnerable-sector check stands

    @property
    def adults(self):
        """Adults at each of the five levels, from most need to least."""
        return tuple(self.levels.get(level, 0) for level in LEVELS)

    @property
    def assessed(self):
        return sum(self.adults)

    @property
    def high(self):
        return self.levels.get(VERY_HIGH, 0) + self.levels.get(HIGH, 0)

    @property
    def share(self):
        """Very High and High among the assessed adults, from 0 to 1; None without an assessed adult."""
        return Fraction(self.high, self.assessed) if self.assessed else None

    @property
    def is_even(self):
        """True where the worker counts in the evenness: youth-only workers do not (R-LOAD-4)."""
        return not self.staff.works_with_youth_only


def band(clients):
    """One of building, acceptable, on-target, over (R-LOAD-1)."""
    if clients < settings.value("caseload_low_watch"):
        return BUILDING
    if clients < settings.value("caseload_min"):
        return ACCEPTABLE
    return ON_TARGET if clients <= settings.value("caseload_max") else TOO_MANY


# ---- The numbers --------------------------------------------------------------------------------------------------------


def loads():
    """The Load of everybody who has a case, and of every case worker who works here, by name; three statements.

    Cases without a main worker count for nobody.
    """
    active = (case_rules.active(), Household.primary_worker.is_null(False))
    counted, levels = sizes(*active), at_levels(settings.today(), *active)
    works = Staff.is_active & Staff.role.in_(team.CASE_ROLES)
    is_checked = Case(None, ((Staff.id.in_(team.checked()), 1),), 0).alias("is_checked")
    rows = Staff.select(Staff, is_checked).where(works | Staff.id.in_(list(counted)))
    return [
        Load(row, *counted.get(row.id, (0, 0)), levels.get(row.id, {}), bool(row.is_checked))
        for row in rows.order_by(Staff.name_sorted, Staff.id)
    ]


def sizes(*conditions):
    """{staff id, None for cases nobody looks after: (cases, clients of all ages)} of households that meet these."""
    rows = Household.select(
        Household.primary_worker,
        fn.COUNT(Household.id.distinct()),
        fn.COUNT(Client.id),
    ).join(Client, JOIN.LEFT_OUTER, on=(Client.household == Household.id))
    rows = rows.where(*conditions).group_by(Household.primary_worker).tuples()
    return {worker: (cases, clients) for worker, cases, clients in rows}


def at_levels(day, *conditions):
    """{staff id as in ``sizes``: {level: adults}} on a day: each adult at their own latest point that was complete by
    then and gave a level (R-ASM-8)."""
    later = NeedsAssessment.alias()
    newer = later.select(later.id).where(
        later.client == NeedsAssessment.client,
        later.point > NeedsAssessment.point,
        _gave_a_level(later, day),
    )
    born = add_months(day, -12 * ADULT)
    year = birth_year_by(born)
    is_adult = (Client.birth_date <= born) | (
        Client.birth_date.is_null()
        & (Client.birth_year_only.is_null() | (Client.birth_year_only <= year))
    )
    rows = (
        NeedsAssessment.select(
            Household.primary_worker, NeedsAssessment.level, fn.COUNT(NeedsAssessment.id)
        )
        .join(Client)
        .join(Household)
        .where(_gave_a_level(NeedsAssessment, day), is_adult, ~fn.EXISTS(newer), *conditions)
        .group_by(Household.primary_worker, NeedsAssessment.level)
    )
    found = {}
    for worker, level, adults in rows.tuples():
        found.setdefault(worker, {})[level] = adults
    return found


def _gave_a_level(row, day):
    return (row.state == COMPLETE) & row.level.is_null(False) & (row.completed_on <= day)


def levels_of(household):
    """{level: adults} of one household, as ``loads`` counts them."""
    found = at_levels(settings.today(), case_rules.active(), Household.id == household.id)
    return found.get(household.primary_worker_id, {})


def team_share(found):
    """Very High and High among all assessed adults of the team, youth-only workers left out; None without one."""
    counted = [load for load in found if load.is_even]
    assessed = sum(load.assessed for load in counted)
    return Fraction(sum(load.high for load in counted), assessed) if assessed else None


def is_uneven(load, share):
    """True for a worker whose share is further from the team's than the setting allows (R-LOAD-2, R-LOAD-4)."""
    if share is None or load.share is None or not load.is_even:
        return False
    return abs(load.share - share) * 100 > settings.value("caseload_evenness_points")


def totals(found):
    """(cases, clients, adults at each level) of several Loads together."""
    adults = tuple(sum(column) for column in zip(*(load.adults for load in found), strict=True))
    cases, clients = sum(load.cases for load in found), sum(load.clients for load in found)
    return cases, clients, adults or (0,) * len(LEVELS)


def clients_of(staff_id, but=0):
    """How many people a worker looks after, those of the household ``but`` left out (R-LOAD-1)."""
    rows = Client.select(Client.id).join(Household)
    mine = (Household.primary_worker == staff_id) & (Household.id != (but or 0))
    return rows.where(case_rules.active(), mine).count()


# ---- Past the most (R-LOAD-1) -------------------------------------------------------------------------------------------


def past_words(staff, number):
    """The sentence about a worker who would have ``number`` clients; empty while that is not past the most."""
    if number <= staff.max_clients:
        return ""
    return _(
        "%(name)s would have %(number)s clients; %(most)s is the most for one worker. Assign them all the same.",
        name=staff.name,
        number=number,
        most=staff.max_clients,
    )


def is_counted(house):
    """True for a household whose people count for its main worker."""
    return _counts(house) is not None


def _counts(house):
    return house.primary_worker_id if case_rules.is_active(house) else None


@rule(Household)
def a_case_past_the_most_is_confirmed(change):
    """R-LOAD-1: asks once when a case takes its worker past the most clients."""
    house, worker = change.record, _counts(change.record)
    if worker is None or change.before and _counts(change.before) == worker:
        return
    people = Client.select().where(Client.household == (house.id or 0)).count()
    staff = Staff.get_by_id(worker)
    words = people and past_words(staff, clients_of(worker, house.id) + people)
    if words:
        yield Problem("primary_worker", words, CONFIRM, PAST_THE_MOST)


@rule(Client)
def a_client_past_the_most_is_confirmed(change):
    """R-LOAD-1: asks once when somebody joins a household whose worker is at the most clients."""
    client = change.record
    if not client.household_id or not change.changed("household"):
        return
    house = Household.get_by_id(client.household_id)
    worker = _counts(house)
    if worker is None or change.before and _counts(change.before.household) == worker:
        return
    words = past_words(Staff.get_by_id(worker), clients_of(worker) + 1)
    if words:
        yield Problem("household", words, CONFIRM, PAST_THE_MOST)


# ---- Who takes a new case (R-LOAD-3) ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """Who may take a case, and why: the languages they share, adults with high needs and clients they have now."""

    staff: Staff
    languages: tuple
    high: int
    clients: int

    @property
    def words(self):
        """The reason in words, such as "speaks Arabic, 3 adults with high needs, 41 clients"."""
        spoken = [choices.language_label(code) for code in self.languages]
        parts = [_("speaks %(languages)s", languages=", ".join(spoken))] if spoken else []
        parts.append(
            ngettext("%(num)s adult with high needs", "%(num)s adults with high needs", self.high)
        )
        parts.append(ngettext("%(num)s client", "%(num)s clients", self.clients))
        return ", ".join(parts)


def suggested(household, found=None, but=()):
    """The Suggestion for a household, or None when nobody may take it (R-LOAD-3)."""
    members = Client.select().where(Client.household == (household.id or 0))
    return suggested_for(list(members.order_by(Client.id)), found, but, _counts(household))


def suggested_for(members, found=None, but=(), now=None):
    """As ``suggested``, for these Clients; ``found`` are Loads, ``but`` ids of staff left out, ``now`` who has them.

    "Not over 60" is looked at with the new people counted in, so that nobody is suggested whose assignment would be
    warned about at once.  Somebody without the papers (R-STAFF-1) cannot take a case, and who works with youth only
    takes none with an adult in it.
    """
    codes = list(dict.fromkeys(c for m in members for c in m.preferred_languages or ()))
    found = loads() if found is None else found
    fitting = []
    for load in found:
        staff = load.staff
        # Their own people are counted already.
        have = load.clients - (len(members) if staff.id == now else 0)
        papers = team.lacking(staff, load.is_checked)
        if papers or staff.id in but or not staff.is_active or staff.role not in team.CASE_ROLES:
            continue
        if have + len(members) > staff.max_clients:
            continue
        if staff.works_with_youth_only and any(map(_may_be_adult, members)):
            continue
        shared = tuple(code for code in codes if code in (staff.languages or ()))
        order = (not shared, load.high, have, staff.name)
        fitting.append((order, Suggestion(staff, shared, load.high, have)))
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _may_be_adult(client):
    years = age(birth_day(client.birth_date, client.birth_year_only), settings.today())
    return years is None or years >= ADULT


def suggestion_words(members=(), household=None):
    """The sentence for the form on which the main worker is chosen; empty when nobody can be suggested."""
    found = suggested(household) if household else suggested_for(list(members))
    if found is None:
        return ""
    return _(
        "Suggested main worker: %(name)s (%(reason)s).", name=found.staff.name, reason=found.words
    )
