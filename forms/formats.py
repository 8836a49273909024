"""Numbers as people write them in the language of the page."""

from babel.numbers import format_decimal

from models import language


def number_text(number):
    """A whole number with its thousands set apart: 12,345 in English, 12 345 in French."""
    return format_decimal(number, locale=f"{language.get()}_CA")
