"""The outbox: no message is lost, none is sent twice (decision 0.4, stack.md A).

queued → sending → sent | uncertain | failed | cancelled.  "Sending" is committed before anything is handed over, so a
process that dies in between leaves a message that nobody is sure of: it becomes uncertain and a person decides.
"""

import datetime
import threading
import uuid
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _

from models import (
    CANCELLED,
    DISTRIBUTED,
    FAILED,
    QUEUED,
    RECEIVED,
    SENDING,
    SENT,
    UNCERTAIN,
    DistributionLog,
    OutboxMessage,
    database,
    now,
)
from workflows import audit, mail, referrals, running, settings
from workflows.records import bump, save

DELAYS = (1, 5, 15, 60)  # minutes before the next attempt; then hourly
PATIENCE = datetime.timedelta(hours=48)
# No try is ever put off for longer: what is due later was written down by a clock that was ahead.
FURTHEST = datetime.timedelta(hours=2)
# A sender on another machine cannot be asked whether it lives; a handing over never takes this long.
ABANDONED = datetime.timedelta(minutes=15)

_checks = []
_turn = threading.Lock()


class NotAllowed(Exception):
    """Nothing was written or sent; ``reasons`` are full sentences that say why and what to do."""

    def __init__(self, reasons):
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = tuple(reasons)


def check(function):
    """Register ``function(message)``, which yields reasons why a waiting message may not leave any more."""
    _checks.append(function)
    return function


# ---- Queueing --------------------------------------------------------------------------------------------------------


def queue(recipient, subject, text, kind="referral", batch_id=None, follow_up_on=None):
    """Fix the exact bytes and the Message-ID of one message and queue it in the caller's transaction.

    ``follow_up_on`` becomes the follow-up day of its referrals once it is sent.  The caller wakes the clock after its
    commit.  Returns the OutboxMessage.
    """
    message_id = mail.new_message_id()
    message = OutboxMessage(
        batch_id=batch_id or str(uuid.uuid4()),
        kind=kind,
        message_id=message_id,
        recipient=recipient,
        subject=subject,
        content=mail.build(message_id, recipient, subject, text),
        by_name=audit.actor.get().name,
        follow_up_on=follow_up_on,
    )
    save(message, action="email")
    return message


# ---- Sending ---------------------------------------------------------------------------------------------------------


def send_due(stop=lambda: False):
    """Send every message that is due, one after the other; returns how many were tried.

    One connection serves them all.  When none can be made, every due message waits for its next attempt.
    """
    if not _turn.acquire(blocking=False):
        return 0
    try:
        recover()
        if not _due().exists() or not mail.ready():
            return 0
        with _Claimer() as claimer:
            return _send_all(claimer.name, stop)
    finally:
        _turn.release()


def _send_all(name, stop):
    tried, sender = 0, mail.sender_address()
    try:
        with mail.carrier() as way:
            while not stop():
                message = claim(name)
                if message is None:
                    break
                finish(message, way.transmit(bytes(message.content), sender, message.recipient))
                tried += 1
    except mail.Unreachable as error:
        _postpone_all(str(error))
    return tried


def _due():
    is_due = (OutboxMessage.due_at <= now()) | (OutboxMessage.due_at > now() + FURTHEST)
    return OutboxMessage.select().where(OutboxMessage.state == QUEUED, is_due)


def claim(name):
    """Mark the next due message as being sent by ``name`` and commit; None when nothing is due.

    A message that may not leave any more (a consent was withdrawn) fails here, before anything is handed over.
    """
    while True:
        with database.atomic():
            query = _due().order_by(OutboxMessage.due_at, OutboxMessage.id).limit(1)
            if database.obj.for_update:
                query = query.for_update("FOR UPDATE SKIP LOCKED")
            message = query.first()
            if message is None:
                return None
            reasons = [reason for found in _checks for reason in found(message)]
            if not reasons:
                attempts = message.attempts + 1
                _move(message, SENDING, sending_since=now(), claimed_by=name, attempts=attempts)
                return message
            _settle(message, FAILED, " ".join(reasons))


