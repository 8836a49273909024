"""Email Selected Referrals: who may get what, the exact text, sending, and recording what was sent another way.

``plan`` decides and writes nothing; ``send`` queues what the plan says, in one transaction.
"""

import hashlib
import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from peewee import fn

from forms.validators import ascii_address, clean_line
from models import (
    COMPLETE,
    DISTRIBUTED,
    FULL,
    MINIMAL,
    OUTBOUND,
    QUEUED,
    RECEIVED,
    SENDING,
    SENT,
    UNCERTAIN,
    VOIDED,
    DistributionLog,
    OutboxMessage,
    Referral,
    database,
    now,
)
from workflows import assistant, audit, clock, letter, mail, outbox, referrals, settings
from workflows.outbox import NotAllowed
from workflows.records import Problem, Refused

EMAIL, MANUAL = "email", "manual"
OUTSIDE = "outside"  # names of the two confirmations a plan may ask for, beside COMPLETE


@dataclass(frozen=True)
class Plan:
    """What one press would send: exact subject and text, or the reasons why nothing may leave.

    ``numbers`` are those of the referrals by their ids; ``asks`` holds the confirmations still missing (OUTSIDE, COMPLETE); ``left_out`` says in sentences what the full
    text keeps back; ``reasons`` are full sentences, confirmations included.
    """

    numbers: dict
    destination: str
    internal: bool
    detail: str
    subject: str
    text: str
    reasons: tuple
    asks: tuple
    left_out: tuple

    @property
    def referral_ids(self):
        return tuple(self.numbers)

    @property
    def is_allowed(self):
        return not self.reasons

    @property
    def fingerprint(self):
        """Changes with anything that would leave: a page can prove that what it sends is what it showed."""
        leaving = repr((self.destination, self.detail, self.subject, self.text))
        return hashlib.sha256(leaving.encode()).hexdigest()


@dataclass(frozen=True)
class Progress:
    """How far a batch is: the state of its message, log rows by result, what went wrong."""

    batch_id: str
    state: str
    error: str
    results: dict

    @property
    def is_finished(self):
        return self.state not in (QUEUED, SENDING)


# ---- Addresses (decision 0.3) ----------------------------------------------------------------------------------------


OWN = "SELECT id FROM organization WHERE is_own"
INSIDE = (
    "SELECT email AS address FROM organization WHERE is_own",
    f"SELECT contact_email FROM program WHERE organization_id IN ({OWN})",
    f"SELECT contact_email FROM service_location WHERE organization_id IN ({OWN})",
    "SELECT contact_email FROM service_activity WHERE contact_mode = 'own'"
    f" AND program_id IN (SELECT id FROM program WHERE organization_id IN ({OWN}))",
    "SELECT email FROM staff WHERE is_active",
)


def is_internal(address):
    """True for an address of an own program, location, service, staff row or organization, or of an allowed domain."""
    address = address.lower()
    if address.rpartition("@")[2] in settings.value("allowed_email_domains"):
        return True
    sql = f"SELECT 1 FROM ({' UNION ALL '.join(INSIDE)}) AS held WHERE lower(address) = {database.param} LIMIT 1"
    return database.execute_sql(sql, (address,)).fetchone() is not None


def was_reached(address):
    """True when something was sent to ``address`` before, so that it is not new (R-REF-5)."""
    return (
        DistributionLog.select()
        .where(
            DistributionLog.destination == address,
            DistributionLog.channel == EMAIL,
            DistributionLog.result.in_((SENT, VOIDED)),
        )
        .exists()
    )


