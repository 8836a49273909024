"""The case file on paper: the whole of it, the summary of its notes, one person's record (R-NOTE-8, R-NOTE-9)."""

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

import models
from admin_views import file_prints
from admin_views.base import PageView
from admin_views.listing import whole
from admin_views.showing import text_of
from forms.formats import date_text
from models import Client, Household, Printout
from workflows import audit, case_file, exports, plan, settings
from workflows.texts import in_language


class CaseFileView(PageView):
    """Printing a file: the button records it (a GET changes nothing), then the paper is shown for the rest of the day."""

    def __init__(self):
        super().__init__(endpoint="case_file", url="/case-file", name=_l("Printed file"))

    @expose("/print/", methods=("POST",))
    def print_view(self):
        """R-NOTE-8, R-NOTE-9: which file or whose record stands in the body."""
        kind, key = request.form.get("kind"), whole(request.form.get("id"))
        if kind == case_file.PERSON:
            client = Client.stored(key) if key else None
            household = client and client.household
        else:
            client, household = None, Household.stored(key) if key else None
        if household is None or kind not in (case_file.FILE, case_file.NOTES, case_file.PERSON):
            abort(404)
        printout = case_file.print_out(kind, household, client)
        return redirect(self.get_url(".sheet_view", id=printout.id))

    @expose("/")
    def sheet_view(self):
        """The paper of a printout of today; an older one would say what is not so any more."""
        key = whole(request.args.get("id"))
        printout = Printout.stored(key) if key else None
        if printout is None:
            abort(404)
        household, client = printout.household, printout.client
        back = (
            url_for("client.details_view", id=client.id)
            if client
            else url_for("household.details_view", id=household.id)
        )
        if printout.printed_on != settings.today():
            flash(_("That printout is not of today. Press the button again to print anew."), "info")
            return redirect(back)
        audit.record("view", "printout", printout.id)
        asked = request.args.get("lang")
        usual = plan.print_language(client) if client else models.language.get()
        spoken = asked if asked in models.LANGUAGES else usual
        with in_language(spoken):
            return self._sheet(printout, household, client, back, spoken)

    def _sheet(self, printout, household, client, back, spoken):
        return self.render(
            "print/file.html",
            lang=spoken,
            title=file_prints.title(printout.kind, household, client),
            kind_words=text_of(Printout.kind)(printout.kind),
            is_person=printout.kind == case_file.PERSON,
            parts=file_prints.parts(printout.kind, household, client),
            file_number=household.file_number,
            printed_on=date_text(printout.printed_on),
            printed_words=_(
                "printed on %(day)s by %(name)s",
                day=date_text(printout.printed_on),
                name=printout.created_by_name,
            ),
            confidential=exports.confidentiality_line(),
            back_href=back,
            other=[
                (code, label, self.get_url(".sheet_view", id=printout.id, lang=code))
                for code, label in (("en", "English"), ("fr", "Français"))
                if code != spoken
            ],
        )


PAGES = (CaseFileView,)
