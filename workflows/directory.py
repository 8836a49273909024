"""What people do with directory entries: activate, archive, clone, review; and the card they read (R-SA, 2.4)."""

import datetime

from babel.dates import format_date
from flask_babel import gettext as _

from forms import choices
from forms.formats import time_text
from models import (
    ACTIVE,
    ARCHIVED,
    DRAFT,
    IRCC,
    ONE_TIME,
    ONGOING,
    OWN_CONTACT,
    RECEPTION,
    RECURRING,
    Organization,
    Program,
    Record,
    ServiceActivity,
    ServiceLocation,
    ServiceReview,
    database,
    language,
)
from workflows import audit, directory_rules, records, settings
from workflows.business_days import fiscal_year_of
from workflows.service_rules import (
    is_reachable,
    lacks_online,
    review_is_due,
    same_entry,
)

MANY = ("languages", "client_groups", "keywords")
# R-SA-4: where and when is each copy's own business; so is its state and what is kept of it.
OWN_BUSINESS = (
    *Record._meta.fields,
    "id",
    "program",
    "location",
    "state",
    "clone_group",
    "duration_type",
    "start_date",
    "end_date",
    "fiscal_year",
    "schedule_type",
    "days",
    "start_time",
    "end_time",
    "schedule_note",
    "source",
    "source_id",
    "last_verified_on",
    "last_reviewed_on",
    "reviewed_by_name",
    "search",
    "name_sorted",
)
SHARED = tuple(name for name in (*ServiceActivity._meta.fields, *MANY) if name not in OWN_BUSINESS)
COPIED = tuple(
    name
    for name in ServiceActivity._meta.fields
    if name not in (*Record._meta.fields, "id", "location", "last_reviewed_on", "reviewed_by_name")
)


# ---- State ------------------------------------------------------------------------------------------------------------


def activate(service, confirmed=()):
    """Make an entry active; returns warnings, raises Refused with what is missing (R-SA-14)."""
    return _move(service, ACTIVE, confirmed)


def archive(service, confirmed=()):
    """Archive an entry; old referrals stay readable (R-SA-17).  The last active one asks first (R-PROG-1)."""
    return _move(service, ARCHIVED, confirmed)


def restore(service, confirmed=()):
    """An archived entry becomes a draft again."""
    return _move(service, DRAFT, confirmed)


def _move(service, state, confirmed):
    before, service.state = service.state, state
    try:
        return records.save(service, confirmed=confirmed)
    except records.Refused:
        service.state = before
        raise


def archive_program(program, confirmed=()):
    """Archive a program; its services leave matching with it (R-PROG-5)."""
    program.state = ARCHIVED
    return records.save(program, confirmed=confirmed)


def restore_program(program):
    """An archived program is active again when it has an active service, else a draft (R-PROG-1)."""
    with database.atomic():
        program.state = ACTIVE if directory_rules.active_services(program.id) else DRAFT
        return records.save(program)


def add_online(service):
    """Put "(Online)" behind the name of an online service (R-SA-9)."""
    if lacks_online(service):
        service.name = with_online(service.name)
    return records.save(service)


def with_online(name):
    """The name of an online service as people know it."""
    return _("%(name)s (Online)", name=name)[:200]


# ---- Copies -----------------------------------------------------------------------------------------------------------


def clone(service, locations, contact="keep"):
    """Copy an entry to other locations; returns (copies, locations that already had it) (R-SA-3).

    ``contact``: "keep", or "location" for the reception contact of each place.  One transaction: all or none.
    """
    made, skipped = [], []
    with database.atomic():
        if not service.clone_group:
            service.clone_group = service.uuid
            records.save(service)
        many = {name: records.linked_ids(service, name) for name in MANY}
        for location in locations:
            if same_entry(service, location.id) or location.id == service.location_id:
                skipped.append(location)
                continue
            made.append(_copy(service, location, contact, many))
    return made, skipped


def _copy(service, location, contact, many):
    copy = ServiceActivity(
        **{name: service.__data__.get(name) for name in COPIED},
        location=location,
        last_reviewed_on=settings.today(),
        reviewed_by_name=audit.actor.get().name,
    )
    if contact == "location" and copy.contact_mode == OWN_CONTACT:
        copy.contact_mode = RECEPTION
        copy.contact_name = copy.contact_phone = copy.contact_email = None
    records.save(copy, many=many)
    return copy


