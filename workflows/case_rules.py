"""What holds for a case: when it may open, how long it runs, how it closes; extensions, reviews, alerts, intakes."""

from flask_babel import gettext as _

from forms.formats import date_text
from models import (
    VOID,
    Attachment,
    ConsentRecord,
    Extension,
    Goal,
    Household,
    Intake,
    NeedAlert,
    NeedsAssessment,
    PlanAction,
    PlanReview,
    SettlementPlan,
    Staff,
)
from workflows import agency_rules, schedule, settings
from workflows.people_rules import CHARTER, in_force
from workflows.records import CONFIRM, Problem, after, before, delete_rule, rule, save

INTENSIVE, PORTAL_ONLY = "intensive", "portal-only"
OPEN, EXTENDED, CLOSED = "open", "extended", "closed"
ACTIVE_CASE = (OPEN, EXTENDED)
SUPERVISOR = "supervisor"
NEW_WORKER = "new-worker-no-conflict"


# ---- Household (R-CON-4, 2.6) --------------------------------------------------------------------------------------------


def has_signed_charter(household):
    """True when a charter was given and its signed form is on file (R-CON-4, 2.8)."""
    signed = (
        ConsentRecord.select(ConsentRecord.id)
        .where(ConsentRecord.household == household.id, ConsentRecord.type == CHARTER)
        .where(in_force(settings.today()))
    )
    on_file = (Attachment.owner_table == "consent_record") & Attachment.owner_id.in_(signed)
    return Attachment.select(Attachment.id).where(on_file).exists()


def active():
    """The condition of a case that is worked with: open or extended, more than a contact who is only referred."""
    return Household.status.in_(ACTIVE_CASE) & (Household.case_type != PORTAL_ONLY)


def is_active(household):
    """The same of one household."""
    return household.status in ACTIVE_CASE and household.case_type != PORTAL_ONLY


@delete_rule(ConsentRecord, Attachment)
def an_open_case_keeps_its_charter(change):
    """R-CON-4: a case is open with a signed charter on file, so the last one goes only with the case."""
    row = change.record
    is_form = isinstance(row, ConsentRecord)
    key = row.id if is_form else row.owner_id if row.owner_table == "consent_record" else None
    charter = ConsentRecord.get_or_none(ConsentRecord.id == key, ConsentRecord.type == CHARTER)
    if charter is None or charter.household.status not in ACTIVE_CASE:
        return
    forms = ConsentRecord.select(ConsentRecord.id).where(
        ConsentRecord.household == charter.household_id, ConsentRecord.type == CHARTER
    )
    goes = (Attachment.owner_id == charter.id) if is_form else (Attachment.id == row.id)
    scans = (Attachment.owner_table == "consent_record") & Attachment.owner_id.in_(forms)
    if not Attachment.select().where(scans, ~goes).exists():
        words = _("This case is open with this charter. Record the new one, with its scan, first.")
        yield Problem("", words)


@before(Household)
def fill_in_the_dates(household, stored):
    """The first day is the day of intake, the end twelve months later, and a case closes today unless said otherwise."""
    if household.case_type == INTENSIVE and household.anchor_date is None and household.id:
        intakes = Intake.select(Intake.intake_date).where(Intake.household == household.id)
        household.anchor_date = intakes.order_by(Intake.intake_date).limit(1).scalar()
    if household.anchor_date:
        end = schedule.standard_end(household.anchor_date, agency_rules.terms())
        was = stored and stored.anchor_date
        moved = was and was != household.anchor_date and household.planned_end == stored.planned_end
        if household.planned_end is None or moved and stored.status != EXTENDED:
            household.planned_end = end
    if household.status == CLOSED and household.close_date is None:
        household.close_date = settings.today()


@rule(Household)
def opening_needs_a_charter_and_a_worker(change):
    """R-CON-4: a case is open with a signed charter and a main worker who declared no conflict."""
    house = change.record
    watched = ("status", "case_type", "primary_worker", "no_conflict_declared")
    if not is_active(house) or not change.changed(*watched):
        return
    if house.primary_worker_id is None:
        yield Problem("primary_worker", _("An open case has a main worker. Choose one."))
    if not house.no_conflict_declared:
        words = _("The main worker must declare that there is no conflict of interest first.")
        yield Problem("no_conflict_declared", words)
    if house.id is None or not has_signed_charter(house):
        words = _(
            "A case opens once the client charter is signed and its scan or photo is on file."
            " Until then it stays “Intake under way”."
        )
        yield Problem("status", words)
    before = change.before
    if before and before.primary_worker_id and change.changed("primary_worker"):
        words = _("The new main worker, too, declared that there is no conflict of interest.")
        yield Problem("no_conflict_declared", words, CONFIRM, NEW_WORKER)


