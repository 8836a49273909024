"""What may be recorded about a person and a consent: dates in order, levels, numbers, who signs, what must be explained.

Rules of one row and its neighbours; the rules that look across the file (look-alikes, moving) stand in ``people``.
"""

import re

from flask_babel import gettext as _
from peewee import Case

from forms import choices
from models import EXPIRED, GIVEN, Client, ConsentRecord, Guardianship
from workflows import agency_rules, settings
from workflows.business_days import birth_day, comes_of_age_on
from workflows.records import CONFIRM, Problem, rule

CONFIDENTIALITY, COLLECTION, CHARTER = "confidentiality", "collection-use", "client-charter"
GUARDIAN_OF_ADULT = "guardian-of-adult"
LEVELS = [name for name in Client._meta.fields if re.match(r"clb_(en|fr)_", name)]
_CLIENT_NUMBER = re.compile(r"\d{8}|\d{10}")


def of_age_on(client):
    """The day a client reaches the age of majority of the agency's province; None when no birth is known (R-CON-3)."""
    born = birth_day(client.birth_date, client.birth_year_only)
    if born is None:
        return None
    ages = agency_rules.ages_of_majority()
    return comes_of_age_on(born, settings.value("province"), ages)


def is_minor(client, on=None):
    """True or False on the day ``on`` (today); None when no birth is known (R-CON-3)."""
    day = of_age_on(client)
    return None if day is None else (on or settings.today()) < day


# ---- Which consents stand (R-CON-5, R-CON-6) -----------------------------------------------------------------------------


def in_force(today):
    """The condition of a consent that is given, not withdrawn and not past its last day."""
    lasts = ConsentRecord.expires_on.is_null() | (ConsentRecord.expires_on >= today)
    return (ConsentRecord.state == GIVEN) & ConsentRecord.withdrawn_on.is_null() & lasts


def is_past(consent, today):
    """True once a consent that was given is past its last day: it reads "expired" from then on (2.8)."""
    return bool(consent.state == GIVEN and consent.expires_on and consent.expires_on < today)


def is_in_force(consent, today):
    """As ``in_force``, of one record."""
    return consent.state == GIVEN and consent.withdrawn_on is None and not is_past(consent, today)


def state_of(consent, today=None):
    """given, refused, withdrawn or expired, as it is today: nobody types that a consent ran out (2.8)."""
    return EXPIRED if is_past(consent, today or settings.today()) else consent.state


def state_column(today):
    """``state_of`` as the database works it out, for a file of many rows."""
    past = (ConsentRecord.state == GIVEN) & (ConsentRecord.expires_on < today)
    return Case(None, [(past, EXPIRED)], ConsentRecord.state)


def in_state(state, today):
    """The condition of the consents that read so today."""
    past = (ConsentRecord.state == GIVEN) & (ConsentRecord.expires_on < today)
    if state == EXPIRED:
        return (ConsentRecord.state == EXPIRED) | past
    return in_force(today) if state == GIVEN else ConsentRecord.state == state


# ---- Clients (2.7) -----------------------------------------------------------------------------------------------------


@rule(Client)
def dates_of_a_life_are_in_order(change):
    """2.7: nobody arrives or becomes a permanent resident before being born."""
    client = change.record
    born, year = client.birth_date, client.birth_year_only
    for name, words in (
        ("arrival_date", _("This person would arrive before being born. Check both dates.")),
        (
            "permanent_residence_date",
            _("This person would be a permanent resident before being born. Check both dates."),
        ),
    ):
        day = getattr(client, name)
        if day and (born and day < born or not born and year and day.year < year):
            yield Problem(name, words)
    for name in ("permanent_residence_date", "clb_assessed_on"):
        day = getattr(client, name)
        if day and change.changed(name) and day > settings.today():
            yield Problem(name, _("This day is in the future. Check the date."))


@rule(Client)
def language_levels_go_from_0_to_12(change):
    """2.7: 0 means literacy."""
    for name in LEVELS:
        level = getattr(change.record, name)
        if level is not None and not 0 <= level <= 12:
            yield Problem(name, _("A level goes from 0 to 12; 0 means literacy."))


@rule(Client)
def client_number_has_8_or_10_digits(change):
    """2.7: the funder's number of a client; spaces and hyphens were taken out before."""
    number = change.record.funder_client_number
    if number and change.changed("funder_client_number") and not _CLIENT_NUMBER.fullmatch(number):
        yield Problem("funder_client_number", _("Enter the 8 or the 10 digits of the number."))


@rule(Client)
def family_stays_together(change):
    """R-CON-7: a parent and the children in their care are in one household."""
    client = change.record
    if change.before is None or not change.changed("household"):
        return
    ties = (Guardianship.guardian == client.id) | (Guardianship.child == client.id)
    if Guardianship.select().where(ties).exists():
        words = _("Children in care and their parents are in one household. Remove the link first.")
        yield Problem("household", words)


@rule(Guardianship)
def care_is_within_a_household(change):
    """2.7, R-CON-7: a child in care is a minor of the same household, and nobody is their own parent."""
    guardian, child = change.record.guardian, change.record.child
    if guardian.id == child.id:
        yield Problem("child", _("Choose two people: nobody is in their own care."))
    elif guardian.household_id != child.household_id:
        words = _("Both people must be in one household. Extended family has a file of its own.")
        yield Problem("child", words)
    elif is_minor(child) is False and change.changed("guardian", "child"):
        yield Problem("child", _("This person is of age, so nobody has them in their care."))


# ---- Consents (R-CON-1, R-CON-3, 2.8) ------------------------------------------------------------------------------------


@rule(ConsentRecord)
def limits_are_explained(change):
    """R-CON-1: all limits of confidentiality are explained before the form is signed."""
    consent = change.record
    if consent.type != CONFIDENTIALITY or consent.state != GIVEN:
        return
    left = [
        label
        for slug, label in choices.terms("confidentiality-limits")
        if slug not in (consent.limits_explained or ())
    ]
    if left and change.changed("limits_explained", "type", "state"):
        words = _(
            "Explain every limit and tick it. Still open: %(limits)s.", limits="; ".join(left)
        )
        yield Problem("limits_explained", words)


@rule(ConsentRecord)
def staff_sign_what_they_explained(change):
    """2.8: confidentiality and the charter carry the name of who explained them."""
    consent = change.record
    asks = choices.term_extra("consent-types", consent.type).get("staff_signs")
    if asks and consent.state == GIVEN and not (consent.staff_signer_name or "").strip():
        words = _("Enter the name of the staff member who explained this form.")
        yield Problem("staff_signer_name", words)


@rule(ConsentRecord)
def who_may_sign(change):
    """R-CON-3: a guardian signs for a minor; from the age of majority of the province people sign for themselves."""
    consent = change.record
    if not consent.client_id or consent.state != GIVEN or not consent.given_on:
        return
    if not change.changed("client", "signer_role", "given_on", "state"):
        return
    minor = is_minor(consent.client, consent.given_on)
    if minor and consent.signer_role != "guardian":
        words = _(
            "This person is under the age of majority: a parent or guardian signs. Choose “Guardian”."
        )
        yield Problem("signer_role", words)
    elif consent.signer_role == "worker":
        yield Problem("signer_role", _("A worker does not sign for a client."))
    elif minor is False and consent.signer_role == "guardian":
        words = _(
            "This person is of age and signs their own forms. A court has named a guardian for them."
        )
        yield Problem("signer_role", words, CONFIRM, GUARDIAN_OF_ADULT)
