"""The life of a referral: receiving it, its allowed moves, consent, and what it may point to.

Two truths stay apart (decision 0.7): ``status`` is our bookkeeping, ``outcome`` what became of the client.
"""

import datetime

from flask_babel import gettext as _
from peewee import fn

from models import (
    COMPLETE,
    DISTRIBUTED,
    EMAIL_DETAILS,
    INBOUND,
    OUTBOUND,
    PENDING,
    RECEIVED,
    SENT,
    SHARING,
    TO_ORGANIZATION,
    TO_PROGRAM,
    TO_SERVICE,
    WITHDRAWN,
    Client,
    ConsentRecord,
    DistributionLog,
    DrivingStatement,
    KeptCount,
    Organization,
    Program,
    RecommendedAction,
    Referral,
    ReferralStatusEvent,
    ServiceActivity,
    ServiceLocation,
    database,
    now,
)
from workflows import assistant, audit, settings
from workflows.people_rules import is_in_force
from workflows.records import WARN, Problem, Refused, after, before, bump, derive, rule, save

MOVES = {
    RECEIVED: (DISTRIBUTED, COMPLETE),
    DISTRIBUTED: (COMPLETE, RECEIVED),
    COMPLETE: (DISTRIBUTED, RECEIVED),
}


# ---- Moves (R-REF-1) -------------------------------------------------------------------------------------------------


def move(ids, source, target, by_name, reason=""):
    """Move those of ``ids`` that are in status ``source`` to ``target`` inside the caller's transaction; returns the
    ids moved.  Each move leaves a status event (R-REF-1); the caller writes the audit row."""
    if target not in MOVES[source]:
        raise ValueError(f"{source} to {target} is not a move of R-REF-1")
    chosen = (Referral.id.in_(list(ids))) & (Referral.status == source)
    query = Referral.select(Referral.id).where(chosen).order_by(Referral.id)
    if database.obj.for_update:
        # Held from here on, so that another desk finds them moved.
        query = query.for_update("FOR NO KEY UPDATE")
    moved = [key for (key,) in query.tuples()]
    if not moved:
        return []
    write(moved, by_name, status=target)
    ReferralStatusEvent.insert_many(
        [
            {
                "referral": key,
                "from_status": source,
                "to_status": target,
                "by_name": by_name,
                "reason": reason[:300],
            }
            for key in moved
        ]
    ).execute()
    # Always in one order, so that two movers never wait for each other.
    for status, by in sorted([(source, -len(moved)), (target, len(moved))]):
        bump("referral.status", status, by)
    return moved


def write(ids, by_name, **values):
    """Write kept columns of many referrals at once, stamped and versioned like any save (R-SYS-2)."""
    ids, values = list(ids), {**values, "updated_at": now(), "updated_by_name": by_name}
    if not ids:
        return
    fields = [Referral._meta.fields[name] for name in values]
    columns = ", ".join(f'"{field.column_name}" = ?' for field in fields)
    sql = f"UPDATE referral SET version = version + 1, {columns} WHERE id IN ({', '.join('?' * len(ids))})"
    bound = [field.db_value(value) for field, value in zip(fields, values.values(), strict=True)]
    database.execute_sql(sql.replace("?", database.param), (*bound, *ids))


def complete(ids, outcome=None, today=None):
    """Mark received and distributed referrals complete, with an outcome when one is given; returns the ids completed
    (R-REF-7)."""
    who = audit.actor.get().name
    with database.atomic():
        done = [
            key for status in (RECEIVED, DISTRIBUTED) for key in move(ids, status, COMPLETE, who)
        ]
        if outcome and done:
            on = None if outcome == PENDING else today or settings.today()
            write(done, who, outcome=outcome, outcome_on=on)
        changed = {"status": None} | ({"outcome": None} if outcome else {})
        for key in done:
            audit.record("update", "referral", key, changed)
    return done


def reopen(referral, reason=""):
    """A complete referral goes back to distributed when a sending of it stands, else to received (R-REF-8)."""
    who = audit.actor.get().name
    assistant.ask_about([reason])
    with database.atomic():
        target = DISTRIBUTED if last_sent(referral.id) else RECEIVED
        if not move([referral.id], COMPLETE, target, who, reason):
            raise Refused([Problem("status", _("Only a complete referral can be reopened."))])
        # What was typed stands in the status event, which goes when the file goes; an audit row stays (R-RET-2).
        audit.record("update", "referral", referral.id, {"status": None})
    return target


def last_sent(referral_id):
    """The instant of the newest sending that arrived and was not voided, or None."""
    return (
        DistributionLog.select(fn.MAX(DistributionLog.sent_at))
        .where(DistributionLog.referral == referral_id, DistributionLog.result == SENT)
        .scalar()
    )


def set_outcome(referral, outcome, notes=None, today=None, version=None):
    """Record what became of the client; the status stays as it is (decision 0.7)."""
    referral.outcome = outcome
    referral.outcome_on = None if outcome == PENDING else today or settings.today()
    if notes is not None:
        referral.follow_up_notes = notes
    return save(referral, version=version)


