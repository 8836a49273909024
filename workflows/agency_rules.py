"""The pure rules with this agency's own data: its instruments, numbers, calendar and lists.

Everything is remembered by revision; only the agency's closures are read each time.
"""

from forms import choices
from models import (
    ACTIONS,
    MATRIX,
    SCORING,
    AgencyClosure,
    Client,
    Guardianship,
    Holiday,
    TaxonomyItem,
    TaxonomyList,
)
from workflows import instruments, settings
from workflows.business_days import birth_day, calendar_of
from workflows.needs_matrix import read_instrument, read_scheme, read_suggestions
from workflows.schedule import Terms
from workflows.scoring import Facts

SCHOOL_FACTORS = ("school-age-education", "school-age-activities")


def matrix(version=None):
    """The Instrument in force, or a named version of it; raises instruments.NotThere."""
    return instruments.parsed(MATRIX, read_instrument, version)


def scheme(version=None):
    """The Scheme in force, or a named version of it; raises instruments.NotThere."""
    return instruments.parsed(SCORING, read_scheme, version)


def suggestions(version=None):
    """The Suggestions in force, or a named version of them; raises instruments.NotThere."""
    return instruments.parsed(ACTIONS, read_suggestions, version)


def terms():
    """The numbers of the program from the settings."""
    return Terms(
        interval=settings.value("assessment_interval_months"),
        opens_days_before=settings.value("assessment_open_before_days"),
        window=settings.value("assessment_window_months"),
        minimum_age=settings.value("assessment_min_age"),
        has_a6=settings.value("assessment_a6_enabled"),
        standard=settings.value("program_months_standard"),
        longest=settings.value("program_months_max"),
        review=settings.value("plan_review_interval_months"),
        follow_up_from=settings.value("general_followup_from_months"),
        follow_up_to=settings.value("general_followup_to_months"),
    )


def ages():
    """{factor: (youngest, oldest)} of a child in care, where the settings say so instead of the matrix."""
    school = settings.value("school_age_min"), settings.value("school_age_max")
    found = dict.fromkeys(SCHOOL_FACTORS, school)
    return found | {"childcare": (0, settings.value("childcare_max_age"))}


def facts(client, on, not_seeking=None):
    """The Facts of a Client on the day ``on``: age, the people in this person's care, the reason not to seek work."""
    children = (
        Client.select(Client.birth_date, Client.birth_year_only)
        .join(Guardianship, on=Guardianship.child == Client.id)
        .where(Guardianship.guardian == client.id)
        .tuples()
    )
    care = tuple(birth_day(date, year) for date, year in children)
    born = birth_day(client.birth_date, client.birth_year_only)
    return Facts(on, born, care, not_seeking, ages())


def calendar(province=None):
    """The Calendar of a province, the agency's own unless another is named."""
    closures = [day for (day,) in AgencyClosure.select(AgencyClosure.date).tuples()]
    return calendar_of(province or settings.value("province"), _holidays(), closures)


def _holidays():
    query = Holiday.select(Holiday.rule, Holiday.provinces).where(Holiday.is_active == True)  # noqa: E712
    return choices.memo("agency_rules.holidays", lambda: list(query.tuples()))


def details(name):
    """{slug: details} of the items of a list, such as the ages of majority of the provinces."""
    query = (
        TaxonomyItem.select(TaxonomyItem.slug, TaxonomyItem.extra)
        .join(TaxonomyList)
        .where(TaxonomyList.slug == name)
    )
    return choices.memo(f"agency_rules.{name}", lambda: dict(query.tuples()))


def eligibility():
    """The rules of the immigration categories, as ``eligibility.eligible`` takes them."""
    return details("immigration-categories")


def ages_of_majority():
    """{province: age of majority} (R-CON-3)."""
    return {slug: extra["age_of_majority"] for slug, extra in details("provinces").items()}