def suggestions(referral_ids):
    """[(address, who it is)] for these referrals: contacts of service, program and location, then earlier
    destinations of the same services, newest first."""
    found = {}
    chosen = _referrals(referral_ids)
    for referral in chosen:
        for address, name in _contacts(referral):
            found.setdefault(address, name)
    services = {r.service_activity_id for r in chosen if r.service_activity_id}
    earlier = (
        DistributionLog.select(DistributionLog.destination, fn.MAX(DistributionLog.id))
        .join(Referral)
        .where(
            DistributionLog.channel == EMAIL,
            DistributionLog.result == SENT,
            Referral.service_activity.in_(services),
        )
        .group_by(DistributionLog.destination)
        .order_by(fn.MAX(DistributionLog.id).desc())
        .limit(8)
    )
    for address, _newest in earlier.tuples():
        found.setdefault(address, _("used before"))
    return list(found.items())


def _contacts(referral):
    """Yield (address, who it is) of a referral, the nearest to the service first."""
    service = referral.service_activity
    if service and service.contact[2]:
        yield service.contact[2].lower(), service.name
    for place in (referral.program, referral.location):
        if place and place.contact_email:
            yield place.contact_email.lower(), place.name
    if not (service or referral.program) and referral.organization.email:
        yield referral.organization.email.lower(), referral.organization.name


def by_contact(referral_ids):
    """[(address, [referral id])] of these referrals, each with its nearest contact; those without one under ""."""
    groups = {}
    for referral in _referrals(referral_ids):
        address, _name = next(_contacts(referral), ("", ""))
        groups.setdefault(address, []).append(referral.id)
    return list(groups.items())


def _address(text):
    """(address as it is used, reasons): exactly one of valid form (R-REF-2)."""
    text = (text or "").strip()
    if not text:
        return "", [_("Enter the destination email.")]
    address = ascii_address(text)
    if address is None:
        return text[:254], [_("Enter exactly one email address, such as name@agency.ca.")]
    return address.lower(), []


# ---- The plan --------------------------------------------------------------------------------------------------------


def plan(
    referral_ids,
    destination,
    detail=None,
    confirmed_outside=False,
    confirmed_complete=False,
    today=None,
):
    """What pressing send would do (R-REF-2…5, R-CON-5, R-CON-6, R-CLI-2); writes nothing.  Returns a Plan.

    ``detail`` is minimal or full; None takes the default of the address (decision 0.3).
    """
    today = today or settings.today()
    address, reasons = _address(destination)
    valid = not reasons
    internal = valid and is_internal(address)
    if detail not in (MINIMAL, FULL):
        detail = settings.value("email_detail_level") if internal else MINIMAL
    chosen = _referrals(referral_ids)
    if not chosen:
        reasons.append(_("Tick at least one referral."))
    if len(chosen) < len(set(referral_ids)):
        reasons.append(_("A ticked referral no longer exists. Go back to the list."))
    if not mail.ready():
        reasons.append(
            _(
                "No mail server is set up. Use “Record as sent another way”, or ask an administrator."
            )
        )
    if detail == FULL and valid and not internal:
        reasons += _kept_inside(chosen, today)
    if valid:
        reasons += _on_its_way({r.id: r.number for r in chosen}, address) if chosen else ()
    asks = []
    if valid and not internal and not confirmed_outside and not was_reached(address):
        asks.append(OUTSIDE)
        reasons.append(
            _(
                "%(address)s is new and outside your agency. Confirm that it is the right address.",
                address=address,
            )
        )
    finished = [r.number for r in chosen if r.status == COMPLETE]
    if finished and not confirmed_complete:
        asks.append(COMPLETE)
        reasons.append(
            _(
                "Already complete: %(numbers)s. Confirm that you want to send them again.",
                numbers=", ".join(finished),
            )
        )
    subject, text, left_out = letter.written(chosen, detail, internal) if chosen else ("", "", ())
    return Plan(
        {r.id: r.number for r in chosen},
        address,
        internal,
        detail,
        subject,
        text,
        tuple(reasons),
        tuple(asks),
        left_out,
    )


