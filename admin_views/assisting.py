"""What the writing assistant found, as HTML, and where EntityView shows it (R-NOTE-5)."""

from flask import get_template_attribute, request
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

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
