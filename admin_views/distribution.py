"""Email Selected Referrals: choose the address, see exactly what leaves, send, watch it arrive (R-REF-2 … R-REF-6).

What is chosen is kept in a draft row under a random key, so no address and no name stands in the address bar, and a
draft can be used up only once: pressing "Send" twice sends once.
"""

import datetime

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin_views.base import PageView
from admin_views.marks import flag_pill, status_pill
from admin_views.outbox import words_of
from forms.referrals import USUAL, AnotherWayForm, DestinationForm
from models import (
    CANCELLED,
    COMPLETE,
    FAILED,
    FULL,
    SENT,
    UNCERTAIN,
    DistributionLog,
    Draft,
    OutboxMessage,
    Referral,
    database,
    now,
)
from workflows import audit, distribution, flags, mail, outbox, records, settings

KIND = "distribute"
FORGOTTEN = datetime.timedelta(days=1)


def begin(ids, destination=""):
    """A new draft for these referrals; steps that nobody kept for later are cleared away after a day."""
    old = (Draft.kind == KIND) & (Draft.path == "") & (Draft.updated_at < now() - FORGOTTEN)
    answers = {"ids": sorted(set(ids)), "destination": destination.strip()[:254], "detail": USUAL}
    with database.atomic():
        for forgotten in Draft.select().where(old):
            records.delete(forgotten)
        draft = Draft(kind=KIND, answers=answers)
        records.save(draft)
    return draft


class DistributeView(PageView):
    """From the ticked boxes to what became of the message."""

    def __init__(self):
        super().__init__(endpoint="distribute", url="/distribute")

    @expose("/")
    def index(self):
        return redirect(url_for("referral.index_view"))

    # ---- To whom -----------------------------------------------------------------------------------------------------

    @expose("/<key>/destination", methods=("GET", "POST"))
    def destination(self, key):
        draft = self._draft(key)
        ticked = _ticked(draft)
        if request.method == "GET":
            form = DestinationForm(data=draft.answers)
            return self._destination_page(draft, ticked, form)
        given = MultiDict(request.form)
        # A suggestion is a button: pressing it answers the question and goes on.
        given["destination"] = request.form.get("suggestion") or request.form.get("destination", "")
        form = DestinationForm(given)
        valid = form.validate()
        answers = {"destination": form.destination.data or "", "detail": form.detail.data or USUAL}
        draft.answers = {**draft.answers, **answers}
        if "later" in request.form:
            return self._keep(draft, ".destination")
        if not valid:
            return self._destination_page(draft, ticked, form)
        records.save(draft)
        return redirect(url_for(".check", key=key))

    def _destination_page(self, draft, ticked, form):
        return self.render(
            "workflow/distribute_destination.html",
            form=form,
            rows=_rows(ticked),
            suggestions=distribution.suggestions([r.id for r in ticked]),
            back_href=url_for("referral.index_view"),
            another_href=url_for(".another_way", key=draft.key),
            can_send=mail.ready(),
        )

    def _keep(self, draft, endpoint):
        draft.path = url_for(endpoint, key=draft.key)
        records.save(draft)
        flash(_("Kept. Home offers it under “Continue”."), "success")
        return redirect("/")

    # ---- What leaves -------------------------------------------------------------------------------------------------

    @expose("/<key>/check", methods=("GET", "POST"))
    def check(self, key):
        draft = self._draft(key)
        plan = _plan(draft, request.form.getlist("confirmed"))
        if request.method == "GET":
            audit.record("view", "referral", changed={"shown": len(plan.numbers)})
            return self._check_page(draft, plan)
        if "later" in request.form:
            return self._keep(draft, ".check")
        if request.form.get("fingerprint") != plan.fingerprint:
            changed = _("Something changed since this page was opened. Look at the text again.")
            return self._check_page(draft, plan, [changed])
        if not plan.is_allowed:
            return self._check_page(draft, plan, plan.reasons)
        try:
            with database.atomic():
                records.delete(Draft.get_by_id(draft.id))
                batch = distribution.send(plan)
        except Draft.DoesNotExist:
            return self._gone()
        except outbox.NotAllowed as refused:
            return self._check_page(draft, plan, refused.reasons)
        return redirect(url_for(".sent", batch=batch))

    def _check_page(self, draft, plan, problems=()):
        ticked = _ticked(draft)
        # What a tick box asks need not be said twice.
        blocking = _plan(draft, (distribution.OUTSIDE, COMPLETE)).reasons
        questions = {
            distribution.OUTSIDE: _(
                "%(address)s is outside your agency and nothing was sent there before. The address is right.",
                address=plan.destination,
            ),
            COMPLETE: _(
                "Some of these are complete already: %(numbers)s. Send them again.",
                numbers=", ".join(r.number for r in ticked if r.status == COMPLETE),
            ),
        }
        confirmed = request.form.getlist("confirmed")
        return self.render(
            "workflow/distribute_check.html",
            plan=plan,
            rows=_rows(ticked),
            problems=problems or blocking,
            may_send=not blocking,
            asks=[(code, questions[code], code in confirmed) for code in _plan(draft, ()).asks],
            detail_words=_detail_words(plan),
            back_href=url_for(".destination", key=draft.key),
            another_href=url_for(".another_way", key=draft.key),
        )

    # ---- What became of it -------------------------------------------------------------------------------------------

    @expose("/sent/<batch>")
    def sent(self, batch):
        progress = distribution.progress(batch)
        if progress is None:
            abort(404)
        message = OutboxMessage.get_or_none(OutboxMessage.batch_id == batch)
        ticked = _of_batch(batch)
        part = request.args.get("part") == "1"
        template = "workflow/distribute_progress.html" if part else "workflow/distribute_sent.html"
        return self.render(
            template,
            progress=progress,
            message=message,
            rows=_rows(ticked),
            title=_result_title(progress.state),
            text=words_of(message) if progress.state in (FAILED, UNCERTAIN) else "",
            open_ids=[r.id for r in ticked if r.status != COMPLETE]
            if progress.state == SENT
            else [],
            here=url_for(".sent", batch=batch),
            waits_for_server=bool(message and message.error and not progress.is_finished),
            example=mail.example_folder() is not None,
        )

    @expose("/sent/<batch>/another-way", methods=("POST",))
    def instead(self, batch):
        """After a failure: the same referrals, recorded as passed on another way."""
        ticked = _of_batch(batch) or abort(404)
        draft = begin([r.id for r in ticked])
        return redirect(url_for(".another_way", key=draft.key))

    # ---- Another way (R-REF-6) ---------------------------------------------------------------------------------------

    @expose("/<key>/another-way", methods=("GET", "POST"))
    def another_way(self, key):
        draft = self._draft(key)
        ticked = _ticked(draft)
        form = AnotherWayForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            note = form.note.data or ""
            try:
                with database.atomic():
                    records.delete(Draft.get_by_id(draft.id))
                    distribution.record_manual(draft.answers["ids"], note, form.destination.data)
            except Draft.DoesNotExist:
                return self._gone()
            flash(_("Recorded as sent another way."), "success")
            if len(ticked) == 1:
                return redirect(url_for("referral.details_view", id=ticked[0].id))
            return redirect(url_for("referral.index_view"))
        return self.render(
            "workflow/distribute_another_way.html",
            form=form,
            rows=_rows(ticked),
            back_href=url_for("referral.index_view"),
        )

    @expose("/one", methods=("POST",))
    def one(self):
        """From Referral Details: one referral, by email or another way."""
        ids = [int(i) for i in request.form.getlist("rowid") if i.isdigit() and len(i) < 10]
        if not Referral.select().where(Referral.id.in_(ids)).exists():
            abort(404)
        way = "another_way" if "another-way" in request.form else "destination"
        return redirect(url_for(f".{way}", key=begin(ids).key))

    # ---- Drafts ------------------------------------------------------------------------------------------------------

    def _draft(self, key):
        """The draft; a page that says where to begin again when it is used up."""
        mark = database.param
        draft = next(Draft.read(f"key = {mark} AND kind = {mark}", key, KIND), None)
        if draft is None:
            abort(self._gone())
        return draft

    @staticmethod
    def _gone():
        flash(
            _("These referrals were sent or recorded already. Tick them again to begin anew."),
            "info",
        )
        return redirect(url_for("referral.index_view"))


