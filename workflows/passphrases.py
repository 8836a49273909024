"""The two passphrases: what makes a good one, how it is kept, and tries that get slower (decisions 0.5 and 0.6)."""

import datetime
import hashlib
import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask_babel import gettext as _
from flask_babel import ngettext
from zxcvbn import zxcvbn

from models import Account, AuditLog, Session, database, normalise, now
from workflows import audit, records, settings

FOLDER = Path(__file__).resolve().parent.parent / "seed"
SHORTEST, LONGEST = 15, 1000
SLOWEST = 25  # seconds between two tries, however many went wrong
FORGOTTEN = datetime.timedelta(
    hours=1
)  # after this long without a wrong try the count starts again
KNOWN = datetime.timedelta(days=30)
TRIED = ("sign-in", "sign-in-failed")
ZXCVBN_READS = 72

_hasher = PasswordHasher()


class TooSoon(Exception):
    """Nothing was tried: another try is possible after ``seconds``."""

    def __init__(self, seconds):
        super().__init__(
            ngettext(
                "Please wait %(num)s second, then try again.",
                "Please wait %(num)s seconds, then try again.",
                seconds,
            )
        )
        self.seconds = seconds


# ---- A good passphrase -----------------------------------------------------------------------------------------------


def problem(passphrase):
    """Why ``passphrase`` cannot be used, as a sentence; None when it can.  No composition rules."""
    text = _same(passphrase)
    if len(text) < SHORTEST:
        return _(
            "Use at least %(count)s characters. Four or five words are easy to remember.",
            count=SHORTEST,
        )
    if len(text) > LONGEST:
        return _("Use at most %(count)s characters.", count=LONGEST)
    if _is_common(text):
        return _(
            "Many people use this one, so it would be guessed. "
            "Choose words that have nothing to do with each other."
        )
    if _strength(text) < 2:
        return _(
            "This would be guessed quickly. Choose four or five words that have nothing to do "
            "with each other."
        )
    return None


def hint(passphrase):
    """One plain sentence on how hard an accepted passphrase is to guess."""
    if _strength(_same(passphrase)) < 4:
        return _("This passphrase will do. One more word would make it much harder to guess.")
    return _("This passphrase is hard to guess.")


def suggest():
    """Five words that nobody chose."""
    return " ".join(secrets.choice(_words()) for _word in range(5))


def suggest_two():
    """Two different suggestions: for the shared login and for the administrator."""
    first = suggest()
    second = suggest()
    while second == first:
        second = suggest()
    return first, second


def are_same(first, second):
    """True when two passphrases would open the same door."""
    return _same(first) == _same(second)


def _same(passphrase):
    """The passphrase as it is compared: the same letters typed on another keyboard are the same."""
    return unicodedata.normalize("NFKC", passphrase or "").strip()


def _strength(text):
    """0 (guessed at once) to 4, by the first characters: the library takes very long over long texts."""
    return zxcvbn(text[:ZXCVBN_READS])["score"]


def _is_common(text):
    bare = normalise(text).replace(" ", "")
    if bare in _common():
        return True
    return any(bare == (bare[:n] * len(bare))[: len(bare)] for n in range(1, 5)) or not bare


