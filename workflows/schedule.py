"""When needs assessments, plan reviews and follow-ups are due (R-ASM-1 to R-ASM-11).

Plain dates in, dataclasses out.  Every date is counted from the anchor, the first day of Month 1, never from the point
before.  Levels of need are the slugs of LEVELS, points "a1" to "a6".
"""

import datetime
from dataclasses import dataclass

from workflows.business_days import ONE_DAY, add_months, age

POINTS = ("a1", "a2", "a3", "a4", "a5", "a6")
EXTENSION_POINTS = ("a5", "a6")

VERY_HIGH, HIGH, MODERATE = "very-high", "high", "moderate"
MODERATE_TO_LOW, LOW = "moderate-to-low", "low"
LEVELS = (VERY_HIGH, HIGH, MODERATE, MODERATE_TO_LOW, LOW)  # from most need to least

NOT_OPEN, OPEN, OVERDUE = "not-open", "open", "overdue"
DONE_EARLY, DONE_ON_TIME, DONE_LATE = "done-early", "done-on-time", "done-late"
SKIPPED, NOT_REQUIRED = "skipped", "not-required"

LOW_NEED = "low-need"
FACTS = ("under-age", "case-closed")  # reasons for skipping that nobody chooses
CORRECTION_DAYS = 7


@dataclass(frozen=True)
class Terms:
    """The numbers of the program, as the agency's settings have them; months unless the name says otherwise."""

    interval: int = 4
    opens_days_before: int = 14
    window: int = 1
    minimum_age: int = 18
    has_a6: bool = False
    standard: int = 12
    longest: int = 24
    review: int = 3
    follow_up_from: int = 3
    follow_up_to: int = 6


STANDARD = Terms()


# ---- The program (R-ASM-1, R-ASM-7) -----------------------------------------------------------------------------------


def program_month(anchor, number):
    """First and last day of program Month ``number``, counted from 1 (R-ASM-1)."""
    return add_months(anchor, number - 1), add_months(anchor, number) - ONE_DAY


def standard_end(anchor, terms=STANDARD):
    """The last day of a case without an extension, when it is due to close (R-ASM-7)."""
    return program_month(anchor, terms.standard)[1]


def latest_end(anchor, terms=STANDARD):
    """The last day that an extension may reach (R-ASM-7)."""
    return program_month(anchor, terms.longest)[1]


# ---- Points and their windows (R-ASM-2 to R-ASM-5) ---------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """When one point may be done: from ``opens`` to ``due``, in fact to ``due_on_business_day`` (R-ASM-3)."""

    point: str
    target: datetime.date
    opens: datetime.date
    due: datetime.date
    due_on_business_day: datetime.date


def target_month(point, terms=STANDARD):
    """How many months after the anchor a point has its target (R-ASM-2)."""
    return terms.interval * POINTS.index(point)


def target(anchor, point, terms=STANDARD):
    """The target date of a point (R-ASM-2)."""
    return add_months(anchor, target_month(point, terms))


def window(anchor, point, calendar, terms=STANDARD):
    """The Window of one point; ``calendar`` is a business_days.Calendar (R-ASM-3)."""
    aim = target(anchor, point, terms)
    opens = aim if point == POINTS[0] else aim - ONE_DAY * terms.opens_days_before
    due = add_months(anchor, target_month(point, terms) + terms.window) - ONE_DAY
    return Window(point, aim, opens, due, calendar.on_or_after(due))


def case_points(anchor, new_end=None, terms=STANDARD):
    """The points of a case, in order; ``new_end`` is the end of an approved extension or None (R-ASM-5)."""
    return tuple(p for p in POINTS if _exists(anchor, p, new_end, terms))


def _exists(anchor, point, new_end, terms):
    if point == "a6" and not terms.has_a6:
        return False
    if point in EXTENSION_POINTS or target_month(point, terms) > terms.standard:
        return new_end is not None and new_end >= target(anchor, point, terms)
    return True


def required_points(anchor, born, new_end=None, terms=STANDARD):
    """The points that a person born on ``born`` is asked for: 18 or more on the target date (R-ASM-4, R-ASM-5).

    Somebody whose age is not known (``born`` is None) is asked for all of them.
    """
    return tuple(
        point
        for point in case_points(anchor, new_end, terms)
        if born is None or age(born, target(anchor, point, terms)) >= terms.minimum_age
    )


def is_person_baseline(point, required):
    """True at the first point of somebody who turned 18 on the way (R-ASM-4); ``required`` as of required_points."""
    return bool(required) and point == required[0] != POINTS[0]


