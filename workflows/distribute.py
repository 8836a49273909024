"""Email selected referrals: the wizard before the sending, which is workflows/distribution.py (R-REF-2 … R-REF-6)."""

import datetime
import hashlib

from flask_babel import gettext as _
from flask_babel import ngettext

from forms import distribute as pages
from forms.formats import whole as row_id
from forms.words import apart
from models import (
    COMPLETE,
    FULL,
    N_,
    QUEUED,
    RECEIVED,
    DistributionLog,
    OutboxMessage,
    Referral,
    database,
)
from workflows import audit, clock, distribution, engine, mail, outbox, settings
from workflows.engine import DONE, FIXED
from workflows.records import Problem, Refused

OFFERED = 50  # how many that wait are offered when nobody ticked any


def whole(texts):
    """The row numbers among ``texts`` as they were posted, in order, each once."""
    return sorted({row_id(text) for text in texts} - {None})


def ticked(draft):
    """The referrals of a draft that are still there."""
    ids = whole(draft.answers.get("referrals", {}).get("rowid", []))
    return sorted(Referral.stored_by_id(ids).values(), key=lambda referral: referral.id)


def _waiting():
    """The longest waiting first; those already on their way wait for nobody."""
    leaving = DistributionLog.select(DistributionLog.referral).where(
        DistributionLog.result == QUEUED
    )
    query = Referral.select(Referral.id).where(
        Referral.status == RECEIVED, Referral.id.not_in(leaving)
    )
    query = query.order_by(Referral.received_on, Referral.id).limit(OFFERED)
    return [key for (key,) in query.tuples()]


def _named(ids):
    """[(id, words)] of these referrals, the longest waiting first; a few columns are enough."""
    columns = ("id", "number", "client_name", "target_name", "received_on")
    marks = ", ".join([database.param] * len(ids))
    rows = list(Referral.read(f'"id" IN ({marks})', *ids, only=columns)) if ids else []
    rows.sort(key=lambda row: (row.received_on, row.id))
    return [
        (r.id, " · ".join((apart(r.client_name), r.number, apart(r.target_name)))) for r in rows
    ]


class Letter:
    """One message as it would leave: its Plan, what has to be confirmed, and how confirmations are called."""

    def __init__(self, destination, ids, answers, suffix=""):
        self.suffix, confirmed = suffix, answers.said.get("confirmed", ())
        self.wanted = (ids, destination, answers.of("destination", "detail"))
        given = {name: name + suffix in confirmed for name in (distribution.OUTSIDE, COMPLETE)}
        self.confirmed = [name for name, is_given in given.items() if is_given]
        self.plan = self._plan(**given)

    def _plan(self, outside=False, complete=False):
        return distribution.plan(
            *self.wanted, confirmed_outside=outside, confirmed_complete=complete
        )

    @property
    def blocking(self):
        """Why it may not leave, whatever is confirmed."""
        return self._plan(outside=True, complete=True).reasons

    def asks(self):
        """[(code, words, is ticked)] of the confirmations it needs (R-REF-5, R-REF-2)."""
        rows = Referral.stored_by_id(self.plan.referral_ids).values()
        finished = sorted(row.number for row in rows if row.status == COMPLETE)
        words = {
            distribution.OUTSIDE: _(
                "%(address)s is outside your agency and nothing was sent there before. The address is right.",
                address=self.plan.destination,
            ),
            COMPLETE: _(
                "Some of these are complete already: %(numbers)s. Send them again.",
                numbers=", ".join(finished),
            ),
        }
        return [
            (name + self.suffix, words[name], name in self.confirmed) for name in self._plan().asks
        ]

    @property
    def detail_words(self):
        if self.plan.detail == FULL:
            return _("Full: names, how to reach people, reasons and actions")
        return _("Minimal: numbers and services only, no names")


def letters(answers):
    """The Letters these answers lead to: one for each address (R-REF-2)."""
    ids, by_address = answers.of("referrals", "rowid"), {}
    if answers.of("destination", "split") == pages.EACH:
        for group in answers.of("recipients", "groups"):
            by_address.setdefault(group["destination"].lower(), []).extend(
                whole(group["ids"].split(","))
            )
    else:
        by_address[answers.of("destination", "destination")] = ids
    several = len(by_address) > 1
    return [
        Letter(address, ids, answers, f"-{number}" if several else "")
        for number, (address, ids) in enumerate(by_address.items(), 1)
    ]


def mark_of(found):
    """Changes with anything that would leave: a page proves that what it sends is what it showed."""
    return hashlib.sha256("".join(one.plan.fingerprint for one in found).encode()).hexdigest()


