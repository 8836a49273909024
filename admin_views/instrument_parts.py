"""The pages on which the draft of an instrument is edited, one part a page (R-TAX-1: short names never change)."""

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import PageView
from admin_views.instrument_words import APPLIES, areas, called, factors, keywords, names, said
from admin_views.instruments import ID, found
from admin_views.listing import whole
from forms import instruments as asked
from models import ACTIONS, DRAFT, MATCHING, MATRIX, SCORING
from workflows import instrument_edits, instruments, records
from workflows.schedule import LEVELS

NEW = "new"


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
        """One factor, and the list of its questions."""
        draft = self._draft(id, MATRIX)
        row = _part(instrument_edits.factor_of, draft.content, slug)
        form = asked.FactorForm(request.form or None, data=_factor_data(row, draft))
        if request.method == "POST" and form.validate():
            content = instrument_edits.change_factor(draft.content, slug, **_factor_values(form))
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
        if action not in doing:
            abort(404)
        try:
            instruments.change(draft, doing[action](draft.content))
        except records.Refused as refused:
            flash(str(refused), "warning")
        return redirect(f"{self.get_url('.factor', id=id, slug=slug)}#questions")

    @expose(f"/{ID}/factor/<slug>/question/<question>", methods=("GET", "POST"))
    def question(self, id, slug, question):
        """One question with the words of its five levels; "new" adds one."""
        draft = self._draft(id, MATRIX)
        factor = _part(instrument_edits.factor_of, draft.content, slug)
        key = None if question == NEW else question
        row = _part(instrument_edits.question_of, draft.content, slug, key) if key else {}
        form = asked.QuestionForm(request.form or None, data=_question_data(row, draft))
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
        row = _part(instrument_edits.guidance_of, draft.content, slug)
        label, words = names(draft), keywords()
        chosen = [(each["slug"], label(each["slug"])) for each in row["keywords"]]
        actions = row.get("actions") or []
        held = {key for key, _words in chosen}
        form = asked.guidance_form(
            [(key, words) for key, words in _with_held(areas(), row, label)],
            [pair for pair in words if pair[0] not in held],
            chosen,
            len(actions),
            request.form or None,
            _guidance_data(row, draft),
        )
        if request.method == "POST" and form.validate():
            content = instrument_edits.change_guidance(
                draft.content, slug, **_guidance_values(form, row)
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
            actions=[_action_fields(form, n, len(actions)) for n in range(len(actions) + 1)],
        )

    # ---- Numbers -----------------------------------------------------------------------------------------------------

    @expose(f"/{ID}/numbers", methods=("GET", "POST"))
    def numbers(self, id):
        """The cut points of the scoring, or the points of the matching."""
        draft = self._draft(id, SCORING, MATCHING)
        is_scoring = draft.kind == SCORING
        form_class = asked.ScoringForm if is_scoring else asked.MatchingForm
        data = (_scoring_data if is_scoring else _matching_data)(draft)
        form = form_class(request.form or None, data=data)
        if request.method == "POST" and form.validate():
            content = (_scored if is_scoring else _matched)(form, draft.content)
            if self._keep(form, draft, content):
                return redirect(self.get_url("instruments.version", id=id))
        return self._page(
            "numbers",
            draft,
            form,
            self.get_url("instruments.version", id=id),
            title=_("Scoring") if is_scoring else _("Matching"),
            sections=_scoring_sections(form) if is_scoring else _matching_sections(form),
        )


def _part(read, *where):
    """A part of a content; a page that says so when there is none."""
    try:
        return read(*where)
    except KeyError:
        abort(404)


def _two(row, name):
    words = row.get(name) or {}
    return words.get("en", ""), words.get("fr", "")


def _factor_data(row, draft):
    applies = row["applies_if"]
    label, prompt = _two(row, "label"), _two(row, "capacity_prompt")
    return {
        "label_en": label[0],
        "label_fr": label[1],
        "prompt_en": prompt[0],
        "prompt_fr": prompt[1],
        "applies": applies["kind"] if applies["kind"] in APPLIES else None,
        "min_age": applies.get("min_age"),
        "max_age": applies.get("max_age"),
        "weight": row["weight"],
        "household_shared": row.get("household_shared"),
        "version": draft.version,
    }


def _factor_values(form):
    applies = {"kind": form.applies.data}
    if form.applies.data == "child_in_care":
        applies |= {"min_age": form.min_age.data, "max_age": form.max_age.data}
    return {
        "label": instrument_edits.said(form.label_en.data, form.label_fr.data),
        "capacity_prompt": instrument_edits.said(form.prompt_en.data, form.prompt_fr.data),
        "applies_if": applies,
        "weight": _number(form.weight.data),
        "household_shared": form.household_shared.data,
    }


def _number(decimal):
    """A number as the files write it: 68 rather than 68.0."""
    return int(decimal) if decimal == int(decimal) else float(decimal)


