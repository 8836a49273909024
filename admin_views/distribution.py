"""Email selected referrals: the wizard's pages, another way than email, and what became of each message."""

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.marks import flag_pill, status_pill
from admin_views.outbox import words_of
from admin_views.wizards import WizardView
from forms.distribute import AnotherWayForm
from models import (
    CANCELLED,
    COMPLETE,
    FAILED,
    SENT,
    UNCERTAIN,
    DistributionLog,
    Draft,
    OutboxMessage,
    Referral,
    database,
)
from workflows import distribution, engine, flags, mail, records, settings
from workflows.distribute import ticked, whole


class DistributeView(WizardView):
    """From the ticked boxes to what became of the message."""

    def render(self, template, **facts):
        """Rows of referrals are drawn here: the workflow knows nothing of marks and addresses."""
        if "ticked" in facts:
            facts["rows"] = _rows(facts.pop("ticked"))
        if "key" in facts:
            facts["another_href"] = url_for(".another_way", key=facts["key"])
        return super().render(template, **facts)

    def _over(self, key):
        if request.method == "POST":
            self._sent_already()
        return super()._over(key)

    def _gone(self):
        self._sent_already()
        return redirect(url_for("referral.index_view"))

    @staticmethod
    def _sent_already():
        flash(
            _("These referrals were sent or recorded already. Tick them again to begin anew."),
            "info",
        )

    # ---- What became of it -------------------------------------------------------------------------------------------

    @expose("/sent/<batch>")
    def sent(self, batch):
        progress = distribution.progress(batch)
        if progress is None:
            abort(404)
        message = OutboxMessage.get_or_none(OutboxMessage.batch_id == batch)
        chosen = _of_batch(batch)
        part = request.args.get("part") == "1"
        template = "workflow/distribute_progress.html" if part else "workflow/distribute_sent.html"
        return self.render(
            template,
            progress=progress,
            message=message,
            ticked=chosen,
            ids=[row.id for row in chosen],
            title=_result_title(progress.state),
            text=words_of(message) if progress.state in (FAILED, UNCERTAIN) else "",
            open_ids=[r.id for r in chosen if r.status != COMPLETE]
            if progress.state == SENT
            else [],
            here=url_for(".sent", batch=batch),
            waits_for_server=bool(message and message.error and not progress.is_finished),
            example=mail.example_folder() is not None,
        )

    # ---- Another way (R-REF-6) ---------------------------------------------------------------------------------------

    @expose("/<key>/another-way", methods=("GET", "POST"))
    def another_way(self, key):
        draft = self._draft(key)
        chosen = ticked(draft)
        form = AnotherWayForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            note, ids = form.note.data or "", [row.id for row in chosen]
            try:
                with database.atomic():
                    records.delete(Draft.get_by_id(draft.id))
                    distribution.record_manual(ids, note, form.destination.data)
            except Draft.DoesNotExist:
                return self._gone()
            except records.Refused as refused:
                flash(str(refused.problems[0].message), "warning")
                return redirect(url_for("referral.index_view"))
            flash(_("Recorded as sent another way."), "success")
            if len(ids) == 1:
                return redirect(url_for("referral.details_view", id=ids[0]))
            return redirect(url_for("referral.index_view"))
        return self.render(
            "workflow/distribute_another_way.html",
            form=form,
            ticked=chosen,
            back_href=url_for("referral.index_view"),
        )

    @expose("/one", methods=("POST",))
    def one(self):
        """From a page that names referrals: by email or another way."""
        ids = whole(request.form.getlist("rowid"))
        if not Referral.select().where(Referral.id.in_(ids)).exists():
            abort(404)
        draft = engine.start(self.workflow, {"referrals": {"rowid": list(map(str, ids))}})
        way = "another_way" if "another-way" in request.form else "resume"
        return redirect(url_for(f".{way}", key=draft.key))


def _of_batch(batch):
    ids = DistributionLog.select(DistributionLog.referral).where(DistributionLog.batch_id == batch)
    return list(Referral.select().where(Referral.id.in_(ids)).order_by(Referral.id))


def _rows(chosen):
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
        for r in chosen
    ]


def _result_title(state):
    return {
        SENT: _("Sent"),
        FAILED: _("Not sent"),
        UNCERTAIN: _("Not sure it arrived"),
        CANCELLED: _("Cancelled"),
    }.get(state, _("Sending"))
