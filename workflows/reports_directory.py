"""The service directory in figures: what is offered, where, and how well it is kept (domain 8)."""

from collections import Counter

from flask_babel import gettext as _
from peewee import fn

from forms import choices
from models import (
    ACTIVE,
    N_,
    AreaOfFocus,
    Language,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
)
from workflows import directory, exports
from workflows.reports_tables import (
    LOCATION,
    PROGRAM,
    Column,
    Figure,
    Grid,
    Line,
    Ratio,
    Report,
    Table,
    by_number,
    counted,
    in_order,
    once,
)


def _entries(asked, *columns):
    """A query of the active entries with their programs and places."""
    query = ServiceActivity.placed(*columns).where(ServiceActivity.state == ACTIVE)
    if asked.location:
        query = query.where(ServiceActivity.location == asked.location)
    if asked.program:
        query = query.where(ServiceActivity.program == asked.program)
    return query


@once
def entries(asked):
    """(entries, programs, organizations, reviewed in time): how many of each."""
    last = directory.last_review_that_counts(asked.today)
    reviewed = fn.SUM((ServiceActivity.last_reviewed_on >= last).cast("integer"))
    query = _entries(
        asked,
        fn.COUNT(ServiceActivity.id),
        fn.COUNT(ServiceActivity.program.distinct()),
        fn.COUNT(Program.organization.distinct()),
        fn.COALESCE(reviewed, 0),
    )
    return tuple(query.tuples().get())


def _grouped(asked, column):
    query = _entries(asked, column, fn.COUNT(ServiceActivity.id)).group_by(column)
    return dict(query.tuples())


def by_area(asked):
    label = choices.label_column(AreaOfFocus)
    names = dict(AreaOfFocus.select(AreaOfFocus.id, label).tuples())
    pairs = by_number(_grouped(asked, Program.area_of_focus), names.get)
    return counted(_("Area of focus"), _("Entries"), pairs)


def by_funding(asked):
    counts = _grouped(asked, Program.funding)
    pairs = in_order(counts, choices.terms("funding-types", counts), _("Not known"))
    return counted(_("Funding"), _("Entries"), pairs)


def by_location(asked):
    """Confidential places stand together and nameless: a report leaves the agency (decision 0.1)."""
    counts = _grouped(asked, ServiceActivity.location)
    names, summed = _places(counts), Counter()
    for key, number in counts.items():
        summed[names.get(key) or _("Confidential locations")] += number
    return counted(_("Location"), _("Entries"), by_number(summed, str))


def _places(keys):
    """{id: name of the location} of those that may be named, two of one name told apart by whose they are."""
    rows = (
        ServiceLocation.select(ServiceLocation.id, ServiceLocation.name, Organization.name)
        .join(Organization)
        .where(ServiceLocation.id.in_(list(keys)), *exports.may_leave(ServiceLocation))
    )
    rows = list(rows.tuples())
    named = Counter(name for _key, name, _whose in rows)
    return {key: f"{name} ({whose})" if named[name] > 1 else name for key, name, whose in rows}


def by_delivery(asked):
    counts = _grouped(asked, ServiceActivity.delivery_mode)
    pairs = in_order(counts, choices.terms("delivery-modes", counts), _("Not known"))
    return counted(_("Delivery"), _("Entries"), pairs)


def by_language(asked):
    """An entry offered in two languages stands in both lines, so there is no total."""
    own, of_program = (model.languages.get_through_model() for model in (ServiceActivity, Program))
    stated = own.select(own.serviceactivity)
    ids = _entries(asked, ServiceActivity.id)
    counts = Counter(
        dict(
            own.select(own.language, fn.COUNT(own.id))
            .where(own.serviceactivity.in_(ids))
            .group_by(own.language)
            .tuples()
        )
    )
    inherited = (
        _entries(asked, of_program.language, fn.COUNT(ServiceActivity.id))
        .join(of_program, on=(of_program.program == Program.id))
        .where(ServiceActivity.id.not_in(stated))
        .group_by(of_program.language)
    )
    counts.update(dict(inherited.tuples()))
    names = dict(Language.select(Language.id, choices.label_column(Language)).tuples())
    lines = tuple(Line(label, (number,)) for label, number in by_number(counts, names.get))
    return Grid(_("Language of service"), (Column(_("Entries"), bar=True),), lines)


