"""The questions of the referral screens: recording one, sending some, and saying what became of the client."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

import models
from forms import choices, validators
from forms.base import PortalForm
from forms.fields import LineField, LinesField, ParagraphField
from forms.formats import whole
from forms.pickers import PickerField

SIMILAR = "similar"  # the question whether somebody new is one of these people


def find_services(query, text):
    """[(id, "name – location")] of the services in ``query`` with words that begin so, at most twenty."""
    own, place = models.ServiceActivity, models.ServiceLocation
    query = query.select(own.id, own.name, place.name).join(place)
    for word in models.normalise(text).split():
        query = query.where(
            own.search.startswith(word)
            | own.search.contains(f" {word}")
            | place.search.startswith(word)
            | place.search.contains(f" {word}")
        )
    rows = query.order_by(own.name_sorted, place.name_sorted, own.id).limit(20).tuples()
    return [(key, f"{name} – {where}") for key, name, where in rows]


class ServicePicker(PickerField):
    """A service told apart by its location: the same name stands for one entry at each place."""

    def find(self, text):
        return find_services(self.query, text)

    def words(self, key):
        sql = (
            "SELECT s.name, l.name FROM service_activity s JOIN service_location l ON l.id = s.location_id"
            f" WHERE s.id = {models.database.param}"
        )
        found = models.database.execute_sql(sql, (key,)).fetchone()
        return found and " – ".join(found)


def service_picker(query, lookup_url, required=False):
    """The unbound question for a service or activity among ``query``."""
    return ServicePicker(
        _l("Service or activity"),
        [validators.Needed() if required else Optional()],
        query=query,
        lookup_url=lookup_url,
        description=_l("Type part of its name or of its location."),
    )


def received_form(services, programs, clients, lookup):
    """The form class of "Record a received referral"; ``lookup(name)`` is the address that finds rows."""

    class ReceivedForm(PortalForm):
        client = PickerField(
            _l("A client we already know"),
            [Optional()],
            query=clients,
            lookup_url=lookup("client"),
            description=_l("Type part of the name or phone. Leave empty for somebody new."),
        )
        inbound_name = LineField(_l("Name"), [Optional(), Length(max=200)])
        inbound_phone = LineField(
            _l("Phone"),
            [Optional(), Length(max=40), validators.is_phone],
            render_kw={"type": "tel"},
        )
        inbound_email = LineField(
            _l("Email"),
            [Optional(), Length(max=254), validators.is_email],
            render_kw={"type": "email"},
        )
        inbound_language = SelectField(
            _l("Language"), [Optional()], filters=[lambda value: value or None]
        )
        inbound_age = IntegerField(
            _l("Age"),
            [Optional(), NumberRange(0, 120, _l("Enter an age between 0 and 120."))],
        )
        inbound_interpreter = BooleanField(_l("Needs an interpreter"))
        service_activity = service_picker(services, lookup("service_activity"))
        program = SelectField(
            _l("Or only a program"),
            [Optional()],
            coerce=whole,
            description=_l("Leave both empty when the referral is to our organization as a whole."),
        )
        reason = ParagraphField(
            _l("Reason for the referral"),
            [
                InputRequired(_l("Say in one or two sentences why this referral is made.")),
                Length(max=300, message=_l("Shorten the reason to 300 characters.")),
            ],
            nullable=False,
            description=_l("Why this referral, in one or two plain sentences."),
            render_kw={"rows": 3, "maxlength": 300, "data-look": True},
        )
        actions = LinesField(
            _l("Recommended settlement actions"),
            [Optional()],
            description=_l("One on each line."),
            render_kw={"rows": 3, "data-look": True},
        )
        referred_by_name = LineField(
            _l("Referred by"),
            [InputRequired(_l("Enter who sent this referral.")), Length(max=120)],
            nullable=False,
        )
        referred_by_organization = LineField(
            _l("Their organization"),
            [Optional(), Length(max=200)],
            render_kw={"list": "earlier-organizations"},
        )
        referred_on = DateField(
            _l("Referred on"), [validators.Needed(), validators.is_sensible_date]
        )
        received_on = DateField(
            _l("Received on"), [validators.Needed(), validators.is_sensible_date]
        )
        priority = RadioField(_l("Priority"), [validators.Needed()])
        direction = RadioField(_l("Direction"), [validators.Needed()])

        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            chosen = self.inbound_language.data
            self.inbound_language.choices = [
                ("", ""),
                *choices.languages([chosen] if chosen else ()),
            ]
            self.program.choices = [("", "")] + [
                (
                    row.id,
                    f"{row.name}"
                    if row.organization.is_own
                    else f"{row.name} – {row.organization.name}",
                )
                for row in programs
            ]
            self.priority.choices = choices.terms("referral-priorities")[::-1]
            self.direction.choices = choices.terms("referral-directions")

        def validate_referred_on(self, field):
            """A referral is not received before it was made."""
            if field.data and self.received_on.data and field.data > self.received_on.data:
                raise validators.ValidationError(
                    _l("It was referred after it was received. Change one of the two dates.")
                )

    return ReceivedForm


class OutcomeForm(PortalForm):
    """What became of the client; the outcome itself is the button that is pressed."""

    follow_up_notes = ParagraphField(
        _l("Follow-up notes"),
        [Optional(), Length(max=20_000)],
        render_kw={"rows": 3, "data-look": True},
    )
    follow_up_due_on = DateField(
        _l("Follow up by"),
        [Optional(), validators.is_sensible_date],
        description=_l("Home reminds everybody on that day."),
    )


class ReasonForm(PortalForm):
    """Why a step is taken back."""

    reason = LineField(
        _l("Reason"),
        [Optional(), Length(max=300)],
        nullable=False,
        render_kw={"data-look": True},
    )