# What a plan and its letter say of a referral and of what it names.
READ = (
    "id", "number", "status", "direction", "client", "organization", "program", "service_activity", "location",
    "target_name", "received_on", "priority", "inbound_name", "inbound_phone", "inbound_language",
    "inbound_interpreter",
)  # fmt: skip
CONTACT = ("contact_name", "contact_phone", "contact_email")
NAMED = {
    "client": (
        "id", "first_name", "preferred_name", "last_name", "phone", "safe_to_call", "safe_to_text",
        "preferred_languages", "needs_interpreter",
    ),
    "service_activity": ("id", "name", "location", "contact_mode", *CONTACT),
    "program": ("id", "name", "is_confidential", *CONTACT),
    "location": ("id", "name", "is_confidential", *CONTACT),
    "organization": ("id", "name", "email"),
}  # fmt: skip


def _referrals(ids):
    """The referrals with what their lines name, in one statement a table however many there are."""
    chosen = sorted(
        Referral.stored_by_id(set(ids), READ).values(), key=lambda referral: referral.id
    )
    for name, columns in NAMED.items():
        keys = {referral.__data__[name] for referral in chosen} - {None}
        rows = Referral._meta.fields[name].rel_model.stored_by_id(keys, columns)
        for referral in chosen:
            referral.__rel__[name] = rows.get(referral.__data__[name])
    return chosen


def _kept_inside(chosen, today):
    """Why details of these referrals may not go to an outside address (R-REF-4, R-CON-5, R-CON-6)."""
    consenting = referrals.may_leave_in_full({r.client_id for r in chosen if r.client_id}, today)
    for referral in chosen:
        if not referral.client_id:
            yield _(
                "%(number)s came from another organization and the person is no client yet: its "
                "details never go to an outside address. Choose minimal.",
                number=referral.number,
            )
        elif referral.client_id not in consenting:
            yield _(
                "%(number)s: the client has given no consent to email details that is still in "
                "force. Nothing can be sent in full; choose minimal, or record the consent first.",
                number=referral.number,
            )
        elif referral.direction == OUTBOUND and not referrals.sharing_consent(
            referral.client_id, referral.organization_id, today
        ):
            yield _(
                "%(number)s: the client’s sharing consent was withdrawn or has expired. Choose "
                "minimal, or ask the client for a new consent.",
                number=referral.number,
            )


def _on_its_way(numbers, address):
    """A second press, or an uncertain message to the same address, would send the same thing twice.

    ``numbers`` are those of the referrals by their ids.
    """
    mark = database.param
    # The address is compared here: asked for it too, SQLite walks through everything that was ever sent there.
    waiting = database.execute_sql(
        "SELECT DISTINCT referral_id, result, destination FROM distribution_log"
        f" WHERE referral_id IN ({', '.join([mark] * len(numbers))}) AND result IN ({mark}, {mark})",
        (*numbers, QUEUED, UNCERTAIN),
    )
    found = {
        (key, result) for key, result, destination in waiting.fetchall() if destination == address
    }
    for key, result in sorted(found):
        if result == QUEUED:
            yield _("%(number)s is already being sent to this address.", number=numbers[key])
        else:
            yield _(
                "It is not sure whether an earlier message with %(number)s reached this address. "
                "Settle that in the outbox first.",
                number=numbers[key],
            )


@outbox.check
def details_may_still_leave(message):
    """R-CON-5: a consent withdrawn while a message waits, or before it is sent again, holds the message back."""
    rows = list(DistributionLog.select().where(DistributionLog.message == message.id))
    if not any(row.detail_level == FULL for row in rows) or is_internal(message.recipient):
        return
    yield from _kept_inside(_referrals([row.referral_id for row in rows]), settings.today())


# ---- Sending and recording -------------------------------------------------------------------------------------------