def _question_data(row, draft):
    text = _two(row, "text")
    data = {"text_en": text[0], "text_fr": text[1], "version": draft.version}
    data["critical"] = row.get("critical_at_level_1", False)
    for level in row.get("levels", ()):
        data[f"level_{level['level']}_en"] = level.get("en", "")
        data[f"level_{level['level']}_fr"] = level.get("fr", "")
    return data


def _with_held(offered, row, label):
    """The areas on offer, and those that the factor has although they are retired."""
    known = {key for key, _words in offered}
    held = [*row["areas"]["primary"], *(row["areas"].get("secondary") or ())]
    return [*offered, *((key, label(key)) for key in held if key not in known)]


def _guidance_data(row, draft):
    data = {"version": draft.version, "new_weight": "2"}
    data["primary"] = row["areas"]["primary"]
    data["secondary"] = row["areas"].get("secondary") or []
    for name in ("need", "strength"):
        data[f"{name}_en"], data[f"{name}_fr"] = _two(row["driving_statements"], name)
    for number, each in enumerate(row["keywords"]):
        data[f"weight_{number}"] = str(each["weight"])
    for number, action in enumerate(row.get("actions") or ()):
        for name in ("en", "fr", "band", "retired"):
            data[f"action_{number}_{name}"] = action.get(name)
    return data


def _guidance_values(form, row):
    held = [(each["slug"], int(form[f"weight_{n}"].data)) for n, each in enumerate(row["keywords"])]
    chosen = [(slug, weight) for slug, weight in held if weight]
    if form.new_keyword.data:
        chosen.append((form.new_keyword.data, int(form.new_weight.data)))
    actions = []
    known = row.get("actions") or []
    for number in range(len(known) + 1):
        words = [form[f"action_{number}_{name}"].data for name in ("en", "fr")]
        if number == len(known) and not any(words):
            continue
        slug = known[number]["slug"] if number < len(known) else None
        retired = slug is not None and form[f"action_{number}_retired"].data
        band = form[f"action_{number}_band"].data
        actions.append((slug, band, instrument_edits.said(*words), retired))
    return {
        "areas": {"primary": form.primary.data, "secondary": form.secondary.data or []},
        "keywords": chosen,
        "statements": {
            name: instrument_edits.said(form[f"{name}_en"].data, form[f"{name}_fr"].data)
            for name in ("need", "strength")
        },
        "actions": actions,
    }


def _action_fields(form, number, count):
    fields = [form[f"action_{number}_{name}"] for name in ("en", "fr", "band")]
    return fields, form[f"action_{number}_retired"] if number < count else None


def _scoring_data(draft):
    content = draft.content
    index = content["need_index"]
    data = {
        "answered": str(content["factor_score"]["minimum_answered_share"]).split(" ")[0],
        "scored": str(index["minimum_scored_share_of_applicable_factors"]),
        "needs_critical": index["requires_all_applicable_critical_questions"],
        "version": draft.version,
    }
    for row in content["factor_levels"]:
        data[f"factor_{row['level']}"] = row["min_score"]
    for row in content["overall_levels"]:
        data[f"overall_{row['level']}"] = row["min_index"]
    return data


def _scored(form, content):
    cuts = [
        {level: _number(form[f"{part}_{level}"].data) for level in LEVELS[:-1]}
        for part in ("factor", "overall")
    ]
    shares = [form[name].data.replace(",", ".").replace(" ", "") for name in ("answered", "scored")]
    shares = [f"{float(s[:-1]) / 100:g}" if s.endswith("%") else s for s in shares]
    return instrument_edits.change_scoring(content, *cuts, *shares, form.needs_critical.data)


def _scoring_sections(form):
    def cuts(part):
        return [form[f"{part}_{level}"] for level in LEVELS[:-1]]

    return (
        (
            _("Levels of a factor"),
            _(
                "A factor’s score goes from 0 (low need) to 100 (very high need). Low need begins at 0."
            ),
            cuts("factor"),
        ),
        (
            _("Level of need"),
            _("The need index goes from 0 to 100, too. Low need begins at 0."),
            cuts("overall"),
        ),
        (
            _("How much must be answered"),
            _("One critical answer makes the level High at least, two make it Very high."),
            [form.answered, form.scored, form.needs_critical],
        ),
    )


def _places():
    return [place for _title, rows in asked.MATCHING_NUMBERS for place, _label in rows]


def _matching_data(draft):
    numbers = instrument_edits.matching_numbers(draft.content, _places())
    data = {asked.matching_name(place): number for place, number in numbers.items()}
    return data | {"version": draft.version}


def _matched(form, content):
    numbers = {place: form[asked.matching_name(place)].data for place in _places()}
    return instrument_edits.change_matching(content, numbers)


def _matching_sections(form):
    return [
        (title, None, [form[asked.matching_name(place)] for place, _label in rows])
        for title, rows in asked.MATCHING_NUMBERS
    ]