@rule(Household)
def a_case_runs_within_its_limits(change):
    """2.6, R-ASM-7: twelve months, twenty-four at most, and past twelve only with an approved extension."""
    house, terms = change.record, agency_rules.terms()
    if house.case_type == INTENSIVE and house.anchor_date is None:
        yield Problem("anchor_date", _("Enter the first day of the program."))
    start, end = house.anchor_date, house.planned_end
    if not start:
        if end and change.changed("planned_end"):
            yield Problem("anchor_date", _("Enter the first day of the program as well."))
        return
    if not end or not change.changed("anchor_date", "planned_end"):
        return
    latest = schedule.latest_end(start, terms)
    if end < start:
        yield Problem("planned_end", _("The case would end before it began. Check both dates."))
    elif end > latest:
        words = _("A case ends on %(day)s at the latest.", day=date_text(latest))
        yield Problem("planned_end", words)
    elif end > schedule.standard_end(start, terms) and not _approved(house, end):
        words = _(
            "Past the first twelve months a supervisor’s extension is needed. Record it first."
        )
        yield Problem("planned_end", words)


def _approved(house, end):
    approved = (Extension.household == house.id) & (Extension.decision == "approved")
    return bool(house.id) and Extension.select().where(approved, Extension.new_end >= end).exists()


@rule(Household)
def moving_the_first_day_needs_a_reason(change):
    """2.6: every assessment still open is counted from it."""
    before = change.before
    if (
        before
        and before.anchor_date
        and change.changed("anchor_date")
        and not change.reason.strip()
    ):
        words = _("Say below why the first day moves: all open assessments move with it.")
        yield Problem("anchor_date", words)


@rule(Household)
def closing_and_holding_need_a_reason(change):
    """2.6: a closed case says why, and so does a legal hold."""
    house = change.record
    if house.status == CLOSED and not house.close_reason:
        yield Problem("close_reason", _("Choose the reason for closing the case."))
    if house.close_date and house.close_date > settings.today():
        yield Problem("close_date", _("This day is in the future. Enter the day of closing."))
    if house.legal_hold and not (house.legal_hold_reason or "").strip():
        yield Problem("legal_hold_reason", _("Say why this file must be kept."))


# ---- Extensions (R-ASM-7) ------------------------------------------------------------------------------------------------


@rule(Extension)
def a_supervisor_decides(change):
    """R-ASM-7, R-SYS-3: the decision is a supervisor's, about a case of the intensive program that is open."""
    extension, house = change.record, change.record.household
    chief = Staff.get_or_none(Staff.id == extension.decided_by_id)
    is_new = change.changed("decided_by")
    if is_new and (chief is None or chief.role != SUPERVISOR or not chief.is_active):
        yield Problem("decided_by", _("Choose a supervisor: only a supervisor decides this."))
    if extension.decided_on and extension.decided_on > settings.today():
        yield Problem("decided_on", _("This day is in the future. Enter the day of the decision."))
    if extension.decision != "approved":
        if extension.new_end:
            yield Problem("new_end", _("A refused extension has no new end. Clear this date."))
        return
    if change.before is None and house.status not in ACTIVE_CASE:
        yield Problem("household", _("Only an open case can be extended."))
    yield from _new_end(extension, house)


def _new_end(extension, house):
    if house.anchor_date is None:
        yield Problem("household", _("This case has no first day of the program. Enter it first."))
        return
    terms = agency_rules.terms()
    usual = schedule.standard_end(house.anchor_date, terms)
    latest = schedule.latest_end(house.anchor_date, terms)
    if extension.new_end is None:
        yield Problem("new_end", _("Enter the day on which the extended case ends."))
    elif not usual < extension.new_end <= latest:
        words = _(
            "The new end lies after %(usual)s and not after %(latest)s.",
            usual=date_text(usual),
            latest=date_text(latest),
        )
        yield Problem("new_end", words)


