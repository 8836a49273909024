"""Feedback: the list with its score, links to give away, and the survey that opens without signing in (2.22)."""

import datetime

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from admin_views.base import EntityView, PageView
from admin_views.of_household import Filled
from forms.feedback import InviteForm, SurveyForm
from forms.formats import date_text
from models import LANGUAGES, ClientFeedback, FeedbackInvitation, Organization, language
from workflows import accounts, feedback, settings, texts
from workflows.records import Refused
from workflows.texts import in_language

# The survey looks at its token itself: a page that lay open over night is shown again, not thrown away.
SURVEY = "admin_views.feedback.answer"
OPEN_FOR = datetime.timedelta(days=30)
COLUMNS = {
    "nps": "nps_score",
    "met-need": "met_need",
    "respect": "respect",
    "language": "understood",
    "improve": "improve",
}


class FeedbackView(Filled, EntityView):
    """What people said; answers on paper are typed in here, answers by link come by themselves."""

    new_label = _l("Type in an answer on paper")
    filled_today = ("collected_on",)

    def list_facts(self, listing, names, page, previous, following):
        facts = super().list_facts(listing, names, page, previous, following)
        links = [(_("Invite to give feedback"), self.get_url(".invite"))]
        return facts | {"intro": _score_words(), "links": links}

    def toolbar(self, record):
        return []

    def empty(self):
        text = _("Print links for the people you serve, or type in what they wrote on paper.")
        return super().empty() | {"title": _("No feedback yet"), "text": text}

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self):
        record = self.found()
        if record.invitation_id:
            flash(_("This was answered by link and stays as it was said."), "info")
            return redirect(self.at("details", record.id))
        return self._edit(record)

    @expose("/invite/", methods=("GET", "POST"))
    def invite(self):
        """Make links; they are shown on the answer to this very POST and never again."""
        posted = request.form if request.method == "POST" else None
        form = InviteForm(
            posted,
            data={
                "expires_on": settings.today() + OPEN_FOR,
                "count": 10,
                "language": language.get(),
            },
        )
        form.about.choices = [("", ""), *feedback.offered()]
        if posted is not None and form.validate():
            if form.expires_on.data >= settings.today():
                return self._sheet(form)
            form.problem("expires_on", _("This day is over. Enter a day to come."))
        return self.render("feedback/invite.html", form=form, cancel_href=self.at())

    def _sheet(self, form):
        about = feedback.about_of(form.about.data)
        lang, until = form.language.data, form.expires_on.data
        codes = feedback.invite(about, lang, form.count.data, until)
        _key, agency = accounts.own_agency()
        with in_language(lang):
            return self.render(
                "feedback/sheet.html",
                lang=lang,
                agency_name=agency,
                printed_on=date_text(settings.today()),
                about=about.name,
                until=date_text(until),
                links=[f"{_address()}/feedback/{code}" for code in codes],
                back_href=self.at(),
            )


def _address():
    """Where the portal is found from outside; without PUBLIC_URL, the address this page was asked at."""
    return settings.public_url() or request.url_root.rstrip("/")


def _score_words():
    """The net promoter score of the fiscal year to date, or how many replies it still needs."""
    first, replies, score = feedback.this_year()
    facts = {"day": date_text(first), "score": score.nps}
    if score.nps is not None:
        return ngettext(
            "Net promoter score since %(day)s: %(score)s, from %(num)s reply.",
            "Net promoter score since %(day)s: %(score)s, from %(num)s replies.",
            replies,
            **facts,
        )
    least = settings.value("nps_min_responses")
    return _(
        "The net promoter score is shown from %(least)s replies on; since %(day)s there are %(replies)s.",
        least=least,
        day=facts["day"],
        replies=replies,
    )


class SurveyView(PageView):
    """One invitation's page: whoever has the link may answer, once."""

    def __init__(self):
        super().__init__(endpoint="survey", url="/feedback")

    def is_accessible(self):
        """The code in the address is the right to open it."""
        return True

    @expose("/")
    def index(self):
        return self._said("unknown", None), 404

    @expose("/<code>", methods=("GET", "POST"))
    def answer(self, code):
        invitation = feedback.find(code)
        lang = request.form.get("lang") or (invitation.language if invitation else None)
        if request.method == "POST" and "csrf_token" not in request.form:
            abort(400)
        if invitation is None:
            return self._said("unknown", lang), 404
        other = request.form.get("other")
        lang = other if other in LANGUAGES else lang if lang in LANGUAGES else "en"
        with in_language(lang):
            form = _survey(lang, request.form if request.method == "POST" else None)
            state = feedback.state_of(invitation)
            if state != feedback.OPEN:
                return self._said(state, lang, form.improve.data)
            if request.method == "GET" or other:
                return self._page(form, lang, invitation)
            return self._store(form, lang, invitation, code)

    def _store(self, form, lang, invitation, code):
        try:
            validate_csrf(request.form["csrf_token"])
        except ValidationError:
            words = _("The page was open for a long time. Please press the button once more.")
            return self._page(form, lang, invitation, words)
        if not form.validate():
            return self._page(form, lang, invitation)
        try:
            feedback.answer(invitation, lang, form.reply())
        except Refused:
            return self._said(feedback.USED, lang, form.improve.data)
        return redirect(self.get_url(".thanks", code=code, lang=lang))

    @expose("/<code>/thanks")
    def thanks(self, code):
        if feedback.find(code) is None:
            abort(404)
        return self._said("thanks", request.args.get("lang"))

    def _page(self, form, lang, invitation, again=""):
        about = invitation.service_activity or invitation.program
        return self.render(
            "feedback/survey.html",
            lang=lang,
            form=form,
            about=about.name if about else "",
            again=again,
            other="fr" if lang == "en" else "en",
        )

    def _said(self, what, lang, typed=None):
        """A kind sentence in place of the questions; what was typed is there to be copied."""
        own = Organization.own()
        if lang not in LANGUAGES:
            # Who comes by a link that says no language is a stranger: their browser knows it.
            usual = settings.value("interface_default_language")
            lang = request.accept_languages.best_match(LANGUAGES, usual)
        with in_language(lang):
            return self.render(
                "feedback/said.html",
                lang=lang,
                what=what,
                typed=typed,
                reach=" · ".join(filter(None, (own.phone, own.email))) if own else "",
            )


def _survey(lang, formdata):
    """The questions with the agency's own words on them."""
    form = SurveyForm(formdata)
    for question in texts.items("feedback-survey"):
        if name := COLUMNS.get(question["slug"]):
            form[name].label.text = texts.said(question["label"], lang)
    return form


class InvitationView(EntityView):
    """Links that were given away: which service, until when, and whether somebody answered."""

    def empty(self):
        return super().empty() | {"text": _("Links that you print will be listed here.")}


VIEWS = {ClientFeedback: FeedbackView, FeedbackInvitation: InvitationView}
PAGES = (SurveyView,)
