"""Who is who among the people typed at an intake: adults, children, and of whom more may be asked (R-CON-1, R-CON-3)."""

from models import Client
from workflows import people_rules, settings
from workflows.business_days import age, birth_day


def rows(answers):
    """The people of the list, each {question: answer} with its ``number``, which stays whoever is removed."""
    return answers.of("people", "people", [])


def first_of(answers):
    """The person at the desk: the first of the list; None before there is one."""
    return next(iter(rows(answers)), None)


def is_of_age(row):
    """True when a person signs for themselves (R-CON-3); of somebody without a birth date, unless they are a child."""
    minor = people_rules.is_minor(
        Client(birth_date=row["birth_date"], birth_year_only=row["birth_year_only"])
    )
    return row["relation"] != "child" if minor is None else not minor


def other_adults(answers):
    """Those besides the first who sign their own forms (R-CON-3)."""
    return [row for row in rows(answers)[1:] if is_of_age(row)]


def children(answers):
    """Those somebody else signs for."""
    return [row for row in rows(answers) if not is_of_age(row)]


def may_be_asked(answers):
    """Those about whom more may be asked: a consent covers them (R-CON-1).

    The first person's was given at the start, the other adults sign their own, a parent or guardian signs for children.
    """
    signed = answers.of("forms-adults", "signed") or ()
    first = first_of(answers)
    return [
        row
        for row in rows(answers)
        if row is first or not is_of_age(row) or row["number"] in signed
    ]


def adults(answers):
    """Those who are asked how to reach them, about work and language level, and who may care for children."""
    limit, today = settings.value("assessment_min_age"), settings.today()
    return [row for row in rows(answers) if _years(row, today, limit) >= limit]


def _years(row, today, unknown):
    years = age(birth_day(row["birth_date"], row["birth_year_only"]), today)
    if years is None:
        return 0 if row["relation"] == "child" else unknown
    return years
