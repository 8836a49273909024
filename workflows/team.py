"""Who may look after a case: papers and trainings, and the history of main workers (2.20, R-STAFF-1)."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from flask_babel import gettext as _
from peewee import fn

from forms import choices
from forms.formats import date_text
from models import IN_HAND, CaseAssignment, Household, Staff, TrainingRecord, VisitList
from workflows import settings, signers
from workflows.business_days import add_months
from workflows.case_rules import ACTIVE_CASE, CLOSED, PORTAL_ONLY
from workflows.records import WARN, Problem, after, before, rule, save

CASE_ROLES = ("caseworker", "youth-caseworker", "settlement-worker")
OVER = (CLOSED, "disposed", "consent-refused")
ON_HOLD = "on-hold"
SECTOR_CHECK = "vulnerable-sector-check"
MOST = 1000  # clients of one worker; more is a slip of the finger


# ---- Trainings ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Training:
    """A mandatory training of one person: its ``slug``; ``done_on`` the last time, None for never; ``is_valid``."""

    slug: str
    done_on: object
    is_valid: bool

    @property
    def label(self):
        return choices.term_label("training-types", self.slug)


def every_months(slug):
    """After how many months a training is to be done again; None for once and for all."""
    return choices.term_extra("training-types", slug).get("every_months")


def mandatory():
    """Slugs of the trainings that every case worker needs (the list says ``mandatory``)."""
    rows = choices.terms("training-types")
    return [s for s, _label in rows if choices.term_extra("training-types", s).get("mandatory")]


def _stands(slug, today):
    """The condition of a record of the training ``slug`` that still counts on the day ``today``."""
    row, months = TrainingRecord, every_months(slug)
    found = (row.type == slug) & (row.expires_on.is_null() | (row.expires_on >= today))
    return found & (row.done_on >= add_months(today, -months)) if months else found


def trainings(staff):
    """A Training for each mandatory one, in the order of the list (R-STAFF-1)."""
    today, wanted = settings.today(), mandatory()
    mine = TrainingRecord.select(TrainingRecord.type, fn.MAX(TrainingRecord.done_on))
    done = dict(mine.where(TrainingRecord.staff == staff.id).group_by(TrainingRecord.type).tuples())
    standing = reduce(or_, (_stands(slug, today) for slug in wanted), TrainingRecord.id == 0)
    rows = TrainingRecord.select(TrainingRecord.type).where(TrainingRecord.staff == staff.id)
    valid = {slug for (slug,) in rows.where(standing).tuples()}
    return [Training(slug, done.get(slug), slug in valid) for slug in wanted]


def without_training(today):
    """Case workers who work here and lack a mandatory training, or whose training has run out (R-STAFF-1)."""
    rows = Staff.select().where(Staff.is_active, Staff.role.in_(CASE_ROLES))
    lacks = [
        Staff.id.not_in(TrainingRecord.select(TrainingRecord.staff).where(_stands(slug, today)))
        for slug in mandatory()
    ]
    return rows.where(reduce(or_, lacks, Staff.id == 0))


@before(TrainingRecord)
def it_runs_out(record, stored):
    """2.20: a training that is repeated is valid until the day on which it is due again."""
    months = every_months(record.type)
    if months and record.done_on and record.expires_on is None:
        record.expires_on = add_months(record.done_on, months)


@rule(TrainingRecord)
def it_was_done(change):
    """2.20: what is recorded has happened, and lasts at least a day."""
    row = change.record
    if row.done_on and change.changed("done_on") and row.done_on > settings.today():
        yield Problem(
            "done_on", _("This day is in the future. Record the training once it is done.")
        )
    if row.expires_on and row.done_on and row.expires_on < row.done_on:
        yield Problem("expires_on", _("It would run out before it was done. Check both dates."))


# ---- Papers before a case (R-STAFF-1) -----------------------------------------------------------------------------------


def checked():
    """A query of the ids of staff whose vulnerable-sector check stands today."""
    return TrainingRecord.select(TrainingRecord.staff).where(
        _stands(SECTOR_CHECK, settings.today())
    )


def lacking(staff, is_checked=None):
    """What somebody lacks before a case is assigned to them, as words for a list; empty when nothing (R-STAFF-1)."""
    if is_checked is None:
        is_checked = checked().where(TrainingRecord.staff == staff.id).exists()
    signed = staff.confidentiality_signed_on
    found = [
        (bool(staff.role), _("the role")),
        (bool((staff.work_phone or "").strip()), _("the work phone")),
        (bool(signed and signed <= settings.today()), _("the signed confidentiality form")),
        (is_checked, _("a vulnerable sector police check that is still valid")),
    ]
    return [words for is_there, words in found if not is_there]


def lacking_words(staff):
    """The sentence of what is lacking; empty when nothing is."""
    found = lacking(staff)
    if not found:
        return ""
    return _(
        "%(name)s cannot look after a case yet. Missing: %(what)s. Enter it under Administration, Staff"
        " and Training, first.",
        name=staff.name,
        what="; ".join(found),
    )


def _is_assigned(house):
    """True for a case under way or on hold with a main worker."""
    under_way = house.status in (*ACTIVE_CASE, ON_HOLD) and house.case_type != PORTAL_ONLY
    return bool(under_way and house.primary_worker_id)


def _is_promised(house):
    """True as well while the intake is under way and names a main worker."""
    in_hand = house.status in IN_HAND and house.case_type != PORTAL_ONLY
    return bool(in_hand and house.primary_worker_id)


@rule(Household)
def a_main_worker_has_the_papers(change):
    """R-STAFF-1: blocks when a case in hand, its intake included, gets a main worker, and when it opens.

    A file without a main worker stays under way: the family is served all the same.
    """
    house, before = change.record, change.before
    if not _is_promised(house):
        return
    stays = before and _is_promised(before) and not change.changed("primary_worker")
    if stays and (_is_assigned(before) or not _is_assigned(house)):
        return
    staff = Staff.get_or_none(Staff.id == house.primary_worker_id)
    words = staff and lacking_words(staff)
    if words:
        yield Problem("primary_worker", words)


@rule(Staff)
def staff_facts_are_plausible(change):
    """2.20: the form was signed already, the most clients are a number of people, nobody supervises themselves."""
    staff = change.record
    signed = staff.confidentiality_signed_on
    if signed and change.changed("confidentiality_signed_on") and signed > settings.today():
        words = _("This day is in the future. Enter the day of the signature.")
        yield Problem("confidentiality_signed_on", words)
    if staff.max_clients is not None and not 1 <= staff.max_clients <= MOST:
        yield Problem("max_clients", _("Enter between 1 and %(most)s clients.", most=MOST))
    if staff.id and staff.supervisor_id == staff.id:
        yield Problem("supervisor", _("Choose somebody else: nobody supervises themselves."))


def cases_of(staff_id):
    """The households somebody is the main worker of, as long as they are looked after."""
    mine = (Household.primary_worker == staff_id) & Household.status.in_(IN_HAND)
    return Household.select().where(mine).order_by(Household.file_number, Household.id)


@rule(Staff)
def who_leaves_hands_over_first(change):
    """2.20: nobody stops working here while families count on them."""
    staff = change.record
    if change.before is None or staff.is_active or not change.changed("is_active"):
        return
    count = cases_of(staff.id).count()
    if count:
        words = _(
            "%(name)s is the main worker of %(count)s cases. Move them to somebody else first,"
            " with “Move cases” at the top of this page.",
            name=staff.name,
            count=count,
        )
        if count == 1:
            words = _(
                "%(name)s is the main worker of a case. Move it to somebody else first,"
                " with “Move cases” at the top of this page.",
                name=staff.name,
            )
        yield Problem("is_active", words)
    to_come = (VisitList.staff == staff.id) & (VisitList.date >= settings.today())
    if VisitList.select().where(to_come).exists():
        words = _("%(name)s has days of home visits ahead. Choose somebody else for them.")
        yield Problem("is_active", words % {"name": staff.name}, WARN)


# ---- The history of main workers (2.20) ---------------------------------------------------------------------------------


@after(Household)
def keep_the_history(change):
    """2.20: the household says who the main worker is now; a change ends the assignment and begins the next one."""
    house, today = change.record, settings.today()
    wanted = None if house.status in OVER else house.primary_worker_id
    rows = CaseAssignment.select().where(
        CaseAssignment.household == house.id, CaseAssignment.ended_on.is_null()
    )
    standing = False
    for row in rows.order_by(CaseAssignment.id):
        if row.staff_id == wanted and not standing:
            standing = True
            continue
        ends = min(house.close_date or today, today) if house.status == CLOSED else today
        row.ended_on = max(ends, row.started_on)
        save(row, reason=change.reason)
    if wanted and not standing:
        fresh = CaseAssignment(
            household=house.id,
            staff=wanted,
            started_on=today,
            reason=change.reason[:300] or None,
            no_conflict_declared=house.no_conflict_declared,
        )
        save(fresh, reason=change.reason)
    elif wanted and change.before and change.changed("no_conflict_declared"):
        _declare(house)


def _present(house):
    """The CaseAssignment of the main worker of now."""
    mine = (CaseAssignment.household == house.id) & (
        CaseAssignment.staff == house.primary_worker_id
    )
    return CaseAssignment.select().where(mine, CaseAssignment.ended_on.is_null()).first()


def say_why(house, reason):
    """Keep the ``reason`` that somebody typed for a change of the main worker in the file, which ends one day; the audit
    log does not (R-RET-2)."""
    row = _present(house)
    row.reason = reason
    save(row)


def _declare(house):
    """The declaration may be recorded after the case was assigned; it is of the one who has it now."""
    row = _present(house)
    if row.no_conflict_declared != house.no_conflict_declared:
        row.no_conflict_declared = house.no_conflict_declared
        save(row)


@rule(CaseAssignment)
def an_assignment_is_in_order(change):
    """2.20: dates in order and past, and the one that goes on is the main worker's of now."""
    row, today = change.record, settings.today()
    for name in ("started_on", "ended_on"):
        day = getattr(row, name)
        if day and change.changed(name) and day > today:
            yield Problem(name, _("This day is in the future. Check the date."))
    if row.started_on and row.ended_on and row.ended_on < row.started_on:
        words = _("It would end before it began, on %(day)s.", day=date_text(row.started_on))
        yield Problem("ended_on", words)
    if row.ended_on is None and change.before is None:
        if row.household.primary_worker_id != row.staff_id:
            words = _("Change the main worker on the page of the household; this list follows.")
            yield Problem("staff", words)


def assignments(household):
    """The CaseAssignments of a household, newest first, with their staff."""
    rows = CaseAssignment.select(CaseAssignment, Staff).join(Staff)
    mine = rows.where(CaseAssignment.household == household.id)
    return list(mine.order_by(CaseAssignment.started_on.desc(), CaseAssignment.id.desc()).limit(50))


def may_sign(name):
    """True when the member of staff called ``name`` has a role that signs, as supervisors have (``can_sign``)."""
    mine = Staff.name == name
    return choices.memo(
        ("may sign", name),
        lambda: Staff.select().where(mine, Staff.role.in_(signers.roles())).exists(),
    )
