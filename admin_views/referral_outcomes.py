"""The steps on a referral after it came: complete, reopen, void a sending, settlement actions, outcomes."""

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.assisting import asks, reads_along
from admin_views.listing import whole
from admin_views.marks import brief
from admin_views.referral_list import ReferralList
from admin_views.showing import moment_text, refused_words
from forms import choices
from forms.referrals import OutcomeForm, ReasonForm
from models import PENDING, RecommendedAction, Referral, ReferralStatusEvent, database
from workflows import audit, distribution, flags, outbox, records, referrals


class ReferralOutcomes(ReferralList):
    """What is done with a referral, each step on a page or a button of its own."""

    # ---- Steps on one referral ---------------------------------------------------------------------------------------

    def _back(self, referral):
        return redirect(self.get_url(".details_view", id=referral.id))

    @expose("/complete/", methods=("POST",))
    def complete(self):
        """Mark this one as complete (R-REF-7)."""
        referral = self.found()
        if referrals.complete([referral.id]):
            words = _("Marked as complete.")
            if referral.outcome == PENDING:
                words = _("Marked as complete. You may record an outcome now or later.")
            flash(words, "success")
        return self._back(referral)

    @expose("/reopen/", methods=("GET", "POST"))
    @reads_along(reason=ReferralStatusEvent.reason)
    def reopen(self):
        """Back to distributed or received (R-REF-8)."""
        referral = self.found()
        form = ReasonForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            try:
                referrals.reopen(referral, form.reason.data or "")
                flash(_("Reopened."), "success")
            except records.Refused as refused:
                if asks(refused):
                    raise
                flash(refused_words(refused), "danger")
            return self._back(referral)
        return self._reason_page(
            referral,
            form,
            _("Reopen this referral?"),
            _("It goes back to distributed if it was sent to somebody, else to received."),
            _("Reopen"),
        )

    @expose("/void/", methods=("GET", "POST"))
    @reads_along(reason=ReferralStatusEvent.reason)
    def void(self):
        """Take the newest sending back on paper (R-REF-8)."""
        referral = self.found()
        row = distribution.newest_sent(referral)
        if row is None or str(row.id) != request.values.get("row"):
            flash(_("Only the newest sending that stands as sent can be voided."), "warning")
            return self._back(referral)
        form = ReasonForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            try:
                distribution.void(row, form.reason.data or "")
                flash(_("Voided. The line stays in the log."), "success")
            except outbox.NotAllowed as refused:
                flash(str(refused), "danger")
            return self._back(referral)
        return self._reason_page(
            referral,
            form,
            _("Void this sending?"),
            _(
                "To %(destination)s (%(at)s). A message cannot be called back; voiding only says "
                "here that it does not count.",
                destination=row.destination,
                at=moment_text(row.sent_at),
            ),
            _("Void"),
        )

    def _reason_page(self, referral, form, title, words, label):
        return self.render(
            "referrals/reason.html",
            title=title,
            words=words,
            form=form,
            label=label,
            number=referral.number,
            cancel_href=self.get_url(".details_view", id=referral.id),
        )

    @expose("/actions/", methods=("POST",))
    @reads_along(more=RecommendedAction.text)
    def tick_actions(self):
        """Settlement actions done or not, and one more when somebody typed it."""
        referral = self.found()
        done = set(request.form.getlist("done"))
        more = " ".join(request.form.get("more", "").split())[:300]
        with database.atomic():
            for action in referral.actions:
                action.done = str(action.id) in done
                records.save(action)
            if more:
                records.save(RecommendedAction(referral=referral, text=more))
        flash(_("Settlement actions saved."), "success")
        return redirect(f"{self.get_url('.details_view', id=referral.id)}#actions")

    # ---- Outcome -----------------------------------------------------------------------------------------------------

    @expose("/outcome/", methods=("GET", "POST"))
    @reads_along(follow_up_notes=Referral.follow_up_notes)
    def outcome(self):
        """What became of the client: notes and a date if wanted, then one press (decision 0.7)."""
        referral = self.found()
        offered = choices.terms("referral-outcomes", keep=(referral.outcome,))
        form = OutcomeForm(
            request.form if request.method == "POST" else None,
            data={
                "follow_up_notes": referral.follow_up_notes,
                "follow_up_due_on": referral.follow_up_due_on,
            },
        )
        chosen = request.form.get("outcome", "")
        if request.method == "POST" and form.validate():
            if chosen in dict(offered):
                return self._set_outcome(referral, chosen, form)
            form.form_errors.append(_("Press the outcome that fits."))
        elif request.method == "GET":
            audit.record("view", "referral", referral.id)
        return self.render(
            "referrals/outcome.html",
            form=form,
            referral=referral,
            version=request.form.get("version", referral.version),
            key=[
                (_("Number"), referral.number),
                (_("Service"), referral.target_name),
                (_("Now"), choices.term_label("referral-outcomes", referral.outcome)),
            ],
            outcomes=[(slug, label, slug == referral.outcome) for slug, label in offered],
            cancel_href=self.get_url(".details_view", id=referral.id),
        )

    def _set_outcome(self, referral, chosen, form):
        referral.follow_up_due_on = form.follow_up_due_on.data
        version, notes = whole(request.form.get("version")), form.follow_up_notes.data
        try:
            if chosen == referral.outcome:
                # Notes alone do not move the day on which the outcome was recorded.
                referral.follow_up_notes = notes
                records.save(referral, version=version)
            else:
                referrals.set_outcome(referral, chosen, notes=notes, version=version)
        except records.Conflict as conflict:
            flash(
                _(
                    "%(name)s changed this referral meanwhile. Look at it, then record the outcome again.",
                    name=conflict.theirs.updated_by_name,
                ),
                "warning",
            )
            return redirect(self.get_url(".outcome", id=referral.id))
        except records.Refused as refused:
            if asks(refused):
                raise
            flash(refused_words(refused), "danger")
            return redirect(self.get_url(".outcome", id=referral.id))
        words = choices.term_label("referral-outcomes", chosen)
        flash(_("Outcome recorded: %(outcome)s.", outcome=words), "success")
        return self._back(referral)

    @expose("/completed/", methods=("GET", "POST"))
    def completed(self):
        """After "Mark selected as complete": what it means here, and an outcome for all of them if wanted (R-REF-7)."""
        ids = [key for key in map(whole, request.values.getlist("id")) if key][:200]
        done = list(Referral.select().where(Referral.id.in_(ids)).order_by(Referral.id))
        if not done:
            abort(404)
        chosen = request.form.get("outcome", "")
        if request.method == "POST" and chosen in dict(choices.terms("referral-outcomes")):
            with database.atomic():
                for referral in done:
                    referrals.set_outcome(referral, chosen)
            flash(_("Outcome recorded."), "success")
            return redirect(self.get_url(".index_view"))
        audit.record("view", "referral", changed={"shown": len(done)})
        return self.render(
            "referrals/completed.html",
            rows=[(self.get_url(".details_view", id=r.id), r.client_name, *brief(r)) for r in done],
            ids=[r.id for r in done],
            outcomes=[
                (s, label) for s, label in choices.terms("referral-outcomes") if s != PENDING
            ],
            complete_means=choices.memo("complete means", self._complete_means),
            back_href=self.get_url(".index_view"),
        )

    @expose("/checked/", methods=("POST",))
    def checked(self):
        """Checked this week (R-REF-12)."""
        flags.weekly_check()
        flash(_("Noted: the referral list was checked today."), "success")
        return redirect(self.return_url())
