"""The pages on which the draft of an instrument is edited, one part a page (R-TAX-1: short names never change)."""

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin_views import instrument_answers as answers
from admin_views.base import PageView
from admin_views.instrument_words import (
    TEXTS,
    areas,
    called,
    factors,
    keywords,
    matching_filters,
    names,
    said,
    without_guidance,
)
from admin_views.instruments import ID, found
from admin_views.listing import whole
from forms import choices
from forms import instruments as asked
from models import ACTIONS, DRAFT, MATCHING, MATRIX, SCORING
from workflows import instrument_edits, instruments, records
from workflows.instrument_edits import NEW


class InstrumentPartsView(PageView):
    """Factor, question, suggestions of a factor, numbers; each is saved on its own."""

    administration = True

    def __init__(self):
        super().__init__(
            endpoint="instrument_parts",
            url="/administration/needs-matrix/edit",
            name=_l("Needs matrix"),
        )

    @expose("/")
    def index(self):
        return redirect(self.get_url("instruments.index"))

    def _draft(self, id, *kinds):
        """The draft an address names; 404 for one that is in force, retired or of another kind."""
        row = found(id)
        if row.state != DRAFT or row.kind not in kinds:
            abort(404)
        return row

    def _page(self, template, draft, form, back, **facts):
        facts.setdefault("home_href", self.get_url("instruments.version", id=draft.id))
        shown = self.render(
            f"instruments/{template}.html", draft=draft, form=form, back_href=back, **facts
        )
        return shown, 422 if form.errors or form.form_errors else 200

    def _keep(self, form, draft, content):
        """Save the edited content; False when the page has to be shown again."""
        try:
            instruments.change(draft, content, whole(form.version.data) or 0)
        except records.Refused as refused:
            for problem in refused.problems:
                form.form_errors.append(problem.message)
            return False
        except records.Conflict as conflict:
            form.version.data = conflict.theirs.version
            words = _(
                "Somebody saved another part of this draft while you were typing. What you typed is below:"
                " save again to put it in."
            )
            form.form_errors.append(words)
            return False
        flash(_("Saved."), "success")
        return True

    # ---- Matrix ------------------------------------------------------------------------------------------------------

    @expose(f"/{ID}/factor/<slug>", methods=("GET", "POST"))
    def factor(self, id, slug):
        """One factor, and the list of its questions; "new" adds one."""
        draft = self._draft(id, MATRIX)
        if slug == NEW:
            return self._new_factor(draft)
        row = _part(instrument_edits.factor_of, draft.content, slug)
        form = asked.FactorForm(request.form or None, data=answers.factor_data(row, draft))
        if request.method == "POST" and form.validate():
            content = instrument_edits.change_factor(
                draft.content, slug, **answers.factor_values(form)
            )
            if self._keep(form, draft, content):
                return redirect(self.get_url(".factor", id=id, slug=slug))
        kept = instruments.slugs(MATRIX, instruments.in_force(MATRIX))
        questions = [
            {
                "slug": q["slug"],
                "text": said(q["text"]),
                "critical": q.get("critical_at_level_1"),
                "retired": q.get("retired"),
                "is_new": q["slug"] not in kept,
                "href": self.get_url(".question", id=id, slug=slug, question=q["slug"]),
            }
            for q in row["questions"]
        ]
        return self._page(
            "factor",
            draft,
            form,
            self.get_url("instruments.version", id=id),
            title=called(row),
            questions=questions,
            arrange_href=self.get_url(".arrange", id=id, slug=slug),
            new_href=self.get_url(".question", id=id, slug=slug, question=NEW),
        )

    def _new_factor(self, draft):
        data = {"applies": "always", "weight": 1, "version": draft.version}
        form = asked.FactorForm(request.form or None, data=data)
        if request.method == "POST" and form.validate():
            content, slug = instrument_edits.add_factor(
                draft.content, **answers.factor_values(form)
            )
            if self._keep(form, draft, content):
                here = self.get_url(".factor", id=draft.id, slug=slug)
                return redirect(f"{here}#questions")
        back = self.get_url("instruments.version", id=draft.id)
        return self._page("new_factor", draft, form, back, title=_("New factor"))

    @expose(f"/{ID}/arrange", methods=("POST",))
    def arrange_factors(self, id):
        """Move a factor, or ask a retired one again."""
        draft = self._draft(id, MATRIX)
        action, _colon, slug = request.form.get("do", "").partition(":")
        _part(instrument_edits.factor_of, draft.content, slug)
        doing = {
            "up": lambda c: instrument_edits.move_factor(c, slug, -1),
            "down": lambda c: instrument_edits.move_factor(c, slug, 1),
            "restore": lambda c: instrument_edits.retire_factor(c, slug, False),
        }
        self._do(draft, doing, action)
        return redirect(self.get_url("instruments.version", id=id))

    @expose(f"/{ID}/factor/<slug>/take-out", methods=("GET", "POST"))
    def take_out(self, id, slug):
        """What depends on a factor, before it is taken out: retired when it was in force (R-TAX-1)."""
        draft = self._draft(id, MATRIX)
        row = _part(instrument_edits.factor_of, draft.content, slug)
        is_new = slug not in instruments.slugs(MATRIX, instruments.in_force(MATRIX))
        if request.method == "POST":
            doing = instrument_edits.remove_factor if is_new else instrument_edits.retire_factor
            self._do(draft, {"out": lambda c: doing(c, slug)}, "out")
            return redirect(self.get_url("instruments.version", id=id))
        return self.render(
            "instruments/take_out.html",
            draft=draft,
            title=called(row),
            is_new=is_new,
            uses=_uses(row, instruments.uses_of(slug)),
            home_href=self.get_url("instruments.version", id=id),
        )

    def _do(self, draft, doing, action):
        """Change a draft by one press of a button; 404 for one that is not there."""
        if action not in doing:
            abort(404)
        try:
            instruments.change(draft, doing[action](draft.content), draft.version)
        except records.Refused as refused:
            flash(str(refused), "warning")
        except records.Conflict:
            flash(
                _("Somebody changed this draft at this very moment. Please try again."), "warning"
            )

    @expose(f"/{ID}/factor/<slug>/arrange", methods=("POST",))
    def arrange(self, id, slug):
        """Move a question, retire it, ask it again, or take out one that was never in force."""
        draft = self._draft(id, MATRIX)
        action, _colon, question = request.form.get("do", "").partition(":")
        _part(instrument_edits.question_of, draft.content, slug, question)
        doing = {
            "up": lambda c: instrument_edits.move_question(c, slug, question, -1),
            "down": lambda c: instrument_edits.move_question(c, slug, question, 1),
            "retire": lambda c: instrument_edits.retire_question(c, slug, question),
            "restore": lambda c: instrument_edits.retire_question(c, slug, question, False),
            "remove": lambda c: instrument_edits.remove_question(c, slug, question),
        }
        self._do(draft, doing, action)
        return redirect(f"{self.get_url('.factor', id=id, slug=slug)}#questions")

    @expose(f"/{ID}/factor/<slug>/question/<question>", methods=("GET", "POST"))
    def question(self, id, slug, question):
        """One question with the words of its five levels; "new" adds one."""
        draft = self._draft(id, MATRIX)
        factor = _part(instrument_edits.factor_of, draft.content, slug)
        key = None if question == NEW else question
        row = _part(instrument_edits.question_of, draft.content, slug, key) if key else {}
        form = asked.QuestionForm(request.form or None, data=answers.question_data(row, draft))
        if request.method == "POST" and form.validate():
            anchors = [
                instrument_edits.said(form[f"level_{n}_en"].data, form[f"level_{n}_fr"].data)
                for n in range(1, 6)
            ]
            text = instrument_edits.said(form.text_en.data, form.text_fr.data)
            content, _slug = instrument_edits.save_question(
                draft.content, slug, key, text, anchors, form.critical.data
            )
            if self._keep(form, draft, content):
                return redirect(f"{self.get_url('.factor', id=id, slug=slug)}#questions")
        return self._page(
            "question",
            draft,
            form,
            self.get_url(".factor", id=id, slug=slug),
            title=_("Question about %(factor)s", factor=called(factor))
            if key
            else _("New question about %(factor)s", factor=called(factor)),
            factor=called(factor),
        )

    # ---- Suggestions -------------------------------------------------------------------------------------------------

    @expose(f"/{ID}/suggestions/<slug>", methods=("GET", "POST"))
    def suggestions(self, id, slug):
        """What one factor suggests: statements, steps, areas and keywords."""
        draft = self._draft(id, ACTIONS)
        if slug in without_guidance(draft.content):
            row = instrument_edits.new_guidance(slug)
        else:
            row = _part(instrument_edits.guidance_of, draft.content, slug)
        label, words = names(draft), keywords()
        chosen = [(each["slug"], label(each["slug"])) for each in row["keywords"]]
        actions = row.get("actions") or []
        held = {key for key, _words in chosen}
        form = asked.guidance_form(
            choices.terms("cma-topics"),
            [(key, words) for key, words in answers.with_held(areas(), row, label)],
            [pair for pair in words if pair[0] not in held],
            chosen,
            len(actions),
            request.form or None,
            answers.guidance_data(row, draft),
        )
        if request.method == "POST" and form.validate():
            content = instrument_edits.change_guidance(
                draft.content, slug, **answers.guidance_values(form, row)
            )
            if self._keep(form, draft, content):
                again = "more" in request.form
                here = self.get_url(".suggestions", id=id, slug=slug)
                return redirect(here if again else self.get_url("instruments.version", id=id))
        return self._page(
            "suggestions",
            draft,
            form,
            self.get_url("instruments.version", id=id),
            title=factors().get(slug, slug),
            weights=[form[f"weight_{n}"] for n in range(len(chosen))],
            actions=[answers.action_fields(form, n, len(actions)) for n in range(len(actions) + 1)],
        )

    # ---- Matching ------------------------------------------------------------------------------------------------------

    @expose(f"/{ID}/texts/<kind>", methods=("GET", "POST"))
    def texts(self, id, kind):
        """The sentences of one kind that the referral builder says."""
        draft = self._draft(id, MATCHING)
        if kind not in TEXTS:
            abort(404)
        texts = instrument_edits.matching_texts(draft.content, kind)
        form = asked.texts_form(texts, request.form or None, answers.texts_data(texts, draft))
        back = self.get_url("instruments.version", id=id)
        if request.method == "POST" and form.validate():
            values = answers.texts_values(form, texts)
            content = instrument_edits.change_texts(draft.content, kind, values)
            if not form.errors and self._keep(form, draft, content):
                return redirect(back)
        return self._page(
            "numbers",
            draft,
            form,
            back,
            title=TEXTS[kind],
            sections=answers.texts_sections(form, texts),
        )

    @expose(f"/{ID}/filters", methods=("POST",))
    def filters(self, id):
        """Ask a hard filter earlier or later, turn it off or on."""
        draft = self._draft(id, MATCHING)
        action, _colon, code = request.form.get("do", "").partition(":")
        if code not in [row["code"] for row in matching_filters(draft.content)]:
            abort(404)
        doing = {
            "up": lambda c: instrument_edits.move_filter(c, code, -1),
            "down": lambda c: instrument_edits.move_filter(c, code, 1),
            "off": lambda c: instrument_edits.turn_filter(c, code, True),
            "on": lambda c: instrument_edits.turn_filter(c, code, False),
        }
        self._do(draft, doing, action)
        return redirect(f"{self.get_url('instruments.version', id=id)}#filters")

    # ---- Numbers -----------------------------------------------------------------------------------------------------

    @expose(f"/{ID}/numbers", methods=("GET", "POST"))
    def numbers(self, id):
        """The cut points of the scoring, or the points of the matching."""
        draft = self._draft(id, SCORING, MATCHING)
        is_scoring = draft.kind == SCORING
        form_class = asked.ScoringForm if is_scoring else asked.MatchingForm
        data = (answers.scoring_data if is_scoring else answers.matching_data)(draft)
        form = form_class(request.form or None, data=data)
        if request.method == "POST" and form.validate():
            content = (answers.scored if is_scoring else answers.matched)(form, draft.content)
            if self._keep(form, draft, content):
                return redirect(self.get_url("instruments.version", id=id))
        return self._page(
            "numbers",
            draft,
            form,
            self.get_url("instruments.version", id=id),
            title=_("Scoring") if is_scoring else _("Matching"),
            sections=answers.scoring_sections(form)
            if is_scoring
            else answers.matching_sections(form),
        )


