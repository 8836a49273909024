"""What a record shows on paper: which of its columns, in words (R-NOTE-8, R-NOTE-9)."""

from dataclasses import dataclass, field

from flask_babel import gettext as _

from admin_views.showing import called, text_of
from models import ForeignKeyField, normalise

NOTE = (
    "mode",
    "reason_for_contact",
    "observations",
    "client_words",
    "discussed",
    "agreed_and_follow_up",
)
SUMMARY = ("reason_for_contact", "agreed_and_follow_up")
CONSENT = ("given_on", "expires_on", "withdrawn_on", "language_used", "copy_given")
LETTER = ("direction", "channel", "who", "purpose", "content", "signed_on", "state")
ACTIVITY = ("topic", "type", "minutes", "mode", "note", "support_services")
VISIT = ("start_time", "address", "purpose", "conditions", "status")
ASSESSMENT = ("state", "level", "need_index", "mode", "skip_reason", "client_view", "strengths")
REFERRAL = ("target_name", "direction", "priority", "referred_by_name", "status", "outcome")
REFERRAL += ("outcome_on", "follow_up_due_on", "follow_up_notes")
INTERVIEW = ("independent", "goals", "where_next", "most_useful", "missing", "nps")
BOOKING = ("interpreter", "setting", "starts_at", "minutes")
APPOINTMENT = ("kind", "starts_at", "staff", "about", "done_on", "result")
ACCESS = ("kind", "asked", "due_on", "answered_on", "answer")
INCIDENT = ("people_involved", "what_happened", "action_taken", "supervisor_review_on")
FILE_FACTS = (
    "file_number",
    "case_type",
    "status",
    "primary_worker",
    "backup_worker",
    "anchor_date",
    "planned_end",
    "address",
    "city",
    "province",
    "postal_code",
    "income_source",
    "close_date",
    "close_reason",
    "close_summary",
)


@dataclass
class Item:
    """One record on paper: its heading, its facts, and a sentence about what was left out."""

    heading: str
    facts: list = field(default_factory=list)
    left_out: str = ""


@dataclass(frozen=True)
class Part:
    """A section of the printed file."""

    title: str
    items: list


def facts(record, names, hides=None):
    """[(label, words)] of what is filled in; what ``hides(text)`` says names somebody else is left out (R-NOTE-9)."""
    found, meta = [], record._meta
    for name in names:
        column = meta.fields.get(name)
        value = None if column is None else getattr(record, name)
        if value in (None, "", [], {}):
            continue
        is_row = isinstance(column, ForeignKeyField)
        words = called(value) if is_row else text_of(column)(value)
        if not is_row and isinstance(value, str):
            words = guarded(words, hides)
        found.append((_(column.verbose_name), words))
    return found


def guarded(words, hides):
    """The words, unless ``hides(words)`` says that they name somebody else (R-NOTE-9)."""
    return _("(left out: it names somebody else)") if hides and hides(words) else words


def linked_words(record, name):
    """A column of several that is a table of links, as (label, words)."""
    words = ", ".join(sorted(map(str, getattr(record, name)), key=normalise))
    return [(_(record._meta.manytomany[name].verbose_name), words)] if words else []
