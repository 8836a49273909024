"""Referral Details, the quick form, print: one referral opened."""

from flask import flash, jsonify, redirect, request, url_for
from flask_admin import expose

from admin_views.assisting import drawn, one_tick
from admin_views.listing import whole
from admin_views.marks import brief, flag_pill, mark_of, result_pill, status_pill
from admin_views.referral_outcomes import ReferralOutcomes
from admin_views.showing import moment_text
from admin_views.trace import TracePages
from admin_views.words import plain as _
from forms import choices
from forms.formats import date_text
from forms.referrals import (
    SIMILAR,
    find_services,
    received_form,
    service_picker,
)
from models import (
    ACTIVE,
    COMPLETE,
    INBOUND,
    TO_ORGANIZATION,
    TO_PROGRAM,
    TO_SERVICE,
    Client,
    DistributionLog,
    DrivingStatement,
    Organization,
    Program,
    RecommendedAction,
    Referral,
    ReferralStatusEvent,
    ServiceActivity,
    normalise,
)
from workflows import audit, distribution, flags, people, records, referrals, settings

PERSON = ("inbound_name", "inbound_phone", "inbound_email", "inbound_language", "inbound_age")
FROM = ("referred_by_name", "referred_by_organization", "referred_on", "received_on")


class ReferralView(TracePages, ReferralOutcomes):
    """One referral, opened by clicking the client's name."""

    # ---- Edit: few fields; the status is moved by buttons only -------------------------------------------------------

    def form_sections(self, record):
        known = record.client_id is not None
        person = () if known else ("inbound_name", PERSON[1:3], PERSON[3:], "inbound_interpreter")
        target = {TO_SERVICE: ("service_activity",), TO_PROGRAM: ("program",)}
        return (
            (_("Person"), None, ("client", *person)),
            (
                _("Referral"),
                None,
                (*target.get(record.level, ()), "priority", FROM[:2], FROM[2:]),
            ),
            (_("Follow-up"), None, ("follow_up_notes", "follow_up_due_on")),
        )

    def own_questions(self):
        offered = ServiceActivity.select().where(ServiceActivity.state == ACTIVE)
        address = self._lookup("service_activity")
        return {"service_activity": service_picker(offered, address, required=True)}

    def _lookup(self, name):
        return f"{self.get_url('.lookup_view')}?field={name}"

    @expose("/lookup/", methods=("POST",))
    def lookup_view(self):
        if request.args.get("field") != "service_activity":
            return super().lookup_view()
        offered = ServiceActivity.select().where(ServiceActivity.state == ACTIVE)
        return jsonify(find_services(offered, request.form.get("query", "")[:200]))

    def form_title(self, record):
        return record.client_name

    # ---- Record a received referral ----------------------------------------------------------------------------------

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        form_class = received_form(
            ServiceActivity.select().where(ServiceActivity.state == ACTIVE),
            self._programs(),
            Client.select(),
            self._lookup,
        )
        if request.method == "GET":
            return self._new_page(form_class(data=self._given()))
        form = form_class(request.form)
        if "find" in request.form:
            form.validate()
            for field in form:
                field.errors = []
            return self._new_page(form)
        if not form.validate():
            return self._new_page(form)
        answer = request.form.get(SIMILAR, "")
        if whole(answer) and form.client.label_of(whole(answer)):
            form.client.data = whole(answer)
        elif not answer and form.client.data is None:
            alike = people.same_person(form.inbound_name.data or "", form.inbound_phone.data)
            if alike:
                return self._new_page(form, alike)
        return self._receive(form)

    @staticmethod
    def _programs():
        query = Program.select(Program, Organization).join(Organization)
        return list(query.where(Program.state == ACTIVE).order_by(Program.name_sorted, Program.id))

    @staticmethod
    def _given():
        """What the address and the last referral that was recorded already say."""
        today = settings.today()
        return {
            "client": whole(request.args.get("client")),
            "service_activity": whole(request.args.get("service_activity")),
            "referred_on": today,
            "received_on": today,
            "priority": "normal",
            "direction": INBOUND,
        }

    def _receive(self, form):
        names = ("direction", "priority", *FROM)
        values = {name: form[name].data for name in names}
        if form.client.data:
            values["client"] = form.client.data
        else:
            values |= {name: form[name].data for name in (*PERSON, "inbound_interpreter")}
        if form.service_activity.data:
            values |= {"level": TO_SERVICE, "service_activity": form.service_activity.data}
        elif form.program.data:
            values |= {"level": TO_PROGRAM, "program": form.program.data}
        else:
            values["level"] = TO_ORGANIZATION
        try:
            confirmed = request.form.getlist("confirmed")
            made, warnings = referrals.receive(
                values, form.reason.data, form.actions.data, confirmed=confirmed
            )
        except records.Refused as refused:
            confirms = one_tick(refused.problems)
            form.tell(p for p in refused.problems if p.level == records.BLOCK)
            if confirms:
                form.reason.hints = drawn(form.reason.data)
                form.actions.hints = drawn("\n".join(form.actions.data))
            return self._new_page(form, confirms=confirms)
        for warning in warnings:
            flash(warning.message, "warning")
        flash(_("Referral %(number)s is recorded.", number=made.number), "success")
        if "another" in request.form:
            return redirect(url_for(".create_view"))
        return redirect(url_for(".details_view", id=made.id))

    def _new_page(self, form, alike=(), confirms=()):
        newest = Referral.select(Referral.referred_by_organization).order_by(Referral.id.desc())
        seen = (name for (name,) in newest.limit(300).tuples() if name)
        return self.render(
            "referrals/new.html",
            form=form,
            confirms=confirms,
            alike=list(zip(alike, people.described(alike), strict=True)) if alike else [],
            organizations=sorted(set(seen), key=normalise)[:40],
            cancel_href=self.get_url(".index_view"),
        )

    # ---- Referral Details --------------------------------------------------------------------------------------------

    @expose("/details/")
    def details_view(self):
        referral = self.found()
        audit.record("view", "referral", referral.id)
        return self.render("referrals/details.html", **self._facts_of(referral))

    @expose("/print/")
    def print_view(self):
        referral = self.found()
        audit.record("print", "referral", referral.id)
        return self.render(
            "print/referral.html",
            back_href=self.get_url(".details_view", id=referral.id),
            printed_on=date_text(settings.today()),
            **self._facts_of(referral),
        )

    def _facts_of(self, referral):
        """What the details page and the print show."""
        log = DistributionLog.select().where(DistributionLog.referral == referral.id)
        sent = distribution.newest_sent(referral)
        mark = mark_of(referral)
        return {
            "referral": referral,
            "status": status_pill(referral.status),
            "mark": result_pill(mark) if mark else "",
            "flag": flag_pill(flags.flag(referral, settings.today())),
            "priority": choices.term_label("referral-priorities", referral.priority),
            "key": self._key_block(referral),
            "person": self._person(referral),
            "channels": people.channels(referral.client)
            if referral.client
            else people.inbound_channels(referral),
            "client_href": referral.client_id
            and url_for("client.details_view", id=referral.client_id),
            "statements": list(referral.driving_statements.order_by(DrivingStatement.id)),
            "actions": list(referral.actions.order_by(RecommendedAction.id)),
            "outcome": self._outcome(referral),
            "others": self._others(referral),
            "twin": referral.duplicate_of,
            "history": self._history(referral),
            "log": [self._log_line(row, sent) for row in log.order_by(DistributionLog.id.desc())],
            "complete_means": Organization.own().complete_means if Organization.own() else "",
            "is_complete": referral.status == COMPLETE,
        }

    def _key_block(self, referral):
        """The shaded block, in the guide's order."""
        sender = referral.referred_by_name
        if referral.referred_by_organization:
            sender = _(
                "%(name)s, %(organization)s",
                name=sender,
                organization=referral.referred_by_organization,
            )
        rows = (
            (_("Organization"), self._row_link(referral.organization)),
            (_("Location"), self._row_link(referral.location)),
            (_("Program"), self._row_link(referral.program)),
            (_("Service"), self._row_link(referral.service_activity)),
            (_("Referred by"), sender),
            (_("Referred on"), date_text(referral.referred_on)),
        )
        return [(label, words or _("Not given")) for label, words in rows]

    def _row_link(self, row):
        return self.linked(row) if row else ""

    @staticmethod
    def _person(referral):
        """(label, words) of what a caller needs to know first."""
        client = referral.client
        if client:
            spoken = client.preferred_languages
            interpreter, age = client.needs_interpreter, people.age_on(client, settings.today())
        else:
            spoken = [referral.inbound_language] if referral.inbound_language else []
            interpreter, age = referral.inbound_interpreter, referral.inbound_age
        languages = ", ".join(choices.language_label(code) for code in spoken)
        pairs = [(_("Language"), languages), (_("Age"), age)]
        pairs.append(
            (_("Interpreter"), _("Needs an interpreter") if interpreter else _("Not needed"))
        )
        return [(label, words) for label, words in pairs if words not in ("", None)]

    @staticmethod
    def _outcome(referral):
        pairs = [
            (_("Outcome"), choices.term_label("referral-outcomes", referral.outcome)),
            (_("Recorded on"), date_text(referral.outcome_on)),
            (_("Follow up by"), date_text(referral.follow_up_due_on)),
            (_("Notes"), referral.follow_up_notes),
        ]
        return [(label, words) for label, words in pairs if words]

    @staticmethod
    def _others(referral):
        """The same client's other referrals: (address, day, number, target, status)."""
        if not referral.client_id:
            return []
        query = (
            Referral.select()
            .where(Referral.client == referral.client_id, Referral.id != referral.id)
            .order_by(Referral.received_on.desc(), Referral.id.desc())
            .limit(20)
        )
        return [(url_for("referral.details_view", id=r.id), *brief(r)) for r in query]

    @staticmethod
    def _history(referral):
        lines = []
        for event in referral.events.order_by(ReferralStatusEvent.id):
            words = choices.term_label("referral-statuses", event.to_status)
            if event.reason:
                words = _("%(status)s: %(reason)s", status=words, reason=event.reason)
            lines.append((moment_text(event.at), event.by_name, words))
        return lines

    @staticmethod
    def _log_line(row, newest):
        levels = {"minimal": _("Minimal"), "full": _("Full")}
        return {
            "id": row.id,
            "at": moment_text(row.sent_at),
            "to": row.destination,
            "by": row.by_name,
            "channel": choices.term_label("distribution-channels", row.channel),
            "detail": levels.get(row.detail_level, "") if row.channel == distribution.EMAIL else "",
            "result": result_pill(row.result),
            "error": row.error,
            "message_href": row.message_id
            and url_for("outbox_message.details_view", id=row.message_id),
            "may_void": newest is not None and row.id == newest.id,
        }


VIEWS = {Referral: ReferralView}