# ---- Consent (R-CON-5, R-CON-6) --------------------------------------------------------------------------------------


def _decisions(kind, client_ids):
    """Each client's consents of one kind, newest first: {client id: [ConsentRecord, …]}."""
    found = {}
    query = (
        ConsentRecord.select()
        .where(ConsentRecord.type == kind, ConsentRecord.client.in_(list(client_ids)))
        .order_by(ConsentRecord.given_on.desc(), ConsentRecord.id.desc())
    )
    for consent in query:
        found.setdefault(consent.client_id, []).append(consent)
    return found


def may_leave_in_full(client_ids, today):
    """Ids of those clients whose details may be emailed outside: the newest email-details consent is in force, and
    the newest sharing consent, if there is one, was not withdrawn (R-REF-4, R-CON-5)."""
    details, sharing = (_decisions(EMAIL_DETAILS, client_ids), _decisions(SHARING, client_ids))
    return {
        key
        for key, (newest, *_older) in details.items()
        if is_in_force(newest, today)
        and not (key in sharing and sharing[key][0].state == WITHDRAWN)
    }


def sharing_consent(client, organization, today):
    """The newest sharing consent in force of ``client`` that names ``organization``, or None (R-CON-6)."""
    query = (
        ConsentRecord.select()
        .join(ConsentRecord.named_organizations.get_through_model())
        .where(
            ConsentRecord.type == SHARING,
            ConsentRecord.client == client,
            ConsentRecord.named_organizations.get_through_model().organization == organization,
        )
        .order_by(ConsentRecord.given_on.desc(), ConsentRecord.id.desc())
    )
    newest = query.first()
    return newest if newest and is_in_force(newest, today) else None


def withdraw(consent, today=None, reason="", said=""):
    """Take a consent back; from this moment it allows no new outbound referral and no details by email.  Returns the
    client's open referrals, to be reviewed (R-CON-5).

    ``reason`` is the product's own, for the audit log, which stays for ever; what a person ``said`` stays in the file.
    """
    consent.state, consent.withdrawn_on = WITHDRAWN, today or settings.today()
    if said:
        words = _("Taken back: %(reason)s", reason=said)
        consent.notes = "\n".join(filter(None, (consent.notes, words)))
    save(consent, reason=reason)
    return list(Referral.open().where(Referral.client == consent.client_id).order_by(Referral.id))


# ---- What a referral may point to ------------------------------------------------------------------------------------


def next_number(year):
    """The next free number of ``year``, such as 2026-0001; two writers never get the same one."""
    key = str(year)
    while True:
        bump("referral.number", key, 1)
        count = KeptCount.get(KeptCount.name == "referral.number", KeptCount.key == key).n
        number = f"{key}-{count:04d}"
        if not Referral.select().where(Referral.number == number).exists():
            return number


@before(Referral)
def fill_in(referral, stored):
    """Program, location and organization follow from the level (R-REF-15); number and links are ours."""
    _point(referral)
    # The day it is where the agency is, whatever the machine's own clock says.
    referral.received_on = referral.received_on or settings.today()
    if stored is None:
        referral.number = referral.number or next_number(referral.received_on.year)
    if referral.direction == OUTBOUND and referral.client_id and not referral.consent_record_id:
        day = referral.received_on
        referral.consent_record = sharing_consent(referral.client_id, referral.organization_id, day)
    differs = stored is None or any(
        referral.__data__.get(name) != stored.__data__.get(name)
        for name in ("client", "service_activity", "received_on")
    )
    if differs:
        referral.duplicate_of = earlier_twin(referral)


def _point(referral):
    if referral.level == TO_SERVICE:
        service = referral.service_activity
        if service is None:
            raise Refused([Problem("service_activity", _("Choose the service or activity."))])
        referral.program, referral.location = service.program_id, service.location_id
    elif referral.level == TO_PROGRAM:
        if referral.program is None:
            raise Refused([Problem("program", _("Choose the program."))])
        referral.service_activity = referral.location = None
    elif referral.level == TO_ORGANIZATION:
        referral.program = referral.service_activity = referral.location = None
    if referral.program_id:
        program = Program.stored(referral.program_id, only=("organization",))
        referral.organization = program.organization_id
    elif not referral.organization_id and referral.direction != OUTBOUND:
        referral.organization = Organization.own()
    if not referral.organization_id:
        raise Refused([Problem("organization", _("Choose the organization."))])


def earlier_twin(referral):
    """The same client's latest earlier referral to the same service, 90 days back at most (R-REF-9)."""
    if not (referral.client_id and referral.service_activity_id):
        return None
    first = referral.received_on - datetime.timedelta(
        days=settings.value("referral_duplicate_days")
    )
    query = Referral.select().where(
        Referral.client == referral.client_id,
        Referral.service_activity == referral.service_activity_id,
        Referral.received_on.between(first, referral.received_on),
    )
    if referral.id:
        query = query.where(Referral.id != referral.id)
    return query.order_by(Referral.received_on.desc(), Referral.id.desc()).first()