def _ticked(draft):
    """The referrals of a draft."""
    ids = draft.answers.get("ids", [])
    return list(Referral.select().where(Referral.id.in_(ids)).order_by(Referral.id))


def _plan(draft, confirmed):
    return distribution.plan(
        draft.answers["ids"],
        draft.answers["destination"],
        draft.answers["detail"],
        confirmed_outside=distribution.OUTSIDE in confirmed,
        confirmed_complete=COMPLETE in confirmed,
    )


def _of_batch(batch):
    ids = DistributionLog.select(DistributionLog.referral).where(DistributionLog.batch_id == batch)
    return list(Referral.select().where(Referral.id.in_(ids)).order_by(Referral.id))


def _rows(ticked):
    """(number, client, target, status, flag, address of its details) for the short tables of these pages."""
    today = settings.today()
    return [
        (
            r.number,
            r.client_name,
            r.target_name,
            status_pill(r.status),
            flag_pill(flags.flag(r, today)),
            url_for("referral.details_view", id=r.id),
        )
        for r in ticked
    ]


def _detail_words(plan):
    if plan.detail == FULL:
        return _("Full: names, how to reach people, reasons and actions")
    return _("Minimal: numbers and services only, no names")


def _result_title(state):
    return {
        SENT: _("Sent"),
        FAILED: _("Not sent"),
        UNCERTAIN: _("Not sure it arrived"),
        CANCELLED: _("Cancelled"),
    }.get(state, _("Sending"))
