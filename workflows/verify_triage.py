"""The worked week of referrals for ``flask verify``: flags, sending, and what each press does (domain 6.4)."""

import datetime

from peewee import fn

from models import (
    Client,
    ConsentRecord,
    DistributionLog,
    Household,
    Organization,
    OutboxMessage,
    Referral,
)
from workflows import distribution, flags, outbox, referrals, settings
from workflows.mail_rehearsal import ACCEPTS
from workflows.outbox import NotAllowed
from workflows.records import kept_counts, save
from workflows.verify_directory import own_organization, place, program, service
from workflows.verify_needs import UNKNOWN, unknown

LEAD = "lead of the program"
NOON = datetime.time(17)  # UTC; the same day everywhere in Canada
EXPECTS = (
    "expected_days_since_check",
    "expected_weekly_nudge",
    "expected_counts_before",
    "expected_counts_after",
    "expected_log_rows_added",
    "expected_flags_after",
)


def triage(data, whole, world):
    """The list as it stands, then every step as if somebody pressed the button, then the list again."""
    yield from unknown(data, EXPECTS)
    week = _Week(data, world)
    day = week.day
    if "expected_days_since_check" in data:
        yield "days since check", data["expected_days_since_check"], flags.days_since_check(day)
    if "expected_weekly_nudge" in data:
        yield "weekly nudge", data["expected_weekly_nudge"], flags.check_due(day)
    yield from _before(data, week)
    rows = week.log_rows()
    for number, step in enumerate(data.get("steps") or (), 1):
        got = week.press(step["action"])
        for name, expected in step.get("expect", {}).items():
            yield from week.compare(f"step {step.get('step', number)}", name, expected, got)
    if "expected_counts_after" in data:
        yield "counts after", data["expected_counts_after"], week.counts(data, "after")
    if "expected_log_rows_added" in data:
        yield "log rows added", data["expected_log_rows_added"], week.log_rows() - rows
    for number, expected in (data.get("expected_flags_after") or {}).items():
        yield f"{number} flag after", expected, week.flag(number)


def _before(data, week):
    for row in data["referrals"]:
        number = row["number"]
        found = week.fresh(number)
        if "expected_age_days" in row:
            yield f"{number} age", row["expected_age_days"], (week.day - found.received_on).days
        if "expected_flag" in row:
            yield f"{number} flag", row["expected_flag"], week.flag(number)
        if "expected_duplicate_of" in row:
            twin = found.duplicate_of
            yield f"{number} duplicate of", row["expected_duplicate_of"], twin and twin.number
    if "expected_counts_before" in data:
        yield "counts before", data["expected_counts_before"], week.counts(data, "before")


