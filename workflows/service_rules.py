"""What must hold for services and activities (R-SA)."""

import datetime
import re

from flask_babel import gettext as _

from models import (
    ACTIVE,
    ARCHIVED,
    DATES,
    DIFFERENT_TIMES,
    ONE_TIME,
    ONGOING,
    OWN_CONTACT,
    RECURRING,
    Keyword,
    Program,
    ServiceActivity,
    database,
)
from workflows import directory_rules, records, settings
from workflows.business_days import fiscal_year_of
from workflows.records import CONFIRM, WARN, Problem

CONNECTABLE = (
    "min_months_in_canada",
    "max_months_in_canada",
    "employment_skills",
    "skills_aptitude",
    "person_with_disabilities",
    "other_keywords",
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FISCAL_YEAR = re.compile(r"F(\d{4})-(\d{4})")
# 9:30, 9h30, 9 am, 9 a.m., noon: enough to tell that a description says when.
TIME_OF_DAY = re.compile(
    r"\b\d{1,2}\s?[:h]\s?\d{2}|\b\d{1,2}\s?[ap]\.?\s?m\b|\bnoon\b|\bmidi\b|\b\d{1,2} h\b", re.I
)
ONLINE = re.compile(r"\bonline\b|\ben ligne\b", re.I)
# A level that stands alone; a range such as CLB 1-6 is what we ask for.
LEVEL = re.compile(
    r"\b(clb|nclc|linc|clic|level|niveau)\s*\d{1,2}\b(?!\s*[-–—]\s*\d|\s*(?:to|à)\s*\d)", re.I
)
SPLIT_LIMIT = 3


def not_connected():
    """The questions that take no answer on screen until an administrator connects each one (R-SA-13)."""
    connected = settings.value("connected_fields")
    return tuple(name for name in CONNECTABLE if name not in connected)


@records.before(ServiceActivity)
def work_out_dates(record, stored):
    """A one-time event has one date and its weekday; the fiscal year follows the dates (R-SA-6, R-SA-7).

    Whoever writes a new entry has looked at it on the day it is where the agency is.
    """
    record.last_reviewed_on = record.last_reviewed_on or settings.today()
    if record.schedule_type == ONE_TIME:
        record.duration_type = DATES
        moved = stored and stored.start_date != record.start_date and stored.days == record.days
        if record.start_date and (moved or not record.days):
            record.days = [WEEKDAYS[record.start_date.weekday()]]
    if record.duration_type == DATES and record.start_date:
        record.fiscal_year = fiscal_year_of(record.start_date)
    elif not record.fiscal_year:
        record.fiscal_year = fiscal_year_of(settings.today())


# ---- Where it belongs, what it is called ------------------------------------------------------------------------------


@records.rule(ServiceActivity)
def has_a_program_and_a_location(change):
    """R-SA-1."""
    if not change.record.program_id:
        yield Problem("program", _("Choose one program."))
    if not change.record.location_id:
        yield Problem("location", _("Choose one location."))


def same_entry(service, location_id=None):
    """Another entry with this name, program and location that is not archived, or None (R-SA-2)."""
    place = f'"program_id" = {database.param} AND "location_id" = {database.param}'
    others = ServiceActivity.read(
        f'{place} AND "state" <> {database.param}',
        service.program_id,
        location_id or service.location_id,
        ARCHIVED,
        only=("id", "name"),
    )
    wanted = " ".join(service.name.split()).casefold()
    for other in others:
        if other.id != service.id and " ".join(other.name.split()).casefold() == wanted:
            return other
    return None


@records.rule(ServiceActivity)
def one_entry_for_one_service(change):
    """R-SA-2, R-SA-8: no second entry with the same name, program and location."""
    record = change.record
    if record.state == ARCHIVED or not record.name or not record.program_id:
        return
    if change.changed("name", "program", "location", "state") and same_entry(record):
        yield Problem(
            "name",
            _(
                "This program already has an entry with this name at this location. Do not split a "
                "service because its times differ: keep one entry, choose its days, and list the "
                "times at the end of the description."
            ),
        )


@records.rule(ServiceActivity)
def online_stands_in_the_name(change):
    """R-SA-9."""
    record = change.record
    if lacks_online(record) and change.changed("name", "delivery_mode"):
        yield Problem(
            "name",
            _("People recognize online services by their name. Add (Online) to the name."),
            WARN,
            "add-online",
        )


def lacks_online(service):
    """True for an online service whose name does not say so; a hybrid one need not."""
    return service.delivery_mode == "online" and not ONLINE.search(service.name or "")


@records.rule(ServiceActivity)
def classes_by_level_are_one_entry(change):
    """R-SA-10: three or more entries whose names differ only by a level."""
    record = change.record
    if not record.program_id or not change.changed("name", "program", "location"):
        return
    if not LEVEL.search(record.name or ""):
        return
    others = ServiceActivity.select(ServiceActivity.name).where(
        ServiceActivity.program == record.program_id,
        ServiceActivity.location == record.location_id,
        ServiceActivity.state != ARCHIVED,
        ServiceActivity.id != (record.id or 0),
    )
    alike = sum(_without_level(name) == _without_level(record.name) for (name,) in others.tuples())
    if alike + 1 >= SPLIT_LIMIT:
        yield Problem(
            "name",
            _(
                "Use one entry with a range instead of one entry for each level, such as LINC CLB 1-6."
            ),
            WARN,
        )


def _without_level(name):
    return " ".join(LEVEL.sub(r"\1 #", name).casefold().split())


# ---- Time and days ----------------------------------------------------------------------------------------------------


@records.rule(ServiceActivity)
def duration_and_dates_agree(change):
    """R-SA-6."""
    record = change.record
    start, end = record.start_date, record.end_date
    if record.schedule_type == ONE_TIME:
        if not start:
            yield Problem("start_date", _("A one-time event needs its date."))
        if end:
            yield Problem("end_date", _("A one-time event has one date. Leave the end date blank."))
        return
    if record.duration_type == ONGOING:
        for name, value in (("start_date", start), ("end_date", end)):
            if value:
                yield Problem(
                    name,
                    _("Ongoing services have no dates. Clear it, or choose specific dates."),
                )
        return
    if not start:
        yield Problem("start_date", _("Enter the start date."))
    if not end:
        yield Problem("end_date", _("Enter the end date."))
    if start and end and end < start:
        yield Problem("end_date", _("The end date must not be before the start date."))


@records.rule(ServiceActivity)
def fiscal_year_is_well_written(change):
    """2.4: F and two years that follow each other."""
    found = FISCAL_YEAR.fullmatch(change.record.fiscal_year or "")
    if not found or int(found[2]) != int(found[1]) + 1:
        yield Problem("fiscal_year", _("Write the fiscal year such as F2025-2026."))


@records.rule(ServiceActivity)
def times_fit_the_schedule(change):
    """R-SA-7."""
    record = change.record
    if record.schedule_type == DIFFERENT_TIMES:
        yield from _different_times(change)
        return
    start, end = record.start_time, record.end_time
    if start and end and end <= start:
        yield Problem("end_time", _("The end time must be later than the start time."))
    if record.schedule_type == ONE_TIME and len(record.days or ()) > 1:
        yield Problem("days", _("A one-time event takes one day. Choose one day."))
    missing_matters = record.schedule_type == RECURRING and change.changed(
        "schedule_type", "days", "start_time", "end_time"
    )
    if missing_matters and not (start and end):
        yield Problem("start_time", _("The start or end time is missing."), WARN)
    if missing_matters and not record.days:
        yield Problem("days", _("No day of the week is chosen."), WARN)


def _different_times(change):
    record = change.record
    if not record.days:
        yield Problem("days", _("Choose at least one day; the times go into the description."))
    for name in ("start_time", "end_time"):
        if getattr(record, name):
            yield Problem(
                name, _("Times differ by day: clear this and list the times in the description.")
            )
    if change.changed("schedule_type", "description") and not TIME_OF_DAY.search(
        record.description or ""
    ):
        yield Problem("description", _("List the times at the end of the description."), WARN)


# ---- Keywords ---------------------------------------------------------------------------------------------------------


@records.rule(ServiceActivity)
def keywords_belong_to_the_area(change):
    """R-SA-5: no keyword of another area; moving to another program asks before it drops what no longer fits."""
    record, before = change.record, change.before
    if not record.program_id:
        return
    chosen = set(change.ids("keywords"))
    moved = before is not None and change.changed("program")
    stored = set(records.linked_ids(record, "keywords")) if before else set()
    foreign = sorted(str(word) for word in _words(_foreign(record, chosen - stored)))
    if foreign:
        yield Problem(
            "keywords",
            _(
                "The program’s area of focus does not offer %(names)s. Untick what does not belong.",
                names=directory_rules.named(foreign),
            ),
        )
    leaving = sorted(str(word) for word in _words(_foreign(record, stored))) if moved else []
    if leaving:
        yield Problem(
            "keywords",
            _(
                "The new program’s area of focus does not offer these keywords; they will be "
                "removed: %(names)s.",
                names=", ".join(leaving),
            ),
            CONFIRM,
            "drop-keywords",
        )


@records.after(ServiceActivity)
def drop_keywords_of_the_old_program(change):
    """R-SA-5, R-PROG-3: a service that moved keeps only the keywords that its new area has."""
    if change.before is None or not change.changed("program"):
        return
    kept = records.linked_ids(change.record, "keywords")
    gone = _foreign(change.record, set(kept))
    if gone:
        kept = [key for key in kept if key not in gone]
        records.save(change.record, many={"keywords": kept}, confirmed=("no-keywords",))


def _foreign(service, keys):
    """Those of the keyword ids that are not in the area of the service's program; retired ones stay (R-TAX-1)."""
    if not keys:
        return keys
    area = service.program.area_of_focus_id
    return keys - {key for (key,) in directory_rules.keywords_of_area(area).tuples()}


def _words(keys):
    return Keyword.stored_by_id(keys).values()


def offered_in(area_id):
    """A query of the ids of keywords in use that an area of focus offers."""
    return Keyword.select(Keyword.id).where(
        Keyword.is_active == True,  # noqa: E712 - a peewee expression
        Keyword.id.in_(directory_rules.keywords_of_area(area_id)),
    )


# ---- Eligibility ------------------------------------------------------------------------------------------------------


@records.rule(ServiceActivity)
def ages_make_sense(change):
    """R-SA-11."""
    low, high = change.record.min_age, change.record.max_age
    for name, age in (("min_age", low), ("max_age", high)):
        if age is not None and not 0 <= age <= 120:
            yield Problem(name, _("Enter an age between 0 and 120."))
    if low is not None and high is not None and low > high:
        yield Problem("max_age", _("The maximum age must not be below the minimum age."))


@records.rule(ServiceActivity)
def months_make_sense(change):
    """R-SA-13: once they are connected; what an import brought before that is kept as it came."""
    low, high = change.record.min_months_in_canada, change.record.max_months_in_canada
    off = not_connected()
    for name, months in (("min_months_in_canada", low), ("max_months_in_canada", high)):
        if name not in off and months is not None and not 0 <= months <= 1200:
            yield Problem(name, _("Enter a number of months between 0 and 1200."))
    if "max_months_in_canada" not in off and None not in (low, high) and low > high:
        words = _("The maximum number of months must not be below the minimum.")
        yield Problem("max_months_in_canada", words)


@records.rule(ServiceActivity)
def levels_are_benchmarks(change):
    """R-SA-12."""
    levels = change.record.clb_levels or []
    whole = all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= 12 for n in levels)
    if not whole or len(set(levels)) != len(levels):
        yield Problem("clb_levels", _("CLB levels are whole numbers from 0 to 12, each once."))


