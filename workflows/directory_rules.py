"""What must hold for organizations, service locations and programs (R-ORG, R-LOC, R-PROG)."""

import datetime
from itertools import pairwise

from flask_babel import gettext as _
from flask_babel import ngettext
from peewee import fn

from forms import validators
from models import (
    ACTIVE,
    ARCHIVED,
    COMPLETE,
    DRAFT,
    IRCC,
    NON_IRCC,
    AreaOfFocus,
    Keyword,
    Organization,
    Program,
    Referral,
    ServiceActivity,
    ServiceLocation,
)
from workflows import records
from workflows.records import CONFIRM, WARN, Problem

IRCC_FIELDS = (
    "ircc_services",
    "access_supports",
    "special_focus_areas",
    "francophone_association_member",
)
OWN_REQUIRED = {
    "address": lambda: _("Enter the main address."),
    "city": lambda: _("Enter the city."),
    "province": lambda: _("Choose the province or territory."),
    "postal_code": lambda: _("Enter the postal code."),
    "phone": lambda: _("Enter the main number the public can call."),
    "regions_served": lambda: _("Enter at least one region you serve."),
}
PRIMARY = "primary"
MANY_NAMES = 8


def named(names):
    """A list of names for a sentence, cut after eight."""
    names = list(names)
    shown = ", ".join(names[:MANY_NAMES])
    rest = len(names) - MANY_NAMES
    if rest <= 0:
        return shown
    return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", rest, names=shown)


# ---- Organizations ----------------------------------------------------------------------------------------------------


@records.before(Organization)
def drop_ircc_answers(record, stored):
    """An agency that is no longer IRCC-funded loses the four answers; the rule below asks first (R-ORG-2)."""
    if stored and stored.is_ircc_funded and not record.is_ircc_funded:
        record.ircc_services, record.access_supports, record.special_focus_areas = [], [], []
        record.francophone_association_member = False


@records.before(Organization, ServiceLocation)
def tidy_postal_code(record, _stored):
    """Postal codes are stored "A1A 1A1" (R-ORG-3)."""
    if record.postal_code:
        record.postal_code = validators.postal_code(record.postal_code)


@records.rule(Organization)
def one_own_organization(change):
    """R-ORG-1: exactly one own organization, and it stays the own one."""
    record, before = change.record, change.before
    if before and before.is_own and not record.is_own:
        yield Problem("is_own", _("This is your own organization. It cannot become a partner."))
    if record.is_own and (before is None or not before.is_own):
        if Organization.select().where(Organization.is_own == True).exists():  # noqa: E712
            yield Problem(
                "is_own",
                _("There is already an own organization. Add this one as a partner instead."),
            )


@records.delete_rule(Organization)
def own_organization_stays(change):
    """R-ORG-1: the own organization cannot be deleted."""
    if change.record.is_own:
        yield Problem("is_own", _("This is your own organization. It cannot be deleted."))


@records.rule(Organization)
def own_organization_is_complete(change):
    """What the own row must say (2.1); set-up makes the row with its name, the form asks for the rest."""
    record = change.record
    if not record.is_own or change.before is None or not change.changed(*OWN_REQUIRED, "name"):
        return
    for name, message in OWN_REQUIRED.items():
        if not getattr(record, name):
            yield Problem(name, message())


@records.rule(Organization)
def ircc_answers_need_ircc_funding(change):
    """R-ORG-2: empty when not IRCC-funded; switching to no asks before clearing."""
    record, before = change.record, change.before
    if record.is_ircc_funded:
        return
    if before and before.is_ircc_funded:
        columns = Organization._meta.fields
        lost = [_(columns[name].verbose_name) for name in IRCC_FIELDS if getattr(before, name)]
        if lost:
            yield Problem(
                "is_ircc_funded",
                _(
                    "Without IRCC funding these answers are cleared: %(names)s. "
                    "Tick to clear them, or tick Funded by IRCC again.",
                    names=named(lost),
                ),
                CONFIRM,
                "clear-ircc",
            )
    for name in IRCC_FIELDS:
        if getattr(record, name):
            yield Problem(
                name, _("Only for IRCC-funded organizations. Tick Funded by IRCC or clear this.")
            )


@records.rule(Organization, ServiceLocation)
def postal_code_is_canadian(change):
    """R-ORG-3."""
    code = change.record.postal_code
    if code and not validators.POSTAL_CODE.fullmatch(code):
        yield Problem("postal_code", _("Enter a Canadian postal code such as N8H 1A1."))


