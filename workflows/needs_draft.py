"""What the draft of a needs assessment says so far: whom it is about, what is asked, what was answered."""

from dataclasses import dataclass

from forms.needs_matrix import comments_in, levels_in
from models import Client, NeedsAssessment
from workflows import agency_rules, assessments, scoring, settings


@dataclass(frozen=True)
class Subject:
    """Whom a draft assesses: ``corrected`` is the assessment that is corrected, ``person`` as in assessments.Person."""

    client: Client
    person: object
    corrected: NeedsAssessment | None
    case: object


def subject(answers):
    """The Subject of the pages passed so far, read once a walk; None while nobody is chosen or somebody is gone."""
    corrected, key = None, answers.of("person", "client")
    if "assessment" in answers.fixed:
        corrected = _corrected(answers)
        key = corrected and corrected.client_id
    return about(answers, key, corrected)


def about(answers, key, corrected=None):
    """The Subject of the client ``key``, read once a walk; None when there is no such client."""
    known = answers.__dict__.setdefault("subjects", {})
    if key not in known:
        client = Client.stored(key) if key else None
        case = client and assessments.case(client.household, but=corrected and corrected.id)
        known[key] = client and Subject(client, case.person(client.id), corrected, case)
    return known[key]


def _corrected(answers):
    if not hasattr(answers, "corrected"):
        answers.corrected = NeedsAssessment.stored(answers.fixed["assessment"])
    return answers.corrected


def instrument_of(answers):
    """The Instrument that the draft began with: an edit meanwhile does not change it."""
    return agency_rules.matrix(answers.fixed["matrix"])


def day_of(answers):
    """The day of the assessment."""
    who = subject(answers)
    if who and who.corrected:
        return who.corrected.completed_on
    return answers.of("point", "completed_on") or settings.today()


def facts_of(answers):
    """The scoring.Facts of the person as the pages so far have them."""
    if not hasattr(answers, "person_facts"):
        reason = answers.of("facts", "not_seeking")
        answers.person_facts = agency_rules.facts(subject(answers).client, day_of(answers), reason)
    return answers.person_facts


def factors_of(answers):
    """[(slug, Factor)] of what is asked of this person; nothing before it can be known."""
    if "facts" not in answers or subject(answers) is None:
        return []
    asked = scoring.applicable(instrument_of(answers), facts_of(answers))
    return [(factor.slug, factor) for factor in asked]


def given(answers):
    """({question: level or None}, {question: comment}) of all factor pages passed."""
    levels, comments = {}, {}
    for slug, factor in factors_of(answers):
        page = answers.get(f"factor-{slug}")
        levels |= levels_in(page, factor)
        comments |= comments_in(page, factor)
    return levels, comments