def copies(service):
    """The other entries of a clone group that are not archived, by location; none for an entry on its own."""
    query = ServiceActivity.copies_of(service) if service.clone_group else ServiceActivity.select()
    query = query.where(ServiceActivity.state != ARCHIVED)
    if not service.clone_group:
        query = query.where(ServiceActivity.id == -1)
    return (
        query.select(ServiceActivity, ServiceLocation)
        .join(ServiceLocation)
        .order_by(ServiceLocation.name_sorted, ServiceLocation.id)
    )


def change_copies(service, names):
    """Give all copies this entry's values of the named fields; returns the copies that changed (R-SA-4).

    Location and schedule are never changed in bulk: naming them raises ValueError.
    """
    wrong = set(names) - set(SHARED)
    if wrong:
        raise ValueError(f"never changed in bulk: {', '.join(sorted(wrong))}")
    many = {name: records.linked_ids(service, name) for name in names if name in MANY}
    changed = []
    with database.atomic():
        for copy in list(copies(service)):
            version = copy.version
            for name in set(names) - set(MANY):
                setattr(copy, name, service.__data__.get(name))
            records.save(copy, many=many)
            if copy.version != version:
                changed.append(copy)
    return changed


def coverage(organization_id):
    """The guide's table: (locations, [(program, [(name, {location id: service id}, first service id)])])."""
    locations = list(
        ServiceLocation.select(ServiceLocation.id, ServiceLocation.name)
        .where(ServiceLocation.organization == organization_id)
        .order_by(ServiceLocation.name_sorted, ServiceLocation.id)
    )
    rows = (
        ServiceActivity.select(
            Program.id,
            Program.name,
            ServiceActivity.name,
            ServiceActivity.location,
            ServiceActivity.id,
        )
        .join(Program)
        .where(Program.organization == organization_id, ServiceActivity.state != ARCHIVED)
        .order_by(Program.name_sorted, Program.id, ServiceActivity.name_sorted, ServiceActivity.id)
        .tuples()
    )
    programs = {}
    for program_id, program, name, location_id, service_id in rows:
        _label, lines = programs.setdefault(program_id, (program, {}))
        line = lines.setdefault(" ".join(name.split()).casefold(), (name, {}, service_id))
        line[1].setdefault(location_id, service_id)
    return locations, [
        (Program(id=key, name=name), list(lines.values()))
        for key, (name, lines) in programs.items()
    ]


# ---- Reviews ----------------------------------------------------------------------------------------------------------


def confirm_still_correct(service, today=None):
    """Set the review date without other change, and keep who said so (R-SA-15)."""
    today = today or settings.today()
    with database.atomic():
        _reviewed(service, today)
        return records.save(service)


def save_changed(service, many, version, confirmed):
    """Save what a person changed on the form of an active entry: that is a review too (2.25); returns the warnings."""
    with database.atomic():
        _reviewed(service, settings.today(), "changed")
        return records.save(service, many, version=version, confirmed=confirmed)


def _reviewed(service, today, result="still-correct"):
    service.last_reviewed_on, service.reviewed_by_name = today, audit.actor.get().name
    ServiceReview.create(entry=service, on=today, by_name=service.reviewed_by_name, result=result)


def april_list(today=None):
    """Active ongoing entries of an ended fiscal year: to be confirmed for the new one (R-SA-16)."""
    current = fiscal_year_of(today or settings.today())
    return (
        ServiceActivity.placed(ServiceActivity, Program, ServiceLocation)
        .where(
            ServiceActivity.state == ACTIVE,
            ServiceActivity.duration_type == ONGOING,
            ServiceActivity.fiscal_year < current,
        )
        .order_by(
            Program.name_sorted,
            ServiceActivity.name_sorted,
            ServiceLocation.name_sorted,
            ServiceActivity.id,
        )
    )


def confirmation_is_late(today=None):
    """True when more than the days of grace have gone since 1 April (R-SA-16)."""
    today = today or settings.today()
    first = int(fiscal_year_of(today)[1:5])
    return (today - today.replace(year=first, month=4, day=1)).days > settings.value(
        "fiscal_rollover_grace_days"
    )


def confirm_for_year(services, today=None):
    """Move entries to the current fiscal year and set their review date; returns how many (R-SA-16)."""
    today = today or settings.today()
    done = 0
    with database.atomic():
        for service in services:
            service.fiscal_year = fiscal_year_of(today)
            _reviewed(service, today)
            records.save(service)
            done += 1
    return done