def send(wanted, follow_up_on=None):
    """Queue the one message of a Plan with a log row for each referral, in one transaction (R-REF-2, decision 0.4).

    ``follow_up_on`` is the day to ask what became of them, from when it is sent.  Returns the batch id, under which ``progress`` follows it.  Raises NotAllowed and writes nothing.
    """
    if not wanted.is_allowed:
        raise NotAllowed(wanted.reasons)
    batch, who = str(uuid.uuid4()), audit.actor.get().name
    with database.atomic():
        # Asked again under the write lock: a button pressed twice sends once.
        twice = list(_on_its_way(wanted.numbers, wanted.destination))
        if twice:
            raise NotAllowed(twice)
        message = outbox.queue(
            wanted.destination,
            wanted.subject,
            wanted.text,
            batch_id=batch,
            follow_up_on=follow_up_on,
        )
        _log(
            tuple(wanted.numbers), batch, EMAIL, wanted.destination, wanted.detail, QUEUED, message
        )
        referrals.write(wanted.numbers, who, sending=True)
    clock.wake()
    return batch


LOGGED = "referral_id, message_id, batch_id, channel, destination, detail_level, sent_at, by_name, result, error"


def _log(ids, batch, channel, destination, detail, result, message=None, remark=""):
    common = (batch, channel, destination, detail, now(), audit.actor.get().name, result, remark)
    rows = [(key, message and message.id, *common) for key in ids]
    marks = f"({', '.join([database.param] * len(rows[0]))})"
    database.execute_sql(
        f"INSERT INTO distribution_log ({LOGGED}) VALUES {', '.join([marks] * len(rows))}",
        [value for row in rows for value in row],
    )


def progress(batch_id):
    """The Progress of a batch, or None when there is no such batch."""
    rows = (
        DistributionLog.select(DistributionLog.result, fn.COUNT(DistributionLog.id))
        .where(DistributionLog.batch_id == batch_id)
        .group_by(DistributionLog.result)
    )
    results = dict(rows.tuples())
    message = OutboxMessage.get_or_none(OutboxMessage.batch_id == batch_id)
    if not message and not results:
        return None
    state, error = (message.state, message.error) if message else (SENT, "")
    return Progress(batch_id, state, error, results)


def record_manual(referral_ids, note="", destination=""):
    """Record that referrals were sent another way, by phone for instance; counts as distributed (R-REF-6).

    Returns the batch id; raises Refused when nothing is ticked.
    """
    who, note = audit.actor.get().name, clean_line(note or "")
    destination = (clean_line(destination or "") or note or _("another way"))[:254]
    batch, at = str(uuid.uuid4()), now()
    with database.atomic():
        ids = [referral.id for referral in _referrals(referral_ids)]
        if not ids:
            raise Refused([Problem("", _("Tick at least one referral."))])
        _log(ids, batch, MANUAL, destination, MINIMAL, SENT, remark=note)
        referrals.write(ids, who, last_sent_at=at)
        referrals.move(ids, RECEIVED, DISTRIBUTED, who, note)
        for key in ids:
            changed = {"status": None, "last_sent_at": None}
            audit.record("update", "referral", key, changed)
    return batch


def newest_sent(referral):
    """The newest log row of a referral that stands as sent, or None."""
    return (
        DistributionLog.select()
        .where(DistributionLog.referral == referral, DistributionLog.result == SENT)
        .order_by(DistributionLog.sent_at.desc(), DistributionLog.id.desc())
        .first()
    )


def void(row, reason=""):
    """Take a sending back on paper: the row stays, marked voided.  Without another sending a distributed referral is
    received again; a complete one stays complete (R-REF-8).  Raises NotAllowed."""
    who = audit.actor.get().name
    assistant.ask_about([reason])
    with database.atomic():
        voided = (
            DistributionLog.update(result=VOIDED, error=reason)
            .where(DistributionLog.id == row.id, DistributionLog.result == SENT)
            .execute()
        )
        if not voided:
            raise NotAllowed([_("Only a sending that stands as sent can be voided.")])
        key, last = row.referral_id, referrals.last_sent(row.referral_id)
        referrals.write([key], who, last_sent_at=last)
        if last is None:
            referrals.move([key], DISTRIBUTED, RECEIVED, who, reason)
        audit.record("update", "distribution_log", row.id, {"result": [SENT, VOIDED]})
