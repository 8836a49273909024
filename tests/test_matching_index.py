"""The catalogue of a process is right after every kind of save, in this process and in another one."""

import dataclasses
import datetime

import pytest
from factories import (
    make_client,
    make_household,
    make_keyword,
    make_location,
    make_organization,
    make_program,
    make_service,
)
from statements import statements

from forms import choices
from models import (
    ARCHIVED,
    MATCHING,
    AreaOfFocus,
    Keyword,
    Language,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
    TaxonomyItem,
    database,
)
from workflows import directory, instruments, keywords, matching_index, records, settings
from workflows.matching import Need
from workflows.matching_index import groups_of, person_of

EVERY_CODE = ("clear-ircc", "hide-services", "last-active", "no-keywords", "drop-keywords")


@pytest.fixture(autouse=True)
def nothing_known():
    """Each test begins like a process that never matched."""
    matching_index.forget()
    yield
    matching_index.forget()


class OtherProcess:
    """What another process knows: its state is put in the place of ours while it is asked."""

    def __init__(self):
        self.state = None

    def catalogue(self):
        mine, matching_index._Process.state = matching_index._Process.state, self.state
        try:
            return matching_index.catalogue()
        finally:
            self.state, matching_index._Process.state = matching_index._Process.state, mine


def facts(catalogue):
    """{id: Entry} of everything in a catalogue."""
    return {row: catalogue.entry(row) for row in _ids(catalogue)}


def _ids(catalogue):
    known = {e.id for e in catalogue._base.entries} | {e.id for e in catalogue._recent.entries}
    return {key for key in known if catalogue.entry(key) is not None}


def everything_agrees(*processes):
    """Each catalogue holds exactly what the database says now."""
    stored = {entry.id: entry for entry in matching_index.load()}
    for process in processes:
        found = process.catalogue()
        assert facts(found) == stored
        assert len(found) == len(stored)


def test_a_catalogue_holds_what_the_tables_say(app):
    """2.4 as plain values; languages are the program's unless the service states its own."""
    arabic = Language.get(Language.code == "ar")
    women = TaxonomyItem.get(TaxonomyItem.slug == "women")
    partner = make_organization(regions_served=["Lakeside", "Hilltop"])
    program = make_program(partner, [arabic])
    place = make_location(partner, city="Rivertown")
    first = make_service(program, place, clb_levels=[1, 2], clb_strict=True, min_age=18)
    first.support_services = ["child-care"]
    records.save(first, {"client_groups": [women.id]}, confirmed=EVERY_CODE)
    second = make_service(program, place)
    records.save(second, {"languages": [Language.get(Language.code == "fr").id]})
    catalogue = matching_index.catalogue()
    entry = catalogue.entry(first.id)
    assert entry.languages == ("ar",) and catalogue.entry(second.id).languages == ("fr",)
    assert entry.groups == ("women",) and entry.clb == (1, 2) and entry.clb_strict
    assert entry.regions == ("Lakeside", "Hilltop") and entry.municipality == "Rivertown"
    assert entry.supports == ("child-care",) and entry.min_age == 18 and not entry.is_own
    assert entry.area == program.area_of_focus.slug and entry.funding == "ircc"
    assert sorted(entry.keywords) == sorted(k.slug for k in first.keywords)
    assert entry.reviewed == first.last_reviewed_on and entry.is_active


def change_the_name(service):
    service.name = "Another name"
    records.save(service, confirmed=EVERY_CODE)


def change_its_keywords(service):
    chosen = list(service.program.area_of_focus.keywords.limit(5))
    records.save(service, {"keywords": [chosen[-1].id]})


def change_its_languages(service):
    records.save(service, {"languages": [Language.get(Language.code == "ar").id]})


def archive_it(service):
    directory.archive(service, EVERY_CODE)


def confirm_its_review(service):
    service.last_reviewed_on = settings.today() - datetime.timedelta(days=300)
    records.save(service)
    matching_index.catalogue()
    directory.confirm_still_correct(service)


def change_the_programs_languages(service):
    records.save(service.program, {"languages": [Language.get(Language.code == "fr").id]})


def change_the_programs_area(service):
    program = service.program
    program.area_of_focus = AreaOfFocus.get(AreaOfFocus.slug == "housing")
    records.save(program, confirmed=EVERY_CODE)


def change_the_programs_funding(service):
    program = service.program
    program.funding = "non-ircc"
    records.save(program, confirmed=EVERY_CODE)