def finish(message, outcome):
    """Write what became of a message that was being sent, with its log rows and referrals, in one transaction."""
    with database.atomic():
        if outcome.state == mail.ACCEPTED:
            _settle(message, SENT)
        elif outcome.state == mail.REFUSED:
            _settle(message, FAILED, outcome.reason)
        elif outcome.state == mail.UNSURE:
            _settle(message, UNCERTAIN, outcome.reason)
        else:
            _wait(message, message.attempts, outcome.reason)


def _wait(message, attempts, reason):
    """Queue again for the next attempt, or fail after two days of trying."""
    if now() - message.waiting_since >= PATIENCE:
        tried = _("Two days of trying did not help. %(reason)s", reason=reason)
        _settle(message, FAILED, tried)
        return
    minutes = DELAYS[min(attempts, len(DELAYS)) - 1]
    before, due = message.state, now() + datetime.timedelta(minutes=minutes)
    values = {"due_at": due, "attempts": attempts, "error": reason, "sending_since": None}
    if _move(message, QUEUED, **values) and before != QUEUED:
        audit.record("update", "outbox_message", message.id, {"state": [before, QUEUED]})


def _postpone_all(reason):
    with database.atomic():
        for message in list(_due()):
            _wait(message, message.attempts + 1, reason)


# ---- What a person decides -------------------------------------------------------------------------------------------


def it_arrived(message):
    """The recipient confirmed an uncertain message: it counts as sent, its referrals as distributed."""
    with database.atomic():
        _must_be(message, (UNCERTAIN,))
        _settle(message, SENT)


def send_again(message):
    """Queue an uncertain or failed message again, only ever because a person asked.

    The bytes and the Message-ID stay the same: should the first one have arrived after all, mail programs and servers
    recognise the second as its twin and many show it once.  Raises NotAllowed.
    """
    with database.atomic():
        _must_be(message, (UNCERTAIN, FAILED))
        reasons = [reason for found in _checks for reason in found(message)]
        if message.content is None:
            reasons.append(_("The text is no longer kept. Prepare a new message instead."))
        if reasons:
            raise NotAllowed(reasons)
        _settle(message, QUEUED, attempts=0, due_at=now(), waiting_since=now())


def cancel(message):
    """Give a message up that waits or is uncertain; its referrals stay as they are.  Raises NotAllowed."""
    with database.atomic():
        _must_be(message, (QUEUED, UNCERTAIN))
        _settle(message, CANCELLED)


def _must_be(message, states):
    """Read the state again under the write lock: another desk may have been faster."""
    query = OutboxMessage.select(OutboxMessage.state).where(OutboxMessage.id == message.id)
    if database.obj.for_update:
        query = query.for_update()
    message.state = query.scalar()
    if message.state not in states:
        raise NotAllowed([_("This message has changed meanwhile. Look at it again.")])


# ---- One transaction for a message, its log rows and its referrals ---------------------------------------------------


def _settle(message, state, error="", **values):
    """The message reaches ``state``; its log rows follow, then its referrals, then the audit row."""
    before, at = message.state, now()
    if before == UNCERTAIN and state == SENT:
        # It arrived when it was handed over, not when somebody found out.
        at = message.finished_at or at
    finished = None if state == QUEUED else at
    if not _move(message, state, error=error, finished_at=finished, sending_since=None, **values):
        return
    row = {"result": state, "error": error}
    if state in (SENT, UNCERTAIN):
        row["sent_at"] = at
    DistributionLog.update(row).where(
        DistributionLog.message == message.id,
        DistributionLog.result.in_((QUEUED, UNCERTAIN, FAILED)),
    ).execute()
    _follow(message, state, at)
    audit.record("update", "outbox_message", message.id, {"state": [before, state]})


