"""Service pages of the referral builder: the plain hand-out for a client, and finding any entry for "Why is it not here?"."""

from flask import abort, jsonify, request
from flask_admin import expose
from flask_babel import gettext as _

import models
from forms import choices
from forms.formats import date_text, whole
from forms.referrals import find_services
from models import LANGUAGES, ServiceActivity
from workflows import audit, directory, settings
from workflows.texts import in_language

MOST = 30


class HandoutPages:
    """What, where, when, what to do next, whom to ask; nothing about the client."""

    @expose("/handout/")
    def handout_view(self):
        keys = [
            key for key in map(whole, request.args.get("ids", "").split(",")) if key is not None
        ]
        keys = list(dict.fromkeys(keys))[:MOST]
        found = ServiceActivity.stored_by_id(keys)
        if not found:
            abort(404)
        audit.record("print", self.meta.table_name, changed={"shown": len(found)})
        asked = request.args.get("lang")
        spoken = asked if asked in LANGUAGES else models.language.get()
        ids = ",".join(map(str, keys))
        with in_language(spoken):
            return self.render(
                "print/handout.html",
                lang=spoken,
                services=[_facts(found[key]) for key in keys if key in found],
                printed_on=date_text(settings.today()),
                other=[
                    (code, label, self.get_url(".handout_view", ids=ids, lang=code))
                    for code, label in (("en", "English"), ("fr", "Français"))
                    if code != spoken
                ],
            )

    @expose("/find/", methods=("POST",))
    def find_view(self):
        """Any entry, the archived ones too: [[id, words], …]; the words travel in the body."""
        typed = request.form.get("query", "")[:200]
        return jsonify(find_services(ServiceActivity.select(), typed))


def _facts(service):
    """What a client needs to go there; of a confidential place or program the name of the service alone (decision 0.1)."""
    if directory.is_confidential(service):
        words = _("Confidential: ask your worker")
        return {"name": service.name, "description": "", "facts": [(_("Where"), words)]}
    place = service.location
    cost = choices.term_label("cost-types", service.cost_type)
    pairs = (
        (_("Offered by"), service.program.organization.name),
        (_("Where"), ", ".join(filter(None, (place.name, place.address, place.city)))),
        (_("Getting there"), place.transit_notes),
        (_("When"), directory.when(service)),
        (_("Cost"), service.cost_note or ("" if service.cost_type == "unknown" else cost)),
        (_("Appointment"), _("By appointment only") if service.by_appointment else ""),
        (_("Next steps"), service.next_steps),
        (_("Contact"), " · ".join(filter(None, service.contact))),
    )
    return {
        "name": service.name,
        "description": service.description,
        "facts": [(label, words) for label, words in pairs if words],
    }
