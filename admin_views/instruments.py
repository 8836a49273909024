"""Administration → Needs matrix: the versions of the questions, the scoring, the suggestions and the matching.

One version of each is in force.  A new one is a copy to edit (``instrument_parts``), checked here and put in force; what
was finished keeps the version it was made with (R-SCO-5).
"""

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import PageView
from admin_views.instrument_words import (
    APPLIES,
    called,
    matching_filters,
    matching_rows,
    matching_texts,
    names,
    said,
    without_guidance,
)
from admin_views.listing import whole
from forms import choices
from forms.formats import date_text, number_text
from forms.instruments import NoteForm
from models import (
    ACTIONS,
    CURRENT,
    DRAFT,
    INSTRUMENTS,
    MATCHING,
    MATRIX,
    RETIRED,
    SCORING,
    Instrument,
    NeedsAssessment,
)
from seed import AUTHOR
from workflows import (
    agency_rules,
    instrument_changes,
    instrument_edits,
    instruments,
    records,
    scoring,
    settings,
)

ABOUT = {
    MATRIX: _l("The factors, their questions and the words of the five levels."),
    SCORING: _l("Where each level of need begins, and how much must be answered."),
    ACTIONS: _l("What a factor suggests: statements, steps, areas of focus and keywords."),
    MATCHING: _l(
        "How the referral builder puts services in order, what leaves one out, and what it says."
    ),
}
ID = "<int(max=2147483647):id>"


def found(id):
    """The version an address names, or a page that says that there is none."""
    return Instrument.get_or_none(Instrument.id == id) or abort(404)


class InstrumentsView(PageView):
    """Versions: the list, one of them, the check before it is put in force, the print, the recalibration."""

    administration = True

    def __init__(self):
        super().__init__(
            endpoint="instruments", url="/administration/needs-matrix", name=_l("Needs matrix")
        )

    @expose("/")
    def index(self):
        rows = list(Instrument.select().order_by(Instrument.id.desc()))
        kinds = []
        for kind, title in INSTRUMENTS:
            mine = [row for row in rows if row.kind == kind]
            current = next((row for row in mine if row.state == CURRENT), None)
            kinds.append(
                {
                    "kind": kind,
                    "title": _(title),
                    "about": ABOUT[kind],
                    "current": current,
                    "by": current and _by(current),
                    "draft": next((r for r in mine if r.state == DRAFT), None),
                    "missing": list(without_guidance(current.content).values())
                    if current and kind == ACTIONS
                    else [],
                    "retired": [r for r in mine if r.state not in (CURRENT, DRAFT)],
                }
            )
        return self.render(
            "instruments/index.html",
            kinds=kinds,
            day=lambda moment: date_text(settings.local(moment).date()) if moment else "",
            count=_indexes().count(),
            needed=agency_rules.scheme().recalibrate_from,
        )

    @expose("/new", methods=("POST",))
    def new(self):
        """Begin a new version of a kind, or go on with the one that somebody began."""
        kind = request.form.get("kind", "")
        if kind not in dict(INSTRUMENTS):
            abort(404)
        draft = instruments.new_version(kind)
        return redirect(self.get_url(".version", id=draft.id))

    @expose(f"/{ID}/", methods=("GET", "POST"))
    def version(self, id):
        """What is in a version; a draft is edited from here."""
        row = found(id)
        form = NoteForm(request.form if request.method == "POST" else None, data={"note": row.note})
        if request.method == "POST" and row.state == DRAFT and form.validate():
            row.note = form.note.data
            records.save(row)
            flash(_("Saved."), "success")
            return redirect(self.get_url(".version", id=id))
        return self.render(
            "instruments/version.html",
            row=row,
            form=form,
            is_draft=row.state == DRAFT,
            about=ABOUT[row.kind],
            **self._frame(row),
            **_contents(row),
        ), 422 if form.errors else 200

    def _frame(self, row):
        title = _("%(kind)s, version %(name)s", kind=_(dict(INSTRUMENTS)[row.kind]), name=row.name)
        return {"title": title, "home_href": self.get_url(".index")}

    @expose(f"/{ID}/check")
    def check(self, id):
        """What differs from the version in force and what is wrong, before the draft is put in force."""
        row = found(id)
        if row.state != DRAFT:
            return redirect(self.get_url(".version", id=id))
        former = instruments.in_force(row.kind)
        label = names(row)
        return self.render(
            "instruments/check.html",
            row=row,
            former=instruments.name_in_force(row.kind),
            changes=instrument_changes.differences(former, row.content, label),
            problems=[
                (label(place), words)
                for place, words in instruments.problems(row.kind, row.content)
            ],
            **self._frame(row),
        )

    @expose(f"/{ID}/publish", methods=("POST",))
    def publish(self, id):
        row = found(id)
        if row.state != DRAFT:
            flash(_("This version is not a draft any more."), "info")
            return redirect(self.get_url(".version", id=id))
        try:
            instruments.publish(row, whole(request.form.get("version")) or 0)
        except records.Refused:
            flash(_("This draft cannot be put in force yet. See what is wrong below."), "danger")
            return redirect(self.get_url(".check", id=id))
        except records.Conflict:
            flash(_("Somebody changed this draft meanwhile. Look at the changes again."), "warning")
            return redirect(self.get_url(".check", id=id))
        words = _("Version %(name)s is in force. Finished assessments keep theirs.", name=row.name)
        flash(words, "success")
        return redirect(self.get_url(".index"))

    @expose(f"/{ID}/delete", methods=("GET", "POST"))
    def delete(self, id):
        row = found(id)
        if row.state != DRAFT:
            return redirect(self.get_url(".version", id=id))
        if request.method == "POST":
            records.delete(row)
            flash(_("The draft is deleted. The version in force stays as it is."), "success")
            return redirect(self.get_url(".index"))
        return self.render("instruments/delete.html", row=row, **self._frame(row))

    @expose(f"/{ID}/preview")
    def preview(self, id):
        """The matrix as it is asked, to print."""
        row = found(id)
        if row.kind != MATRIX:
            return redirect(self.get_url(".version", id=id))
        factors = [
            (
                called(factor),
                said(factor["capacity_prompt"]),
                APPLIES[factor["applies_if"]["kind"]],
                [q for q in factor["questions"] if not q.get("retired")],
            )
            for factor in row.content["factors"]
            if not factor.get("retired")
        ]
        return self.render(
            "instruments/preview.html",
            factors=factors,
            said=said,
            printed_on=date_text(settings.today()),
            back_href=self.get_url(".version", id=id),
            **self._frame(row),
        )

    @expose("/recalibrate", methods=("GET", "POST"))
    def recalibrate(self):
        """New cut points from the agency's own assessments; they become a draft of the scoring (R-SCO-5)."""
        scheme = agency_rules.scheme()
        indexes = [index for (index,) in _indexes().tuples()]
        proposal = scoring.recalibrate(indexes, scheme)
        if request.method == "POST" and proposal.thresholds:
            draft = instruments.new_version(SCORING)
            cuts = {level: int(least) for level, least in proposal.thresholds}
            instruments.change(draft, instrument_edits.change_overall_cuts(draft.content, cuts))
            flash(_("The proposed cut points are in a draft. Nothing is in force yet."), "success")
            return redirect(self.get_url(".check", id=draft.id))
        then = dict(proposal.thresholds or ())
        lines = [
            (
                choices.term_label("need-levels", level),
                level,
                float(least),
                proposal.now[level],
                float(then[level]) if then else None,
                proposal.then[level] if then else None,
            )
            for level, least in scheme.overall_levels
        ]
        return self.render(
            "instruments/recalibrate.html",
            lines=lines,
            proposal=proposal,
            home_href=self.get_url(".index"),
        )