def _uses(row, uses):
    """Sentences about what depends on a factor."""
    count = len(row["questions"])
    found = [ngettext("%(num)s question is about it.", "%(num)s questions are about it.", count)]
    guidance = uses["guidance"]
    if guidance:
        words = _(
            "It suggests %(areas)s areas of focus, %(keywords)s keywords and %(actions)s actions."
            " They stay, but are no longer suggested.",
            areas=sum(len(slugs or ()) for slugs in guidance["areas"].values()),
            keywords=len(guidance["keywords"]),
            actions=len(guidance.get("actions") or ()),
        )
        found.append(words)
    if count := uses["results"]:
        found.append(
            ngettext(
                "%(num)s assessment has it. It keeps its answers, score and level.",
                "%(num)s assessments have it. They keep their answers, scores and levels.",
                count,
            )
        )
    if count := uses["statements"]:
        found.append(
            ngettext(
                "%(num)s driving statement names it.",
                "%(num)s driving statements name it.",
                count,
            )
        )
    if count := uses["goals"]:
        found.append(
            ngettext("%(num)s goal of a plan names it.", "%(num)s goals of plans name it.", count)
        )
    return found


def _part(read, *where):
    """A part of a content; a page that says so when there is none."""
    try:
        return read(*where)
    except KeyError:
        abort(404)


PAGES = (InstrumentPartsView,)
