"""People and what they agreed to: file numbers, look-alikes, safe ways to reach a client, consent rules."""

import datetime
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from flask_babel import gettext as _
from peewee import Value, fn

from models import (
    EMAIL_DETAILS,
    GIVEN,
    SHARING,
    WITHDRAWN,
    AuditLog,
    Client,
    ConsentRecord,
    Household,
    KeptCount,
    database,
    normalise,
)
from workflows import look_alikes, names, settings
from workflows.business_days import add_months, age, birth_day
from workflows.records import (
    CONFIRM,
    Problem,
    after,
    before,
    bump,
    delete_rule,
    linked_ids,
    rule,
    save,
)

SIMILAR = "similar-client"
PERSONAL = (SHARING, EMAIL_DETAILS)
TAKEN_ALONG = "Withdrawn with another form that allows the same"


# ---- Households ------------------------------------------------------------------------------------------------------


def next_file_number(year):
    """The next free file number of ``year``, such as 2025-014; two writers never get the same one (2.6)."""
    key = str(year)
    while True:
        bump("household.file_number", key, 1)
        counter = (KeptCount.name == "household.file_number") & (KeptCount.key == key)
        number = f"{key}-{KeptCount.get(counter).n:03d}"
        if not _numbered(number).exists():
            return number


def _numbered(number):
    """The files that have this number, or had it before they were merged."""
    listed = Value(", ").concat(Household.former_numbers).concat(",")
    had = listed.contains(f", {number},")
    return Household.select().where((Household.file_number == number) | had)


@before(Household)
def number_the_file(household, stored):
    if not (household.file_number or "").strip():
        household.file_number = (
            stored.file_number if stored else next_file_number(settings.today().year)
        )


@rule(Household)
def file_number_is_free(change):
    """2.6: one household for each file number."""
    number = change.record.file_number
    if change.changed("file_number"):
        taken = _numbered(number).where(Household.id != (change.record.id or -1))
        if taken.exists():
            yield Problem(
                "file_number",
                _(
                    "Another household has the file number %(number)s. Choose another.",
                    number=number,
                ),
            )


def add_client(client, many=None, confirmed=(), version=None):
    """Save a client; somebody new without a household gets one, with the next file number, in the same transaction.

    Returns the warnings; raises Refused or Conflict.
    """
    with database.atomic():
        if client.household_id is None:
            household = Household(city=client.municipality, address=client.address, file_number="")
            save(household)
            client.household = household
            return save(client, many, confirmed=confirmed)
        return save(client, many, version=version, confirmed=confirmed)


# ---- Look-alikes (R-CLI-3) -------------------------------------------------------------------------------------------


def similar(last_name="", first_name="", birth_date=None, birth_year=None, phone="", but=None):
    """Clients who may be the same person, at most ten: same last name and birth date, same phone, or a similar name
    and the same birth year, in any spelling and any alphabet (R-CLI-3)."""
    year, known = birth_date.year if birth_date else birth_year, _known.get()
    if known:
        found = known.similar(last_name, first_name, birth_date, birth_year, phone)
        year = None
    else:
        found = set(_with_phone(phone)) if phone else set()
    if year and (last_name or first_name):
        wanted, heard = normalise(last_name), names.skeleton(last_name)
        matches = names.matcher(first_name or "", last_name or "")
        for key, first, last, preferred, born in _born_in(year):
            same_day = birth_date and born == birth_date
            if same_day and (normalise(last) == wanted or heard and names.skeleton(last) == heard):
                found.add(key)
            elif any(matches(other, last) for other in {first, preferred or first}):
                found.add(key)
    found.discard(but)
    if not found:
        return []
    rows = Client.select().where(Client.id.in_(found))
    return sorted(rows, key=lambda c: (c.display_name_sorted, c.id))[:10]


def similar_to(client):
    """As ``similar``, for a record of somebody, who is not among them."""
    named = client.last_name, client.first_name, client.birth_date, client.birth_year_only
    return similar(*named, client.phone, but=client.id)


_known = ContextVar("known", default=None)


@contextmanager
def remembering():
    """While this lasts, look-alikes are found in memory: for a file with thousands of rows.  Yields a Known."""
    token = _known.set(look_alikes.Known(_digits))
    try:
        yield _known.get()
    finally:
        _known.reset(token)


@after(Client)
def remember(change):
    if known := _known.get():
        c = change.record
        known.saved(c.id, c.last_name, c.first_name, c.birth_date, c.birth_year_only, c.phone)


def same_person(name, phone=""):
    """Clients with this full name, in either order, or this phone, at most ten: for people not yet in a file."""
    found = Client.stored_by_id(_with_phone(phone) if phone else ())
    words = sorted(normalise(name).split())
    if words:
        query = Client.select()
        for word in words:
            query = query.where(Client.search.contains(word))
        for client in query.limit(50):
            full = normalise(f"{client.first_name} {client.last_name}")
            known = normalise(f"{client.preferred_name or ''} {client.last_name}")
            if words in (sorted(full.split()), sorted(known.split())):
                found[client.id] = client
    return sorted(found.values(), key=lambda c: (c.display_name_sorted, c.id))[:10]


