"""The printed file: the whole of it, the summary of its notes, and one person's own record (R-NOTE-8, R-NOTE-9, R-SYS-8)."""

from flask_babel import gettext as _

from admin_views.paper import (
    ACCESS,
    ACTIVITY,
    APPOINTMENT,
    ASSESSMENT,
    BOOKING,
    CONSENT,
    FILE_FACTS,
    INCIDENT,
    INTERVIEW,
    LETTER,
    NOTE,
    REFERRAL,
    SUMMARY,
    VISIT,
    Item,
    Part,
    facts,
    guarded,
    linked_words,
)
from admin_views.showing import text_of
from forms import choices
from forms.formats import date_text
from forms.words import apart
from models import (
    AccessRequest,
    Appointment,
    Booking,
    CaseActivity,
    CaseAssignment,
    CaseNote,
    Client,
    ConsentRecord,
    ConsultedParty,
    Correspondence,
    ExitInterview,
    Extension,
    FactorResult,
    Goal,
    HomeVisit,
    IncidentReport,
    Intake,
    NeedsAssessment,
    NoteAddendum,
    PlanReview,
    RecommendedAction,
    Referral,
    SettlementPlan,
)
from workflows import agency_rules, case_file, households, people_rules, plan


class Sheets:
    """Puts the parts together; ``client`` limits them to one person's own record."""

    def __init__(self, household, client=None):
        self.household, self.client = household, client
        self.hides = case_file.Others(client).are_in if client else None
        self.names = {m.id: str(m) for m in households.members_of(household)}

    def rows(self, model, *order):
        if self.client:
            return case_file.of_person(model, self.client, *order)
        return case_file.of_household(model, self.household, *order)

    def facts(self, record, names):
        return facts(record, names, self.hides)

    def part(self, title, model, order, names, heading):
        items = [Item(heading(row), self.facts(row, names)) for row in self.rows(model, order)]
        return Part(title, items)

    def whose(self, key):
        """The name of a client, where the paper may hold more than one."""
        return "" if self.client else self.names.get(key, "")

    def headed(self, day, words, key=None):
        return " · ".join(filter(None, (date_text(day), words, self.whose(key))))

    # ---- The sheets ----------------------------------------------------------------------------------------------------

    def whole(self):
        """Everything in the file of a household."""
        return [
            Part(_("The file"), [Item("", facts(self.household, FILE_FACTS))]),
            Part(_("Clients"), [self._client(m) for m in households.members_of(self.household)]),
            self._consents(),
            self.part(
                _("Intakes"),
                Intake,
                Intake.intake_date,
                ("worker", "mode", "referred_from", "reason", "urgent_needs", "immediate_actions"),
                lambda row: date_text(row.intake_date),
            ),
            *self._casework(),
            self.part(
                _("Incident reports"),
                IncidentReport,
                IncidentReport.occurred_at,
                INCIDENT,
                lambda row: (
                    f"{text_of(IncidentReport.occurred_at)(row.occurred_at)} · "
                    + choices.term_label("incident-types", row.type)
                ),
            ),
            self.part(
                _("Extensions"),
                Extension,
                Extension.decided_on,
                ("because", "decision", "decided_by", "new_end"),
                lambda row: date_text(row.decided_on),
            ),
            self.part(
                _("Main workers"),
                CaseAssignment,
                CaseAssignment.started_on,
                ("ended_on", "reason"),
                lambda row: f"{date_text(row.started_on)} · {row.staff}",
            ),
            Part(
                _("Papers and scans"),
                [
                    Item(f"{date_text(row.created_at.date())} · {row.name}")
                    for row in case_file.scans(self.household)
                ],
            ),
        ]

    def summary(self):
        """The case notes in short: why, and what was agreed."""
        counts = case_file.kept_entries(self.household)
        label = lambda slug: choices.term_label("case-note-types", slug)  # noqa: E731
        told = [(label(slug), str(n)) for slug, n in sorted(counts.items())]
        file = Item("", facts(self.household, ("file_number", "status", "primary_worker")))
        file.facts.append((_("Clients"), ", ".join(map(apart, self.names.values()))))
        return [
            Part(_("The file"), [file]),
            Part(_("How many notes of each type"), [Item("", told)] if told else []),
            self._notes(SUMMARY),
        ]

    def own(self):
        """What concerns one person alone (R-NOTE-9)."""
        return [
            Part(_("About this person"), [self._client(self.client)]),
            self._consents(),
            *self._casework(),
        ]

    def _casework(self):
        return [
            self._assessments(),
            *self._plans(),
            self._referrals(),
            self._notes(NOTE),
            self._activities(),
            self._letters(),
            self._visits(),
            *self._rest(),
        ]

    # ---- Their parts ---------------------------------------------------------------------------------------------------

    def _client(self, client):
        names = [n for _t, _h, lines in Client._meta.form for n in _flat(lines)]
        names = [n for n in names if n not in ("household", "relation")]
        item = Item(str(client), facts(client, names))
        if self.client is None:
            relation = choices.term_label("household-relations", client.relation)
            item.facts.insert(0, (_(Client.relation.verbose_name), relation))
        elif not client.address and self.household.address:
            item.facts += facts(self.household, ("address", "city", "province", "postal_code"))
        if self.client:
            item.facts.insert(0, (_("File number"), self.household.file_number))
        return item

    def _consents(self):
        items = []
        for row in self.rows(ConsentRecord, ConsentRecord.given_on):
            state = choices.term_label("consent-states", people_rules.state_of(row))
            item = Item(
                self.headed(None, choices.term_label("consent-types", row.type), row.client_id)
            )
            item.facts = [(_("State"), state), *self.facts(row, CONSENT)]
            # Who signed for a child is somebody else, and so is named on the paper of the file only.
            signers = ("signed_by_name", "guardian_relation", "staff_signer_name", "notes")
            if self.client and row.signer_role != "client":
                signers = ("staff_signer_name", "notes")
                role = text_of(ConsentRecord.signer_role)(row.signer_role)
                item.facts.append((_("Who signed"), role))
            item.facts += self.facts(row, signers) + linked_words(row, "named_organizations")
            items.append(item)
        return Part(_("Consents"), items)

    def _assessments(self):
        rows = self.rows(NeedsAssessment, NeedsAssessment.completed_on)
        results, items = case_file.beside(FactorResult, rows, "assessment"), []
        for row in rows:
            item = Item(self.headed(row.completed_on, row.point.upper(), row.client_id))
            item.facts = self.facts(row, ASSESSMENT)
            labels = agency_rules.matrix(row.matrix_version).labels() if results[row.id] else {}
            told = [
                f"{labels.get(one.factor, one.factor)}: "
                + choices.term_label("need-levels", one.level)
                for one in results[row.id]
                if one.level
            ]
            item.facts += [(_("Level of each part"), "\n".join(told))] if told else []
            items.append(item)
        return Part(_("Needs assessments"), items)

    def _plans(self):
        plans = case_file.of_household(SettlementPlan, self.household, SettlementPlan.created_on)
        items = []
        for one in plans:
            steps = plan.actions(one)
            for goal in plan.goals(one):
                if self.client and goal.client_id != self.client.id:
                    continue
                item = Item(guarded(goal.title, self.hides))
                whose = [(_("Client"), self.whose(goal.client_id))] if not self.client else []
                item.facts = whose + self.facts(goal, ("term", "target_date", "status"))
                done = [
                    (f"{step.text} ({date_text(step.done_on)})" if step.done_on else step.text)
                    for step in steps.get(goal.id, ())
                ]
                item.facts += [(_("Steps"), guarded("\n".join(done), self.hides))] if done else []
                items.append(item)
        parts = [Part(_(Goal._meta.title), items)]
        if self.client is None:
            reviews = self.part(
                _("Plan reviews"),
                PlanReview,
                PlanReview.due_on,
                ("done_on", "progress", "goals_changed"),
                lambda row: date_text(row.done_on or row.due_on),
            )
            parts.append(reviews)
        return parts

    def _referrals(self):
        rows = self.rows(Referral, Referral.received_on)
        said = case_file.statements(rows, self.client)
        actions, items = case_file.beside(RecommendedAction, rows, "referral"), []
        for row in rows:
            item = Item(self.headed(row.received_on, row.number, row.client_id))
            item.facts = self.facts(row, REFERRAL)
            for label, lines in (
                (_("Driving statements"), said[row.id]),
                (_("Settlement actions"), [one.text for one in actions[row.id]]),
            ):
                if lines:
                    item.facts.append((label, guarded("\n".join(lines), self.hides)))
            items.append(item)
        return Part(_("Referrals"), items)

    def _shared(self, title, model, order, heading, told):
        """Records that may name several: on one person's paper only those about that person alone have their text."""
        rows, items = self.rows(model, order), []
        people, several = case_file.named(model, rows), 0
        for row in rows:
            item = Item(heading(row))
            if self.client is None or case_file.is_alone(row, people[row.id]):
                item.facts = told(row)
            else:
                item.left_out = _("Concerns several people. Its text is not part of this record.")
                several += 1
            if self.client is None:
                item.facts.insert(0, (_("Who it is about"), self._people(row, people[row.id])))
            items.append(item)
        return Part(title, items)

    def _people(self, row, ids):
        names = [self.names[key] for key in ids if key in self.names]
        return ", ".join(names) or _("The whole family")

    def _notes(self, names):
        rows = self.rows(CaseNote, CaseNote.contact_on)
        added = case_file.beside(NoteAddendum, rows, "note")
        consulted = case_file.beside(ConsultedParty, rows, "note")

        def told(row):
            found = [(_("Written by"), str(row.author)), *self.facts(row, names)]
            for one in consulted[row.id] if names is NOTE else ():
                words = ", ".join(filter(None, (one.who, one.role, date_text(one.consulted_on))))
                found.append((_("Consulted"), guarded(words, self.hides)))
            for one in added[row.id]:
                label = _("Addition of %(day)s", day=date_text(one.written_on))
                found.append((label, guarded(one.text, self.hides)))
            return found

        return self._shared(_("Case notes"), CaseNote, CaseNote.contact_on, _note_heading, told)

    def _activities(self):
        return self._shared(
            _("Activities"),
            CaseActivity,
            CaseActivity.date,
            lambda row: " · ".join(
                (date_text(row.date), choices.term_label("case-activity-types", row.type))
            ),
            lambda row: [(_("Staff member"), str(row.staff)), *self.facts(row, ACTIVITY)],
        )

    def _visits(self):
        return self._shared(
            _("Home visits"),
            HomeVisit,
            HomeVisit.id,
            lambda row: date_text(row.visit_list.date),
            lambda row: [(_("Staff member"), str(row.visit_list.staff)), *self.facts(row, VISIT)],
        )

    def _letters(self):
        return self.part(
            _("Correspondence"),
            Correspondence,
            Correspondence.occurred_at,
            LETTER,
            lambda row: " · ".join(
                filter(
                    None,
                    (
                        text_of(Correspondence.occurred_at)(row.occurred_at),
                        self.whose(row.client_id),
                    ),
                )
            ),
        )

    def _rest(self):
        """What has a day and names one person or nobody."""
        return [
            self.part(title, model, order, names, lambda row, d=order.name: self._dated(row, d))
            for title, model, order, names in (
                (_("Calls and appointments"), Appointment, Appointment.due_on, APPOINTMENT),
                (_("Interpreter bookings"), Booking, Booking.date, BOOKING),
                (_("Exit interviews"), ExitInterview, ExitInterview.date, INTERVIEW),
                (_("Access requests"), AccessRequest, AccessRequest.received_on, ACCESS),
            )
        ]

    def _dated(self, row, name):
        return self.headed(getattr(row, name), "", row.client_id)


def _note_heading(row):
    return f"{date_text(row.contact_on)} · {choices.term_label('case-note-types', row.type)}"


def _flat(lines):
    return [name for line in lines for name in (line if isinstance(line, tuple) else (line,))]


def parts(kind, household, client=None):
    """The Parts of a printout of this kind, those without anything in them left out."""
    sheets = Sheets(household, client)
    make = {
        case_file.FILE: sheets.whole,
        case_file.NOTES: sheets.summary,
        case_file.PERSON: sheets.own,
    }
    return [part for part in make[kind]() if part.items]


def title(kind, household, client=None):
    """What stands at the top of the paper."""
    if kind == case_file.PERSON:
        return _("Record of %(name)s", name=str(client))
    if kind == case_file.NOTES:
        return _("Case notes of file %(number)s", number=household.file_number)
    return _("File %(number)s", number=household.file_number)