@records.rule(ServiceActivity)
def cost_is_not_negative(change):
    """2.4."""
    if change.record.cost_cents is not None and change.record.cost_cents < 0:
        yield Problem("cost_cents", _("Enter an amount of zero or more."))


# ---- Activation -------------------------------------------------------------------------------------------------------


def is_reachable(service):
    """True when the contact shown for a service has a phone or an email."""
    _name, phone, email = service.contact
    return bool(phone or email)


@records.rule(ServiceActivity)
def active_entries_are_complete(change):
    """R-SA-14, R-LOC-2: what an entry needs to become active, and may not lose while it is."""
    record, before = change.record, change.before
    if record.state != ACTIVE or not record.program_id or not record.location_id:
        return
    becoming = before is None or before.state != ACTIVE
    for names, is_met, field, message in _needs(record):
        if (becoming or change.changed(*names)) and not is_met:
            yield Problem(field, message)
    if not change.ids("keywords"):
        if becoming:
            yield Problem("keywords", _("Choose at least one keyword."))
        elif change.many.get("keywords") == [] and records.linked_ids(record, "keywords"):
            yield Problem(
                "keywords",
                _("Without a keyword, matching will hardly find this active service."),
                CONFIRM,
                "no-keywords",
            )


def missing(record, keywords):
    """What an entry that is still to be saved needs to be active, in sentences (R-SA-14)."""
    found = [message for _names, is_met, _field, message in _needs(record) if not is_met]
    return found if keywords else [*found, _("Choose at least one keyword.")]