def _digits(phone):
    found = re.sub(r"\D", "", re.split(r"(?i)\s*(?:ext|x|poste)", phone or "")[0])
    return found[1:] if len(found) == 11 and found[0] == "1" else found


def _with_phone(phone):
    """Ids of the clients with the same number, however it is written; seven digits at least."""
    digits = _digits(phone)
    if len(digits) < 7:
        return []
    # The last four digits stand together in every way of writing a number.
    rows = Client.select(Client.id, Client.phone).where(Client.phone.contains(digits[-4:]))
    return [key for key, number in rows.tuples() if _digits(number) == digits]


def _born_in(year):
    """(id, first, last and preferred name, birth date) of everybody born in ``year``."""
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    rows = Client.select(
        Client.id, Client.first_name, Client.last_name, Client.preferred_name, Client.birth_date
    )
    return rows.where(
        Client.birth_date.between(first, last)
        | (Client.birth_date.is_null() & (Client.birth_year_only == year))
    ).tuples()


@rule(Client)
def looks_like_somebody(change):
    """R-CLI-3: asks once, naming the people it found."""
    client = change.record
    names = ("last_name", "first_name", "birth_date", "birth_year_only", "phone")
    if not change.changed(*names):
        return
    found = similar_to(client)
    if found:
        people = "; ".join(described(found))
        yield Problem(
            "last_name",
            _(
                "This may be somebody we know already: %(people)s. It is another person.",
                people=people,
            ),
            CONFIRM,
            SIMILAR,
        )


def described(clients):
    """["Name (file number)", …] of clients, their households in one statement."""
    ids = {c.household_id for c in clients}
    query = Household.select(Household.id, Household.file_number).where(Household.id.in_(ids))
    files = dict(query.tuples())
    return [
        _("%(name)s (file %(file)s)", name=c.display_name, file=files[c.household_id])
        for c in clients
    ]


@rule(Client)
def birth_is_past(change):
    """2.7: nobody is born tomorrow, and a year that is given beside a date agrees with it."""
    client, today = change.record, settings.today()
    if client.birth_date and client.birth_date > today:
        yield Problem("birth_date", _("This birth date is in the future. Check the year."))
    year = client.birth_year_only
    if year is not None and not 1900 <= year <= today.year:
        yield Problem(
            "birth_year_only", _("Enter a year between 1900 and %(year)s.", year=today.year)
        )
    elif year and client.birth_date and client.birth_date.year != year:
        yield Problem(
            "birth_year_only",
            _("The birth date is in another year. Keep the date and clear the year."),
        )


@rule(Client)
def stays_in_own_household(change):
    """A client who has consents on file moves with them only by hand: the forms belong to the household."""
    client = change.record
    if change.before is None or not change.changed("household"):
        return
    if ConsentRecord.select().where(ConsentRecord.client == client.id).exists():
        yield Problem(
            "household",
            _("This client’s consents belong to the present household. Record a new client there."),
        )


# ---- Reaching somebody safely (R-CLI-2) ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Channel:
    """One way to reach a person: its kind (call, text, email), the address, and whether it may be used.

    ``answer`` is yes, ask-first or no; with no, ``href`` is empty and no screen offers it (R-CLI-2).
    """

    kind: str
    address: str
    answer: str

    @property
    def href(self):
        if self.answer == "no" or not self.address:
            return ""
        scheme = {"call": "tel", "text": "sms", "email": "mailto"}[self.kind]
        return f"{scheme}:{self.address if scheme == 'mailto' else _dialled(self.address)}"


def _dialled(phone):
    number, _mark, extension = phone.lower().partition("ext")
    return re.sub(r"[^\d+]", "", number) + (
        f";ext={re.sub(r'[^0-9]', '', extension)}" if extension else ""
    )


def channels(client):
    """The ways to reach a client, as [Channel, …]; those without an address are left out (R-CLI-2)."""
    ways = (
        Channel("call", client.phone or "", client.safe_to_call),
        Channel("text", client.phone or "", client.safe_to_text),
        Channel("email", client.email or "", client.safe_to_email),
    )
    return [way for way in ways if way.address]


def inbound_channels(referral):
    """The ways to reach a person who is in no file: nobody asked what is safe, so ask first."""
    ways = (
        Channel("call", referral.inbound_phone or "", "ask-first"),
        Channel("email", referral.inbound_email or "", "ask-first"),
    )
    return [way for way in ways if way.address]


def age_on(client, day):
    """Whole years on ``day``; None when neither the date nor the year is known.  A year alone counts from 1 July."""
    return age(birth_day(client.birth_date, client.birth_year_only), day)


# ---- Consent (R-CON-5, R-CON-6) --------------------------------------------------------------------------------------


