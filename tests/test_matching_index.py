"""The catalogue of a process is right after every kind of save, in this process and in another one."""

import datetime
import threading

import pytest
from factories import (
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
    Language,
    Organization,
    Program,
    TaxonomyItem,
    database,
)
from workflows import directory, instruments, keywords, matching_index, records, settings
from workflows.matching_catalogue import Catalogue

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


def date_its_review(service):
    service.last_reviewed_on = settings.today() - datetime.timedelta(days=300)
    records.save(service)


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
    date_its_review,
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


def test_still_correct_is_known_at_once(app):
    """R-SA-15: the penalty goes with the review."""
    service, day = make_service(), settings.today()
    date_its_review(service)
    assert matching_index.catalogue().entry(service.id).reviewed < day
    directory.confirm_still_correct(service)
    assert matching_index.catalogue().entry(service.id).reviewed == day


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


def test_a_process_builds_its_catalogue_beside_the_requests(app):
    service = make_service()
    matching_index.warm(app).join()
    state = matching_index._Process.state
    assert state.catalogue.entry(service.id) is not None
    assert matching_index.catalogue() is state.catalogue


def test_a_catalogue_of_two_parts_is_made_one_beside_the_requests(app, monkeypatch):
    """Whatever is saved while the parts are being joined is joined with them, without waiting for another save."""
    monkeypatch.setattr("workflows.matching_catalogue.FEW", 1)
    joining, saved, make_one = threading.Event(), threading.Event(), Catalogue.whole

    def whole(catalogue):
        joining.set()
        assert saved.wait(120)
        return make_one(catalogue)

    monkeypatch.setattr(Catalogue, "whole", whole)
    program = make_program()
    matching_index.catalogue()
    for _ in range(2):
        make_service(program)
        matching_index.catalogue()
    assert joining.wait(120)
    for _ in range(2):
        make_service(program)
        matching_index.catalogue()
    saved.set()
    matching_index._Process.mending.join()
    assert matching_index.catalogue()._recent.size == 0
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