# ---- Service locations ------------------------------------------------------------------------------------------------


@records.rule(ServiceLocation, Program)
def contact_can_be_reached(change):
    """2.2, 2.3: at least one of phone or email."""
    record = change.record
    if not change.changed("contact_phone", "contact_email"):
        return
    if not record.contact_phone and not record.contact_email:
        yield Problem("contact_phone", _("Enter a phone number or an email address."))


@records.rule(ServiceLocation)
def hours_are_given(change):
    """2.2: a timetable, or hours in words."""
    if not change.changed("hours", "hours_text"):
        return
    if not change.record.hours and not change.record.hours_text:
        yield Problem(
            "hours", _("Enter the hours of operation, or say them in words below the timetable.")
        )


@records.rule(ServiceLocation)
def hours_make_sense(change):
    """R-LOC-3: closes after opens; rows of one weekday do not overlap."""
    by_day = {}
    for day, opens, closes in change.record.hours or ():
        try:
            start = datetime.time.fromisoformat(opens)
            end = datetime.time.fromisoformat(closes)
        except ValueError:
            yield Problem("hours", _("Give times such as 09:00 and 16:30."))
            return
        if end <= start:
            yield Problem("hours", _("Closing time must be later than opening time."))
        by_day.setdefault(day, []).append((start, end))
    for slots in by_day.values():
        if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(slots))):
            yield Problem("hours", _("Two times on one day overlap. Change one of them."))
            return


@records.rule(ServiceLocation)
def hiding_services_is_confirmed(change):
    """R-LOC-1: taking a place out of use lists the active services that matching will no longer find."""
    record = change.record
    if change.before is None or record.is_active or not change.before.is_active:
        return
    found = ServiceActivity.select(ServiceActivity.name).where(
        ServiceActivity.location == record.id, ServiceActivity.state == ACTIVE
    )
    by_name = found.order_by(ServiceActivity.name_sorted, ServiceActivity.id)
    names = [name for (name,) in by_name.tuples()]
    if names:
        yield Problem(
            "is_active",
            ngettext(
                "%(num)s active service will no longer be found by matching: %(names)s.",
                "%(num)s active services will no longer be found by matching: %(names)s.",
                len(names),
                names=named(names),
            ),
            CONFIRM,
            "hide-services",
        )


@records.rule(ServiceLocation)
def one_primary_location_stays(change):
    """R-LOC-2: active services need a primary location of the same organization."""
    record, before = change.record, change.before
    was_primary = before and before.location_type == PRIMARY
    if not was_primary or record.location_type == PRIMARY:
        return
    if not has_primary_location(record.organization_id, besides=record.id) and _any_active(
        record.organization_id
    ):
        yield Problem(
            "location_type",
            _("Active services need a primary location. Make another location primary first."),
        )


def has_primary_location(organization_id, besides=None):
    """True when the organization has a primary location, not counting the row ``besides``."""
    query = ServiceLocation.select().where(
        ServiceLocation.organization == organization_id, ServiceLocation.location_type == PRIMARY
    )
    if besides:
        query = query.where(ServiceLocation.id != besides)
    return query.exists()


def _any_active(organization_id):
    return (
        ServiceActivity.select()
        .join(Program)
        .where(Program.organization == organization_id, ServiceActivity.state == ACTIVE)
        .exists()
    )


@records.rule(ServiceLocation, Program)
def name_is_unique_in_organization(change):
    """2.2, 2.3: one name once in an organization."""
    record, model = change.record, type(change.record)
    if not record.name or not record.organization_id or not change.changed("name", "organization"):
        return
    others = model.select(model.id, model.name).where(model.organization == record.organization_id)
    wanted = record.name.strip().casefold()
    if any(key != record.id and name.strip().casefold() == wanted for key, name in others.tuples()):
        yield Problem(
            "name", _("This organization already has one with this name. Use another name.")
        )


# ---- Programs ---------------------------------------------------------------------------------------------------------


@records.before(Program)
def prefill_outcomes(record, stored):
    """Desired outcomes of a new program come from its area unless somebody chose them (2.3)."""
    if stored is None and not record.desired_outcomes and record.area_of_focus_id:
        outcome = record.area_of_focus.default_outcome
        record.desired_outcomes = [outcome] if outcome else []


