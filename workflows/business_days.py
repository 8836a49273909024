"""Days as an agency counts them: business days, months, ages and fiscal years.

Plain dates in and out.  Holidays are rules (no yearly list to maintain), as the table ``holiday`` and
``seed/holidays.yaml`` hold them.
"""

import calendar
import datetime
from dataclasses import dataclass, field
from functools import lru_cache

ONE_DAY = datetime.timedelta(days=1)
KINDS = {
    "fixed": ("month", "day"),
    "nth-weekday": ("month", "weekday", "n"),
    "weekday-on-or-before": ("month", "day", "weekday"),
    "easter": ("offset_days",),
}


# ---- Months, years and ages ------------------------------------------------------------------------------------------


def add_months(day, months):
    """The same day ``months`` later, or the last day of that month when it is shorter (section 3)."""
    years, month = divmod(day.month - 1 + months, 12)
    return _in_month(day.year + years, month + 1, day.day)


def _in_month(year, month, day):
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def years_later(day, years):
    """The anniversary of ``day``; 29 February falls on 1 March in other years (2.7, R-RET-1)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def birth_day(birth_date, birth_year_only=None):
    """The day a person counts as born on: a year alone counts as 1 July of it; None when nothing is known (2.7)."""
    return birth_date or (datetime.date(birth_year_only, 7, 1) if birth_year_only else None)


def birth_year_by(day):
    """The latest year of birth that, known alone, counts as born by ``day`` (2.7)."""
    return day.year if birth_day(None, day.year) <= day else day.year - 1


def age(born, day):
    """Whole years on ``day`` of somebody born on ``born``; None when that is not known.

    Somebody born on 29 February is a year older on 1 March of other years (2.7).
    """
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def comes_of_age_on(born, province, ages):
    """The day a person reaches the age of majority; ``ages`` is {province: years} (R-CON-3)."""
    return years_later(born, ages[province])


def fiscal_year_of(day):
    """The fiscal year, 1 April to 31 March, that ``day`` falls in: "F2025-2026"."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"F{first}-{first + 1}"


def fiscal_year_start(day):
    """The 1 April on which the fiscal year of ``day`` begins."""
    return day.replace(year=day.year if day.month >= 4 else day.year - 1, month=4, day=1)


# ---- Holidays as rules -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HolidayRule:
    """When a holiday falls: ``kind`` is one of KINDS, ``numbers`` are its numbers in the order KINDS names them."""

    kind: str
    numbers: tuple

    def in_year(self, year):
        """The day itself, before a weekend moves it; None when this year has none."""
        return _DAYS[self.kind](year, *self.numbers)


def read_rule(rule):
    """A HolidayRule from a dict such as {"kind": "fixed", "month": 7, "day": 1}; ValueError when it is none."""
    kind = rule.get("kind", "fixed")
    names = KINDS.get(kind)
    if names is None or not all(isinstance(rule.get(name), int) for name in names):
        raise ValueError(f"This is no rule of a holiday: {rule}")
    return HolidayRule(kind, tuple(rule[name] for name in names))


def _fixed(year, month, day):
    return datetime.date(year, month, day) if (month, day) != (2, 29) else _leap_day(year)


def _leap_day(year):
    return datetime.date(year, 2, 29) if calendar.isleap(year) else None


def _nth_weekday(year, month, weekday, n):
    first = datetime.date(year, month, 1)
    return first + ONE_DAY * ((weekday - first.isoweekday()) % 7 + 7 * (n - 1))


def _weekday_on_or_before(year, month, day, weekday):
    last = _in_month(year, month, day)
    return last - ONE_DAY * ((last.isoweekday() - weekday) % 7)


def _easter(year, offset_days):
    """Western Easter Sunday (Meeus, Jones and Butcher) and so many days more."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return datetime.date(year, month, day + 1) + ONE_DAY * offset_days


_DAYS = {
    "fixed": _fixed,
    "nth-weekday": _nth_weekday,
    "weekday-on-or-before": _weekday_on_or_before,
    "easter": _easter,
}


@lru_cache(maxsize=512)
def observed(rules, year):
    """The days off, in order, of the holidays of ``year``; ``rules`` is a tuple of HolidayRule.

    A holiday on a weekend moves to the next weekday that is not already a holiday.
    """
    days = sorted({day for rule in rules if (day := rule.in_year(year))})
    found = {day for day in days if day.isoweekday() < 6}
    for day in days:
        if day.isoweekday() >= 6:
            while day.isoweekday() >= 6 or day in found:
                day += ONE_DAY
            found.add(day)
    return tuple(sorted(found))


# ---- Business days ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calendar:
    """The business days of one province and one agency: Monday to Friday without holidays and closures."""

    rules: tuple = ()
    closures: frozenset = field(default_factory=frozenset)

    def holidays(self, year):
        """The observed statutory holidays of ``year``, in order."""
        return observed(self.rules, year)

    def is_business_day(self, day):
        if day.isoweekday() >= 6 or day in self.closures:
            return False
        # A holiday of the last days of December may have moved into January.
        return day not in observed(self.rules, day.year) and (
            day.month > 1 or day not in observed(self.rules, day.year - 1)
        )

    def on_or_after(self, day):
        """``day`` itself when it is a business day, else the next one (R-ASM-3)."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    def add(self, day, count):
        """The ``count``-th business day after ``day``; the day after the event is the first (R-NOTE-2)."""
        for _number in range(count):
            day = self.on_or_after(day + ONE_DAY)
        return day


def calendar_of(province, holidays, closures=()):
    """The Calendar of ``province``.

    ``holidays`` are pairs (rule dict, provinces that keep it), ``closures`` dates on which the agency is closed.
    """
    rules = tuple(read_rule(rule) for rule, provinces in holidays if province in provinces)
    return Calendar(rules, frozenset(closures))