@cache
def _common():
    lines = (FOLDER / "common_passphrases.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(normalise(line).replace(" ", "") for line in lines if line[:1] != "#")


@cache
def _words():
    return tuple((FOLDER / "words.txt").read_text(encoding="utf-8").split())


# ---- Keeping one -----------------------------------------------------------------------------------------------------


def check_new(kind, passphrase):
    """Raise records.Refused when ``passphrase`` cannot become the one of ``kind``."""
    reason = problem(passphrase)
    other = Account.get_or_none(Account.kind != kind)
    if not reason and other and _verify(other, passphrase):
        reason = _("The shared and the administrator passphrase must be different.")
    if reason:
        raise records.Refused([records.Problem("passphrase", reason)])


def change(kind, passphrase, keep=None):
    """Make ``passphrase`` the one of ``kind`` and end every session but ``keep``; raises records.Refused.

    Returns how many screens were signed out.
    """
    with database.atomic():
        check_new(kind, passphrase)
        account = Account.get_or_none(Account.kind == kind) or Account(kind=kind)
        account.password_hash = _hasher.hash(_same(passphrase))
        account.changed_on, account.failures, account.failed_at = settings.today(), 0, None
        records.save(account)
        others = Session.update(ended_at=now()).where(Session.ended_at.is_null())
        return (others if keep is None else others.where(Session.id != keep)).execute()


def _verify(account, passphrase):
    try:
        return _hasher.verify(account.password_hash, _same(passphrase))
    except VerificationError:
        return False


# ---- Trying one ------------------------------------------------------------------------------------------------------


def attempt(kind, passphrase):
    """True when ``passphrase`` is the one of ``kind``; one audit row either way.  Raises TooSoon.

    Tries slow down per address and per account.  The account's delay spares addresses that signed in lately, so that
    a stranger's wrong tries lock nobody out.
    """
    address = audit.actor.get().address
    with database.atomic():
        # The update comes first: one try at a time, so that many at once gain nothing.
        Account.update(failures=Account.failures).where(Account.kind == kind).execute()
        account = Account.get(Account.kind == kind)
        seconds = _wait(account, kind, address)
        if seconds:
            raise TooSoon(seconds)
        is_right = len(passphrase or "") <= LONGEST and _verify(account, passphrase)
        if is_right:
            values = {"failures": 0, "failed_at": None}
            if _hasher.check_needs_rehash(account.password_hash):
                values["password_hash"] = _hasher.hash(_same(passphrase))
        else:
            values = {"failures": _recent(account) + 1, "failed_at": now()}
        Account.update(values).where(Account.id == account.id).execute()
        audit.record(TRIED[0] if is_right else TRIED[1], "account", account.id, reason=kind)
        return is_right


def delay(failures):
    """Seconds to wait after this many wrong tries in a row: 1, 2, 4, 8, 16, then 25."""
    return min(SLOWEST, 2 ** (failures - 1)) if failures else 0


def _recent(account):
    """Wrong tries in a row that still count."""
    if account.failed_at is None or account.failed_at < now() - FORGOTTEN:
        return 0
    return account.failures


def _wait(account, kind, address):
    """Seconds until the next try from ``address`` may be made."""
    failures, last = _tries_from(address, kind)
    seconds = _left(failures, last)
    if not _is_known(address):
        seconds = max(seconds, _left(_recent(account), account.failed_at))
    return seconds


def _left(failures, last):
    if not failures:
        return 0
    longest, passed = delay(failures), int((now() - last).total_seconds())
    # A clock that was ahead and is put right makes nobody wait for the day it had been.
    return min(longest, max(0, longest - passed))


def _tries_from(address, kind):
    """(wrong tries in a row from an address, when the last one was), read from the audit log.

    Each passphrase for itself: who knows the shared one must not reset the count of the administrator's with it.
    """
    rows = (
        AuditLog.select(AuditLog.action, AuditLog.at)
        .where(
            AuditLog.action.in_(TRIED),
            AuditLog.reason == kind,
            AuditLog.ip == address,
            AuditLog.at >= now() - FORGOTTEN,
        )
        .order_by(AuditLog.id.desc())
        .limit(SLOWEST)
        .tuples()
    )
    failures, last = 0, None
    for action, at in rows:
        if action == TRIED[0]:
            break
        failures, last = failures + 1, last or at
    return failures, last


def _is_known(address):
    return (
        AuditLog.select()
        .where(AuditLog.action == TRIED[0], AuditLog.ip == address, AuditLog.at >= now() - KNOWN)
        .exists()
    )


# ---- The code on the console -----------------------------------------------------------------------------------------


def make_setup_code(folder):
    """A code for the set-up page, kept as a hash in ``folder`` until the portal is set up; returns the code."""
    letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
    code = "-".join("".join(secrets.choice(letters) for _n in range(4)) for _group in range(3))
    path = Path(folder) / "setup-code"
    path.write_text(_code_hash(code), encoding="ascii")
    path.chmod(0o600)
    return code


def is_setup_code(folder, code):
    """True when ``code`` is the one last shown on the console."""
    path = Path(folder) / "setup-code"
    return path.exists() and secrets.compare_digest(path.read_text(), _code_hash(code))


def forget_setup_code(folder):
    """The code has done its work."""
    (Path(folder) / "setup-code").unlink(missing_ok=True)


def _code_hash(code):
    bare = "".join(c for c in (code or "").upper() if c.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()