# ---- What people read -------------------------------------------------------------------------------------------------


def date_words(day):
    """A day as on the card: April 1, 2025."""
    if not day:
        return ""
    words = format_date(day, "long", locale=f"{language.get()}_CA")
    return words.replace("1 ", "1er ", 1) if language.get() == "fr" and day.day == 1 else words


def is_confidential(service):
    """True when the place or the program of a service may not leave the agency (decision 0.1)."""
    return service.location.is_confidential or service.program.is_confidential


def card(service, leaves=False):
    """The guide's card: twelve (label, words) in its order (2.4).

    ``leaves``: for a client or a page outside; a confidential place or program is not named then.
    """
    program, location = service.program, service.location
    ongoing = service.duration_type == ONGOING
    funding = _("IRCC Funded Program") if program.funding == IRCC else _("Non IRCC Funded Program")
    hidden = _("Confidential: ask your worker")
    return [
        (_("Partner"), program.organization.name),
        (_("Location"), hidden if leaves and location.is_confidential else location.name),
        (_("Description"), service.description),
        (_("Program"), hidden if leaves and program.is_confidential else program.name),
        (_("Type of Activity"), program.area_of_focus.label),
        (_("Program Type"), funding),
        (_("Start Date"), _("Ongoing") if ongoing else date_words(service.start_date)),
        (_("End Date"), _("Ongoing") if ongoing else date_words(service.end_date)),
        (_("Available Days"), _days(service)),
        (_("Start Time"), time_text(service.start_time)),
        (_("End Time"), time_text(service.end_time)),
        (_("Fiscal Year"), service.fiscal_year),
    ]


def _days(service):
    known = dict(choices.terms("weekdays", service.days or ()))
    return ", ".join(label for slug, label in known.items() if slug in (service.days or ()))


def when(service):
    """Dates, days and hours of an entry in one line for a client."""
    hours = [time_text(time) for time in (service.start_time, service.end_time) if time]
    dates = [date_words(day) for day in (service.start_date, service.end_date) if day]
    parts = (" – ".join(dates), _days(service), " – ".join(hours), service.schedule_note)
    return ", ".join(part for part in parts if part)


def completeness(service, today=None, many=None):
    """What is missing from an entry, as sentences for the person who keeps it (R-SA-14).

    ``many`` holds the ids of its through fields while it is not saved.
    """

    def linked(name):
        return many.get(name) if many is not None else records.linked_ids(service, name)

    found = []
    if not service.days and service.schedule_type != ONE_TIME:
        found.append(_("Available days are empty."))
    if service.schedule_type == RECURRING and not (service.start_time and service.end_time):
        found.append(_("The start or end time is empty."))
    if not is_reachable(service):
        found.append(_("There is no contact information."))
    if not linked("keywords"):
        found.append(_("There are no keywords."))
    ages = service.min_age is not None or service.max_age is not None
    if not (ages or service.clb_levels or linked("client_groups")):
        found.append(_("There is no eligibility information."))
    current = fiscal_year_of(today or settings.today())
    if service.duration_type == ONGOING and service.fiscal_year < current:
        found.append(_("It is not confirmed for the current fiscal year."))
    return found


def review_words(service):
    """The nudge of an entry whose review is due, or nothing (R-SA-15)."""
    if not review_is_due(service):
        return ""
    return _(
        "Last reviewed on %(day)s. Is everything still correct?",
        day=date_words(service.last_reviewed_on),
    )


def own_id():
    """The id of the own organization, or None before set-up."""
    own = Organization.own()
    return own and own.id


def is_followed(service):
    """True when the program of an entry has another active one (R-PROG-1)."""
    return bool(directory_rules.active_services(service.program_id, besides=service.id))


def own_services():
    """Active services of the own organization."""
    own = Organization.select(Organization.id).where(Organization.is_own == True)  # noqa: E712
    programs = Program.select(Program.id).where(Program.organization.in_(own))
    return ServiceActivity.select().where(
        ServiceActivity.state == ACTIVE, ServiceActivity.program.in_(programs)
    )


def services_to_review(today):
    """Own active services nobody looked at for over ``service_review_days`` (R-SA-15)."""
    return own_services().where(ServiceActivity.last_reviewed_on < last_review_that_counts(today))


def last_review_that_counts(today):
    """Reviews before this day are due again (R-SA-15)."""
    return today - datetime.timedelta(days=settings.value("service_review_days"))
