"""Correspondence: what needs a supervisor's signature, and the way from draft to sent or filed (2.15, R-COR)."""

import re

from flask_babel import gettext as _
from peewee import fn

from forms import choices
from models import (
    AWAITING,
    DRAFT,
    FILED,
    LETTER_SENT,
    OUTGOING,
    RECORDED,
    SIGNED,
    Attachment,
    Correspondence,
)
from workflows import attachments, settings, signers
from workflows.records import WARN, Problem, Refused, before, delete_rule, rule, save

COPY = "correspondence"  # kind of the attachment that is the copy
# What is signed for; a change of it is another letter.
SIGNED_FOR = ("channel", "who", "purpose", "content", "client")
OUTSIDE = ("direction", "who_is_external", "on_behalf_of_client")
BEGUN = (DRAFT, RECORDED)
_TRAIL = re.compile(
    r"^\s*>.*\n\s*>"
    r"|^\s*-{2,}\s*(?:original message|forwarded message|message d[’']origine|message transféré)\s*-{2,}"
    r"|^[\s>*]*(?:from|de)\s*:.*\n(?:.*\n){0,3}?[\s>*]*(?:sent|date|envoyé)\s*:"
    r"|^\s*(?:on|le) .{4,120}(?:wrote|a écrit)\s*:\s*$",
    re.IGNORECASE | re.MULTILINE,
)


def needs_signature(letter):
    """R-COR-1: outgoing, by a channel that is on paper or like it, to somebody outside, on behalf of the client."""
    by_channel = choices.term_extra("correspondence-channels", letter.channel).get("signature")
    outgoing = letter.direction == OUTGOING
    return bool(outgoing and by_channel and letter.who_is_external and letter.on_behalf_of_client)


def has_copy(letter):
    """True when a copy of the letter is attached."""
    return bool(letter.id and attachments.of(letter, COPY))


def has_trail(text):
    """R-COR-3: True for a text with the lines of an earlier mail under it."""
    return bool(_TRAIL.search((text or "").replace("\r\n", "\n") + "\n"))


# ---- What holds (R-COR-1, R-COR-3) -------------------------------------------------------------------------------------------


@before(Correspondence)
def it_begins_as_what_it_is(letter, stored):
    """R-COR-1: what needs a signature begins as a draft; an edit of what was signed takes the signature away."""
    needed = needs_signature(letter)
    begins, was_filed = letter.state in BEGUN, letter.state == FILED and needed
    no_longer = letter.state in (AWAITING, SIGNED) and (not needed or _differs(letter, stored))
    if begins or was_filed or no_longer:
        letter.state = DRAFT if needed else RECORDED
        letter.supervisor_signer, letter.signed_on = None, None


def _differs(letter, stored):
    """True when a letter that was signed already now says something else."""
    return bool(
        stored
        and stored.state == SIGNED
        and any(stored.__data__.get(name) != letter.__data__.get(name) for name in SIGNED_FOR)
    )


@rule(Correspondence)
def a_letter_leaves_signed_and_with_its_copy(change):
    """R-COR-1: sent, only when a supervisor signed with a date and a copy is attached."""
    letter = change.record
    if letter.state in (SIGNED, LETTER_SENT) and change.changed("state", "supervisor_signer"):
        # A signature stands when the supervisor has another role, or has left, before the letter is posted.
        is_new = change.changed("supervisor_signer", "signed_on")
        if not letter.signed_on or is_new and not signers.may_sign(letter.supervisor_signer):
            words = _(
                "This letter goes out for a client, so a supervisor signs it first. Ask for a signature."
            )
            yield Problem("state", words)
    if letter.state == LETTER_SENT and change.changed("state") and not has_copy(letter):
        words = _("Attach a copy of the signed letter before you mark it as sent.")
        yield Problem("state", words)
    if letter.signed_on and letter.signed_on > settings.today():
        yield Problem(
            "signed_on", _("This day is in the future. A signature has a day of its own.")
        )


