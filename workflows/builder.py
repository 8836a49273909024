"""Build a referral: client, need, results with reasons, statements and actions, consent, save (domain 7 and 10)."""

from flask_babel import gettext as _
from flask_babel import ngettext

from forms import builder as pages
from forms import builder_need as need_pages
from forms import choices
from forms.formats import date_text, whole
from models import N_, Client, Organization, Program, Referral, ServiceActivity
from workflows import (
    builder_consent,
    builder_need,
    builder_reasons,
    builder_records,
    builder_results,
    engine,
    settings,
)
from workflows.builder_need import client_of
from workflows.engine import DONE, FIXED

BEGUN_WITH = ("factor", "step")  # what a button on another page knows besides the client


class ReferralBuilder(engine.Workflow):
    """Find services that fit a person, say why, refer."""

    name = "referral-builder"
    title = N_("Build a referral")
    intro = N_(
        "From what is needed to the services that fit, with the reasons, and to the referrals themselves."
    )
    check_lead = N_(
        "Nothing is sent yet: the referrals are recorded as received, and you can email them next."
    )
    finish_label = N_("Record the referrals")
    steps = {
        "client": need_pages.ClientForm,
        "need": need_pages.NeedForm,
        "results": pages.ResultsForm,
        "reasons": pages.ReasonsForm,
        "consent": pages.ConsentForm,
    }

    # ---- Beginning -----------------------------------------------------------------------------------------------------

    begun_with = BEGUN_WITH

    def begin(self, draft):
        known = draft.answers.get("client")
        if not known:
            return
        fixed = {name: known.pop(name)[-1][:80] for name in BEGUN_WITH if known.get(name)}
        step = whole(fixed.pop("step", ""))
        if step:
            fixed["step"] = step
        draft.answers[FIXED] = fixed
        if known.get("client", [""])[-1]:
            # Somebody pressed the button on this person's page.
            draft.answers["client"] = {**known, DONE: ["1"]}

    def held(self, answers, slug, passed):
        """What was typed about one person is not kept for another."""
        chosen = answers.get("client", {}).get("client", [""])[-1]
        about = answers.get("results", {}).get("person", [""])[-1]
        if slug != "client" or not chosen or not about or about == chosen:
            return answers
        own = ("results", "reasons", "consent")
        return {page: raw for page, raw in answers.items() if page not in own}

    def about(self, draft):
        key = draft.answers.get("client", {}).get("client", [""])[-1]
        client = Client.stored(whole(key) or 0)
        return client.display_name if client else ""

    def initial(self, page, answers, draft):
        if page.step == "need":
            factor = answers.fixed.get("factor")
            known = dict(builder_need.factor_choices())
            return {"how": need_pages.FACTORS, "factors": [factor] if factor in known else []}
        client = client_of(answers)
        if client is None:
            return {}
        if page.step == "results":
            known = {name: getattr(client, name) for name in pages.KNOWN}
            is_known = answers.of("need", "how") == need_pages.SERVICE
            ticked = [answers.of("need", "service")] if is_known else []
            return known | {"person": client.id, "services": ticked}
        if page.step == "reasons":
            _offered, chosen = builder_reasons.suggested_actions(answers)
            return {
                "statements": builder_reasons.first_statements(answers),
                "suggested": chosen,
            }
        if page.step == "consent":
            return builder_consent.first(answers)
        return {}

    # ---- Pages ---------------------------------------------------------------------------------------------------------

    def prepare(self, page, answers, draft):
        form = page.form
        if page.step == "need":
            form.factors.choices = builder_need.factor_choices()
            form.areas.choices = builder_need.area_choices()
        elif page.step == "results":
            form.supports.choices = choices.terms("support-services", form.supports.data or ())
            self._known(form, answers)
        elif page.step == "reasons":
            form.suggested.choices = builder_reasons.suggested_actions(answers)[0]
            if not form.suggested.choices:
                del form.suggested
        elif page.step == "consent":
            builder_consent.prepare(form, answers)

    @staticmethod
    def _known(form, answers):
        client = client_of(answers)
        if client is None:
            return
        if client.birth_date:
            del form.birth_year_only
        form.lacking = builder_need.lacking(client)
        form.conflicts = builder_need.settle(form, client)

    def examine(self, page, answers, draft):
        engine.say_wrong(EXAMINED, page, answers)

    def facts(self, page, answers, draft):
        if page.step == "results":
            parts = builder_results.known_parts(page.form)
            return builder_results.listed(page.form, answers) | parts
        if page.step == "need":
            return self._need_facts(page, answers)
        if page.step == "consent":
            return {
                "covered": builder_consent.covered_lines(answers),
                "missing": [
                    (
                        name,
                        [t.words for t in builder_need.targets(answers) if t.organization == key],
                    )
                    for key, name in builder_consent.missing(answers).items()
                ],
            }
        return {}

    @staticmethod
    def _need_facts(page, answers):
        client, form = client_of(answers), page.form
        results, last = builder_need.latest_results(client) if client else ({}, None)
        when = ""
        if last:
            point, day = last.point.upper(), date_text(last.completed_on)
            when = _("%(point)s, %(day)s", point=point, day=day)
        return {
            "levels": {
                slug: (row.level, choices.term_label("need-levels", row.level))
                for slug, row in results.items()
                if row.level
            },
            "when": when,
            "chosen": form.keywords.rows(form.keywords.data),
            "offered": form.keywords.offered(form.areas.data or []),
        }

    # ---- The end -------------------------------------------------------------------------------------------------------

    def finish(self, answers, draft):
        form = getattr(answers, "results_form", None)
        return builder_records.write(answers, draft, form)

    def done(self, facts):
        made = list(
            Referral.select().where(Referral.id.in_(facts["referrals"])).order_by(Referral.id)
        )
        title = ngettext(
            "%(num)s referral is recorded", "%(num)s referrals are recorded", len(made)
        )
        sentences = [_("%(number)s: %(target)s", number=r.number, target=_place(r)) for r in made]
        sentences.append(_("Nothing was sent yet."))
        services = [str(r.service_activity_id) for r in made if r.service_activity_id]
        links = [
            (_("Open referral %(number)s", number=r.number), f"/referrals/details/?id={r.id}")
            for r in made
        ]
        if services:
            href = f"/service-activities/handout/?ids={','.join(services)}"
            links.append((_("Print a hand-out for the client"), href))
        if made:
            links.append((_("How this came about"), f"/referrals/trace/?id={made[0].id}"))
        links.append((_("Open the client"), f"/clients/details/?id={facts['client']}"))
        ids = [r.id for r in made]
        return engine.Done(
            title,
            tuple(sentences),
            tuple(links),
            ((_("Email these"), "distribute", {"rowid": ids}),),
        )


