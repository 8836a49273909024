"""Signed-in screens: sessions kept in the database, and who is at each of them (R-SYS-1, R-SYS-3, decision 0.5)."""

import datetime
import hashlib
import re
import secrets

from flask_babel import gettext as _

from forms import choices
from models import Account, Organization, Session, Staff, database, normalise, now, reader
from workflows import audit, clock, records, settings

LONGEST = datetime.timedelta(hours=12)
STEP = datetime.timedelta(minutes=15)
TOUCH = datetime.timedelta(minutes=1)
KEPT = datetime.timedelta(days=90)


_COLUMNS = Session._meta.sorted_fields
_READ = [(field.name, reader(field)) for field in _COLUMNS]
# Written as text because every request runs it.
_FIND = (
    f"SELECT {', '.join(field.column_name for field in _COLUMNS)}, COALESCE((SELECT n FROM kept_count"
    " WHERE name = 'revision' AND key = 'reference'), 0) FROM session WHERE token_hash = ?"
)


class _Memory:
    database = None
    own = None
    revision = None


# ---- The agency ------------------------------------------------------------------------------------------------------


def is_set_up():
    """True once the agency has its passphrases; remembered, because it never becomes false again."""
    if _Memory.database is not database.obj:
        if not Account.select().exists():
            return False
        _Memory.database, _Memory.own, _Memory.revision = database.obj, None, None
    return True


def own_agency():
    """(id, name) of the own organization, read again when its name changed; (None, "") before there is one."""
    stamp = settings.revision()
    if not is_set_up():
        return None, ""
    if _Memory.own is None or _Memory.revision != stamp:
        own = Organization.select(Organization.id, Organization.name).where(
            Organization.is_own == True  # noqa: E712 - a peewee expression
        )
        _Memory.own, _Memory.revision = own.tuples().first() or (None, ""), stamp
    return _Memory.own


@records.after(Organization)
def _renamed(change):
    """Every process hears of a new name by the revision of the reference tables."""
    if change.record.is_own and change.changed("name", "is_own"):
        records.bump("revision", "reference", 1)


# ---- Sessions --------------------------------------------------------------------------------------------------------


def start(browser=""):
    """Begin a session; returns (row, token).  Only the token's hash is kept, the token goes to the browser."""
    token = secrets.token_urlsafe(32)
    row = Session.create(
        token_hash=_hash(token), address=audit.actor.get().address[:60], browser=describe(browser)
    )
    return row, token


def find(token):
    """The live session of a token, or None; brings the memory of the reference tables up to date on the way.

    One statement for both.  ``seen_at`` moves at most once a minute.
    """
    found = database.execute_sql(_FIND.replace("?", database.param), (_hash(token),)).fetchone()
    if found is None:
        return None
    *values, revision = found
    row = Session(__no_default__=True)
    row.__data__ = {
        name: value if read is None or value is None else read(value)
        for (name, read), value in zip(_READ, values, strict=True)
    }
    choices.refresh(revision)
    if not is_live(row):
        return None
    if row.seen_at < now() - TOUCH:
        row.seen_at = now()
        Session.update(seen_at=row.seen_at).where(Session.id == row.id).execute()
    return row


def is_live(row):
    """False after sign-out, after the idle minutes of the settings, and 12 hours after signing in."""
    idle = datetime.timedelta(minutes=settings.value("idle_logout_minutes"))
    # Both ways: what a clock that was ahead wrote down is no sign-in for longer.
    is_recent = abs(now() - row.seen_at) < idle and abs(now() - row.started_at) < LONGEST
    return row.ended_at is None and is_recent


def live():
    """Signed-in screens, the one used last first."""
    rows = Session.select().where(Session.ended_at.is_null()).order_by(Session.seen_at.desc())
    return [row for row in rows if is_live(row)]


def end(session_id):
    """Sign one screen out, with its audit row; True when it was signed in."""
    with database.atomic():
        ended = (
            Session.update(ended_at=now())
            .where(Session.id == session_id, Session.ended_at.is_null())
            .execute()
        )
        if ended:
            audit.record("update", "session", session_id, reason="signed out")
    return bool(ended)


def take_step(row):
    """The administrator passphrase was given at this screen: good for 15 minutes (decision 0.6)."""
    row.admin_until = now() + STEP
    Session.update(admin_until=row.admin_until).where(Session.id == row.id).execute()


def leave_step(row):
    """End the administrator step of a screen early."""
    row.admin_until = None
    Session.update(admin_until=None).where(Session.id == row.id).execute()


def purge():
    """Forget sessions that ended or were left long ago; the audit log keeps who signed in when."""
    return Session.delete().where(Session.started_at < now() - KEPT).execute()


clock.DAILY.append(purge)


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_NAMES = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux")


def describe(agent):
    """A browser as people name it, such as "Firefox, Windows"; empty when it does not say."""
    browser = next((name for name in _BROWSERS if re.search(rf"\b{name}[A-Za-z]*/", agent)), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return ", ".join(filter(None, (_NAMES.get(browser, browser), system)))


# ---- Who is at this screen -------------------------------------------------------------------------------------------


def names():
    """Names of the staff who work here now."""
    active = Staff.is_active == True  # noqa: E712 - a peewee expression
    return [
        name
        for (name,) in Staff.select(Staff.name)
        .where(active)
        .order_by(Staff.name_sorted, Staff.id)
        .tuples()
    ]


def work_as(row, name):
    """Put ``name`` on a screen: a label, not proof (R-SYS-3).  A new name becomes a staff row; raises Refused."""
    if not name:
        raise records.Refused([records.Problem("name", _("Choose your name, or type it."))])
    if len(name) > 120:
        raise records.Refused([records.Problem("name", _("Use at most 120 characters."))])
    with database.atomic():
        staff = _known(name)
        if staff and not staff.is_active:
            message = _(
                "%(name)s is on the staff list as no longer working here. "
                "An administrator can change that.",
                name=staff.name,
            )
            raise records.Refused([records.Problem("name", message)])
        who = audit.actor.get()
        audit.actor.set(audit.Actor(staff.name if staff else name, who.address))
        if staff is None:
            staff = Staff(name=name)
            records.save(staff)
        if staff.name != row.working_as:
            audit.record("update", "session", row.id, {"working_as": [row.working_as, staff.name]})
            Session.update(working_as=staff.name).where(Session.id == row.id).execute()
            row.working_as = staff.name


def _known(name):
    """The staff row of a name, however it is capitalised or accented; None when it is new."""
    wanted = normalise(name)
    rows = Staff.select().where(Staff.search.startswith(wanted.partition(" ")[0]))
    return next((row for row in rows if normalise(row.name) == wanted), None)