def _follow(message, state, at):
    """Referrals of the message: sending or not, last sent, and received → distributed once it arrived (R-REF-2)."""
    ids = _referral_ids(DistributionLog.message == message.id)
    if not ids:
        return
    if state == QUEUED:
        referrals.write(ids, message.by_name, sending=True)
        return
    still = set(_referral_ids(DistributionLog.referral.in_(ids), DistributionLog.result == QUEUED))
    values = {"last_sent_at": at} if state == SENT else {}
    if state == SENT and message.follow_up_on:
        values["follow_up_due_on"] = message.follow_up_on
    for group, sending in ((still, True), (set(ids) - still, False)):
        if group:
            referrals.write(group, message.by_name, sending=sending, **values)
    if state == SENT:
        referrals.move(ids, RECEIVED, DISTRIBUTED, message.by_name)


def _referral_ids(*conditions):
    query = DistributionLog.select(DistributionLog.referral).distinct().where(*conditions)
    return [key for (key,) in query.tuples()]


def _move(message, state, **values):
    """Change the state only if nobody changed it meanwhile; keeps the counters; returns success."""
    before = message.state
    moved = (
        OutboxMessage.update(state=state, updated_at=now(), **values)
        .where(OutboxMessage.id == message.id, OutboxMessage.state == before)
        .execute()
    )
    if not moved:
        return False
    for name, by in sorted([(before, -1), (state, 1)]):
        bump("outbox_message.state", name, by)
    message.state = state
    for name, value in values.items():
        setattr(message, name, value)
    return True


# ---- After a crash ---------------------------------------------------------------------------------------------------


class _Claimer:
    """The name under which this process claims messages, held by a lock that the system frees when the process dies."""

    def __init__(self):
        self.name = str(uuid.uuid4())

    def __enter__(self):
        folder = _lock_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = running.taken(folder / f"{self.name}.lock")
        return self

    def __exit__(self, error, *_rest):
        self.lock.close()
        if error is None:
            (_lock_folder() / f"{self.name}.lock").unlink(missing_ok=True)
        # After an error the free lock stays behind: the next turn finds out that nobody holds the claim.


def _lock_folder():
    return Path(current_app.config["INSTANCE"]) / "senders"


def _is_dead(name):
    path = _lock_folder() / f"{name}.lock"
    if not path.exists() or not running.is_free(path):
        return False
    path.unlink(missing_ok=True)
    return True


def recover():
    """Make uncertain what a process that is no more was sending; never queued again by itself.

    A process of this machine is dead when its lock is free; for any other, the claim must be old.
    """
    for message in list(OutboxMessage.select().where(OutboxMessage.state == SENDING)):
        old = now() - message.sending_since >= ABANDONED
        if old or _is_dead(message.claimed_by):
            with database.atomic():
                _settle(
                    message,
                    UNCERTAIN,
                    _("The portal stopped while this message was being sent. It may have arrived."),
                )


# ---- Keeping and purging ---------------------------------------------------------------------------------------------


def purge():
    """Forget the text of finished messages after ``outbox_body_days``; returns how many."""
    limit = now() - datetime.timedelta(days=settings.value("outbox_body_days"))
    with database.atomic():
        count = (
            OutboxMessage.update(content=None)
            .where(
                OutboxMessage.state.in_((SENT, FAILED, CANCELLED)),
                OutboxMessage.finished_at < limit,
                OutboxMessage.content.is_null(False),
            )
            .execute()
        )
        if count:
            audit.record("delete", "outbox_message", None, {"content": None})
    return count


def is_moving():
    """False when a message has been due for over ten minutes and nobody took it (the health page)."""
    limit = now() - datetime.timedelta(minutes=10)
    stuck = OutboxMessage.select().where(
        OutboxMessage.state == QUEUED, OutboxMessage.due_at < limit
    )
    return not mail.ready() or not stuck.exists()
