"""The people of open cases in figures (domain 8)."""

import json
from collections import Counter

from flask_babel import gettext as _
from peewee import fn

from forms import choices
from forms.formats import day_of
from models import N_, Client, Household, Intake, database
from workflows import case_history
from workflows.business_days import age, birth_day
from workflows.reports_tables import (
    CASE_TYPE,
    PERIOD,
    WORKER,
    Figure,
    Report,
    Table,
    by_number,
    counted,
    in_order,
    once,
)

# (youngest age, words) of the bands, the last one without an end.
BANDS = (
    (0, N_("0 to 4 years")),
    (5, N_("5 to 12 years")),
    (13, N_("13 to 17 years")),
    (18, N_("18 to 24 years")),
    (25, N_("25 to 34 years")),
    (35, N_("35 to 44 years")),
    (45, N_("45 to 54 years")),
    (55, N_("55 to 64 years")),
    (65, N_("65 years and over")),
)


# ---- Which cases ----------------------------------------------------------------------------------------------------


def begun(asked, within=False):
    """The condition that a case began by the end of the period (``within`` it).

    It begins on the first day of its program, else on the day of its first intake, else when its file was made.
    """
    anchor, made = Household.anchor_date, Household.created_at
    intakes = Intake.select(Intake.id).where(Intake.household == Household.id)

    def held(*days):
        return fn.EXISTS(intakes.where(*days))

    program, file = anchor <= asked.last, made < asked.ends
    intake = held(Intake.intake_date <= asked.last)
    if within:
        program &= anchor >= asked.first
        intake &= ~held(Intake.intake_date < asked.first)
        file &= made >= asked.begins
    return program | (anchor.is_null() & (intake | (~held() & file)))


def active(asked):
    """The condition that a case was open or extended at the end of the period."""
    return begun(asked) & case_history.active_on(asked.last)


def active_within(asked):
    """The condition that a case was open or extended on some day of the period."""
    return begun(asked) & case_history.active_between(asked.first, asked.last)


def of(asked):
    """The conditions of the worker and the type of case that were asked for."""
    found = []
    if asked.worker:
        found.append(Household.primary_worker == asked.worker)
    if asked.case_type:
        found.append(Household.case_type == asked.case_type)
    return found


# ---- The people -----------------------------------------------------------------------------------------------------

FACTS = ("birth_date", "birth_year_only", "gender", "category", "languages", "municipality")


@once
def people(asked):
    """{fact: values} of the persons in cases open or extended at the end of the period."""
    query = (
        Client.select(
            Client.birth_date,
            Client.birth_year_only,
            Client.gender,
            Client.immigration_category,
            Client.preferred_languages,
            Client.municipality,
        )
        .join(Household)
        .where(active(asked), *of(asked))
    )
    rows = database.execute(query).fetchall()
    columns = zip(*rows, strict=True) if rows else [()] * len(FACTS)
    return dict(zip(FACTS, columns, strict=True))


def active_people(asked):
    return len(people(asked)["gender"])


def _cases(asked, condition, column):
    query = Household.select(fn.COUNT(column.distinct())).join(Client)
    return query.where(condition, *of(asked)).scalar()


@once
def active_cases(asked):
    query = Household.select(fn.COUNT(Household.id)).where(active(asked), *of(asked))
    return query.scalar()


def new_people(asked):
    return _cases(asked, begun(asked, within=True) & case_history.ever_active(), Client.id)


def closed_people(asked):
    return _cases(asked, case_history.closed_between(asked.first, asked.last), Client.id)


def by_age(asked):
    found, years = people(asked), Counter()
    pairs = Counter(zip(found["birth_date"], found["birth_year_only"], strict=True))
    for (born, year), number in pairs.items():
        old = age(birth_day(day_of(born) if born else None, year), asked.last)
        years[None if old is None else band(old)] += number
    named = [(n, _(label)) for n, (_youngest, label) in enumerate(BANDS)]
    return counted(_("Age"), _("Persons"), in_order(years, named, _("Not known")))


def band(years):
    """The place of an age in BANDS."""
    return max(n for n, (youngest, _label) in enumerate(BANDS) if youngest <= max(0, years))


def by_gender(asked):
    counts = Counter(value or "not-stated" for value in people(asked)["gender"])
    pairs = in_order(counts, choices.terms("genders", counts), _("Not known"))
    return counted(_("Gender"), _("Persons"), pairs)


def by_category(asked):
    counts = Counter(people(asked)["category"])
    pairs = by_number(counts, lambda slug: choices.term_label("immigration-categories", slug))
    return counted(_("Immigration category"), _("Persons"), pairs)


def by_language(asked):
    counts = Counter()
    for raw, number in Counter(map(_hashable, people(asked)["languages"])).items():
        known = json.loads(raw) if raw else []
        counts[known[0] if known else None] += number
    pairs = by_number(counts, lambda code: choices.language_label(code) or _("Not known"))
    return counted(_("First language"), _("Persons"), pairs)


def _hashable(value):
    return value if value is None or isinstance(value, str) else json.dumps(value)


def by_municipality(asked):
    """Spelled with and without capitals is one place, called as most people wrote it."""
    counts, spelled = Counter(), {}
    for name, number in Counter(people(asked)["municipality"]).items():
        name = " ".join((name or "").split())
        key = name.casefold()
        counts[key] += number
        spelled.setdefault(key, []).append((number, name[:1].isupper(), name))
    pairs = by_number(counts, lambda key: max(spelled[key])[2] or _("Not known"))
    return counted(_("Municipality"), _("Persons"), pairs)


PERSONS = N_(
    "Different persons of every age in cases that were open or extended on the last day of the period. A case begins on the"
    " first day of its program, else on the day of its first intake; one that was on hold that day is not counted, nor one that was closed, whatever became of it since."
)
ACTIVE = Figure("persons", N_("Persons in active cases"), PERSONS, active_people)

REPORT = Report(
    "active-clients",
    N_("Active clients"),
    N_(
        "Who is in open or extended cases, who came and who left, by age, gender, category, language and place."
    ),
    (PERIOD, WORKER, CASE_TYPE),
    (
        ACTIVE,
        Figure(
            "cases",
            N_("Active cases"),
            N_("Households whose case was open or extended on the last day of the period."),
            active_cases,
        ),
        Figure(
            "new",
            N_("New persons"),
            N_("Different persons of cases that began in the period, those closed again too."),
            new_people,
        ),
        Figure(
            "closed",
            N_("Persons whose case closed"),
            N_(
                "Different persons of cases that were closed on a day of the period, those opened again later too."
            ),
            closed_people,
        ),
    ),
    tuple(
        Table(slug, label, definition, compute)
        for slug, label, definition, compute in (
            (
                "age",
                N_("By age"),
                N_(
                    "Persons in active cases by their age on the last day of the period. Somebody of whom only the year of birth is known counts as born on 1 July."
                ),
                by_age,
            ),
            (
                "gender",
                N_("By gender"),
                N_("Persons in active cases by the gender they stated."),
                by_gender,
            ),
            (
                "category",
                N_("By immigration category"),
                N_("Persons in active cases by their immigration category."),
                by_category,
            ),
            (
                "language",
                N_("By language"),
                N_("Persons in active cases by the first of their preferred languages."),
                by_language,
            ),
            (
                "municipality",
                N_("By municipality"),
                N_("Persons in active cases by the municipality they live in."),
                by_municipality,
            ),
        )
    ),
)
