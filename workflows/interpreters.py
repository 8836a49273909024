"""Interpreters and their bookings: forms, certificates, communities, the yearly review (2.21, R-INT-1 to R-INT-4)."""

import datetime
import re

from flask_babel import gettext as _
from peewee import fn

from forms import choices
from forms.formats import date_text, time_text
from models import (
    Booking,
    Client,
    Interpreter,
    Language,
    TaxonomyItem,
    TaxonomyList,
    database,
    normalise,
)
from workflows import settings
from workflows.business_days import add_months
from workflows.records import WARN, Problem, rule, save

LEGAL = "legal"
LONGEST = 600  # minutes
USUAL = 60  # minutes of a booking that says none, when times are compared
MOST_MEMBERS = 50
# Words that say nothing about where somebody is from, in English and in French.
EMPTY = frozenset(
    "republic democratic people united north south east west islands kingdom federation community communities"
    " interpreter woman women female male from same their other speaking language please prefers preferably"
    " republique democratique populaire unie nord sud ouest iles royaume communaute communautes interprete femme"
    " femmes homme hommes meme autre langue".split()
)
SHORTEST = 4  # letters of a root


# ---- Certificates and forms ---------------------------------------------------------------------------------------------


def is_certified(interpreter, setting):
    """True when somebody may interpret in a setting: the list says which ask for a certificate (R-INT-2)."""
    if not choices.term_extra("interpreter-settings", setting).get("certified"):
        return True
    return interpreter.certified_legal if setting == LEGAL else interpreter.certified_medical


def signed_by(interpreter, day):
    """True when the confidentiality form was signed by that day (R-INT-1)."""
    signed = interpreter.confidentiality_signed_on
    return bool(signed and signed <= day)


@rule(Booking)
def a_booking_needs_a_signed_form(change):
    """R-INT-1: nobody interprets without a signed confidentiality form, nor who does not work with us any more."""
    row = change.record
    if not row.interpreter_id or not row.date or not change.changed("interpreter", "date"):
        return
    interpreter = row.interpreter
    if not interpreter.is_active:
        words = _("%(name)s does not work with us any more. Choose somebody else.")
        yield Problem("interpreter", words % {"name": interpreter.name})
    if not signed_by(interpreter, row.date):
        words = _(
            "%(name)s has not signed the confidentiality form by this day. Have it signed and enter the day under"
            " Administration, Interpreters, before you book.",
            name=interpreter.name,
        )
        yield Problem("interpreter", words)


@rule(Booking)
def a_setting_asks_for_its_certificate(change):
    """R-INT-2: medical, legal and mental-health settings; an urgent exception says why."""
    row = change.record
    if not row.interpreter_id or is_certified(row.interpreter, row.setting):
        return
    if not change.changed("interpreter", "setting", "urgent_override_reason"):
        return
    facts = {
        "name": row.interpreter.name,
        "setting": choices.term_label("interpreter-settings", row.setting),
    }
    if not (row.urgent_override_reason or "").strip():
        words = _(
            "%(name)s has no certificate for the setting “%(setting)s”. Choose somebody who has, or give the reason"
            " for an urgent exception.",
            **facts,
        )
        yield Problem("urgent_override_reason", words)
    else:
        words = _(
            "%(name)s interprets without a certificate for the setting “%(setting)s”: an urgent exception.",
            **facts,
        )
        yield Problem("interpreter", words, WARN)


@rule(Booking)
def a_booking_is_plausible(change):
    """2.21: one to six hundred minutes."""
    minutes = change.record.minutes
    if minutes is not None and not 1 <= minutes <= LONGEST:
        yield Problem("minutes", _("Enter between 1 and %(most)s minutes.", most=LONGEST))


# ---- Language, community, time ------------------------------------------------------------------------------------------


def people_of(row):
    """The Clients a booking is for: the one it names, else all of the household."""
    if row.client_id:
        return [row.client]
    mine = Client.select().where(Client.household == row.household_id)
    return list(mine.order_by(Client.id).limit(MOST_MEMBERS))


def languages_of(people):
    """Codes of the languages these people prefer, each once, in their order."""
    return list(dict.fromkeys(code for one in people for code in one.preferred_languages or ()))


@rule(Booking)
def the_language_is_theirs(change):
    """2.21: warns when the interpreter speaks none of the languages the people prefer."""
    row = change.record
    if not row.interpreter_id or not change.changed("interpreter", "client"):
        return
    spoken, asked = row.interpreter.languages or (), languages_of(people_of(row))
    if spoken and asked and not set(spoken) & set(asked):
        words = _(
            "%(name)s is not recorded as speaking %(languages)s.",
            name=row.interpreter.name,
            languages=", ".join(map(choices.language_label, asked)),
        )
        yield Problem("interpreter", words, WARN)


@rule(Booking)
def a_shared_community_is_told(change):
    """R-INT-3: warns when somebody who asked for an interpreter from elsewhere may get one of their own community."""
    row = change.record
    if not row.interpreter_id or not change.changed("interpreter", "client"):
        return
    theirs = row.interpreter.communities or ""
    for person in people_of(row):
        if person.interpreter_not_own_community and (shared := shared_words(theirs, person)):
            words = _(
                "%(client)s asked for an interpreter who is not from their own community; %(name)s is recorded with"
                " “%(shared)s”. Ask before you go on.",
                client=str(person),
                name=row.interpreter.name,
                shared=", ".join(shared),
            )
            yield Problem("interpreter", words, WARN)


