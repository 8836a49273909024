"""Correspondence: from draft to signed and sent, or recorded and filed (2.15, R-COR)."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

import models
from admin_views.attachments import Attaching
from admin_views.list_state import tabs
from admin_views.listing import whole
from admin_views.of_household import HouseholdRecordView, me
from admin_views.showing import moment_text, pill, text_of
from forms.formats import date_text
from models import AWAITING, DRAFT, OUTGOING, RECORDED, SIGNED, Correspondence, Staff
from workflows import audit, letters, members, records, settings, signers


class CorrespondenceView(Attaching, HouseholdRecordView):
    """Letters, messages and calls to and from others about a household."""

    new_label = _l("Record correspondence")
    intro = _l("Letters, messages and calls to and from others about a household.")
    details_template = "people/letter.html"
    attachment_kind = letters.COPY
    attachment_title = _l("Copy of the letter or message")
    supervised = ("sign_view",)  # asks for the administrator passphrase (R-SYS-3, decision 0.6)
    attachment_help = _l("A letter is marked as sent once its signed copy is here.")

    def page_views(self, listing):
        states = [(state, _(words)) for state, words in self.meta.fields["state"].choices]
        return tabs(self, listing, "state", [(None, _("All")), *states])

    def empty(self):
        return {
            **super().empty(),
            "title": _("No correspondence yet"),
            "text": _("Letters, emails and calls about clients will be listed here."),
        }

    def new_record(self):
        letter = super().new_record()
        letter.occurred_at = models.now()
        return letter

    # ---- One letter ------------------------------------------------------------------------------------------------------

    def details_facts(self, record):
        state = dict(self.meta.fields["state"].choices)[record.state]
        key = [
            (_("State"), pill("state", record.state, _(state))),
            (_("Signed by (supervisor)"), record.supervisor_signer or ""),
            (_("Signed on"), date_text(record.signed_on)),
        ]
        return {
            **super().details_facts(record),
            "key": [(label, shown) for label, shown in key if shown],
            "next_words": self._next(record),
            "steps": self._steps(record),
            "sign_href": self.at("sign", record.id) if record.state == AWAITING else None,
        }

    def _next(self, record):
        """What has to happen before a letter may leave (R-COR-1)."""
        if record.state == DRAFT:
            return _("This goes to somebody outside on behalf of a client: a supervisor signs it.")
        if record.state == AWAITING:
            return _("A supervisor reads and signs it; that asks for the administrator passphrase.")
        if record.state == SIGNED and not letters.has_copy(record):
            return _("Attach a copy of the signed letter, then mark it as sent.")
        return ""

    def _steps(self, record):
        """(address, words, is the main one) of the buttons."""
        ask = (self.at("ask"), _("Ask for a signature"), True)
        send = (self.at("send"), _("Mark as sent"), record.state == SIGNED)
        keep = (self.at("file"), _("Add to this file"), True)
        return {
            DRAFT: [ask, send],
            AWAITING: [send],
            SIGNED: [send],
            RECORDED: [keep],
        }.get(record.state, [])

    def fact(self, record, name):
        """Whether somebody is outside matters for what we send only."""
        if name in ("who_is_external", "on_behalf_of_client") and record.direction != OUTGOING:
            return "", ""
        return super().fact(record, name)

    # ---- Its way ---------------------------------------------------------------------------------------------------------

    @expose("/ask/", methods=("POST",))
    def ask_view(self):
        return self.stepped(letters.ask, _("The letter waits for a supervisor’s signature."))

    @expose("/send/", methods=("POST",))
    def send_view(self):
        return self.stepped(letters.send, _("Marked as sent."))

    @expose("/file/", methods=("POST",))
    def file_view(self):
        return self.stepped(letters.put_in_the_file, _("Filed."))

    @expose("/sign/", methods=("GET", "POST"))
    def sign_view(self):
        """The supervisor reads the letter as it will leave, and signs with name and day."""
        record = self.found()
        if request.method == "POST":
            return self._sign(record)
        if record.state != AWAITING:
            flash(_("This letter is not waiting for a signature. Ask for one first."), "danger")
            return redirect(self.at("details", record.id))
        audit.record("view", self.meta.table_name, record.id)
        mine, offered = me(), signers.people()
        return self.render(
            "people/sign.html",
            letter=record,
            file_of=members.called(record.household),
            when=moment_text(record.occurred_at),
            channel=text_of(self.meta.fields["channel"])(record.channel),
            signers=[(row.id, row.name, mine is not None and row.id == mine.id) for row in offered],
            staff_href=url_for("staff.create_view"),
            today=date_text(settings.today()),
            action_href=self.at("sign"),
            cancel_href=self.at("details", record.id),
        )

    def _sign(self, record):
        """What is signed is what was read: a change meanwhile shows the letter again (R-SYS-2)."""
        staff = Staff.stored(whole(request.form.get("supervisor_signer")) or 0)
        seen, today = whole(request.form.get("version")) or 0, settings.today()
        try:
            return self.stepped(
                lambda letter: letters.sign(letter, staff, today, seen), _("Signed.")
            )
        except records.Conflict:
            flash(
                _("The letter was changed while you were reading it. Read it once more."), "danger"
            )
            return redirect(self.at("sign", record.id))


VIEWS = {Correspondence: CorrespondenceView}
