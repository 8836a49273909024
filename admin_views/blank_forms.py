"""The forms a family signs, to be printed in English or French: they name nobody (R-CON-1, R-CON-4)."""

from flask import redirect, request
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.base import PageView
from forms import choices
from forms.formats import date_text
from models import LANGUAGES, language
from workflows import accounts, settings, texts
from workflows.intake import charter
from workflows.texts import in_language


class FormsView(PageView):
    """Confidentiality and consent on one sheet, the client charter on another."""

    def __init__(self):
        super().__init__(endpoint="blank_forms", url="/forms")

    @expose("/")
    def index(self):
        return redirect(self.get_url(".confidentiality"))

    @expose("/confidentiality")
    def confidentiality(self):
        return self._printed(
            lambda lang: {
                "title": _("Confidentiality and consent"),
                "statement": texts.body("confidentiality-statement", lang),
                "limits": [label for _slug, label in choices.terms("confidentiality-limits")],
                "consent_words": _(
                    "I agree that this agency writes down what I tell about myself and my family, to serve us."
                    " I can take this back at any time."
                ),
                "sections": (),
            }
        )

    @expose("/charter")
    def charter(self):
        return self._printed(lambda lang: {"title": _("Client charter"), "sections": charter(lang)})

    def _printed(self, facts):
        """The sheet in the language the address asks for, its own words too."""
        lang = request.args.get("lang")
        lang = lang if lang in LANGUAGES else language.get()
        with in_language(lang):
            _key, agency = accounts.own_agency()
            return self.render(
                "print/form.html",
                lang=lang,
                agency_name=agency,
                printed_on=date_text(settings.today()),
                lines=[
                    _("Name"),
                    _("Signature"),
                    _("Parent or guardian, and how related"),
                    _("Staff: I explained this and the person understood"),
                    _("Language and interpreter"),
                    _("Date"),
                ],
                keep_words=_("One copy for the client, one for the file."),
                **facts(lang),
            )


PAGES = (FormsView,)