def state(window, on, completed_on=None, skipped=False, required=True):
    """What a point is called on the day ``on`` (R-ASM-3); what was done or skipped stays so whoever is required."""
    if completed_on is not None:
        if completed_on < window.opens:
            return DONE_EARLY
        return DONE_ON_TIME if completed_on <= window.due_on_business_day else DONE_LATE
    if skipped:
        return SKIPPED
    if not required:
        return NOT_REQUIRED
    if on < window.opens:
        return NOT_OPEN
    return OPEN if on <= window.due_on_business_day else OVERDUE


# ---- One person's schedule --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How one person stands at one point on one day."""

    window: Window
    state: str
    is_person_baseline: bool
    may_skip: bool


def person_schedule(
    anchor, born, calendar, on, done=None, skipped=(), new_end=None, terms=STANDARD
):
    """One Standing for each point of the case, in order (R-ASM-2 to R-ASM-6).

    ``done`` is {point: (completed_on, level or None)} of complete assessments that are not void, ``skipped`` the points
    that were skipped, ``new_end`` the end of an approved extension.
    """
    done = done or {}
    required = required_points(anchor, born, new_end, terms)
    levels = {point: level for point, (_day, level) in done.items()}
    found = []
    for point in POINTS:
        if not (_exists(anchor, point, new_end, terms) or point in done or point in skipped):
            continue
        when = window(anchor, point, calendar, terms)
        completed_on = done[point][0] if point in done else None
        called = state(when, on, completed_on, point in skipped, point in required)
        waits = called in (NOT_OPEN, OPEN, OVERDUE)
        found.append(
            Standing(
                when,
                called,
                is_person_baseline(point, required),
                waits and may_skip(point, levels, skipped, required=required),
            )
        )
    return tuple(found)


# ---- Reduced schedule, closing, extension (R-ASM-6 to R-ASM-8) ---------------------------------------------------------


def may_skip(point, levels, skipped=(), reason=LOW_NEED, required=POINTS):
    """Whether a person's ``point`` may be left out for ``reason`` (R-ASM-6).

    ``levels`` is {point: level or None} of the complete ones, ``skipped`` the points left out so far, ``required`` the
    person's own points in order.  For low need the point before must have been done and come to Low.  Two points in a
    row are never skipped, whatever the reason; being under age and a closed case are facts, not choices.
    """
    if reason in FACTS:
        return True
    place = POINTS.index(point)
    before = [p for p in required if POINTS.index(p) < place]
    if before and before[-1] in skipped:
        return False
    return reason != LOW_NEED or bool(before) and levels.get(before[-1]) == LOW


def suggests_closing(levels):
    """True when Low at A3 suggests closing the case instead of A4; ``levels`` as for may_skip (R-ASM-6)."""
    return levels.get("a3") == LOW and "a4" not in levels


def latest_level(levels, upto=POINTS[-1]):
    """A person's level at their latest complete point, not after ``upto``, that gave one; else None (R-ASM-8)."""
    given = [p for p in POINTS[: POINTS.index(upto) + 1] if levels.get(p)]
    return levels[given[-1]] if given else None


def household_level(people, upto=POINTS[-1]):
    """The highest need among adults, each at their own latest point; None when nobody has a level (R-ASM-8).

    ``people`` holds one {point: level or None} for each adult.
    """
    found = {latest_level(levels, upto) for levels in people}
    return next((level for level in LEVELS if level in found), None)


def suggests_extension(level):
    """True when the household's level at A4 suggests an extension, which a supervisor decides (R-ASM-7)."""
    return level in (VERY_HIGH, HIGH)


def level_on(done, day):
    """A person's level on a day: that of the latest assessment completed by then that gave one, else None.

    ``done`` is {point: (completed_on, level or None)}.
    """
    given = [
        (completed_on, POINTS.index(point), level)
        for point, (completed_on, level) in done.items()
        if level and completed_on <= day
    ]
    return max(given)[2] if given else None


# ---- Plan reviews, follow-up, corrections (R-ASM-9 to R-ASM-11) --------------------------------------------------------


def plan_reviews(anchor, new_end=None, terms=STANDARD):
    """The days on which the plan is reviewed: every three months of the standard length, and on while extended (R-ASM-9)."""
    last = max(filter(None, (add_months(anchor, terms.standard), new_end)))
    days = (
        add_months(anchor, months)
        for months in range(terms.review, terms.longest + 1, terms.review)
    )
    return tuple(day for day in days if day <= last)


def follow_up(assessed_on, terms=STANDARD):
    """First and last day for the one follow-up of a general settlement case (R-ASM-10)."""
    return add_months(assessed_on, terms.follow_up_from), add_months(
        assessed_on, terms.follow_up_to
    )


def may_correct(completed_on, on):
    """True while the answers of a complete assessment can still be corrected, for seven days (R-ASM-11)."""
    return on <= completed_on + ONE_DAY * CORRECTION_DAYS
