"""Closing a case: final assessments, open referrals, exit interviews, goals, the reason, how long the file is kept."""

from flask_babel import gettext as _
from flask_babel import ngettext

from forms import close_case as pages
from forms.choices import term_label
from forms.formats import date_text
from forms.words import apart
from models import N_, ExitInterview, Goal, Household
from workflows import engine, plan, records, referrals, settings, texts
from workflows.case_ends import drafts_about, ends, kept_until
from workflows.case_rules import CLOSED

# The columns of ExitInterview by the questions of the agency's text.
COLUMNS = {
    "independent": "independent",
    "goals": "goals",
    "where-next": "where_next",
    "most-useful": "most_useful",
    "missing": "missing",
    "nps": "nps",
    "contact-later": "consent_to_contact",
}


def _agreeing(answers):
    """[(id, Client)] of the adults who agree to an interview."""
    case, agreed = pages.case_of(answers), answers.of("agree", "clients") or ()
    return [(one.id, one) for one in (case.adults if case else ()) if one.id in agreed]


class CloseCase(engine.Workflow):
    """From the loose ends to the closed file."""

    name = "close-case"
    title = N_("Close a case")
    intro = N_("Ties the loose ends of a case and says how long its file is kept.")
    check_lead = N_("Nothing is closed yet. Read it once more.")
    check_template = "workflow/close_check.html"
    finish_label = N_("Close the case")
    steps = {
        "household": pages.HouseholdForm,
        "assessments": pages.AssessmentsForm,
        "referrals": pages.ReferralsForm,
        "agree": pages.AgreeForm,
        "interview": engine.Each(_agreeing, pages.InterviewForm),
        "goals": pages.GoalsForm,
        "closing": pages.ClosingForm,
    }

    def about(self, draft):
        raw = draft.answers.get("household", {}).get("household", [""])[-1]
        household = Household.stored(pages.whole(raw) or 0)
        return household.file_number if household else ""

    def initial(self, page, answers, draft):
        return {"close_date": settings.today()} if page.step == "closing" else {}

    def prepare(self, page, answers, draft):
        form, case = page.form, pages.case_of(answers)
        if page.step == "assessments":
            form.rows.align(
                [
                    (
                        client.id,
                        _("%(name)s: %(point)s", name=str(client), point=point.upper()),
                        {},
                    )
                    for client, point in case.lacking
                ]
            )
        elif page.step == "referrals":
            form.rows.align(
                [(row.id, _referral_words(row), {"outcome": row.outcome}) for row in case.referrals]
            )
        elif page.step == "agree":
            form.clients.choices = [(client.id, str(client)) for client in case.adults]
        elif page.step == "interview":
            for question in texts.items("exit-interview"):
                form[COLUMNS[question["slug"]]].label.text = texts.said(question["label"])
        elif page.step == "goals":
            form.rows.align([(goal.id, goal.title, {"status": goal.status}) for goal in case.goals])

    def examine(self, page, answers, draft):
        form = page.form
        if page.step == "household":
            answers.case = ends(Household.get_by_id(form.household.data))
            if answers.case.alerts:
                words = ngettext(
                    "There is a critical answer nobody acted on yet. Say what was done about it first.",
                    "There are %(num)s critical answers nobody acted on yet. Say what was done about them first.",
                    len(answers.case.alerts),
                )
                form.problem("household", words)
        if page.step == "closing":
            if form.close_date.data > settings.today():
                form.problem(
                    "close_date", _("This day is in the future. Enter the day of closing.")
                )
            start = answers.case.household.anchor_date
            if start and form.close_date.data < start:
                form.problem("close_date", _("The case would end before it began."))

    def facts(self, page, answers, draft):
        if page.step == "household":
            chosen = Household.stored(page.form.household.data or 0)
            alerts = ends(chosen).alerts if chosen else ()
            return {
                "alerts": [
                    (
                        _("%(name)s, act by %(day)s", name=str(a.client), day=date_text(a.due_on)),
                        a.id,
                    )
                    for a in alerts
                ]
            }
        if page.step == "assessments":
            return {
                "starts": [
                    (
                        _("Assess %(name)s: %(point)s", name=str(client), point=point.upper()),
                        "needs-matrix",
                        {"client": client.id},
                    )
                    for client, point in answers.case.lacking
                ]
            }
        return {}

    # ---- The end -----------------------------------------------------------------------------------------------------

    def final_facts(self, answers, draft):
        household = answers.case.household
        last, until = kept_until(household, answers.of("closing", "close_date"))
        return {
            "file_number": household.file_number,
            "last_entry": date_text(last),
            "kept_until": date_text(until),
            "legal_hold": household.legal_hold,
            "waiting": [
                (_("Work begun by %(name)s", name=other.created_by_name or "–"), other.path)
                for other in drafts_about(household)
                if other.id != draft.id
            ],
        }

    def finish(self, answers, draft):
        household = Household.get_by_id(answers.of("household", "household"))
        case, closing = answers.case, answers["closing"]
        kept = [_settle(row, answers.of("referrals", "rows")) for row in case.referrals]
        for given in answers.of("goals", "rows", ()):
            goal = Goal.get_by_id(pages.whole(given["goal"]))
            goal.status = given["status"]
            records.save(goal)
        found = plan.active(household)
        open_ids = [row.client_id for row, stays in zip(case.referrals, kept, strict=True) if stays]
        for client in case.adults:
            if given := answers.get(f"interview-{client.id}"):
                _save_interview(household, client, case, given, open_ids)
        if found:
            found.state = CLOSED
            records.save(found)
        household.status = CLOSED
        household.close_date, household.close_reason = (
            closing["close_date"],
            closing["close_reason"],
        )
        household.close_summary = "\n\n".join([closing["close_summary"], *_left_out(answers)])
        household.last_entry_on, _until = kept_until(household, household.close_date)
        records.save(household, reason=_("Case closed"))
        return {"household": household.id, "open": sum(kept)}

    def done(self, facts):
        household = Household.get_by_id(facts["household"])
        _last, until = kept_until(household, household.close_date)
        number, day = household.file_number, date_text(until)
        sentences = [
            _("File %(number)s is kept until %(day)s at least.", number=number, day=day),
        ]
        if household.legal_hold:
            sentences.append(_("It is under legal hold and stays longer."))
        if facts["open"]:
            sentences.append(
                ngettext(
                    "%(num)s referral stays open. It is still followed up in the Referral List.",
                    "%(num)s referrals stay open. They are still followed up in the Referral List.",
                    facts["open"],
                )
            )
        waiting = drafts_about(household)
        links = [(_("Open the file"), f"/households/details/?id={household.id}")]
        if waiting:
            sentences.append(
                ngettext(
                    "%(num)s piece of work about this household was begun and is not finished.",
                    "%(num)s pieces of work about this household were begun and are not finished.",
                    len(waiting),
                )
            )
            links += [
                (_("Work begun by %(name)s", name=draft.created_by_name or "–"), draft.path)
                for draft in waiting
            ]
        return engine.Done(
            _("Case %(number)s is closed", number=number), tuple(sentences), tuple(links)
        )


