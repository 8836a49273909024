"""The settings of the agency as a form: one question for each definition, of the kind its unit asks for."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from forms import choices
from forms.base import PortalForm
from forms.ticks import TickField
from forms.validators import Needed, is_email
from models import ServiceActivity

CODES = {
    "en": _l("English"),
    "fr": _l("French"),
    "none": _l("None (only inside your own network)"),
    "starttls": _l("STARTTLS (usual, port 587)"),
    "tls": _l("TLS from the start (port 465)"),
    "minimal": _l("Minimal: number and service only"),
    "full": _l("Full: name, contact and statements"),
    "my-organization": _l("My Organization"),
    "service-locations": _l("Service Locations"),
    "programs": _l("Programs"),
    "service-activities": _l("Services & Activities"),
    "referrals": _l("Referrals"),
    "clients": _l("Clients"),
    "partners": _l("Partners"),
    "reports": _l("Reports"),
}
UNITS = {
    "days": _l("days"),
    "business days": _l("business days"),
    "hours": _l("hours"),
    "minutes": _l("minutes"),
    "months": _l("months"),
    "years": _l("years"),
    "people": _l("people"),
    "clients": _l("clients"),
    "points": _l("points"),
    "percentage points": _l("percentage points"),
    "responses": _l("responses"),
}
# Units that always have a value; the others may stay empty.
ANSWERED = ("flag", "code", "time", "IANA zone name")
FIXED = _l("Set by the environment of the server (%(name)s); it cannot be changed here.")


class CodesTickField(TickField):
    """Tick boxes of a setting; an empty value goes along, so that nothing ticked is an answer too."""

    def process_formdata(self, values):
        super().process_formdata([value for value in values if value])


class TestMessageForm(PortalForm):
    """Where the test message goes."""

    __test__ = False
    recipient = EmailField(
        _l("Send it to"),
        [InputRequired(_l("Enter your own email address.")), is_email],
        render_kw={"autocomplete": "email"},
    )


def question(definition, is_fixed, is_set):
    """The unbound field for one definition; a fixed one is shown and cannot be typed into."""
    options = {"label": definition.label, "render_kw": {"disabled": True} if is_fixed else {}}
    if definition.help:
        options["description"] = definition.help
    if is_fixed:
        options["description"] = FIXED % {"name": definition.environment}
    if definition.least is not None or definition.unit in ANSWERED:
        options["validators"] = [Needed()]
    if definition.unit == "flag":
        return SelectField(choices=[("yes", _l("Yes")), ("no", _l("No"))], **options)
    if definition.unit == "code":
        offered = [(code, CODES.get(code, code)) for code in definition.choices]
        return SelectField(choices=offered or choices.terms(definition.terms), **options)
    if definition.unit == "codes":
        return CodesTickField(choices=[(c, _words(c)) for c in definition.choices], **options)
    if definition.unit == "list":
        options.setdefault("description", _l("One on each line."))
        return TextAreaField(**options)
    if definition.unit == "secret":
        if is_set and not is_fixed:
            options["description"] = _l("A password is stored. Leave this empty to keep it.")
        options["render_kw"] = {**options["render_kw"], "autocomplete": "new-password"}
        return PasswordField(**options)
    if definition.least is not None:
        about = {
            "least": definition.least,
            "most": definition.most,
            "unit": UNITS.get(definition.unit, ""),
        }
        options.setdefault("description", _l("%(least)s to %(most)s %(unit)s") % about)
        options["render_kw"] = {**options["render_kw"], "inputmode": "numeric"}
    return StringField(**options)


def _words(code):
    """What a person calls a code: the words above, or the label of the question it names."""
    column = ServiceActivity._meta.fields.get(code)
    return CODES.get(code) or (_l(column.verbose_name) if column else code)


def shown(definition, value):
    """A typed value as the form shows it."""
    if definition.unit == "codes":
        return value
    if definition.unit == "flag":
        return "yes" if value else "no"
    if definition.unit == "list":
        return "\n".join(value)
    if definition.unit == "time":
        return value.strftime("%H:%M")
    return "" if definition.is_secret else str(value)


def settings_form(definitions, values, fixed, chosen, formdata=None):
    """A form over ``definitions`` filled with ``values``; ``fixed`` and ``chosen`` are sets of keys."""
    fields = {d.key: question(d, d.key in fixed, d.key in chosen) for d in definitions}
    filled = {d.key: shown(d, values[d.key]) for d in definitions}
    form = type("SettingsForm", (PortalForm,), fields)(formdata, data=filled)
    for field in form:
        # A setting that is left alone keeps its default, so "(optional)" would say nothing.
        field.flags.has_default = True
    if formdata is not None:
        for key in fixed & set(fields):
            form[key].process(None, filled[key])
    return form
