"""What matching is asked with: the need of a factor, and what is known of a client (2.7)."""

import dataclasses
import datetime

from factories import make_client, make_household, make_service

from forms import choices
from workflows import matching_index, settings
from workflows.match_facts import groups_of, need_of, person_of
from workflows.matching import Need


def test_what_nobody_recorded_of_a_client_stays_unknown(app):
    """Missing data never excludes."""
    client = make_client(preferred_languages=[], gender=None)
    person = person_of(client, settings.today())
    assert person.age is None and person.eligibility == "check" and person.municipality is None
    assert person.clb_en is None and person.languages == ()
    assert person.groups == {"everyone"}
    assert person.unknown_groups == set(choices.slugs("client-groups")) - {"everyone"}


def test_facts_of_a_client_become_a_person(app):
    """2.7: the lower of listening and speaking; groups by their tests."""
    household = make_household()
    client = make_client(
        household,
        birth_date=datetime.date(1987, 6, 14),
        gender="woman",
        immigration_category="gar",
        preferred_languages=["ar", "fr"],
        clb_en_listening=3,
        clb_en_speaking=2,
        clb_fr_listening=4,
        municipality="Rivertown",
        self_identified_groups=["caregivers"],
        seeking_work="no",
    )
    make_client(household, birth_date=datetime.date(2017, 1, 1), relation="child")
    person = person_of(client, datetime.date(2026, 2, 10), ("child-care",))
    assert person.age == 38 and not person.is_age_estimated
    assert person.eligibility == "yes" and person.supports == ("child-care",)
    assert (person.clb_en, person.clb_fr) == (2, None)
    assert person.groups == {
        "everyone",
        "women",
        "adults",
        "families",
        "single-parents",
        "caregivers",
        "francophones",
        "government-assisted-refugees",
        "refugees",
    }
    assert person.unknown_groups == {
        "lgbtq",
        "persons-with-disabilities",
        "internationally-trained",
        "rural-residents",
    }


def test_a_year_of_birth_alone_counts_from_july_and_is_checked(app):
    """2.7."""
    client = make_client(birth_date=None, birth_year_only=2000)
    person = person_of(client, datetime.date(2026, 6, 30))
    assert person.age == 25 and person.is_age_estimated


def test_an_unknown_birth_date_in_the_household_leaves_its_groups_open(app):
    household = make_household()
    client = make_client(household, birth_date=datetime.date(1990, 1, 1))
    make_client(household, birth_date=None)
    _belongs, unknown = groups_of(client, datetime.date(2026, 1, 1))
    assert {"families", "single-parents"} <= unknown


def test_a_time_limited_category_is_counted_from_its_date(app):
    """M3: a resident since 2 May 2019 on 2 April 2026."""
    client = make_client(
        immigration_category="economic-skilled",
        permanent_residence_date=datetime.date(2019, 5, 2),
    )
    assert person_of(client, datetime.date(2026, 4, 2)).eligibility == "no"
    assert person_of(client, datetime.date(2026, 3, 2)).eligibility == "yes"


def test_a_match_goes_through_the_real_tables(app):
    service = make_service(name="Welding class")
    client = make_client()
    need = Need(primary=(service.program.area_of_focus.slug,))
    person = dataclasses.replace(person_of(client, settings.today()), supports=())
    found = matching_index.catalogue().match(need, person, settings.today()).results()
    assert service.id in [result.id for result in found]


def test_the_need_of_two_factors_keeps_the_better_area_and_the_greater_weight(app):
    one, other, both = need_of("health"), need_of("housing"), need_of("health", "housing")
    assert set(both.primary) == {*one.primary, *other.primary} and both.factor == "health"
    assert not set(both.primary) & set(both.secondary)
    weights = dict(both.keywords)
    for slug, weight in (*one.keywords, *other.keywords):
        assert weights[slug] >= weight
    assert need_of("nobody knows") == Need(factor="nobody knows")
