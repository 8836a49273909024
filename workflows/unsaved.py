"""Text that was typed and could not be saved: kept as drafts for the browser it was typed in, and offered again there."""

import datetime
import hashlib

from models import Draft, database, now
from workflows import clock, records

EXPIRED, LANGUAGE = "expired", "language"
MOST = 10  # drafts kept for one browser; the oldest goes
KEPT = datetime.timedelta(days=7)


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


def _of(browser):
    return Draft.select().where(
        Draft.session_token == _hash(browser), Draft.kind.in_((EXPIRED, LANGUAGE))
    )


def _hash(browser):
    return hashlib.sha256(browser.encode()).hexdigest()