class _Week:
    """The referrals of the example, stored, and the buttons that can be pressed on them."""

    def __init__(self, data, world):
        self.day, self.server, self.batch, self.said = data["as_of"], world.mail, None, ""
        self.ids, self.services, self.clients = {}, {}, {}
        self.own = own_organization()
        self.place = place(self.own, "Main office")
        self.own.referral_last_checked_on = data.get("last_check_on")
        save(self.own)
        settings.change("allowed_email_domains", data.get("allowed_email_domains") or [])
        addresses = list(data.get("own_addresses") or [])
        for row in data["referrals"]:
            name = row["service"]
            if name not in self.services:
                address = addresses.pop(0) if addresses else None
                holder = program(self.own, f"Program of {name}", "ircc", contact_email=address)
                self.services[name] = service(holder, self.place, name)
        for row in data["referrals"]:
            self._add(row)
        self.earlier = DistributionLog.select(fn.MAX(DistributionLog.id)).scalar() or 0
        for address in addresses:
            program(self.own, f"Program of {address}", "ircc", contact_email=address)

    def _add_client(self, name):
        household = Household()
        save(household)
        client = Client(
            household=household,
            first_name=name,
            last_name=f"Example {name}",
            preferred_languages=["en"],
        )
        save(client, confirmed=("similar-client",))
        self.clients[name] = client

    def _add(self, row):
        name = row["client"]
        if name not in self.clients:
            self._add_client(name)
        if row.get("email_details_consent") and not self._agreed(self.clients[name]):
            self._agree(self.clients[name])
        facts = {
            "number": row["number"],
            "direction": "internal",
            "client": self.clients[name],
            "service_activity": self.services[row["service"]],
            "received_on": row["received_on"],
            "referred_on": row["received_on"],
            "referred_by_name": "Example",
            "priority": row.get("priority", "normal"),
        }
        made, _warnings = referrals.receive(facts, "An example.")
        self.ids[row["number"]] = made.id
        if row.get("distributed_on"):
            at = datetime.datetime.combine(row["distributed_on"], NOON)
            distribution.record_manual([made.id], destination=LEAD)
            DistributionLog.update(sent_at=at).where(DistributionLog.referral == made).execute()
            Referral.update(last_sent_at=at).where(Referral.id == made.id).execute()
        if row["status"] == "complete":
            referrals.complete([made.id], row.get("outcome"), row.get("completed_on") or self.day)

    def _agreed(self, client):
        query = ConsentRecord.select().where(ConsentRecord.client == client)
        return query.where(ConsentRecord.type == "email-details").exists()

    def _agree(self, client):
        consent = ConsentRecord(
            household=client.household,
            client=client,
            type="email-details",
            given_on=min(self.day, settings.today()) - datetime.timedelta(days=30),
            signed_by_name=str(client),
        )
        save(consent)

    # ---- What can be seen

    def fresh(self, number):
        return Referral.get_by_id(self.ids[number])

    def flag(self, number):
        return flags.flag(self.fresh(number), self.day)

    def log_rows(self):
        return DistributionLog.select().count()

    def counts(self, data, when):
        found = kept_counts(Referral)
        return {status: found.get(status, 0) for status in data[f"expected_counts_{when}"]}

    # ---- What can be pressed

    def press(self, action):
        """Press one button; returns what can be compared afterwards."""
        numbers = action.get("select") or []
        before = {number: self.fresh(number).status for number in self.ids}
        rows, taken = self.log_rows(), self.server.taken
        self.batch, self.said = None, ""
        facts = {"sent": False, **_PRESSES[action["press"]](self, action, numbers)}
        self._on_the_day()
        facts |= {
            "log_rows": self.log_rows() - rows,
            "messages_sent": self._delivered(),
            "handed_over": self.server.taken - taken,
            "last_check_on": Organization.own().referral_last_checked_on,
            "nudge": flags.check_due(self.day),
            "before": before,
        }
        return facts | self._newest(numbers)

    def _on_the_day(self):
        """Date what this week sent on the day of the example; the product dated it today."""
        at = datetime.datetime.combine(self.day, NOON)
        DistributionLog.update(sent_at=at).where(DistributionLog.id > self.earlier).execute()
        for key in self.ids.values():
            last = referrals.last_sent(key)
            Referral.update(last_sent_at=last).where(Referral.id == key).execute()

    def _delivered(self):
        """Messages of this press that the mail server took."""
        if self.batch is None:
            return 0
        return (
            OutboxMessage.select()
            .where(OutboxMessage.batch_id == self.batch, OutboxMessage.state == "sent")
            .count()
        )

    def _newest(self, numbers):
        if not numbers:
            return {}
        mine = DistributionLog.referral == self.ids[numbers[0]]
        row = DistributionLog.select().where(mine).order_by(DistributionLog.id.desc()).first()
        if row is None:
            return {}
        found = {"result": row.result, "channel": row.channel}
        return found | ({"detail": row.detail_level} if self.batch else {})

    def compare(self, step, name, expected, got):
        """Yield (case, expected, got) for one line of what a step expects."""
        if name == "status":
            for number, status in expected.items():
                yield f"{step} {number} status", status, self.fresh(number).status
        elif name == "status_unchanged":
            for number in expected:
                now = self.fresh(number).status
                yield f"{step} {number} status", got["before"][number], now
        elif name == "reason":
            # A refusal is in the words of the product; the example's first word is the referral it names.
            named = [number for number in self.ids if number in str(expected)]
            yield f"{step} reason", named, [number for number in self.ids if number in self.said]
        elif name == "because":
            yield f"{step} {name}", expected, got.get("because")
        elif name in got:
            yield f"{step} {name}", expected, got[name]
        else:
            yield f"{step} {name}", expected, UNKNOWN

    def check(self, action, numbers):
        flags.weekly_check(self.day)
        return {}

    def email(self, action, numbers):
        self.server.behaviour = action.get("server", ACCEPTS)
        wanted = distribution.plan(
            [self.ids[number] for number in numbers],
            action["to"],
            action.get("detail"),
            bool(action.get("confirm_outside")),
            bool(action.get("confirm_complete")),
            self.day,
        )
        try:
            self.batch = distribution.send(wanted)
        except NotAllowed as refused:
            self.said = " ".join(refused.reasons)
            return {"detail": wanted.detail}
        outbox.send_due()
        progress = distribution.progress(self.batch)
        return {"sent": progress.state == "sent", "detail": wanted.detail}

    def it_arrived(self, action, numbers):
        for number in numbers:
            rows = DistributionLog.select().where(DistributionLog.referral == self.ids[number])
            row = rows.where(DistributionLog.message.is_null(False))
            newest = row.order_by(DistributionLog.id.desc()).get()
            outbox.it_arrived(newest.message)
        return {"sent": True}

    def record_manual(self, action, numbers):
        chosen = [self.ids[number] for number in numbers]
        distribution.record_manual(chosen, destination=action.get("to") or LEAD)
        return {"sent": True}

    def complete(self, action, numbers):
        chosen = [self.ids[number] for number in numbers]
        referrals.complete(chosen, action.get("outcome"), self.day)
        return {}

    def outcome(self, action, numbers):
        for number in numbers:
            referrals.set_outcome(self.fresh(number), action["outcome"], today=self.day)
        return {}

    def reopen(self, action, numbers):
        back = {referrals.reopen(self.fresh(number)) for number in numbers}
        sent = "it has a sent distribution"
        return {"because": sent if back == {"distributed"} else "it has no sent distribution"}

    def void(self, action, numbers):
        for number in numbers:
            distribution.void(distribution.newest_sent(self.fresh(number)))
        return {}


_PRESSES = {
    "weekly-check": _Week.check,
    "email": _Week.email,
    "it-arrived": _Week.it_arrived,
    "record-manual": _Week.record_manual,
    "complete": _Week.complete,
    "outcome": _Week.outcome,
    "reopen": _Week.reopen,
    "void": _Week.void,
}
