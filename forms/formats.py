"""Numbers and days as people write them in the language of the page."""

import datetime
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask_babel import gettext as _

from models import language


def number_text(number):
    """A whole number with its thousands set apart: 12,345 in English, 12 345 in French."""
    return _number_text(number, language.get())


@lru_cache(1000)
def _number_text(number, code):
    return format_decimal(number, locale=f"{code}_CA")


def size_text(size):
    """A size as people say it: 840 KB, 2.4 MB."""
    if size < 1_000_000:
        return _("%(number)s KB", number=number_text(max(1, round(size / 1000))))
    return _("%(number)s MB", number=number_text(round(size / 1_000_000, 1)))


def day_of(raw):
    """A date as SQLite (ISO text) or PostgreSQL (a date) gives it."""
    return datetime.date.fromisoformat(raw[:10]) if isinstance(raw, str) else raw


def score_text(number):
    """A number with one decimal: 84.9 in English, 84,9 in French; empty for None."""
    if number is None:
        return ""
    return format_decimal(number, format="0.0", locale=f"{language.get()}_CA")


@lru_cache(4096)
def _date_text(value, code):
    day = day_of(value)
    return format_date(day, day_pattern(day, code), locale=code)


def day_pattern(day, code):
    """How a day is written: 1 Apr 2026, and in French, where the first of a month is no plain number, 1er avr. 2026."""
    return "d'er' MMM y" if code == "fr" and day.day == 1 else "d MMM y"


def date_text(value):
    """A day, or the text in which SQLite keeps it, as people write it: 9 Feb 2026, 9 févr. 2026."""
    return _date_text(value, language.get()) if value else ""


def time_text(value):
    """A clock time: 9:00 a.m. in English, 9 h 00 in French."""
    if not value:
        return ""
    if language.get() == "fr":
        return format_time(value, "H\xa0'h'\xa0mm", locale="fr")
    return format_time(value, "short", locale="en_CA")


def masked(number):
    """A number with all but its last three characters hidden: •••••678."""
    return "•" * (len(number) - 3) + number[-3:] if number else ""


def whole(text):
    """A row id out of an address or a form, or None: never a number that no database can hold."""
    text = str(text or "").strip()
    return int(text) if text.isdigit() and text.isascii() and len(text) < 10 else None