def move_the_place(service):
    place = service.location
    place.city = "Kingsville"
    records.save(place, confirmed=EVERY_CODE)


def close_the_place(service):
    place = service.location
    place.is_active = False
    records.save(place, confirmed=EVERY_CODE)


def change_the_regions(service):
    own = Organization.own()
    own.regions_served = ["Essex County", "Elsewhere"]
    records.save(own, confirmed=EVERY_CODE)


def merge_a_keyword(service):
    loser = next(iter(service.keywords))
    winner = make_keyword()
    keywords.merge(loser, winner)


def add_a_service(service):
    make_service(service.program)


def delete_it(service):
    records.delete(service)


CHANGES = [
    change_the_name,
    change_its_keywords,
    change_its_languages,
    archive_it,
    confirm_its_review,
    change_the_programs_languages,
    change_the_programs_area,
    change_the_programs_funding,
    move_the_place,
    close_the_place,
    change_the_regions,
    merge_a_keyword,
    add_a_service,
    delete_it,
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_save_reaches_every_process(app, change):
    """The audit row of a save tells each process which services to load again."""
    service, other = make_service(), OtherProcess()
    make_service(service.program)
    everything_agrees(matching_index, other)
    before = matching_index.catalogue()
    change(service)
    everything_agrees(matching_index, other)
    assert facts(before) != facts(matching_index.catalogue())
    assert matching_index.catalogue()._base is before._base, "nothing was built anew"


def test_nothing_is_read_again_while_nothing_changed(app):
    """One statement tells that nothing changed; a view of a client changes nothing either."""
    make_service()
    matching_index.catalogue()
    with statements() as asked:
        matching_index.catalogue()
    assert len(asked.counted()) <= 2


def test_loading_takes_the_same_few_statements_for_any_number_of_services(app):
    program = make_program()

    def count():
        with statements() as asked:
            list(matching_index.load())
        return len(asked.counted())

    make_service(program)
    few = count()
    for _ in range(8):
        make_service(program)
    assert count() == few <= 6


def test_a_transaction_taken_back_leaves_no_trace(app):
    """Somebody matches inside a transaction that is then rolled back: its rows of the log are gone again."""
    service = make_service()
    matching_index.catalogue()
    with database.atomic() as transaction:
        change_the_name(service)
        assert matching_index.catalogue().entry(service.id).name == "Another name"
        transaction.rollback()
    make_service(service.program)
    everything_agrees(matching_index)


def test_many_changes_at_once_are_loaded_anew(app, monkeypatch):
    monkeypatch.setattr(matching_index, "MOST_CHANGED", 2)
    services = [make_service() for _ in range(4)]
    matching_index.catalogue()
    for service in services:
        archive_it(service)
    everything_agrees(matching_index)


def test_a_catalogue_of_two_parts_is_made_one_beside_the_requests(app, monkeypatch):
    monkeypatch.setattr("workflows.matching_catalogue.FEW", 1)
    program = make_program()
    matching_index.catalogue()
    for _ in range(3):
        make_service(program)
        matching_index.catalogue()
    matching_index._Process.mending.join(10)
    assert matching_index.catalogue()._recent.size <= 1
    everything_agrees(matching_index)


def test_a_new_version_of_the_scheme_is_in_force_at_once(app):
    """Decision 0.8; the days until a review count from the setting."""
    make_service()
    before = matching_index.catalogue()
    settings.change("service_review_days", 90)
    choices.refresh(choices.revision())
    assert matching_index.catalogue().scheme.review_days == 90
    content = instruments.in_force(MATCHING)
    assert before.scheme.version == content["scheme_version"]


def test_a_one_time_event_is_over_after_its_day(app):
    day = settings.today() - datetime.timedelta(days=1)
    service = make_service(schedule_type="one-time", duration_type="dates", start_date=day, days=[])
    assert matching_index.catalogue().entry(service.id).end == day


def test_an_archived_program_hides_its_services(app):
    """R-PROG-1: matching's first filter."""
    service = make_service()
    Program.update(state=ARCHIVED).where(Program.id == service.program_id).execute()
    assert not matching_index.catalogue().entry(service.id).is_active


# ---- Facts of a client ------------------------------------------------------------------------------------------------


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
    assert Keyword.select().exists() and ServiceLocation.select().exists()
    assert ServiceActivity.get_by_id(service.id).name == "Welding class"