@after(Extension)
def extend_the_case(change):
    """R-ASM-7: an approved extension moves the case to "extended" and its planned end."""
    extension = change.record
    if change.before is not None or extension.decision != "approved":
        return
    house = Household.get_by_id(extension.household_id)
    house.status, house.planned_end = EXTENDED, extension.new_end
    save(house, reason=_("Extension approved"))


@delete_rule(Extension)
def a_decision_that_holds_is_kept(change):
    """R-ASM-7: no case runs past its first twelve months without the decision that says so."""
    extension, house = change.record, change.record.household
    if house.status == EXTENDED and extension.decision == "approved":
        if extension.new_end == house.planned_end:
            words = _(
                "The case runs until %(day)s by this decision. Set the end of the case back first.",
                day=date_text(house.planned_end),
            )
            yield Problem("", words)


# ---- Plan, reviews, alerts, intake -----------------------------------------------------------------------------------------


@rule(Goal)
def a_goal_is_of_somebody_in_the_household(change):
    """R-CON-7: only members of the household are clients of its plan."""
    goal = change.record
    plan = SettlementPlan.get_or_none(SettlementPlan.id == goal.plan_id)
    if plan and goal.client_id and goal.client.household_id != plan.household_id:
        yield Problem("client", _("This person is not in the household of the plan."))


@rule(PlanAction)
def a_step_points_to_a_referral_of_its_household(change):
    """R-CON-7: as a goal is of a member of the household, so is what a step of it leads to."""
    step = change.record
    if not step.referral_id or not change.changed("referral", "goal"):
        return
    client = step.referral.client
    if client and client.household_id != step.goal.plan.household_id:
        yield Problem("referral", _("This referral is not of the household of the plan."))


def review_days(household):
    """The days on which a case whose program has begun is due for a look at the plan (R-ASM-9)."""
    end = household.planned_end if household.status == EXTENDED else None
    return schedule.plan_reviews(household.anchor_date, end, agency_rules.terms())


def reviews(household):
    """[(due on, PlanReview or None)] of a case, in order: due days are worked out, rows are what was done (R-ASM-9)."""
    rows = PlanReview.select().where(PlanReview.household == household.id)
    done = {row.due_on: row for row in rows}
    days = set(done)
    if household.anchor_date:
        days |= set(review_days(household))
    return [(day, done.get(day)) for day in sorted(days)]


@rule(PlanReview)
def a_review_is_recorded_once_it_is_done(change):
    """R-ASM-9: what is due is counted from the first day; a row says that it was done."""
    review = change.record
    if review.done_on is None:
        yield Problem("done_on", _("Enter the day on which you looked at the plan together."))
    elif review.done_on > settings.today():
        yield Problem("done_on", _("This day is in the future. Record the review once it is done."))


@rule(NeedAlert)
def an_alert_ends_with_what_was_done(change):
    """R-SCO-3: a critical answer is done with once somebody says what was done about it."""
    alert = change.record
    if alert.done_on and not (alert.what_was_done or "").strip():
        yield Problem("what_was_done", _("Say what was done about it."))
    if alert.done_on and alert.done_on > settings.today():
        yield Problem("done_on", _("This day is in the future. Enter the day it was done."))


@rule(Intake)
def urgent_needs_are_acted_on(change):
    """2.9: a need of today comes with what was done about it."""
    intake = change.record
    if intake.urgent_needs and not (intake.immediate_actions or "").strip():
        yield Problem("immediate_actions", _("Say what was done about what is needed today."))
    if intake.intake_date and intake.intake_date > settings.today():
        yield Problem("intake_date", _("This day is in the future. Enter the day of the intake."))


@rule(NeedsAssessment)
def one_assessment_of_a_point(change):
    """2.10: one for each person and point among those that are not void; each state with what it needs."""
    row = change.record
    if row.state == "complete" and row.completed_on is None:
        yield Problem("completed_on", _("Enter the day on which it was completed."))
    if row.state == "skipped" and not row.skip_reason:
        yield Problem("skip_reason", _("Choose the reason for skipping it."))
    if row.state == VOID:
        if not (row.void_reason or "").strip():
            yield Problem("void_reason", _("Say why this assessment does not count."))
        return
    same = (NeedsAssessment.client == row.client_id) & (NeedsAssessment.point == row.point)
    others = NeedsAssessment.standing().where(same, NeedsAssessment.id != (row.id or 0))
    if others.exists():
        words = _(
            "This person has this assessment already. Open it, or void it with a reason first."
        )
        yield Problem("point", words)
