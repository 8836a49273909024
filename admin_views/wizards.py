"""The screens of every wizard: its start, its pages, "Check your answers", and what comes next.

A wizard is a Workflow; nothing here knows which.  ``WORKFLOWS`` is the list of those there are.
"""

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from peewee import DoesNotExist

from admin_views import unsaved
from admin_views.assisting import one_tick, strong_on
from admin_views.base import PageView
from admin_views.showing import moment_text
from forms.steps import row_number, words_of
from models import Draft
from workflows import attachments, engine, records
from workflows.builder import ReferralBuilder
from workflows.close_case import CloseCase
from workflows.distribute import Distribute
from workflows.engine import CHECK
from workflows.intake import NewIntake
from workflows.needs_assessment import NeedsMatrix
from workflows.new_service import NewService
from workflows.plan import Plan

WORKFLOWS = (NewIntake, NeedsMatrix, Plan, ReferralBuilder, Distribute, NewService, CloseCase)


class WizardView(PageView):
    """One wizard's pages."""

    def __init__(self, workflow):
        self.workflow = workflow
        super().__init__(
            endpoint=f"wizard_{workflow.name.replace('-', '_')}", url=f"/{workflow.name}"
        )

    # ---- Start and drafts --------------------------------------------------------------------------------------------

    @expose("/", methods=("GET", "POST"))
    def index(self):
        if request.method == "POST":
            draft = self.workflow_start()
            return redirect(url_for(".resume", key=draft.key))
        waiting = engine.unfinished(self.workflow)
        for draft in waiting[:1]:
            engine.log_view(draft)
        return self.render(
            "workflow/start.html",
            workflow=self.workflow,
            drafts=[
                (
                    self.workflow.about(draft) or _("Nobody named yet"),
                    draft.path,
                    draft.created_by_name,
                    moment_text(draft.updated_at),
                    url_for(".discard", key=draft.key),
                )
                for draft in waiting
            ],
        )

    def workflow_start(self):
        """A draft whose first page has what the button that was pressed knows already."""
        first, form = next(iter(self.workflow.steps.items()))
        typed, own = _typed(request.form), self.workflow.begun_with
        known = engine.Page(first, first, form).heard(typed)
        known |= {name: typed[name] for name in own if name in typed}
        if engine.oversized(known):
            abort(413)
        return engine.start(self.workflow, {first: known} if known else None)

    @expose("/<key>/")
    def resume(self, key):
        draft = self._draft(key)
        return redirect(self._at(key, engine.Journey(self.workflow, draft).at or CHECK))

    @expose("/<key>/discard", methods=("GET", "POST"))
    def discard(self, key):
        draft = self._draft(key)
        if request.method == "POST":
            engine.discard(self.workflow, key)
            flash(_("Thrown away. Nothing of it is kept."), "success")
            return redirect(url_for(".index"))
        return self.render(
            "workflow/discard.html", workflow=self.workflow, about=self.workflow.about(draft)
        )

    # ---- Pages -------------------------------------------------------------------------------------------------------

    @expose("/<key>/<slug>", methods=("GET", "POST"))
    def step(self, key, slug):
        draft = self._draft(key)
        if slug == CHECK:
            return self._check(draft)
        typed = _typed(request.form) if request.method == "POST" else unsaved.request_typed()
        journey = engine.Journey(self.workflow, draft, slug, typed)
        page = journey.page(slug)
        if page is None:
            if request.method == "POST":
                flash(self._hold(journey, slug, typed), "info")
            return redirect(self._at(key, journey.at or CHECK))
        if request.method == "POST":
            return self._post(journey, page)
        engine.log_view(draft)
        # What was typed before the language was switched keeps the seal its page had: a colleague may have been quicker.
        return self._page(journey, page, seal=(typed or {}).get("seal", [""])[-1])

    def _hold(self, journey, slug, typed):
        """Keep what was typed on a page whose turn has not come; returns the sentence that says so."""
        page = journey.later(slug)
        if page is None:
            return _("That page is not asked after the answers that stand here now.")
        raw = page.heard(typed)
        if engine.oversized(raw):
            return _too_long()
        engine.keep(self.workflow, journey.draft.key, slug, raw, None, False)
        return _("Answer this page first. What you typed on the other one is kept.")

    def _post(self, journey, page):
        draft, slug = journey.draft, page.slug
        raw, seen = page.heard(_typed(request.form)), request.form.get("seal", "")
        if too_long := engine.oversized(raw):
            return self._refuse(journey, page, raw, too_long)
        if request.form.get("keep-mine"):
            seen = None
        try:
            problem = self._files(page, draft)
            if "X-Autosave" in request.headers:
                draft = engine.keep(self.workflow, draft.key, slug, raw, seen)
                return jsonify(
                    seal=engine.seal(draft.answers[slug]), saved=moment_text(draft.updated_at)
                )
            rows = _rows_button(raw)
            if chosen := request.form.get("take-theirs"):
                rows = self.workflow.theirs(page, journey.answers, raw, chosen)
                flash(
                    _("Your colleague’s version stands on this page now. Press Continue to go on."),
                    "info",
                )
            if rows or request.form.get("remove-file") or "find" in request.form:
                draft = engine.keep(self.workflow, draft.key, slug, rows or raw, seen, False)
                asked = {"find": [request.form["find"]]} if "find" in request.form else {}
                journey.form(page, {**(rows or raw), **asked})
                return self._page(journey, page, draft)
            goes_on = "back" not in request.form and "later" not in request.form
            valid = goes_on and journey.takes(page) and not problem
            draft = engine.keep(
                self.workflow, draft.key, slug, raw, seen, valid if goes_on else None
            )
        except engine.Stale as stale:
            if "X-Autosave" in request.headers:
                return jsonify(stale=True), 409
            return self._stale(journey, page, raw, stale.theirs)
        except Draft.DoesNotExist:
            abort(self._gone())
        if "later" in request.form:
            return _saved_for_later()
        if "back" in request.form:
            return redirect(self._at(draft.key, journey.before(slug) or slug))
        if not valid:
            if problem:
                page.form.form_errors.append(problem)
            return self._page(journey, page, draft)
        if "change" in request.args:
            slug = journey.unanswered(page, draft)
            return redirect(self._at(draft.key, slug, change=slug != CHECK))
        return redirect(self._at(draft.key, journey.onward(page, draft)))

    def _refuse(self, journey, page, raw, too_long):
        """The page with what stands there in place of the answers ``too_long`` to keep; nothing is stored."""
        if "X-Autosave" in request.headers:
            return jsonify(too_long=too_long), 413
        stored = journey.draft.answers.get(page.slug) or {}
        form = journey.form(page, raw | {name: stored.get(name, []) for name in too_long})
        for name in too_long:
            form.problem(name, _too_long())
        return self._page(journey, page)

    def _files(self, page, draft):
        """Keep or remove the files of a page at once; returns a sentence when one cannot be kept."""
        kind = page.form_class.file_kind
        if not kind:
            return None
        gone = request.form.get("remove-file", "")
        for file in attachments.of(draft, kind):
            if str(file.id) == gone:
                records.delete(file)
        sent = [(f.filename, f.stream) for f in request.files.getlist("file") if f.filename]
        try:
            engine.take_files(draft, kind, sent)
        except attachments.Unacceptable as refused:
            return str(refused)
        return None

    def _page(self, journey, page, draft=None, seal=""):
        draft = journey.draft = draft or journey.draft
        slugs = [one.slug for one in journey.whole()]
        kind = page.form_class.file_kind
        return self.render(
            page.form_class.template,
            workflow=self.workflow,
            page=page,
            form=page.form,
            sections=page.form.sections(),
            seal=seal or engine.seal(draft.answers.get(page.slug)),
            number=slugs.index(page.slug) + 1,
            has_back=slugs.index(page.slug) > 0,
            outline=self._outline(journey, page),
            files=attachments.of(draft, kind) if kind else None,
            accepted=attachments.ACCEPTED,
            about=self.workflow.about(draft),
            key=draft.key,
            **self.workflow.facts(page, journey.answers, draft),
        )

    def _outline(self, journey, page):
        """[(title, address or None, is this one, is passed)] of every page that is known to come."""
        key = journey.draft.key
        return [
            (
                one.title,
                self._at(key, one.slug)
                if one.form is not None or journey.is_answered(one)
                else None,
                one.slug == page.slug,
                journey.is_answered(one),
            )
            for one in journey.pages
        ]

    def _stale(self, journey, page, mine, theirs):
        """Both versions, answer by answer; the person chooses."""
        here = [_answers(journey.form(page, raw)) for raw in (mine, theirs or {})]
        return self.render(
            "workflow/stale.html",
            workflow=self.workflow,
            page=page,
            rows=[
                (label, ours, other)
                for (label, ours), (_label, other) in zip(*_aligned(*here), strict=True)
            ],
            mine=[(name, value) for name, values in mine.items() for value in values],
            here=self._at(journey.draft.key, page.slug),
            who=journey.draft.updated_by_name,
            when=moment_text(journey.draft.updated_at),
        ), 409

    # ---- Check and finish --------------------------------------------------------------------------------------------

    def _check(self, draft):
        said, problems = {}, ()
        if request.method == "POST":
            if "later" in request.form:
                return _saved_for_later()
            if "back" not in request.form:
                said = _typed(request.form)
                finished, problems = self._finish(draft, said)
                if finished:
                    return finished
        journey = engine.Journey(self.workflow, draft)
        if not journey.is_complete:
            flash(_("Something is still to be answered."), "info")
            return redirect(self._at(draft.key, journey.at))
        if "back" in request.form:
            return redirect(self._at(draft.key, journey.pages[-1].slug))
        journey.answers.said = said
        engine.log_view(draft)
        return self.render(
            self.workflow.check_template,
            workflow=self.workflow,
            pages=[
                (page.title, page.form.summary(), self._at(draft.key, page.slug, change=True))
                for page in journey.pages
            ],
            problems=[p.message for p in problems if p.level == records.BLOCK],
            confirms=one_tick(problems),
            strong=strong_on(journey, problems),
            seal=engine.seal(draft.answers),
            key=draft.key,
            **self.workflow.final_facts(journey.answers, draft),
        )

    def _finish(self, draft, said):
        """Write everything: (the answer, ()) when that is settled, else (None, what stands in the way)."""
        try:
            engine.finish(self.workflow, draft.key, request.form.get("seal", ""), said)
            return redirect(url_for(".done", key=draft.key)), ()
        except engine.Stale:
            words = _("An answer was changed since this page was opened. Look at them again.")
            return None, [records.Problem("", words)]
        except engine.Unfinished as unfinished:
            flash(_("Something changed meanwhile. Please look at this page again."), "warning")
            return redirect(self._at(draft.key, unfinished.slug)), ()
        except records.Refused as refused:
            return None, refused.problems
        except Draft.DoesNotExist:
            return self._gone(), ()

    @expose("/<key>/done")
    def done(self, key):
        draft = engine.find(self.workflow, key) or abort(404)
        if not draft.finished_at:
            return redirect(url_for(".resume", key=key))
        try:
            done = self.workflow.done(draft.answers)
        except DoesNotExist:
            done = engine.Done(_("What was made here is no longer there"))
        if done.href:
            if done.title:
                flash(done.title, "success")
            return redirect(done.href)
        return self.render("workflow/done.html", done=done)

    # ---- Addresses ---------------------------------------------------------------------------------------------------

    def _at(self, key, slug, change=False):
        return f"{self.url}/{key}/{slug}{'?change=1' if change else ''}"

    def _draft(self, key):
        draft = engine.find(self.workflow, key)
        if draft is None:
            abort(self._gone())
        if draft.finished_at:
            abort(self._over(key))
        return draft

    def _over(self, key):
        """Where a page of a finished draft leads."""
        return redirect(url_for(".done", key=key))

    def _gone(self):
        flash(
            _("This was finished or thrown away meanwhile. Begin anew, or look at the list."),
            "info",
        )
        return redirect(url_for(".index"))