def _needs(record):
    """((columns), is met, field, message) of each thing that an active entry must have."""
    contact = ("contact_mode", "contact_phone", "contact_email")
    where = "contact_phone" if record.contact_mode == OWN_CONTACT else "contact_mode"
    has_primary = directory_rules.has_primary_location(record.program.organization_id)
    return (
        (("name",), record.name, "name", _("Enter the name.")),
        (("description",), record.description, "description", _("Enter a description.")),
        (("duration_type",), record.duration_type, "duration_type", _("Choose the duration.")),
        (("schedule_type",), record.schedule_type, "schedule_type", _("Choose the schedule.")),
        (
            contact,
            is_reachable(record),
            where,
            _("Enter a phone number or an email address, or use the reception contact."),
        ),
        (
            ("location",),
            has_primary,
            "location",
            _("The organization needs a primary location first. Add one under Service Locations."),
        ),
    )


@records.rule(ServiceActivity)
def last_active_entry_is_confirmed(change):
    """R-PROG-1: the program returns to draft when its last active entry goes."""
    record, before = change.record, change.before
    if before is None or before.state != ACTIVE or record.state == ACTIVE:
        return
    if not directory_rules.active_services(before.program_id, besides=record.id):
        yield Problem(
            "state",
            _(
                "This is the last active service of %(program)s. The program becomes a draft again.",
                program=Program.get_by_id(before.program_id).name,
            ),
            CONFIRM,
            "last-active",
        )


@records.after(ServiceActivity)
def program_follows_its_services(change):
    """R-PROG-1: with the first active service the program becomes active by itself."""
    record, before = change.record, change.before
    states = (record.state, before and before.state)
    if ACTIVE not in states or not change.changed("state", "program"):
        return
    for program_id in dict.fromkeys((record.program_id, before and before.program_id)):
        if program_id:
            directory_rules.settle_program(program_id)


@records.after_delete(ServiceActivity)
def program_outlives_its_service(record):
    """R-PROG-1: deleting the last active service returns the program to draft."""
    directory_rules.settle_program(record.program_id)


def review_is_due(service, today=None):
    """R-SA-15: more days than the agency's setting since the last review."""
    limit = datetime.timedelta(days=settings.value("service_review_days"))
    return (today or settings.today()) - service.last_reviewed_on > limit