@rule(Referral)
def person_is_named(change):
    """2.13: a client of ours, or, for an inbound referral, at least a name."""
    referral = change.record
    if referral.client_id:
        return
    if referral.direction != INBOUND:
        yield Problem("client", _("Choose the client; only an inbound referral can do without."))
    elif not (referral.inbound_name or "").strip():
        yield Problem("inbound_name", _("Choose a client, or enter the person’s name."))


@rule(Referral)
def direction_fits_organization(change):
    """Inbound and internal referrals end with us, outbound ones with a partner (2.13)."""
    referral = change.record
    if not change.changed("direction", "organization"):
        return
    if referral.direction == OUTBOUND and referral.organization.is_own:
        yield Problem("direction", _("An outbound referral goes to another organization."))
    elif referral.direction != OUTBOUND and not referral.organization.is_own:
        yield Problem(
            "direction", _("This service belongs to a partner, so the direction is outbound.")
        )


@rule(Referral)
def outbound_needs_sharing_consent(change):
    """R-REF-13, R-CON-5, R-CON-6."""
    referral = change.record
    touched = change.changed("direction", "client", "organization", "consent_record")
    if referral.direction != OUTBOUND or not referral.client_id or not touched:
        return
    consent = referral.consent_record
    named = consent and consent.client_id == referral.client_id and consent.type == SHARING
    if named:
        through = ConsentRecord.named_organizations.get_through_model()
        named = (
            through.select()
            .where(
                through.consentrecord == consent, through.organization == referral.organization_id
            )
            .exists()
        )
    if not named:
        yield Problem(
            "consent_record",
            _(
                "An outbound referral needs the client’s sharing consent that names this organization."
            ),
        )
    elif not is_in_force(consent, max(referral.received_on, settings.today())):
        yield Problem(
            "consent_record",
            _("This sharing consent was withdrawn or has expired. Ask the client for a new one."),
        )


@rule(Referral)
def same_service_twice_is_mentioned(change):
    """R-REF-9: warns and links, never blocks."""
    twin = change.record.duplicate_of
    if twin and change.changed("client", "service_activity", "received_on"):
        yield Problem(
            "service_activity",
            _(
                "This client was referred to the same service on %(date)s (%(number)s). "
                "The two are linked.",
                date=twin.received_on.isoformat(),
                number=twin.number,
            ),
            WARN,
        )


@rule(Referral)
def status_moves_by_its_own_steps(change):
    """R-REF-1: a form never sets the status."""
    if change.before is not None and change.changed("status"):
        yield Problem("status", _("The status changes only by sending, completing or reopening."))


@after(Referral)
def begin_history(change):
    """The first status event of a new referral (R-REF-1)."""
    if change.before is None:
        ReferralStatusEvent.create(
            referral=change.record,
            to_status=change.record.status,
            by_name=change.record.created_by_name,
        )


@after(Client, ServiceActivity, Program, ServiceLocation, Organization)
def follow_names(change):
    """A referral is found by the names it points to; a new name is carried over."""
    record = change.record
    column, name = {
        Client: (Referral.client, "display_name"),
        ServiceActivity: (Referral.service_activity, "name"),
        Program: (Referral.program, "name"),
        ServiceLocation: (Referral.location, "name"),
        Organization: (Referral.organization, "name"),
    }[type(record)]
    if change.before is None or not change.changed(name):
        return
    carry_names(Referral.select().where(column == record.id))


def carry_names(rows):
    """Write anew by which names these referrals are listed and found."""
    for referral in rows:
        old = (referral.client_name, referral.target_name, referral.search)
        derive(referral)
        new = (referral.client_name, referral.target_name, referral.search)
        if new != old:
            Referral.update(client_name=new[0], target_name=new[1], search=new[2]).where(
                Referral.id == referral.id
            ).execute()


# ---- The quick form --------------------------------------------------------------------------------------------------


def receive(values, reason, actions=(), kind="need", confirmed=()):
    """Create a referral with its driving statement and settlement actions, all or nothing (2.12, 2.13).

    ``values`` are columns of Referral; ``reason`` is the sender's or worker's one or two sentences; ``actions`` are
    texts or (slug, text) pairs; ``confirmed`` are codes about these texts.  Returns (referral, warnings); raises Refused.
    """
    reason = (reason or "").strip()
    if not reason:
        raise Refused(
            [Problem("reason", _("Say in one or two sentences why this referral is made."))]
        )
    if len(reason) > 300:
        raise Refused([Problem("reason", _("Shorten the reason to 300 characters."))])
    with database.atomic():
        referral = Referral(**values)
        warnings = save(referral)
        statement = DrivingStatement(client=referral.client_id, kind=kind, text=reason)
        warnings += save(statement, many={"referrals": [referral.id]}, confirmed=confirmed)
        for action in actions:
            slug, text = action if isinstance(action, tuple) else (None, action)
            if text.strip():
                action = RecommendedAction(referral=referral, action_slug=slug, text=text.strip())
                warnings += save(action, confirmed=confirmed)
    return referral, warnings
