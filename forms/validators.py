"""Checks shared by many fields; each raises ValidationError with a sentence that says what to do."""

import datetime
import re
import unicodedata
from functools import lru_cache

import email_validator
import phonenumbers
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, StopValidation, ValidationError

# The largest whole number that either database keeps.
BIGGEST = 2_147_483_647

# R-ORG-3: no D, F, I, O, Q or U anywhere, and no W or Z in front.
POSTAL_CODE = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d")

# What people write behind a number, in both languages: ext. 12, x12, #12, poste 12.
EXTENSION = re.compile(r"(?:extension|ext\.?|x|poste|#)\s*\d{1,7}\s*$", re.IGNORECASE)


def tidy(text):
    """Stripped text without control characters or marks that turn the reading direction around."""
    if text is None:
        return None
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (c for c in text if c == "\n" or c == "\t" or unicodedata.category(c) not in HIDDEN)
    return "".join(kept).strip()


# Control characters, surrogates, and the direction overrides among the format characters are never typed on purpose;
# joiners (Cf) are needed by Persian, Hindi and emoji, so only the bidi ones go.
HIDDEN = {"Cc", "Cs", "Cn"}
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF])


def clean_line(text):
    """``tidy`` on one line: line breaks become spaces."""
    text = tidy(text)
    return " ".join(text.translate(_BIDI).split()) if text else text


def clean_text(text):
    """``tidy`` for long text: line breaks stay."""
    text = tidy(text)
    return text.translate(_BIDI) if text else text


def postal_code(text):
    """A postal code as it is stored, "A1A 1A1"; unchanged when it cannot be one."""
    bare = re.sub(r"[\s-]", "", text or "").upper()
    return f"{bare[:3]} {bare[3:]}" if len(bare) == 6 else (text or "").strip().upper()


class Needed(InputRequired):
    """Something must be answered; what is said names the question."""

    def __call__(self, form, field):
        try:
            super().__call__(form, field)
        except StopValidation as missing:
            raise StopValidation(self.message or named(field)) from missing


def named(field):
    """What to do about a question without an answer: Enter “First name”, Choose “Gender”."""
    label = str(field.label.text)
    if label.endswith("?"):
        return _l("Answer this question.")
    if hasattr(field, "iter_choices") or hasattr(field, "query"):
        return _l("Choose “%(label)s”.", label=label)
    return _l("Enter “%(label)s”.", label=label)


def is_whole_number(form, field):
    """Letters are said to be no number, and nothing else is said about them."""
    if field.data is None and any(text.strip() for text in field.raw_data or ()):
        field.errors = []
        raise StopValidation(_l("Enter a whole number, such as 45."))
    if field.data is not None and abs(field.data) > BIGGEST:
        raise ValidationError(_l("This number is too large."))


def is_postal_code(form, field):
    if field.data and not POSTAL_CODE.fullmatch(field.data):
        raise ValidationError(_l("Enter a Canadian postal code such as N8H 1A1."))


@lru_cache(500)
def ascii_address(text):
    """One email address as mail servers know it; None when it is not of valid form."""
    try:
        checked = email_validator.validate_email(
            text, check_deliverability=False, allow_smtputf8=False
        )
    except email_validator.EmailNotValidError:
        return None
    return checked.ascii_email


def is_email(form, field):
    if field.data and ascii_address(field.data) is None:
        raise ValidationError(_l("Enter one email address such as name@agency.ca."))


def is_phone(form, field):
    """A number that can be dialled from Canada, with or without an extension; one of another country begins with +."""
    if field.data and not _can_be_dialled(EXTENSION.sub("", field.data)):
        raise ValidationError(_l("Enter a phone number with its area code, such as 519-555-0100."))


def _can_be_dialled(text):
    # The library would turn the letters of a word into the digits of its keys.
    if any(character.isalpha() for character in text):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, "CA"))
    except phonenumbers.NumberParseException:
        return False


def is_web_address(form, field):
    if field.data and not re.fullmatch(r"https?://[^\s<>\"']+", field.data):
        raise ValidationError(_l("Enter a web address that begins with https://."))


def is_sensible_date(form, field):
    if field.data and not datetime.date(1900, 1, 1) <= field.data <= datetime.date(2199, 12, 31):
        raise ValidationError(_l("Enter a date between 1900 and 2199."))
