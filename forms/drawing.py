"""A field as HTML: label above, help under it, errors beside it, wired for screen readers.

Written in Python because a long form has forty fields: a template macro for each took ten times as long.
What a field's own widget draws (hours, pickers, presets) comes from macros/widgets.html.
"""

import re
from html import escape as quoted

from flask import get_template_attribute, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import TextArea, html_params

from forms import choices
from forms.words import plain as _

LONG_LIST = 12
MOST = 200
# Stand where the words of an answer go while a question is drawn for every form.
BLANKS = "\0\1"
ONE_ANSWER = (SelectField, BooleanField)
PLAIN_INPUTS = ("text", "number", "date", "time", "datetime-local", "email", "tel", "url")


class MacroWidget:
    """Draws a field with the macro of that name in macros/widgets.html; ``facts`` are its further arguments."""

    def __init__(self, macro):
        self.macro = macro

    def __call__(self, field, blanks=None, **attributes):
        draw = get_template_attribute("macros/widgets.html", self.macro)
        return Markup(draw(field, *(field.facts() if blanks is None else field.facts(blanks))))


def draw(field):
    """The whole of one field, label to error.

    A question that is put together once is drawn once: around the words of its answer, or for each of its few answers.
    """
    drawn = field.__dict__.get("drawn")
    if drawn is None or field.errors or hasattr(field, "hints"):
        return _draw(field)
    blanks = _blanks(field)
    if blanks is not None:
        return _filled(field, drawn, blanks)
    if not isinstance(field, ONE_ANSWER) or isinstance(field, SelectMultipleField):
        return _draw(field)
    # What a record has stays offered after it was retired, so that is part of the picture.
    answers = (field.object_data, field.data)
    if answers not in drawn:
        if len(drawn) > MOST:
            drawn.clear()
        drawn[answers] = _draw(field)
    return drawn[answers]


def _blanks(field):
    """The words that are all that differs in the pictures of a field; None where more does."""
    if _is_text(field):
        return (field._value(),)
    return field.blanks() if hasattr(field, "blanks") else None


def _filled(field, drawn, blanks):
    """The picture of a field with its blanks filled in; an empty one may look otherwise."""
    filled = tuple(map(bool, blanks))
    if filled not in drawn:
        marks = [mark if is_filled else "" for mark, is_filled in zip(BLANKS, filled, strict=False)]
        drawn[filled] = re.split(f"([{BLANKS}])", _draw(field, marks))
    words = {mark: quoted(str(blank)) for mark, blank in zip(BLANKS, blanks, strict=False)}
    return Markup("".join([words.get(part, part) for part in drawn[filled]]))


def _is_text(field):
    """True for an answer that is typed, on one line or several."""
    widget = field.widget
    return getattr(widget, "input_type", "") in PLAIN_INPUTS or isinstance(widget, TextArea)


def _draw(field, blanks=None):
    kind = getattr(field.widget, "input_type", "")
    if kind == "hidden" or getattr(field, "is_silent", False):
        return field()
    errors = " has-error" if field.errors else ""
    said = " ".join(
        f"{field.id}-{part}"
        for part, words in (
            ("help", field.description),
            ("error", field.errors),
            ("look", getattr(field, "hints", "")),
        )
        if words
    )
    field.described = said
    if getattr(field, "is_group", False) or _is_listed(field, kind):
        inside = _group(field, said)
    elif kind == "checkbox":
        return Markup(f'<div class="field{errors}">{_tick(field, said)}</div>')
    else:
        inside = (
            f'<label for="{field.id}">{escape(field.label.text)}{_optional(field)}</label>'
            f"{_about(field)}{_control(field, kind, said, blanks)}{_hints(field)}"
        )
        return Markup(f'<div class="field{errors}">{inside}</div>')
    described = f' aria-describedby="{said}"' if said else ""
    return Markup(
        f'<fieldset class="field{errors}" id="{field.id}" tabindex="-1"{described}>{inside}</fieldset>'
    )


def draw_lines(lines):
    """Fields one under another; a list of several stands on one line (city, province, postal code)."""
    made = []
    for line in lines:
        fields = line if isinstance(line, (list, tuple)) else [line]
        drawn = "".join(map(draw, fields))
        made.append(f'<div class="field-row">{drawn}</div>' if len(fields) > 1 else drawn)
    return Markup("\n".join(made))


def draw_section(title, lines, help_text="", anchor=""):
    """A part of a form, with an address of its own (#section-person) where it has a title."""
    if not title:
        heading = at = ""
    else:
        slug = str(title).lower().replace(" & ", "-").replace(" / ", "-").replace(" ", "-")
        heading, at = f"<h2>{escape(title)}</h2>", f' id="{escape(anchor or f"section-{slug}")}"'
    about = f'<p class="help">{escape(help_text)}</p>' if help_text else ""
    said = " said-above" if title and only_says(lines, title) else ""
    return Markup(
        f'<section class="form-section{said}"{at}>\n{heading}{about}\n{draw_lines(lines)}\n</section>'
    )


def only_says(lines, title):
    """True when a part has one question, which asks for what the title says already."""
    fields = [
        field for line in lines for field in (line if isinstance(line, list | tuple) else [line])
    ]
    return len(fields) == 1 and str(fields[0].label.text) == str(title)


