"""The outbox: what waits, what left, what failed and why; three decisions only a person can take (decision 0.4)."""

from email import message_from_bytes, policy

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import EntityView
from admin_views.marks import state_pill
from admin_views.showing import moment_text
from models import (
    CANCELLED,
    FAILED,
    OUTBOX_STATES,
    QUEUED,
    SENDING,
    SENT,
    UNCERTAIN,
    DistributionLog,
    OutboxMessage,
    Referral,
)
from workflows import audit, clock, mail, outbox, records


def words_of(message):
    """The text of a message without its headers; empty once it is no longer kept."""
    if message is None or message.content is None:
        return ""
    return message_from_bytes(bytes(message.content), policy=policy.default).get_content().rstrip()


class OutboxView(EntityView):
    """Everything that was to be sent, newest first."""

    details_template = "workflow/outbox_message.html"
    intro = _l("Every message the portal sends waits here until the mail server takes it.")

    def list_columns(self):
        return ["recipient", "created_at", "subject", "state", "by_name"]

    def page_views(self, listing):
        """The states that have something in them, each a ready view."""
        counts, asked = records.kept_counts(OutboxMessage), listing.args.get("state")
        found = [(_("All"), "?", not asked)]
        for state, label in OUTBOX_STATES:
            if counts.get(state):
                words = _("%(label)s (%(count)s)", label=_(label), count=counts[state])
                found.append((words, f"?state={state}", asked == state))
        return found

    def empty(self):
        return {
            "title": _("Nothing was sent yet"),
            "text": _("Tick referrals in the list and press “Email Selected Referrals”."),
            "href": url_for("referral.index_view"),
            "label": _("Open the Referral List"),
        }

    @expose("/details/")
    def details_view(self):
        message = self.found()
        audit.record("view", "outbox_message", message.id)
        ids = DistributionLog.select(DistributionLog.referral).where(
            DistributionLog.message == message.id
        )
        query = Referral.select(Referral.id, Referral.number, Referral.client_name)
        shown = query.where(Referral.id.in_(ids)).order_by(Referral.id).tuples()
        return self.render(
            self.details_template,
            title=message.subject,
            page_title=_("Outbox"),
            message=message,
            state=state_pill(message.state),
            says=self._says(message),
            facts=self._facts(message),
            referrals=[(url_for("referral.details_view", id=k), n, name) for k, n, name in shown],
            text=words_of(message),
            steps=self._steps(message),
            example=mail.example_folder() is not None,
        )

    @staticmethod
    def _facts(message):
        pairs = [
            (_("To"), message.recipient),
            (_("Sent by"), message.by_name),
            (_("Written"), moment_text(message.created_at)),
            (_("Attempts"), message.attempts),
        ]
        if message.state == QUEUED:
            pairs.append((_("Next attempt"), moment_text(message.due_at)))
        if message.finished_at:
            pairs.append((_("Finished"), moment_text(message.finished_at)))
        return pairs

    @staticmethod
    def _says(message):
        """One or two sentences: how it stands and what to do."""
        return {
            QUEUED: _("It leaves by itself as soon as the mail server takes it. Nothing to do."),
            SENDING: _("It is being handed over to the mail server at this moment."),
            SENT: _("The mail server has taken it."),
            UNCERTAIN: _(
                "It was handed over, but no answer came back. Ask the recipient before sending it "
                "again, so that nobody gets it twice."
            ),
            FAILED: _("Nothing was delivered. The referrals are as they were."),
            CANCELLED: _("It was given up. The referrals are as they were."),
        }[message.state]

    @staticmethod
    def _steps(message):
        """(what, label, style) that fit the state."""
        arrived = ("it-arrived", _("It arrived"), "btn-primary")
        again = ("send-again", _("Send again"), "")
        cancel = ("cancel", _("Cancel"), "btn-quiet")
        return {QUEUED: [cancel], UNCERTAIN: [arrived, again, cancel], FAILED: [again]}.get(
            message.state, []
        )

    @expose("/decide/", methods=("POST",))
    def decide(self):
        """It arrived, Send again or Cancel."""
        message = self.found()
        steps = {
            "it-arrived": (
                outbox.it_arrived,
                _("Noted: it arrived. Its referrals are distributed."),
            ),
            "send-again": (outbox.send_again, _("It waits to be sent again.")),
            "cancel": (outbox.cancel, _("Cancelled. It will not be sent.")),
        }
        step, words = steps.get(request.form.get("step", ""), (None, None))
        if step is None:
            return redirect(url_for(".details_view", id=message.id))
        try:
            step(message)
        except outbox.NotAllowed as refused:
            for reason in refused.reasons:
                flash(reason, "danger")
        else:
            clock.wake()
            flash(words, "success")
        return redirect(url_for(".details_view", id=message.id))


VIEWS = {OutboxMessage: OutboxView}
