"""Text that was typed and could not be saved: kept as drafts for the browser it was typed in, and offered again there."""

import datetime
import hashlib
from urllib.parse import parse_qs

from models import TABLES, Client, Draft, Organization, Record, database, now
from workflows import clock, records

EXPIRED, LANGUAGE = "expired", "language"
MOST = 10  # drafts kept for one browser; the oldest goes
KEPT = datetime.timedelta(days=7)
# Screens of a model beside its own.
ALSO = {Organization: ("partners", "my-organization")}


def keep(browser, kind, path, answers):
    """Keep ``answers`` ({name: [value, …]}) typed at the address ``path``; returns the draft's key.

    ``browser`` is the opaque secret of the browser; only its hash is stored.
    """
    with database.atomic():
        draft = Draft(kind=kind, path=path, answers=answers, session_token=_hash(browser))
        records.save(draft)
        mine = _of(browser).order_by(Draft.id.desc()).offset(MOST)
        for old in list(mine):
            records.delete(old)
    return draft.key


def waiting(browser):
    """Drafts that the browser was signed out of, newest first."""
    return list(_of(browser).where(Draft.kind == EXPIRED).order_by(Draft.id.desc()))


def find(browser, key):
    """The draft with this key if it was typed in this browser, else None."""
    return _of(browser).where(Draft.key == key).first()


def discard(browser, key):
    """Remove a draft of this browser: it was saved, or nobody wants it."""
    draft = find(browser, key)
    if draft:
        records.delete(draft)


def purge():
    """Remove what nobody came back for; returns how many."""
    old = Draft.select().where(Draft.kind.in_((EXPIRED, LANGUAGE)), Draft.updated_at < now() - KEPT)
    drafts = list(old)
    for draft in drafts:
        records.delete(draft)
    return len(drafts)


clock.DAILY.append(purge)


def address(model):
    """Where the screens of a model are: the plural in kebab-case, as people see it in the address bar."""
    name = model._meta.table_name.replace("_", "-")
    irregular = {
        "area-of-focus": "areas-of-focus",
        "audit-log": "audit-log",
        "distribution-log": "distribution-log",
        "staff": "staff",
        "outbox-message": "outbox",
        "text-template": "texts",
        "correspondence": "correspondence",
        "client-feedback": "client-feedback",
        "note-addendum": "note-addenda",
        "privacy-breach": "privacy-breaches",
    }
    if name in irregular:
        return irregular[name]
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


@records.after_delete(*(t for t in TABLES if issubclass(t, Record) and t is not Draft))
def go_with_the_record(record):
    """No form kept for a signed-out screen outlives the record it was about."""
    for draft in list(Draft.select().where(Draft.session_token.is_null(False))):
        if _is_about(draft, record):
            records.delete(draft)


def _is_about(draft, record):
    """True for a form on a page of the record, and for one that names it when it is a client."""
    path, _mark, query = draft.path.partition("?")
    named, key = parse_qs(query), [str(record.id)]
    pages = (address(type(record)), *ALSO.get(type(record), ()))
    on_its_page = path.lstrip("/").partition("/")[0] in pages and named.get("id") == key
    names_it = key in (named.get("client"), draft.answers.get("client"))
    return on_its_page or isinstance(record, Client) and names_it


def _of(browser):
    return Draft.select().where(
        Draft.session_token == _hash(browser), Draft.kind.in_((EXPIRED, LANGUAGE))
    )


def _hash(browser):
    return hashlib.sha256(browser.encode()).hexdigest()
