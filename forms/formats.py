"""Numbers and days as people write them in the language of the page."""

from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from models import language


def number_text(number):
    """A whole number with its thousands set apart: 12,345 in English, 12 345 in French."""
    return format_decimal(number, locale=f"{language.get()}_CA")


@lru_cache(4096)
def _date_text(value, code):
    return format_date(value, "d MMM y", locale=code)


def date_text(value):
    """A day as people write it: 9 Feb 2026, 9 févr. 2026."""
    return _date_text(value, language.get()) if value else ""
