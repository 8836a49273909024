"""Which other record is the same person (R-CLI-4)."""

from flask_babel import lazy_gettext as _l

from forms.base import PortalForm
from forms.pickers import PickerField, RequiredPick
from models import Client


class OtherForm(PortalForm):
    """The other record of a person."""

    other = PickerField(
        _l("The other record of this person"),
        [RequiredPick(_l("Choose the other record."))],
        query=Client.select(),
        lookup_url="/consent-records/lookup/?field=client",
        description=_l("Type part of the name or phone."),
    )
