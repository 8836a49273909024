"""Questions of signing in, of saying who is at the screen, of the passphrases and of setting the portal up."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, RadioField, SelectField
from wtforms.validators import InputRequired

from forms.base import PortalForm
from forms.fields import LineField
from models import ADMINISTRATOR, SHARED

EXAMPLE, EMPTY = "example", "empty"


def _typed_passphrase(label, **options):
    attributes = {
        "autocomplete": "current-password",
        "autocapitalize": "none",
        "spellcheck": "false",
    }
    return PasswordField(
        label,
        [InputRequired(_l("Enter the passphrase."))],
        render_kw={**attributes, **options.pop("render_kw", {})},
        **options,
    )


class SignInForm(PortalForm):
    """The shared passphrase."""

    passphrase = _typed_passphrase(_l("Passphrase"))


class AdministratorForm(PortalForm):
    """The administrator's passphrase."""

    passphrase = _typed_passphrase(_l("Administrator passphrase"))


class NameForm(PortalForm):
    """A name that is not on the list yet."""

    name = LineField(
        _l("Another name"),
        [InputRequired(_l("Choose your name, or type it."))],
        description=_l("It joins the staff list."),
        render_kw={"autocomplete": "off", "maxlength": 120},
    )


class PassphraseForm(PortalForm):
    """A new passphrase, typed twice."""

    kind = RadioField(
        _l("Passphrase to change"),
        [InputRequired(_l("Choose one."))],
        choices=(
            (SHARED, _l("The shared one, which everybody signs in with")),
            (ADMINISTRATOR, _l("The administrator’s")),
        ),
    )
    passphrase = _typed_passphrase(
        _l("New passphrase"),
        description=_l(
            "At least 15 characters. Any words, spaces included; no special signs needed."
        ),
        render_kw={"autocomplete": "new-password"},
    )
    again = _typed_passphrase(
        _l("New passphrase, once more"), render_kw={"autocomplete": "new-password"}
    )

    def validate(self, extra_validators=None):
        is_valid = super().validate(extra_validators)
        if is_valid and self.passphrase.data != self.again.data:
            self.problem("again", _l("The two are not the same. Type the passphrase once more."))
            return False
        return is_valid


class SetUpForm(PortalForm):
    """What a new copy of the portal must know; names are those of seed.start.start."""

    code = LineField(
        _l("Set-up code"),
        [InputRequired(_l("Enter the code that the portal printed when it started."))],
        description=_l("The portal printed it in the window in which it was started."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    agency = LineField(
        _l("Name of your agency"),
        [InputRequired(_l("Enter the name of your agency."))],
        render_kw={"maxlength": 200, "autocomplete": "organization"},
    )
    province = SelectField(
        _l("Province or territory"),
        [InputRequired(_l("Choose the province or territory."))],
        description=_l("It decides the statutory holidays and the age of majority."),
    )
    language = RadioField(
        _l("Language"),
        [InputRequired(_l("Choose a language."))],
        choices=(("en", "English"), ("fr", "Français")),
        description=_l("Everybody can switch on their own screen."),
    )
    timezone = SelectField(_l("Time zone"))
    domains = LineField(
        _l("Your own email domains"),
        description=_l(
            "The part after the @ of your staff’s addresses, such as agency.ca. "
            "Mail to them counts as internal. Separate several with spaces."
        ),
        render_kw={"maxlength": 500, "autocomplete": "off", "spellcheck": "false"},
    )
    passphrase = LineField(
        _l("Shared passphrase"),
        [InputRequired(_l("Enter a passphrase."))],
        description=_l(
            "Everybody signs in with it. Keep the suggestion or type your own, at least 15 characters."
        ),
        render_kw={"maxlength": 1000, "autocomplete": "off", "spellcheck": "false"},
    )
    admin_passphrase = LineField(
        _l("Administrator passphrase"),
        [InputRequired(_l("Enter a passphrase."))],
        description=_l("For settings, backups and supervisors. It must be a different one."),
        render_kw={"maxlength": 1000, "autocomplete": "off", "spellcheck": "false"},
    )
    start = RadioField(
        _l("What should be in it?"),
        [InputRequired(_l("Choose one."))],
        choices=(
            (EXAMPLE, _l("Start with the example agency")),
            (EMPTY, _l("Start empty")),
        ),
        description=_l("The example is for trying things out and can be removed in one step."),
    )