class Distribute(engine.Workflow):
    """From the ticked boxes to the messages that leave."""

    name = "distribute"
    title = N_("Email selected referrals")
    intro = N_("Choose referrals, say to whom they go, and see exactly what leaves before it does.")
    check_lead = N_("Nothing has been sent. This is exactly what would leave.")
    check_template = "workflow/distribute_check.html"
    finish_label = N_("Send now")
    steps = {
        "referrals": pages.TickedForm,
        "destination": pages.DestinationForm,
        "recipients": pages.RecipientsForm,
    }

    begun_with = ("destination",)

    def begin(self, draft):
        """A selection that came along is passed: it was ticked on the page before."""
        given = draft.answers.get("referrals", {})
        ids = sorted(Referral.stored_by_id(whole(given.get("rowid", []))))
        address = given.get("destination", [""])[-1].strip()[:254]
        draft.answers = {FIXED: {"offered": ids, "destination": address}}
        if ids:
            draft.answers["referrals"] = {"rowid": [str(key) for key in ids], DONE: ["1"]}

    def about(self, draft):
        count = len(whole(draft.answers.get("referrals", {}).get("rowid", [])))
        return ngettext("%(num)s referral", "%(num)s referrals", count) if count else ""

    def held(self, answers, slug, passed):
        """Addresses of groups hold for the referrals they were made of."""
        if slug != "referrals":
            return answers
        kept = whole(answers[slug].get("rowid", []))
        groups = answers.get("recipients", {})
        parts = [texts[-1].split(",") for name, texts in groups.items() if name.endswith("-ids")]
        if whole(key for part in parts for key in part) == kept:
            return answers
        return {page: raw for page, raw in answers.items() if page != "recipients"}

    def initial(self, page, answers, draft):
        if page.step == "destination":
            days = settings.value("distributed_followup_days")
            return {
                "destination": answers.fixed.get("destination", ""),
                "follow_up_on": settings.today() + datetime.timedelta(days=days),
            }
        if page.step == "recipients":
            return {
                "groups": [
                    {"ids": ",".join(map(str, ids)), "destination": address}
                    for address, ids in distribution.by_contact(answers.of("referrals", "rowid"))
                ]
            }
        return {}

    def prepare(self, page, answers, draft):
        if page.step != "referrals":
            return
        chosen = whole(draft.answers.get(page.slug, {}).get("rowid", []))
        offered = answers.fixed.get("offered") or _waiting()
        page.form.rowid.choices = _named({*offered, *chosen, *(page.form.rowid.data or ())})

    def examine(self, page, answers, draft):
        if page.step == "recipients":
            said = [key for row in page.form.groups.data for key in row["ids"].split(",")]
            if sorted(said) != sorted(map(str, answers.of("referrals", "rowid"))):
                words = _("These are not the ticked referrals. Go back and choose again.")
                page.form.form_errors.append(words)
        if page.step == "destination":
            day = page.form.follow_up_on.data
            if day and day < settings.today():
                page.form.problem("follow_up_on", _("Choose a day that is still to come."))

    def facts(self, page, answers, draft):
        if page.step == "destination":
            ids = answers.of("referrals", "rowid")
            return {
                "ticked": ticked(draft),
                "suggestions": distribution.suggestions(ids),
                "contacts": len(distribution.by_contact(ids)),
                "can_send": mail.ready(),
            }
        if page.step == "recipients":
            rows = {row.id: row for row in ticked(draft)}
            parts = [whole(form.ids.data.split(",")) for form in page.form.groups.forms]
            return {"parts": [[rows[key] for key in ids if key in rows] for ids in parts]}
        return {}

    def final_facts(self, answers, draft):
        found = letters(answers)
        shown = sum(len(one.plan.numbers) for one in found)
        audit.record("view", "referral", changed={"shown": shown})
        return {
            "letters": found,
            "ticked": ticked(draft),
            "fingerprint": mark_of(found),
            "blocking": [reason for one in found for reason in one.blocking],
            "asks": [ask for one in found for ask in one.asks()],
        }

    def finish(self, answers, draft):
        found = letters(answers)
        if answers.said.get("fingerprint") != [mark_of(found)]:
            raise Refused(
                [
                    Problem(
                        "",
                        _("Something changed since this page was opened. Look at the text again."),
                    )
                ]
            )
        day = answers.of("destination", "follow_up_on")
        try:
            return {"batches": [distribution.send(one.plan, day) for one in found]}
        except outbox.NotAllowed as refused:
            raise Refused([Problem("", reason) for reason in refused.reasons]) from refused

    def done(self, facts):
        # The messages are committed only now, so the clock is called once more.
        clock.wake()
        batches = facts["batches"]
        if len(batches) == 1:
            return engine.Done("", href=f"/distribute/sent/{batches[0]}")
        sent = OutboxMessage.select(OutboxMessage.batch_id, OutboxMessage.recipient).where(
            OutboxMessage.batch_id.in_(batches)
        )
        return engine.Done(
            ngettext(
                "%(num)s message is on its way", "%(num)s messages are on their way", len(batches)
            ),
            (_("Each has a page that shows when it arrived and what to do if it did not."),),
            tuple(
                (_("Message to %(address)s", address=address), f"/distribute/sent/{batch}")
                for batch, address in sent.order_by(OutboxMessage.id).tuples()
            ),
        )