def by_whose(asked):
    counts = _grouped(asked, Program.organization)
    own = counts.pop(directory.own_id(), 0)
    pairs = [(_("Ours"), own), (_("Partners’"), sum(counts.values()))]
    return counted(_("Whose"), _("Entries"), pairs)


@once
def missing(asked):
    """(Counter of what is missing from entries, how many lack nothing); the same list as on the entry itself."""
    query = _entries(asked, ServiceActivity, ServiceLocation)
    linked = {name: _with_links(name) for name in ("keywords", "client_groups")}
    found, whole = Counter(), 0
    for service in query:
        many = {name: service.id in ids for name, ids in linked.items()}
        lacks = directory.completeness(service, asked.today, many)
        found.update(lacks)
        whole += not lacks
    return found, whole


def _with_links(name):
    through = getattr(ServiceActivity, name).get_through_model()
    return {key for (key,) in through.select(through.serviceactivity).distinct().tuples()}


def completeness(asked):
    lines = tuple(Line(text, (number,)) for text, number in by_number(missing(asked)[0], str))
    return Grid(_("What is missing"), (Column(_("Entries"), bar=True),), lines)


REPORT = Report(
    "service-directory",
    N_("Service directory"),
    N_("What is offered by area, funding, place, delivery and language, and how well it is kept."),
    (LOCATION, PROGRAM),
    (
        Figure(
            "entries",
            N_("Active entries"),
            N_("Services and activities whose state is Active today, ours and partners’."),
            lambda asked: entries(asked)[0],
            personal=False,
        ),
        Figure(
            "programs",
            N_("Programs"),
            N_("Programs with at least one of these entries."),
            lambda asked: entries(asked)[1],
            personal=False,
        ),
        Figure(
            "reviewed",
            N_("With a review in time"),
            N_(
                "Entries that somebody confirmed or changed within the last %(service_review_days)s days, of all active"
                " entries."
            ),
            lambda asked: Ratio(entries(asked)[3], entries(asked)[0]),
            personal=False,
        ),
        Figure(
            "unreviewed",
            N_("Without a review in time"),
            N_(
                "Active entries last confirmed or changed more than %(service_review_days)s days ago."
            ),
            lambda asked: entries(asked)[0] - entries(asked)[3],
            personal=False,
        ),
        Figure(
            "complete",
            N_("Complete entries"),
            N_(
                "Active entries with days, times, contact, keywords and eligibility, of all of them."
            ),
            lambda asked: Ratio(missing(asked)[1], entries(asked)[0]),
            personal=False,
        ),
    ),
    tuple(
        Table(slug, label, definition, compute, personal=False)
        for slug, label, definition, compute in (
            (
                "whose",
                N_("Ours and partners’"),
                N_("Active entries by whose program they belong to."),
                by_whose,
            ),
            (
                "area",
                N_("By area of focus"),
                N_("Active entries by the area of focus of their program."),
                by_area,
            ),
            (
                "funding",
                N_("By funding"),
                N_("Active entries by the funding of their program."),
                by_funding,
            ),
            (
                "location",
                N_("By location"),
                N_("Active entries by the place they stand at."),
                by_location,
            ),
            (
                "delivery",
                N_("By delivery"),
                N_("Active entries by how they are delivered."),
                by_delivery,
            ),
            (
                "language",
                N_("By language"),
                N_(
                    "Active entries by language of service: their own languages, else those of the program. An entry in"
                    " two languages counts in both lines."
                ),
                by_language,
            ),
            (
                "missing",
                N_("What is missing"),
                N_(
                    "Active entries by what they lack, as the entry itself says it. One entry may lack several things."
                ),
                completeness,
            ),
        )
    ),
)
