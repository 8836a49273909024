"""Requests to see or to correct a record: the thirty days, the answer, and all that is held in one step (issue 10)."""

import json

from flask import request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import EntityView
from admin_views.exports import as_file
from admin_views.held_words import sections
from admin_views.list_state import Standing, tabs
from admin_views.listing import Filter
from admin_views.of_household import Filled
from admin_views.showing import pill, text_of
from forms.formats import date_text, day_of
from models import AccessRequest, language
from workflows import access, audit, exports, settings
from workflows.access import LATE, OPEN, PRESSING


class AccessRequestView(Standing, Filled, EntityView):
    """A client asks to see or to correct what is held about them; there are thirty days to answer."""

    stands_by = ("state", "due_on")
    filled_today = ("received_on",)

    details_template = "people/access_request.html"
    new_label = _l("Record a request")
    intro = _l("Clients may see what is held about them and ask for it to be corrected.")

    def own_filters(self):
        def waiting(when):
            known = when if when in (OPEN, LATE, PRESSING) else OPEN
            return access.condition(known, settings.today())

        return (Filter("when", _l("When"), "choice", waiting, _offered),)

    def page_views(self, listing):
        return tabs(self, listing, "when", [(None, _("All")), *_offered()])

    def list_columns(self):
        return [name for name in self.meta.listed if name != "state"]

    def standing(self, values):
        """Answered, refused, open or late, from what the database gives."""
        state, due_on = values
        if access.is_late(AccessRequest(state=state, due_on=day_of(due_on))):
            return pill("state", "overdue", _("Late"))
        return pill("state", PILLS.get(state, state), text_of(AccessRequest.state)(state))

    def form_sections(self, record):
        asked = ("client", "kind", "received_on", "asked_by_name", "identity_checked", "asked")
        answer = (_("The answer"), None, ("state", "answered_on", "answer"))
        return ((_("The request"), None, asked), *((answer,) if record.id else ()))

    def empty(self):
        return super().empty() | {
            "title": _("No request yet"),
            "text": _("When a client asks to see or to correct their record, write it down here."),
        }

    def details_facts(self, record):
        return {
            "state": self.standing((record.state, record.due_on)),
            "due": date_text(record.due_on) if record.state == OPEN else "",
            "disagreement": access.disagreement(record),
            "gather_href": f"{self.at('gather')}?id={record.id}",
        }

    @expose("/gather/", methods=("POST",))
    def gather_view(self):
        """Everything that is held about this person, as a page to print or as a file (R-NOTE-9, R-SYS-8)."""
        record = self.found()
        as_file = request.form.get("as") == "json"
        reason = _("Access request %(number)s", number=record.id)
        found = sections(record.client)
        rows = sum(len(records) for _title, records in found)
        # In the name of the person, so that "who saw this file" finds it, and of the request.
        action, changed = ("export" if as_file else "print"), {"rows": rows, "request": record.id}
        audit.record(action, "client", record.client_id, changed, reason)
        audit.record(action, self.meta.table_name, record.id, {"rows": rows})
        return self._file(record, found) if as_file else self._page(record, found)

    def _page(self, record, found):
        return self.render(
            "print/held.html",
            lang=language.get(),
            number=record.id,
            person=str(record.client),
            file_number=record.client.household.file_number,
            asked_on=date_text(record.received_on),
            found=found,
            several=several(),
            printed_on=date_text(settings.today()),
            back_href=self.at("details", record.id),
        )

    def _file(self, record, found):
        """A JSON file in UTF-8 whose name names nobody."""
        content = {
            "confidentiality": exports.confidentiality_line(),
            "request": record.id,
            "file_number": record.client.household.file_number,
            "made_on": settings.today().isoformat(),
            "language": language.get(),
            "held": [
                {
                    "table": title,
                    "records": [_entry(is_whole, pairs) for is_whole, pairs in records],
                }
                for title, records in found
            ],
        }
        kept = f"{self.slug}-{record.id}"
        name = exports.file_name(AccessRequest, kept, "json")
        return as_file(json.dumps(content, ensure_ascii=False, indent=2), name)


PILLS = {"answered": "complete", "refused": "closed"}


def _offered():
    return [
        (OPEN, _("Open")),
        (PRESSING, _("Due within a week or late")),
        (LATE, _("Late")),
    ]


def _entry(is_whole, pairs):
    """One record of the file; two columns of the same words keep both."""
    entry = {}
    for label, words in pairs:
        key = label if label not in entry else f"{label} ({len(entry)})"
        entry[key] = words
    if not is_whole:
        entry[_("Note")] = several()
    return entry


def several():
    """Why a record has no more than what and when."""
    return _("This is about several people, or may name others: only what it is and when is given.")


VIEWS = {AccessRequest: AccessRequestView}