@before(ConsentRecord)
def complete_the_form(consent, stored):
    """The household is the client's; a sharing consent lasts twelve months unless somebody says otherwise (R-CON-6)."""
    if consent.client_id:
        consent.household = consent.client.household_id
    if consent.type == SHARING and consent.state == GIVEN and consent.expires_on is None:
        if consent.given_on:
            months = settings.value("sharing_consent_months")
            consent.expires_on = add_months(consent.given_on, months)
    if consent.state == WITHDRAWN and consent.withdrawn_on is None:
        consent.withdrawn_on = settings.today()


def allow_the_same(one, other):
    """True when two consents are of one kind and, where the kind names receivers, name one in common (R-CON-6)."""
    if one.type != other.type:
        return False
    named = [set(linked_ids(row, "named_organizations")) for row in (one, other)]
    return one.type != SHARING or bool(named[0] & named[1])


@after(ConsentRecord)
def what_allows_the_same_is_taken_back_too(change):
    """R-CON-5: somebody who takes a permission back does not leave it standing on an earlier form or a renewal."""
    taken = change.record
    if taken.type not in PERSONAL or taken.state != WITHDRAWN or not change.changed("state"):
        return
    if change.reason == TAKEN_ALONG:
        return  # what it names beside is no part of what was taken back
    standing = ConsentRecord.select().where(
        ConsentRecord.client == taken.client_id,
        ConsentRecord.type == taken.type,
        ConsentRecord.state == GIVEN,
        ConsentRecord.given_on <= taken.withdrawn_on,
    )
    for other in list(standing.order_by(ConsentRecord.id)):
        if allow_the_same(taken, other):
            other.state, other.withdrawn_on = WITHDRAWN, taken.withdrawn_on
            save(other, reason=TAKEN_ALONG)


@rule(ConsentRecord)
def what_was_taken_back_stays(change):
    """R-CON-5: no edit makes a withdrawn form anything else; a new form says that the client agrees again."""
    before = change.before
    if before and before.state == WITHDRAWN:
        if change.changed("state", "type", "client", "given_on", "withdrawn_on"):
            yield Problem("state", _taken_back_words())


@delete_rule(ConsentRecord)
def what_was_taken_back_is_kept(change):
    """R-CON-5: without it an older form would allow again what the client took back."""
    if change.record.state == WITHDRAWN:
        yield Problem("", _("This consent was withdrawn. It stays in the file as it is."))


def _taken_back_words():
    return _("This consent was withdrawn. Record a new one when the client agrees again.")


@rule(ConsentRecord)
def sharing_names_its_receivers(change):
    """R-CON-6, 2.8: who may receive the information is part of the consent."""
    consent = change.record
    if consent.type == SHARING and consent.state == GIVEN and not change.ids("named_organizations"):
        yield Problem(
            "named_organizations",
            _(
                "Tick at least one organization: a sharing consent names who may receive the information."
            ),
        )


@rule(ConsentRecord)
def consent_form_is_whole(change):
    """2.8: whose form it is, who signed, and dates in order."""
    consent = change.record
    if consent.type in PERSONAL and not consent.client_id:
        yield Problem("client", _("Choose the client: this consent is personal."))
    if consent.signer_role == "guardian" and not (consent.guardian_relation or "").strip():
        yield Problem("guardian_relation", _("Say how the guardian is related to the client."))
    if consent.given_on and consent.given_on > settings.today():
        yield Problem("given_on", _("This day is in the future. Enter the day of the signature."))
    if consent.expires_on and consent.given_on and consent.expires_on < consent.given_on:
        yield Problem("expires_on", _("The consent would end before it began. Check both dates."))
    if consent.state == GIVEN and consent.withdrawn_on:
        yield Problem("state", _taken_back_words())


def recent_clients(name):
    """Clients whose page ``name`` opened lately, newest first, from the newest rows of the audit log."""
    newest = (
        AuditLog.select(
            AuditLog.id,
            AuditLog.entity,
            AuditLog.entity_id,
            AuditLog.action,
            AuditLog.working_as_name,
        )
        .order_by(AuditLog.id.desc())
        .limit(2000)
        .alias("newest")
    )
    opened = (
        AuditLog.select(newest.c.entity_id, fn.MAX(newest.c.id).alias("last"))
        .from_(newest)
        .where(
            newest.c.entity == "client",
            newest.c.entity_id.is_null(False),
            newest.c.action == "view",
            newest.c.working_as_name == name,
        )
        .group_by(newest.c.entity_id)
        .alias("opened")
    )
    return list(
        Client.select(Client.id, Client.display_name)
        .join(opened, on=(Client.id == opened.c.entity_id))
        .order_by(opened.c.last.desc())
        .limit(6)
        .tuples()
    )


def may_be_withdrawn(consent):
    """True while a consent that was given was not taken back; one that ran out may still be."""
    return consent.state == GIVEN and consent.withdrawn_on is None