def shared_words(communities, client):
    """Words of ``communities`` that a client's country, languages or stated preference has too (R-INT-3).

    Two words are the same when they have a root in common: "Syrian" and "Syria", "Ukrainian" and "Ukraine".  Labels
    are read in both languages; a warning too many costs a question, one too few costs trust.
    """
    country = (
        TaxonomyItem.select(TaxonomyItem.label_en, TaxonomyItem.label_fr)
        .join(TaxonomyList)
        .where(TaxonomyList.slug == "countries", TaxonomyItem.slug == client.country_of_origin)
    )
    spoken = Language.select(Language.label_en, Language.label_fr).where(
        Language.code.in_(list(client.preferred_languages or ("",)))
    )
    stated = [client.interpreter_preference or ""]
    labels = [text or "" for row in (*country.tuples(), *spoken.tuples()) for text in row]
    known = {word for text in labels + stated for word in _words(text)}
    return [word for word in _words(communities) if any(_same_root(word, k) for k in known)]


def _words(text):
    found = re.findall(r"\w+", normalise(text))
    return [word for word in found if len(word) >= SHORTEST and word not in EMPTY]


def _same_root(one, other):
    common = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        common += 1
    return common >= max(SHORTEST, min(len(one), len(other)) - 1)


@rule(Booking)
def nobody_is_in_two_places(change):
    """2.21: warns when the interpreter has another booking at that time; without a time nothing is known."""
    row = change.record
    if not row.interpreter_id or row.starts_at is None or row.date is None:
        return
    if not change.changed("interpreter", "date", "starts_at", "minutes"):
        return
    others = Booking.select().where(
        Booking.interpreter == row.interpreter_id,
        Booking.date == row.date,
        Booking.starts_at.is_null(False),
        Booking.id != (row.id or 0),
    )
    begins, ends = span(row)
    for other in others.order_by(Booking.starts_at, Booking.id):
        first, last = span(other)
        if begins < last and first < ends:
            words = _(
                "On %(day)s, from %(first)s to %(last)s, %(name)s has another booking.",
                name=row.interpreter.name,
                day=date_text(row.date),
                first=time_text(first.time()),
                last=time_text(last.time()),
            )
            yield Problem("starts_at", words, WARN)


def span(booking):
    """(beginning, end) of a booking with a time; one that says no minutes counts as an hour."""
    begins = datetime.datetime.combine(booking.date, booking.starts_at)
    return begins, begins + datetime.timedelta(minutes=booking.minutes or USUAL)


def offered(household, client=None, keep=None):
    """[(Interpreter, [codes of languages shared])] who can be booked, those who share a language first.

    Only who works with us and signed the form; ``keep`` is the id of one who stays offered whatever holds now.
    """
    people = [client] if client else list(Client.select().where(Client.household == household.id))
    asked = languages_of(people)
    works = Interpreter.is_active & Interpreter.confidentiality_signed_on.is_null(False)
    rows = Interpreter.select().where(works | (Interpreter.id == (keep or 0)))
    found = [(row, [code for code in row.languages or () if code in asked]) for row in rows]
    return sorted(found, key=lambda pair: (not pair[1], normalise(pair[0].name)))


# ---- The yearly review (R-INT-4) ----------------------------------------------------------------------------------------


def to_review(today):
    """Interpreters who work with us and whose confidentiality form was last looked at too long ago (R-INT-4)."""
    months = settings.value("interpreter_confidentiality_review_months")
    last = fn.COALESCE(
        Interpreter.last_confidentiality_review_on, Interpreter.confidentiality_signed_on
    )
    return Interpreter.select().where(Interpreter.is_active, last < add_months(today, -months))


def reviewed(ids):
    """Today these interpreters were reminded of confidentiality; returns how many."""
    today = settings.today()
    with database.atomic():
        rows = list(Interpreter.select().where(Interpreter.id.in_(list(ids))))
        for row in rows:
            row.last_confidentiality_review_on = today
            save(row)
    return len(rows)


@rule(Interpreter)
def days_of_an_interpreter_are_past(change):
    """2.21: a form is signed and reviewed before it is recorded, and reviewed after it was signed."""
    row, today = change.record, settings.today()
    for name in ("confidentiality_signed_on", "last_confidentiality_review_on"):
        day = getattr(row, name)
        if day and change.changed(name) and day > today:
            yield Problem(name, _("This day is in the future. Check the date."))
    signed, last = row.confidentiality_signed_on, row.last_confidentiality_review_on
    if last and not signed:
        words = _("Enter the day on which the form was signed as well.")
        yield Problem("confidentiality_signed_on", words)


def with_forms(from_day, to_day):
    """(met, due): bookings from one day to another, and those whose interpreter had signed the form by then."""
    rows = (
        Booking.select(Booking.id).join(Interpreter).where(Booking.date.between(from_day, to_day))
    )
    return rows.where(Interpreter.confidentiality_signed_on <= Booking.date).count(), rows.count()


@rule(Interpreter)
def who_is_booked_keeps_the_form(change):
    """R-INT-1: a booking to come stands on the signed form, and on somebody who works with us."""
    row = change.record
    if change.before is None or not change.changed("confidentiality_signed_on", "is_active"):
        return
    coming = Booking.select().where(Booking.interpreter == row.id, Booking.date >= settings.today())
    first = coming.order_by(Booking.date).first()
    if first and not (row.is_active and signed_by(row, first.date)):
        words = _(
            "%(name)s is booked on %(day)s. Give the bookings to come to somebody else first.",
            name=row.name,
            day=date_text(first.date),
        )
        name = "confidentiality_signed_on" if row.is_active else "is_active"
        yield Problem(name, words)
