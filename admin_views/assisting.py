"""What the writing assistant found, as HTML, and where EntityView shows it (R-NOTE-5)."""

from contextlib import contextmanager
from functools import wraps

from flask import get_template_attribute, request
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from forms.base import EntityForm
from forms.fields import question
from models import N_
from workflows import assistant, records
from workflows.writing import INFO, STRONG, WARN

# How a severity is called, and the shape of its pill: colour is never alone.
SEVERITIES = {
    STRONG: (N_("Take this out"), "danger"),
    WARN: (N_("Please check"), "warning"),
    INFO: (N_("Style"), "neutral"),
}


def drawn(text, is_own=False):
    """The marked words of ``text`` and what to write instead, as HTML; empty when nothing was found."""
    text = text or ""
    found = assistant.marks(text, is_own)
    if not found:
        return ""
    rows = [
        (*SEVERITIES[severity], words, message, suggestion)
        for severity, words, message, suggestion in assistant.by_rule(text, found)
    ]
    count = ngettext("%(num)s hint for this text", "%(num)s hints for this text", len(found))
    draw = get_template_attribute("macros/writing.html", "hints")
    return Markup(draw(count, assistant.excerpt(text, found), rows))


def strong_lines(text):
    """A sentence for each strong rule that ``text`` breaks, where there is no room for ``drawn``."""
    return [
        _(
            "%(words)s: %(message)s %(instead)s",
            words=", ".join(words),
            message=message,
            instead=suggestion,
        )
        for severity, words, message, suggestion in assistant.by_rule(text, assistant.marks(text))
        if severity == STRONG
    ]


def strong_on(journey, problems):
    """What a wizard's last page says where the tick is asked for: the strong lines of what was typed on its pages."""
    if not any(problem.code == assistant.WRITING for problem in problems):
        return []
    return [line for page in journey.pages for line in _strong_in(page.form)]


def _strong_in(form):
    for field in form:
        for row in getattr(field, "forms", ()):
            yield from _strong_in(row)
        if "data-look" in (field.render_kw or {}):
            text = "\n".join(field.data) if isinstance(field.data, list) else field.data
            yield from strong_lines(text)


# ---- Buttons, and pages that are no form of a record -----------------------------------------------------------------


@contextmanager
def _ticked():
    """What was ticked on this page holds for all that it saves, as on the last page of a wizard."""
    token = records.agreed.set(tuple(request.form.getlist("confirmed")))
    try:
        yield
    finally:
        records.agreed.reset(token)


def asks(refused):
    """True when nothing but the tick of the assistant stands in the way: then ``reads_along`` asks for it."""
    return all(problem.code == assistant.WRITING for problem in refused.problems)


def reads_along(**texts):
    """Decorate a view that saves ``texts``, {posted name: field of a model}, without a form of the record.

    A strong mark is answered with a page that shows these texts, to be changed or kept with one tick; everything else
    that was posted goes along (R-NOTE-5).  A view that says itself what was refused lets through what ``asks`` finds.
    """

    def decorate(view):
        @wraps(view)
        def read(self, *args, **options):
            with _ticked():
                try:
                    return view(self, *args, **options)
                except records.Refused as refused:
                    if not asks(refused):
                        raise
                    return self.render("writing_asked.html", **_asked(texts, refused.problems))

        return read

    return decorate


def _asked(texts, problems):
    """What the page shows: the texts with their hints, the tick, and what else was posted."""
    form = EntityForm([(name, question(field)) for name, field in texts.items()], request.form)
    for name, field in texts.items():
        own = assistant.holds_own_words(field.model, field.name)
        form[name].hints = drawn(form[name].data, own)
    skipped = {"csrf_token", "confirmed", *texts}
    return {
        "form": form,
        "confirms": one_tick(problems),
        "posted": [pair for pair in request.form.items(multi=True) if pair[0] not in skipped],
    }


def one_tick(problems):
    """Of all Problems those that ask for a tick, the same question of several records once."""
    return list({p.code: p for p in problems if p.level == records.CONFIRM}.values())


# ---- The form of a record ----------------------------------------------------------------------------------------------


class Assisting:
    """Mixin of EntityView: hints under the boxes of a form that was stopped, or that was opened to see them."""

    def show_hints(self, form, confirms):
        """Put the hints under their boxes; returns what the page is told besides."""
        stopped = any(problem.code == assistant.WRITING for problem in confirms)
        if not stopped and "hints" not in request.args:
            return {}
        for name in getattr(self.meta, "assisted", ()):
            own = assistant.holds_own_words(self.model, name)
            if name in form and (found := drawn(form[name].data, own)):
                form[name].hints = found
        return {"save_label": _("Save anyway")} if stopped else {}

    def said(self, warning, record):
        """The words of a warning after a save; hints lead to the form that shows them."""
        if warning.code != assistant.HINTS or warning.level != records.WARN:
            return warning.message
        link = Markup('<a href="{}&hints=1">{}</a>').format(
            self.at("edit", record.id), _("Show the hints")
        )
        return Markup("{} {}").format(warning.message, link)