def _typed(form):
    """What was typed, without the buttons and marks of the page itself."""
    own = {
        "csrf_token",
        "seal",
        "back",
        "later",
        "add",
        "remove",
        "find",
        "keep-mine",
        "remove-file",
    }
    return {name: values for name, values in unsaved.posted(form).items() if name not in own}


def _too_long():
    return _(
        "This text is much too long and was not kept: what was saved before stands. Shorten it."
    )


def _rows_button(raw):
    """The answers after "Add another" or "Remove" of a list of rows; None when neither was pressed."""
    name = request.form.get("add")
    if name:
        numbers = [n for n in (_row_number(key, name) for key in raw) if n is not None]
        return {**raw, f"{name}-{max(numbers, default=-1) + 1}-row": ["1"]}
    name = request.form.get("remove")
    if name:
        return {key: value for key, value in raw.items() if not key.startswith(f"{name}-")}
    return None


def _saved_for_later():
    flash(_("Saved. Home offers it under “Continue”, to you and to your colleagues."), "success")
    return redirect("/")


def _row_number(key, name):
    return (
        row_number(key.removeprefix(f"{name}-").partition("-")[0])
        if key.startswith(f"{name}-")
        else None
    )


def _answers(form):
    return [pair for field in form for pair in words_of(field)]


def _aligned(mine, theirs):
    """Two lists of (label, words) filled up to the same labels."""
    labels = list(dict.fromkeys([label for label, _w in (*mine, *theirs)]))
    return [[(label, dict(side).get(label, "")) for label in labels] for side in (mine, theirs)]