@rule(Correspondence)
def what_was_sent_stays(change):
    """R-COR-1: a letter that left is a record of what left."""
    before_it = change.before
    if before_it and before_it.state == LETTER_SENT:
        if change.changed(*SIGNED_FOR, *OUTSIDE, "state", "occurred_at"):
            words = _("This letter was sent, so it stays as it left. Record a new one instead.")
            yield Problem("", words)


@delete_rule(Correspondence)
def what_was_sent_is_kept(change):
    """R-COR-1: it leaves the file with the file only."""
    if change.record.state == LETTER_SENT:
        yield Problem("", _("This letter was sent, so it stays in the file."))


@delete_rule(Attachment)
def the_copy_of_what_was_sent_is_kept(change):
    """R-COR-1: a letter that was sent has its copy."""
    copy = change.record
    if (copy.owner_table, copy.kind) != (Correspondence._meta.table_name, COPY):
        return
    sent = (Correspondence.id == copy.owner_id) & (Correspondence.state == LETTER_SENT)
    if Correspondence.select().where(sent).exists():
        yield Problem("", _("This is the copy of a letter that was sent. It stays in the file."))


@rule(Correspondence)
def only_what_the_file_needs(change):
    """R-COR-3: a pasted trail of mails warns."""
    if change.changed("content") and has_trail(change.record.content):
        words = _(
            "An earlier message is pasted below the text. Keep only what the file needs, and take the rest out."
        )
        yield Problem("content", words, WARN)


# ---- The way of a letter -----------------------------------------------------------------------------------------------------


def _move(letter, allowed, state, refusal, version=None):
    """Give ``letter`` the next state; raises Refused with a sentence."""
    if letter.state not in allowed:
        raise Refused([Problem("state", refusal)])
    letter.state = state
    return save(letter, version=version)


def ask(letter):
    """Ask a supervisor for a signature."""
    words = _("This needs no signature, or has been asked for one already.")
    return _move(letter, (DRAFT,), AWAITING, words)


def sign(letter, staff, day, version=None):
    """R-COR-1: ``staff`` signs on ``day`` the ``version`` they have read; raises Refused or Conflict."""
    if not signers.may_sign(staff):
        words = _("Choose a supervisor: only a supervisor signs letters.")
        raise Refused([Problem("supervisor_signer", words)])
    letter.supervisor_signer, letter.signed_on = staff, day
    words = _("This letter is not waiting for a signature. Ask for one first.")
    return _move(letter, (AWAITING,), SIGNED, words, version)


def send(letter):
    """R-COR-1: the letter has left."""
    words = _(
        "A letter sent unsigned would break the standard: a supervisor signs it first. Ask for a signature."
    )
    if not needs_signature(letter):
        words = _("This needs no signature and is not sent from here. File it instead.")
    return _move(letter, (SIGNED,), LETTER_SENT, words)


def put_in_the_file(letter):
    """What needs no signature is filed once it is recorded."""
    words = _("This is filed already, or is a letter that a supervisor signs first.")
    return _move(letter, (RECORDED,), FILED, words)


# ---- How many were signed in time ----------------------------------------------------------------------------------------------


def waiting():
    """Query of the letters that wait for a signature."""
    return Correspondence.select(Correspondence.id).where(Correspondence.state == AWAITING)


def signed_in_time(first, last):
    """(met, due) of letters dated ``first`` to ``last`` that need a signature and are past the draft: those signed.

    A letter that still waits is due and not met; one that nobody asked a signature for is not written yet.
    """
    due = Correspondence.select(fn.COUNT(Correspondence.id)).where(
        Correspondence.state.in_((AWAITING, SIGNED, LETTER_SENT)),
        settings.on_days(Correspondence.occurred_at, first, last),
    )
    return due.where(Correspondence.signed_on.is_null(False)).scalar(), due.scalar()
