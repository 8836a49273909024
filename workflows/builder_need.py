"""What a referral is looked for with: the need of the draft, what is known of the client, who is meant (domain 7)."""

import json
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from forms import builder as pages
from forms import builder_need as need_pages
from forms import choices
from models import (
    COMPLETE,
    TO_ORGANIZATION,
    TO_PROGRAM,
    TO_SERVICE,
    AreaOfFocus,
    Client,
    FactorResult,
    NeedsAssessment,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
    database,
    language,
)
from workflows import agency_rules, match_facts, matching_index, settings
from workflows.matching import Asked, Need

ASKED_FOR = 3  # weight of an area's word that somebody asked for by name: a main topic


@dataclass(frozen=True)
class Target:
    """Where a referral goes: the row ids as deep as ``level``, the names to show."""

    level: str
    organization: int
    is_own: bool
    organization_name: str
    name: str
    program: int | None = None
    service: int | None = None
    place: str = ""

    @property
    def words(self):
        """Name, place and whose it is, in one line."""
        whose = "" if self.name == self.organization_name else self.organization_name
        return " – ".join(part for part in (self.name, self.place, whose) if part)


def client_of(answers):
    """The Client of the draft, read once a walk; None when there is none."""
    if not hasattr(answers, "subject"):
        key = answers.of("client", "client")
        answers.subject = Client.stored(key) if key else None
    return answers.subject


def area_choices():
    """[(slug, label)] of the areas of focus in use."""

    def read():
        rows = AreaOfFocus.select().where(AreaOfFocus.is_active == True)  # noqa: E712
        return choices.by_words((row.slug, row.label) for row in rows)

    return choices.memo(("builder areas", language.get()), read)


def latest_results(client):
    """({factor: FactorResult}, the latest complete NeedsAssessment) of a client; ({}, None) without one."""
    mark = database.param
    last = next(
        NeedsAssessment.read(
            f'"client_id" = {mark} AND "state" = {mark} ORDER BY "completed_on" DESC, "id" DESC LIMIT 1',
            client.id,
            COMPLETE,
        ),
        None,
    )
    if last is None:
        return {}, None
    rows = FactorResult.select().where(FactorResult.assessment == last.id)
    return {row.factor: row for row in rows}, last


def factor_choices():
    """[(slug, label)] of the factors in force that suggest something, in asking order."""
    suggested = {each.factor for each in agency_rules.suggestions().guidance}
    return [
        (factor.slug, str(factor.label))
        for factor in agency_rules.matrix().factors
        if factor.slug in suggested
    ]


def factors_of(answers):
    """Slugs of the parts of settling that the referral is about; none for another start."""
    is_about = answers.of("need", "how") == need_pages.FACTORS
    return tuple(answers.of("need", "factors") or ()) if is_about else ()


def need_of(answers):
    """The Need of the draft."""
    said, how = answers["need"], answers.of("need", "how")
    if how == need_pages.FACTORS:
        factors = factors_of(answers)
        need = match_facts.need_of(*factors)
        # Of several, no area is said to be the first choice for one of them alone.
        return need if len(factors) == 1 else replace(need, factor=None)
    if how == need_pages.FREE:
        words = tuple((slug, ASKED_FOR) for slug in said["keywords"])
        return Need(tuple(said["areas"] or ()), (), words)
    entry = matching_index.catalogue().entry(said["service"])
    if entry is None:
        return Need()
    # A service somebody has in mind is what is needed: others like it stand beside it.
    return Need((entry.area,), (), tuple((slug, 1) for slug in entry.keywords))


# ---- What is known of the client --------------------------------------------------------------------------------------