@records.rule(Program)
def funding_is_one_of_two(change):
    """R-PROG-2."""
    if change.record.funding not in (IRCC, NON_IRCC):
        yield Problem("funding", _("Choose IRCC funded or non-IRCC funded."))


@records.rule(Program)
def program_has_an_area(change):
    """R-PROG-3: exactly one area of focus."""
    if not change.record.area_of_focus_id:
        yield Problem("area_of_focus", _("Choose one primary area of focus."))


@records.rule(Program)
def program_has_a_language(change):
    """R-PROG-4."""
    if change.before is not None and "languages" not in change.many:
        return
    if not change.ids("languages"):
        yield Problem("languages", _("Choose at least one language of service."))


@records.rule(Program)
def keywords_that_no_longer_fit_are_listed(change):
    """R-PROG-3: a new area lists, service by service, the keywords that would go."""
    if change.before is None or not change.changed("area_of_focus"):
        return
    lost = misfits_of_program(change.record)
    if lost:
        lines = (
            _("%(service)s: %(names)s", service=service.name, names=", ".join(map(str, keywords)))
            for service, keywords in lost.items()
        )
        yield Problem(
            "area_of_focus",
            _(
                "These keywords do not belong to the new area and will be removed. %(lines)s",
                lines="; ".join(lines),
            ),
            CONFIRM,
            "drop-keywords",
        )


@records.after(Program)
def drop_keywords_that_no_longer_fit(change):
    """R-PROG-3: removes only the keywords that were listed."""
    if change.before is None or not change.changed("area_of_focus"):
        return
    for service, keywords in misfits_of_program(change.record).items():
        gone = {keyword.id for keyword in keywords}
        kept = [key for key in records.linked_ids(service, "keywords") if key not in gone]
        records.save(service, many={"keywords": kept}, confirmed=("no-keywords",))


def misfits_of_program(program):
    """{service: [keywords]} of the program that its area of focus does not offer."""
    links = ServiceActivity.keywords.get_through_model()
    rows = (
        links.select(links.serviceactivity, links.keyword)
        .join(ServiceActivity)
        .where(
            ServiceActivity.program == program.id,
            links.keyword.not_in(keywords_of_area(program.area_of_focus_id)),
        )
        .tuples()
    )
    found = {}
    for service_id, keyword_id in rows:
        found.setdefault(service_id, set()).add(keyword_id)
    services = ServiceActivity.select().where(ServiceActivity.id.in_(list(found) or [-1]))
    words = {word.id: word for word in Keyword.select()} if found else {}
    return {
        service: sorted((words[key] for key in found[service.id]), key=str)
        for service in services.order_by(ServiceActivity.name_sorted, ServiceActivity.id)
    }


def keywords_of_area(area_id):
    """A query of the ids of the keywords that an area of focus offers, retired ones too."""
    links = AreaOfFocus.keywords.get_through_model()
    return links.select(links.keyword).where(links.areaoffocus == area_id)


@records.rule(Program, ServiceActivity)
def what_is_archived_may_be_waited_for(change):
    """R-PROG-5, R-SA-17: referrals that are not complete stay as they are, and somebody has to go through them."""
    record = change.record
    if change.before is None or record.state != ARCHIVED or not change.changed("state"):
        return
    link = Referral.program if isinstance(record, Program) else Referral.service_activity
    count = Referral.select().where(link == record.id, Referral.status != COMPLETE).count()
    if count:
        words = ngettext(
            "%(num)s referral to it is not complete. Find it in the Referral List.",
            "%(num)s referrals to it are not complete. Find them in the Referral List.",
            count,
        )
        yield Problem("state", words, WARN)


def settle_program(program_id):
    """R-PROG-1: a program is active while it has an active service, else a draft; an archived one stays so."""
    program = Program.stored(program_id)
    if program.state == ARCHIVED:
        return
    state = ACTIVE if active_services(program_id) else DRAFT
    if program.state != state:
        program.state = state
        records.save(program)


def active_services(program_id, besides=None):
    """How many active services a program has, not counting the row ``besides``."""
    query = ServiceActivity.select(fn.COUNT(ServiceActivity.id)).where(
        ServiceActivity.program == program_id, ServiceActivity.state == ACTIVE
    )
    if besides:
        query = query.where(ServiceActivity.id != besides)
    return query.scalar()