def token():
    """The anti-forgery token of this session, signed once: it has no time limit, so every page may carry the same."""
    known = session.get("csrf_token")
    return generate_csrf() if known is None else choices.memo(("token", known), generate_csrf)


def draw_hidden(form):
    """What a form carries along unseen, its anti-forgery token too."""
    sealed = f'<input type="hidden" name="csrf_token" value="{token()}">'
    unseen = (
        f'<input type="hidden" id="{f.id}" name="{f.name}" value="{quoted(str(f._value()))}">'
        for f in form
        if getattr(f.widget, "input_type", "") == "hidden"
    )
    return Markup("".join((sealed, *unseen)))


def _is_listed(field, kind):
    """True for radio buttons and tick boxes: a question with its answers in view."""
    if not hasattr(field, "iter_choices"):
        return False
    if hasattr(field.widget, "multiple") and not kind:
        return field.widget.multiple
    return hasattr(field.widget, "html_tag") or field.type.endswith("TickField")


def _optional(field):
    if field.flags.required or field.flags.has_default:
        return ""
    return f' <span class="optional">{escape(_("(optional)"))}</span>'


def _about(field):
    made = ""
    if field.description:
        made = f'<p class="help" id="{field.id}-help">{escape(field.description)}</p>'
    return made + _error(field)


def _hints(field):
    """What the writing assistant found in the text of the field (R-NOTE-5)."""
    found = getattr(field, "hints", "")
    return f'<div class="look" id="{field.id}-look">{found}</div>' if found else ""


def _error(field):
    if not field.errors:
        return ""
    words = " ".join(str(escape(error)) for error in field.errors)
    mark = escape(_("Error:"))
    return (
        f'<p class="field-error" id="{field.id}-error">'
        f'<span class="visually-hidden">{mark}</span> {words}</p>'
    )


def _tick(field, said):
    extra = {"aria-describedby": said} if said else {}
    help_text = ""
    if field.description:
        help_text = f'<span class="help" id="{field.id}-help">{escape(field.description)}</span>'
    label = f'<label for="{field.id}">{escape(field.label.text)}{help_text}</label>'
    return f'{_error(field)}<div class="check">{field(**extra)}{label}</div>'


def _control(field, kind, said, blanks):
    """The input itself; a select is written here because of its many options."""
    attributes = {"aria-describedby": said} if said else {}
    if field.errors:
        attributes["aria-invalid"] = "true"
    if field.flags.required:
        attributes["required"] = True
    attributes.update(field.render_kw or {})
    if _is_text(field):
        return _text(field, kind, attributes, blanks)
    if blanks is not None:
        return field.widget(field, blanks)
    if not hasattr(field, "iter_choices"):
        return field(class_="form-control", **attributes)
    options = "".join(
        f'<option value="{quoted(str(value))}"{" selected" if selected else ""}>'
        f"{quoted(str(label), quote=False)}</option>"
        for value, label, selected, _extra in field.iter_choices()
    )
    named = html_params(id=field.id, name=field.name, class_="form-select", **attributes)
    return f"<select {named}>{options}</select>"


def _text(field, kind, attributes, blanks):
    """A text to type, with the longest its validators allow; ``blanks`` stand for what is there already."""
    for name in ("maxlength", "minlength") if not kind else ("maxlength", "min", "max"):
        limit = getattr(field.flags, name, None)
        if limit is not None:
            attributes.setdefault(name, limit)
    wider = attributes.pop("class", "") or attributes.pop("class_", "")
    more = "".join(
        f" {name}" if value is True else f' {name}="{quoted(str(value))}"'
        for name, value in attributes.items()
        if value is not False
    )
    value = quoted(str(field._value())) if blanks is None else blanks[0]
    named = f'class="{f"form-control {wider}".strip()}" id="{field.id}" name="{field.name}"{more}'
    if not kind:
        return f"<textarea {named}>\r\n{value}</textarea>"
    return f'<input type="{kind}" {named} value="{value}">'


def _group(field, said):
    legend = f"<legend>{escape(field.label.text)}{_optional(field)}</legend>{_about(field)}"
    return legend + (str(field()) if getattr(field, "is_group", False) else _answers(field))


def _answers(field):
    kind = "radio" if field.type.endswith("RadioField") else "checkbox"
    required = " required" if kind == "radio" and field.flags.required else ""
    disabled = " disabled" if (field.render_kw or {}).get("disabled") else ""
    found = list(field.iter_choices())
    answers = "\n".join(
        f'<div class="check"><input type="{kind}" name="{field.name}" id="{field.id}-{n}" '
        f'value="{quoted(str(value))}"{" checked" if selected else ""}{required}{disabled}>'
        f'<label for="{field.id}-{n}">{quoted(str(label), quote=False)}</label></div>'
        for n, (value, label, selected, _extra) in enumerate(found)
    )
    if len(found) <= LONG_LIST:
        return f'<div id="{field.id}-options">{answers}</div>'
    return (
        f'<div class="list-filter" data-filter-list="{field.id}-options" hidden>'
        f'<label class="small" for="{field.id}-filter">{escape(_("Find in this list"))}</label>'
        f'<input class="form-control" id="{field.id}-filter" type="search" autocomplete="off">'
        '<span class="small muted" aria-live="polite"></span></div>'
        f'<div id="{field.id}-options" class="checks-long" tabindex="0" role="group" '
        f'aria-label="{escape(field.label.text)}">{answers}</div>'
    )