def _by(row):
    """Who put a version in force."""
    ours = row.published_by_name == AUTHOR
    return _("came with the product") if ours else row.published_by_name


def _indexes():
    """The indexes of all complete assessments; they are of adults, nobody younger is assessed (R-ASM-4)."""
    query = NeedsAssessment.select(NeedsAssessment.need_index)
    return query.where(
        NeedsAssessment.state == "complete", NeedsAssessment.need_index.is_null(False)
    )


def _contents(row):
    """What the page of a version shows of its content, by kind."""
    content, label = row.content, names(row)
    if row.kind == MATRIX:
        kept = instruments.slugs(MATRIX, instruments.in_force(MATRIX))
        return {"factors": [_factor_line(factor, kept) for factor in content["factors"]]}
    if row.kind == ACTIONS:
        lines = [_guidance_line(each, label) for each in content["factors"]]
        missing = without_guidance(content) if row.state != RETIRED else {}
        return {"guidance": [*lines, *((s, words, "", 0, 0) for s, words in missing.items())]}
    if row.kind == SCORING:
        return {"levels": _level_lines(content), "shares": _shares(content)}
    return {
        "groups": matching_rows(content),
        "filters": matching_filters(content),
        "texts": matching_texts(content),
    }


def _factor_line(factor, kept):
    asked = [q for q in factor["questions"] if not q.get("retired")]
    critical = sum(bool(q.get("critical_at_level_1")) for q in asked)
    return {
        "slug": factor["slug"],
        "name": called(factor),
        "questions": len(asked),
        "critical": critical,
        "applies": APPLIES[factor["applies_if"]["kind"]],
        "weight": factor["weight"],
        "is_retired": factor.get("retired"),
        "is_new": factor["slug"] not in kept,
    }


def _guidance_line(each, label):
    areas = ", ".join(label(slug) for slug in each["areas"]["primary"])
    steps = [a for a in each.get("actions") or () if not a.get("retired")]
    return each["factor"], label(each["factor"]), areas, len(each["keywords"]), len(steps)


def _level_lines(content):
    return [
        (
            choices.term_label("need-levels", one["level"]),
            one["level"],
            one["min_score"],
            all_["min_index"],
        )
        for one, all_ in zip(content["factor_levels"], content["overall_levels"], strict=False)
    ]


def _shares(content):
    index = content["need_index"]
    critical = index["requires_all_applicable_critical_questions"]
    return (
        (
            _("Share of a factor’s questions that must be answered"),
            str(content["factor_score"]["minimum_answered_share"]).split(" ")[0],
        ),
        (
            _("Share of the factors that must have a score"),
            number_text(index["minimum_scored_share_of_applicable_factors"]),
        ),
        (_("Every critical question must be answered"), _("Yes") if critical else _("No")),
    )


PAGES = (InstrumentsView,)
