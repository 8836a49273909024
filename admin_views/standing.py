"""How a family stands, on its page: people and levels, the plan, open referrals, what can be added (R-NOTE-3)."""

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from admin_views.level_steps import stair
from admin_views.marks import brief
from admin_views.showing import pill, to_page
from forms import choices
from forms.formats import date_text
from models import Referral
from workflows import people, people_rules, plan, schedule, settings

SHOWN = 20
ON_A_PAGE = "a1", "a2", "a3", "a4", "a5"


def level_pill(level):
    return pill("level", level, choices.term_label("need-levels", level)) if level else ""


def people_table(case, members):
    """Everybody with their level of need now; ``case`` is the Case of today."""
    today, lines = settings.today(), []
    for member in members:
        person = case.person(member.id)
        lines.append(
            (
                to_page(member),
                choices.term_label("household-relations", member.relation),
                _age(people.age_on(member, today)),
                level_pill(person.level) if person else "",
                ", ".join(map(choices.language_label, member.preferred_languages or ())),
                _("Needs an interpreter") if member.needs_interpreter else "",
            )
        )
    heads = (
        _("Name"),
        _("Place in the household"),
        _("Age"),
        _("Level of need now"),
        _("Languages"),
        _("Interpreter"),
    )
    return {"heads": heads, "lines": lines}


def _age(years):
    return "" if years is None else _("under 1") if years < 1 else str(years)


def levels(case):
    """The level of need over time: a table of words and a stair for every adult who was assessed (R-ASM-8)."""
    assessed = [person for person in case.people if person.levels]
    found = {point for person in assessed for point in person.levels}
    points = [p for p in schedule.POINTS if p in ON_A_PAGE or p in found]
    return {
        "points": [point.upper() for point in points],
        "rows": [
            (
                to_page(person.client),
                [_cell(person.rows.get(point)) for point in points],
            )
            for person in assessed
        ],
        "stairs": [(str(person.client), stair(person.levels, points)) for person in assessed],
        "now": level_pill(case.level),
    }


def _cell(row):
    if row is None:
        return ""
    if row.state != "complete":
        return to_page(row, _("Skipped"))
    return Markup('{} <span class="muted small">{}</span>').format(
        to_page(row, level_pill(row.level) or _("Complete")),
        date_text(row.completed_on).replace(" ", "\xa0"),
    )


def plan_facts(found, client_id=None):
    """The goals of a plan by how they stand, each with its next step; of one person's goals with ``client_id``."""
    if found is None:
        return None
    steps, order = plan.actions(found), [slug for slug, _l in choices.terms("goal-statuses")]
    goals = [g for g in plan.goals(found) if client_id is None or g.client_id == client_id]
    goals.sort(key=lambda g: (g.status in plan.OVER, order.index(g.status), g.id))
    return {
        "href": url_for("settlement_plan.details_view", id=found.id),
        "goals": [
            (
                goal.title,
                goal.client_id,
                pill("status", goal.status, choices.term_label("goal-statuses", goal.status)),
                _next_step(steps.get(goal.id, ())) if goal.status not in plan.OVER else "",
            )
            for goal in goals
        ],
    }


def _next_step(steps):
    waiting = [step for step in steps if step.done_on is None]
    if not waiting:
        return ""
    step = min(waiting, key=lambda s: (s.due_on is None, s.due_on or settings.today(), s.id))
    if step.due_on is None:
        return step.text
    return _("%(step)s, by %(day)s", step=step.text, day=date_text(step.due_on))


def open_referrals(members):
    """[(address, target, whose, number, day, status pill)] of what is still open for these clients."""
    names = {member.id: str(member) for member in members}
    rows = Referral.open().where(Referral.client.in_(list(names) or [0]))
    found = []
    for row in rows.order_by(Referral.received_on.desc(), Referral.id.desc()).limit(SHOWN):
        day, number, target, status = brief(row)
        href = url_for("referral.details_view", id=row.id)
        found.append((href, target, names[row.client_id], number, day, status))
    return found


def additions(household_id, members):
    """[(words, address)] of what can be written down for this household; a visit and a note know it already."""
    whose = f"?household={household_id}"
    adult = next((m for m in members if people_rules.is_minor(m) is not True), None)
    first = adult or next(iter(members), None)
    found = [
        (_("New note"), url_for("case_note.create_view") + whose),
        (_("Record an activity"), url_for("case_activity.create_view") + whose),
        (_("Record correspondence"), url_for("correspondence.create_view") + whose),
        (_("Plan a home visit"), url_for("home_visit.create_view") + whose),
        (_("Book an interpreter"), url_for("booking.create_view") + whose),
        (_("Report an incident"), url_for("incident_report.create_view") + whose),
    ]
    if first:
        client = f"?client={first.id}"
        found.insert(3, (_("Call or appointment"), url_for("appointment.create_view") + client))
        found.append((_("Record a consent"), url_for("consent_record.create_view") + client))
    return found


def additions_for(client):
    """As ``additions``, for the page of one person."""
    whose = f"?client={client.id}"
    return [
        (_("New note"), url_for("case_note.create_view") + whose),
        (_("Record an activity"), url_for("case_activity.create_view") + whose),
        (
            _("Record correspondence"),
            f"{url_for('correspondence.create_view')}?household={client.household_id}"
            f"&client={client.id}",
        ),
        (_("Call or appointment"), url_for("appointment.create_view") + whose),
    ]