def _place(referral):
    return (
        f"{referral.target_name} – {referral.location}"
        if referral.location_id
        else referral.target_name
    )


# ---- Rules that need the database ----------------------------------------------------------------------------------------


def _need(form, answers):
    """What was chosen is still there; a partner is one."""
    how = form.how.data
    builder_need.said(answers, "need", form)
    if how == need_pages.SERVICE and ServiceActivity.stored(form.service.data) is None:
        yield "service", _("This service is no longer there. Choose another.")
        return
    if how == need_pages.PARTNER:
        yield from _partner(form)
        if not form.errors:
            answers.shares = builder_consent.shares(answers)


def _partner(form):
    program = Program.stored(form.program.data) if form.program.data else None
    owner = Organization.stored(form.organization.data) if form.organization.data else None
    if program and owner and program.organization_id != owner.id:
        yield "program", _("This program belongs to another organization. Choose one of the two.")


def _results(form, answers):
    answers.results_form = form
    client = client_of(answers)
    if form.person.data and form.person.data != str(client.id):
        yield "services", _("Another client was chosen meanwhile. Look at the list again.")
        return
    for name, theirs in form.conflicts.items():
        words = _(
            "Somebody saved something else here meanwhile: %(theirs)s. Keep yours or take theirs,"
            " then press Continue again.",
            theirs=_said(theirs),
        )
        yield name, words
    yield from builder_results.wrong_choices(form, answers)
    builder_need.said(answers, "results", form)
    form.said = [(str(_("Service")), target.words) for target in builder_need.targets(answers)]
    if form.override_reason.data:
        form.said.append((str(form.override_reason.label.text), form.override_reason.data))
    answers.shares = builder_consent.shares(answers)
    answers.subject = form.question.client


def _said(value):
    if value is None:
        return _("Not given")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _reasons(form, answers):
    day = form.follow_up_due_on.data
    if day and day < settings.today():
        yield "follow_up_due_on", _("Choose a day that is still to come.")


EXAMINED = {
    "need": _need,
    "results": _results,
    "reasons": _reasons,
    "consent": builder_consent.problems,
}