def plain(value):
    """A value as the hidden baseline of the page has it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None if value in ("", []) else value


def known_of(client):
    """{question: plain value} of what may be completed beside the results."""
    return {name: plain(getattr(client, name)) for name in pages.KNOWN}


def settle(form, client):
    """Bring what was typed on the page together with what was saved meanwhile; returns {question: their words}.

    What nobody touched here is as stored; what was changed here and elsewhere to something else is a conflict.
    """
    now, was, conflicts = known_of(client), form.baseline(), {}
    for name in pages.KNOWN:
        if name not in form:
            continue
        field, before = form[name], was.get(name, now[name])
        mine = plain(field.data)
        if mine == before and mine != now[name]:
            field.data, field.raw_data = getattr(client, name), None
        elif mine not in (before, now[name]) and before != now[name]:
            conflicts[name] = now[name]
    form.known.data, form.known.raw_data = json.dumps(now), None
    return conflicts


def lacking(client):
    """Questions of the page that the file of a client does not answer yet."""
    found = {name for name, value in known_of(client).items() if value in (None, "unknown")}
    return found - ({"birth_year_only"} if client.birth_date else set())


def supplemented(form, client):
    """A copy of ``client`` with what the page says, not saved."""
    stored, client = client, Client(__no_default__=True)
    client.__data__ = dict(stored.__data__)
    for name in pages.KNOWN:
        if name in form and plain(form[name].data) != plain(getattr(client, name)):
            setattr(client, name, form[name].data)
    return client


# ---- Asking -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One need of one person on a day against the catalogue as it is now."""

    catalogue: object
    need: Need
    client: Client
    person: object
    on: object

    @property
    def asked(self):
        return Asked(self.catalogue.scheme, self.need, self.person, self.on)

    def matches(self, whose):
        """matching_catalogue.Matches of all, own or partners' services."""
        return self.catalogue.match(self.need, self.person, self.on, whose)

    def judged(self, keys):
        """{id: (Entry, Result, Excluded or None, is a candidate)} of these services; one that is gone is left out."""
        asked, found = self.asked, {}
        for key in keys:
            entry = self.catalogue.entry(key)
            if entry is not None:
                result, excluded = asked.result(entry), asked.exclusion(entry)
                found[key] = entry, result, excluded, asked.is_candidate(entry)
        return found


def question_of(answers, form, client):
    """The Question of the results page as ``form`` has it, put together once."""
    if form.question is None:
        on, client = settings.today(), supplemented(form, client)
        person = match_facts.person_of(client, on, form.supports.data or ())
        need = need_of(answers)
        form.question = Question(matching_index.catalogue(), need, client, person, on)
    return form.question


# ---- Where the referrals go -------------------------------------------------------------------------------------------


def described(keys):
    """{service id: Target} of services, in one statement."""
    service, program, place, owner = ServiceActivity, Program, ServiceLocation, Organization
    rows = (
        service.placed(
            service.id, service.name, program.id, place.name, owner.id, owner.name, owner.is_own
        )
        .join_from(program, owner)
        .where(service.id.in_(list(keys) or [0]))
        .tuples()
    )
    return {
        key: Target(TO_SERVICE, org, bool(own), org_name, name, prog, key, where)
        for key, name, prog, where, org, org_name, own in rows
    }


def said(answers, page, form):
    """Take in what a page says now; what was worked out from the answer before is forgotten."""
    answers[page] = form.data
    for name in ("targets", "covering", "left_out"):
        answers.__dict__.pop(name, None)


def targets(answers):
    """The Targets that are chosen, in the order of ticking, read once a walk."""
    if not hasattr(answers, "targets"):
        answers.targets = _targets(answers)
    return answers.targets


def _targets(answers):
    if answers.of("need", "how") == need_pages.PARTNER:
        return _partner(answers["need"])
    keys = answers.of("results", "services", ())
    found = described(keys)
    return [found[key] for key in keys if key in found]


def _partner(said):
    if said["program"]:
        program = Program.stored(said["program"])
        owner = program and Organization.stored(program.organization_id)
        if owner is None:
            return []
        level, name, key = TO_PROGRAM, program.name, program.id
    else:
        owner = Organization.stored(said["organization"])
        if owner is None:
            return []
        level, name, key = TO_ORGANIZATION, owner.name, None
    return [Target(level, owner.id, owner.is_own, owner.name, name, key)]


def kept_targets(answers):
    """``targets`` without those of partners that the consent page leaves out."""
    left_out = getattr(answers, "left_out", ())
    return [target for target in targets(answers) if target.organization not in left_out]


def need_words(answers):
    """What was asked for, in a few words for the head of the list."""
    factors = factors_of(answers)
    if factors:
        labels = dict(factor_choices())
        return ", ".join(labels.get(slug, slug) for slug in factors)
    if answers.of("need", "how") == need_pages.FREE:
        areas = dict(area_choices())
        return ", ".join(areas.get(slug, slug) for slug in answers.of("need", "areas") or ())
    entry = matching_index.catalogue().entry(answers.of("need", "service"))
    return _("Like %(name)s", name=entry.name) if entry else ""