def _referral_words(row):
    status = term_label("referral-outcomes", row.outcome)
    return " · ".join((row.number, apart(row.target_name), apart(row.client_name), status))


def _settle(referral, rows):
    """Bring one referral to what was said about it; True when it stays open."""
    given = next(row for row in rows if row["referral"] == str(referral.id))
    if given["outcome"] != referral.outcome:
        referrals.set_outcome(referral, given["outcome"])
    if given["what"] == pages.COMPLETED:
        referrals.complete([referral.id])
        return False
    words = _("Open after the case was closed: %(reason)s", reason=given["reason"])
    referral.follow_up_notes = "\n".join(filter(None, (referral.follow_up_notes, words)))
    records.save(referral)
    return True


def _save_interview(household, client, case, given, open_ids):
    goals = Goal.select().where(Goal.client == client, Goal.status == "met")
    records.save(
        ExitInterview(
            household=household,
            client=client,
            date=settings.today(),
            final_level=case.levels.get(client.id),
            goals_met=goals.count(),
            open_referrals=open_ids.count(client.id),
            **{name: given[name] for name in pages.InterviewForm.lines},
        )
    )


def _left_out(answers):
    """What the summary says of assessments that were not done."""
    names = {str(client.id): (str(client), point) for client, point in answers.case.lacking}
    for row in answers.of("assessments", "rows", ()):
        name, point = names[row["client"]]
        facts = {"name": name, "point": point.upper(), "reason": row["reason"]}
        yield _("%(name)s: %(point)s was left out. %(reason)s", **facts)
