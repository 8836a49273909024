"""The file of a household: its people, what they signed, what is missing, what comes next."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from wtforms.validators import Length, Optional

from admin_views import standing, timeline
from admin_views.assisting import drawn
from admin_views.base import EntityView
from admin_views.listing import Filter
from admin_views.retention import file_href
from admin_views.showing import link, pill, text_of, to_page
from admin_views.team_tables import of_household
from forms import choices
from forms.fields import LineField
from forms.formats import date_text
from forms.words import apart
from models import IN_HAND, ConsentRecord, Household, Intake, Staff
from workflows import (
    assessments,
    case_file,
    case_rules,
    case_tasks,
    caseload,
    disposal,
    households,
    people_rules,
    plan,
    records,
    settings,
    standards_cases,
    visits,
)


class HouseholdView(EntityView):
    """The file of the people who settle together."""

    new_label = _l("New household")
    edit_template = "people/household_form.html"
    details_template = "people/household.html"

    def own_filters(self):
        def due(value):
            return case_tasks.past_its_end(settings.today())

        def stale(value):
            return case_file.print_is_due(settings.today())

        lacks = {
            "worker": Household.id.in_(standards_cases.without_worker(None)),
            "charter": Household.id.in_(standards_cases.without_charter(None)),
        }
        lacking = lambda: [("worker", _("A main worker")), ("charter", _("A signed charter"))]  # noqa: E731
        offered = lambda: [("due", _("Past its planned end"))]  # noqa: E731
        on_paper = lambda: [("due", _("Older than its latest entry"))]  # noqa: E731
        return (
            Filter("closing", _l("Closing"), "choice", due, offered),
            Filter("print", _l("Paper copy"), "choice", stale, on_paper),
            Filter("lacks", _l("Lacks"), "choice", lacks.get, lacking),
        )

    def own_questions(self):
        field = self.meta.fields["file_number"]
        number = LineField(
            _l(field.verbose_name),
            [Optional(), Length(max=40)],
            nullable=False,
            description=_l(field.help_text),
        )
        return {"file_number": number}

    def form_facts(self, record, form):
        asks = record.id and Household.get_by_id(record.id).anchor_date
        suggested = (
            caseload.suggestion_words(household=record) if self._may_be_a_case(record) else ""
        )
        return {
            "asks_reason": bool(asks),
            "reason": request.form.get("reason", ""),
            "reason_hints": drawn(request.form.get("reason", "")),
            "suggested": suggested,
        }

    @staticmethod
    def _may_be_a_case(record):
        """A suggestion is for a new case: once a case is open with its worker nobody else is named."""
        if record.id is None or record.status == "intake":
            return True
        return record.status in IN_HAND and record.primary_worker_id is None

    def save(self, record, form, many, version):
        reason = " ".join(request.form.get("reason", "").split())[:300]
        confirmed = request.form.getlist("confirmed")
        if reason:
            # Kept in the file, which is disposed of one day; the audit log stays (R-RET-2).
            record.anchor_reason, reason = reason, _("Why is said in the file")
        return records.save(record, many, version=version, confirmed=confirmed, reason=reason)

    def toolbar(self, record):
        trail = f"{url_for('audit_log.file_view')}?household={record.id}"
        return [
            (_("New client"), f"{url_for('client.create_view')}?household={record.id}"),
            (_("Who saw this file"), trail),
        ]

    def details_facts(self, record):
        members = households.members_of(record)
        found, case = plan.active(record), assessments.case(record)
        names = {member.id: str(member) for member in members}
        return {
            "names": names,
            "who": ", ".join(map(apart, names.values())),
            "people": standing.people_table(case, members),
            "levels": standing.levels(case),
            "plan": standing.plan_facts(found),
            "open_referrals": standing.open_referrals(members),
            "additions": standing.additions(record.id, members),
            "dated": timeline.page(record.id, names, self.at("details", record.id)),
            "print_buttons": [
                (_("Print the file"), "file", record.id),
                (_("Print a summary of the case notes"), "notes", record.id),
            ],
            "printed": _("The file was last printed on %(day)s.", day=date_text(record.printed_on))
            if record.printed_on
            else _("The file was never printed."),
            "key": self._key(record),
            **(self._kept(record) if record.status == case_rules.CLOSED else {}),
            "missing": households.missing(record, members, case),
            "starts": households.starts(record, members, case),
            "next": [
                (
                    to_page(client),
                    point.upper(),
                    *words[:3],
                )
                for client, point, *words in households.next_assessments(record, case)
            ]
            if record.status in IN_HAND and record.case_type != case_rules.PORTAL_ONLY
            else [],
            "schedule_href": f"/needs-assessments/case/?id={record.id}",
            "plan_href": found and url_for("settlement_plan.details_view", id=found.id),
        }

    def details_sections(self, record):
        """What the shaded block does not say already."""
        shown = (
            "file_number",
            "case_type",
            "status",
            "primary_worker",
            "anchor_date",
            "planned_end",
        )
        return tuple(
            (title, help, tuple(n for n in _names(lines) if n not in shown))
            for title, help, lines in self.form_sections(record)
        )

    def fact(self, record, name):
        """A legal hold is said only where there is one."""
        return (
            ("", "")
            if name == "legal_hold" and not record.legal_hold
            else super().fact(record, name)
        )

    def _key(self, record):
        status = choices.term_label("case-statuses", record.status)
        shown = pill("status", record.status, status)
        if visits.open_escalations(record):
            # R-VISIT-5: the case shows it for as long as somebody is out there.
            alarm = choices.term_label("visit-statuses", visits.ESCALATED)
            shown += Markup(" ") + pill("status", visits.ESCALATED, alarm)
        pairs = [
            (_("Status"), shown),
            (_("Earlier file numbers"), record.former_numbers),
            (_("Type of case"), choices.term_label("case-types", record.case_type)),
            (_("Main worker"), record.primary_worker or ""),
            (_("First day of the program"), date_text(record.anchor_date)),
            (_("Planned end"), date_text(record.planned_end)),
        ]
        return [(label, words) for label, words in pairs if words]

    @staticmethod
    def _kept(record):
        """How long a closed file is kept, and the way to its end for those who may confirm it (R-RET-1, R-RET-2)."""
        may = disposal.may_confirm(current_user.working_as)
        return {"kept": disposal.how_long(record), "disposal_href": may and file_href(record)}

    def related(self, record):
        members = households.members_of(record)
        tables = [self._consents(record, members)]
        if intakes := self._intakes(record):
            tables.append(intakes)
        tables += of_household(record)
        return [*tables, self._reviews(record)] if record.anchor_date else tables

    @staticmethod
    def _consents(record, members):
        named = {member.id: str(member) for member in members}
        rows = ConsentRecord.select().where(ConsentRecord.household == record.id)
        lines = [
            (
                to_page(
                    row,
                    choices.term_label("consent-types", row.type),
                ),
                named.get(row.client_id, ""),
                choices.term_label("consent-states", people_rules.state_of(row)),
                date_text(row.given_on),
                date_text(row.expires_on),
            )
            for row in rows.order_by(ConsentRecord.given_on.desc(), ConsentRecord.id).limit(100)
        ]
        heads = (_("Type of consent"), _("Client"), _("State"), _("Given on"), _("Expires on"))
        return _("Consents"), heads, lines, None

    @staticmethod
    def _intakes(record):
        mode = text_of(Intake.mode)
        rows = Intake.select(Intake, Staff).join(Staff, on=Intake.worker)
        rows = rows.where(Intake.household == record.id).order_by(Intake.id.desc())
        lines = [
            (
                to_page(row, date_text(row.intake_date)),
                mode(row.mode),
                row.worker,
                ", ".join(
                    choices.term_label("urgent-needs", slug) for slug in row.urgent_needs or ()
                ),
            )
            for row in rows
        ]
        heads = (_("Date of intake"), _("How"), _("Worker"), _("Needed today?"))
        return (_("Intakes"), heads, lines, None) if lines else None

    @staticmethod
    def _reviews(household):
        """When the plan is looked at together: worked out, and what was done (R-ASM-9)."""
        new = f"{url_for('plan_review.create_view')}?household={household.id}"
        lines = [
            (
                date_text(day),
                to_page(row, date_text(row.done_on))
                if row
                else link(f"{new}&due_on={day}", _("Record this review")),
            )
            for day, row in case_rules.reviews(household)
        ]
        return _("Plan reviews"), (_("Due on"), _("Done on")), lines, None


def _names(lines):
    return [name for line in lines for name in (line if isinstance(line, tuple) else (line,))]


VIEWS = {Household: HouseholdView}
