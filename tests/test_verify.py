"""``flask verify FILE``: worked examples against what the product really does (issue of needs, 10)."""

import copy
import datetime
from pathlib import Path

import pytest
import yaml

import models
from models import SCORING, AgencyClosure, AuditLog, Household, Instrument, Referral
from seed import scratch
from workflows import instruments, records, settings, verify

EXAMPLES = Path(__file__).parent / "data" / "examples.yaml"
CONTENT = yaml.safe_load(EXAMPLES.read_text("utf-8"))
LATER = datetime.timedelta(days=1)


@pytest.fixture
def command(app, tmp_path):
    """Run ``flask verify`` on a content; gives the result."""

    def run(content):
        path = tmp_path / "examples.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return app.test_cli_runner().invoke(args=["verify", str(path)])

    return run


def section(name, *parts):
    """One section of the file, or some parts of it, to be changed."""
    data = CONTENT[name]
    return {name: copy.deepcopy({part: data[part] for part in parts} if parts else data)}


def test_the_examples_of_the_product_pass_whole(app):
    result = app.test_cli_runner().invoke(args=["verify", str(EXAMPLES)])
    lines = result.output.strip().splitlines()
    assert lines[-1].endswith(" passed, 0 failed"), result.output
    assert int(lines[-1].split()[0]) > 600
    assert result.exit_code == 0


def change(content, *path):
    """Make one expected value wrong."""
    for key in path[:-1]:
        content = content[key]
    value = content[path[-1]]
    if isinstance(value, datetime.date):
        content[path[-1]] = value + LATER
    elif isinstance(value, bool):
        content[path[-1]] = not value
    elif isinstance(value, int | float):
        content[path[-1]] = value + 1
    else:
        content[path[-1]] = "something else"


WRONG = (  # what is made wrong, and what is said about it
    ("ties expected entries_by_location location-2", "ties/entries_by_location"),
    ("ties expected clones_needed", "ties/clones_needed: expected 20 got 19"),
    ("secc_card start_time", "secc_card/start_time: expected something else got 9:00 AM"),
    ("secc_card completeness_warnings", "secc_card/completeness_warnings"),
    ("gar_family expected_windows a3 due_on_business_day", "got 2025-10-06"),
    ("gar_family expected_required_points P3", "gar_family/P3 required points"),
    (
        "gar_family assessments 0 expected need_index",
        "P2 a1 need_index: expected 85.9 got 84.9",
    ),
    (
        "gar_family assessments 6 expected level",
        "P1 a2 level: expected something else got high",
    ),
    ("gar_family expected_household_level a5", "gar_family/household level a5"),
    ("gar_family extension suggested_on", "extension suggested_on"),
    ("gar_family extension standard_end", "extension standard_end"),
    ("gar_family expected_plan_reviews 3", "gar_family/plan reviews"),
    (
        "gar_family expected_activity_report very-high minutes",
        "gar_family/activity report very-high minutes: expected 181 got 180",
    ),
    ("gar_family expected_activity_report total activities", "expected 11 got 10"),
    ("gar_family skips 0 expected_allowed", "P2 skips a2: expected true got false"),
    ("gar_family case_note_due 0 limit", "case note 1 limit"),
    ("gar_family activities 9 expected_level", "activity 10 level"),
    ("weekly_triage referrals 2 expected_flag", "R-103 flag: expected something else"),
    ("weekly_triage referrals 8 expected_duplicate_of", "R-109 duplicate of"),
    ("weekly_triage steps 2 expect status R-108", "step 3 R-108 status"),
    (
        "weekly_triage steps 3 expect result",
        "step 4 result: expected something else got failed",
    ),
    ("weekly_triage steps 8 expect log_rows", "step 9 log_rows: expected 2 got 1"),
    ("weekly_triage expected_counts_after complete", "counts after"),
    ("scoring_vectors factor 1 score", "factor 2 score: expected 82.3 got 81.3"),
    ("scoring_vectors index 0 need_index", "index 1 need_index: expected 50.4 got 49.4"),
    ("scoring_vectors override 1 expected", "override 2"),
    ("scoring_vectors caseload_of_36_adults expected high", "caseload_of_36_adults high"),
    ("date_vectors ircc_time_limit 2 expected", "ircc_time_limit 3"),
    ("date_vectors observed_holidays 0 expected 7", "observed_holidays 1"),
    ("date_vectors retention 1 eligible_from", "got 2027-03-01"),
    ("date_vectors point_states 1 expected", "point_states 2"),
    ("date_vectors majority 0 expected", "majority 1"),
    (
        "writing_vectors 0 expect",
        "writing_vectors/1: expected something else got [first-person-en]",
    ),
    ("nps_vector nps", "nps_vector/nps: expected 21 got 20"),
)


@pytest.mark.parametrize(
    "path", ["ties expected clones_needed", "gar_family skips 0 expected_allowed"]
)
def test_a_wrong_expectation_is_printed_and_the_command_fails(command, path):
    keys = [int(key) if key.isdigit() else key for key in path.split()]
    content = section(keys[0])
    change(content, *keys)
    result = command(content)
    assert dict(WRONG)[path] in result.output
    assert result.exit_code == 1
    assert result.output.strip().endswith(" passed, 1 failed")


def test_every_kind_of_wrong_expectation_is_found(app):
    """All at once, so that the examples run once; each has its own line."""
    content = {
        name: value for path, _said in WRONG for name, value in section(path.split()[0]).items()
    }
    for path, _said in WRONG:
        change(content, *(int(key) if key.isdigit() else key for key in path.split()))
    lines = []
    with scratch.world() as world:
        report = verify.run(content, world, lines.append)
    assert [said for _path, said in WRONG if not any(said in line for line in lines)] == []
    assert report.failed == len(lines) == len(WRONG)


def test_an_expectation_nobody_knows_is_a_failure_and_not_passed_over(command):
    content = section("gar_family")
    content["gar_family"]["expected_colour"] = "red"
    content["gar_family"]["assessments"][0]["expected"]["mood"] = "good"
    result = command(content)
    assert "gar_family/expected_colour" in result.output
    assert "gar_family/P2 a1 mood: expected good" in result.output
    assert result.exit_code == 1


def test_a_section_of_another_name_with_windows_is_a_family(command):
    result = command({"my_family": section("gar_family")["gar_family"]})
    assert result.output.strip().endswith("195 passed, 0 failed")


def test_an_unknown_section_is_named_and_left_out(command):
    result = command({"weather": 3, **section("date_vectors", "fiscal_year")})
    assert "weather: unknown section" in result.output
    assert result.output.strip().endswith("3 passed, 0 failed")
    assert result.exit_code == 0


ODD = (
    {"ties": 3},
    {"secc_card": None},
    {"family": {"expected_windows": {"a9": {}}}},
    {"weekly_triage": {"referrals": []}},
    {"scoring_vectors": {"index": [{"answers": {"no-factor": [1]}}]}},
    {"date_vectors": {"windows": [{"anchor": "soon", "a2": {"target": 1}}]}},
    {"writing_vectors": [{"lang": "en", "expect": []}]},
    {"writing_vectors": [{"lang": "en", "text": 5, "expect": []}]},
    {"nps_vector": {"scores": [11], "nps": 100}},
)


def test_an_example_of_another_shape_fails_with_a_sentence(app):
    with scratch.world() as world:
        for content in ODD:
            lines = []
            assert verify.run(content, world, lines.append).failed == 1
            assert "could not be checked" in lines[0]


@pytest.mark.parametrize("text", ["- a list\n", "a: [1\n", "just words", "1: number\n", ""])
def test_a_file_that_cannot_be_read_is_said_in_a_sentence(app, tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["verify", str(path)])
    assert result.exit_code == 2
    assert result.output.startswith("The file ") and result.output.strip().endswith(".")


def test_a_file_that_is_not_there_or_no_text_is_said_in_a_sentence(app, tmp_path):
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\xff\xfe\x00")
    for name in ("missing.yaml", "picture.yaml", "."):
        result = app.test_cli_runner().invoke(args=["verify", str(tmp_path / name)])
        assert result.exit_code == 2 and "The file " in result.output


def test_the_agencys_own_thresholds_are_used_and_named(command):
    settings.change("assessment_open_before_days", 7)
    draft = instruments.new_version(SCORING)
    content = copy.deepcopy(draft.content)
    content["overall_levels"][1]["min_index"] = 60.5
    instruments.change(draft, content)
    instruments.publish(draft)
    examples = section("scoring_vectors", "override") | section("date_vectors", "windows")
    result = command(examples)
    assert f"scoring {draft.name}" in result.output
    assert "assessment_open_before_days is 7" in result.output
    assert "windows 1 a2 opens: expected 2026-02-14 got 2026-02-21" in result.output
    examples["scoring_vectors"]["override"][3] = {
        "index": 60.0,
        "critical_at_1": 0,
        "expected": "high",
    }
    assert "override 4: expected high got moderate" in command(examples).output


@pytest.mark.sqlite_only  # the scratch database is a file whatever the agency uses
def test_no_database_is_needed_and_none_is_made(app, command, tmp_path):
    url = f"sqlite:///{tmp_path}/nothing.db"
    app.config["DATABASE_URL"] = url
    models.database.close()
    models.open_database(url)
    result = command(section("date_vectors"))
    assert "that the portal comes with" in result.output
    assert result.exit_code == 0
    assert not (tmp_path / "nothing.db").exists()


def test_the_agencys_records_and_mail_stay_out_of_it(app, command, smtp):
    before = AuditLog.select().count(), Household.select().count(), Instrument.select().count()
    mail = dict(app.config)
    assert command(section("weekly_triage")).exit_code == 0
    assert smtp.mail == []
    assert dict(app.config) == mail
    after = AuditLog.select().count(), Household.select().count(), Instrument.select().count()
    assert (after, Referral.select().count()) == (before, 0)


def test_a_day_the_agency_is_closed_does_not_move_the_examples(command):
    """The examples know the holidays of a province and no agency's own days."""
    records.save(AgencyClosure(date=datetime.date(2026, 2, 17), label="Inventory"))
    assert command(section("date_vectors", "business_days")).exit_code == 0


def test_the_examples_pass_in_an_agency_that_speaks_french(command):
    settings.change("interface_default_language", "fr")
    result = command(section("secc_card"))
    assert result.output.strip().endswith("14 passed, 0 failed"), result.output


def test_a_week_that_is_still_to_come_passes_too(app, clock):
    clock.set("2025-06-01")
    said = []
    with scratch.world() as world:
        report = verify.run(section("weekly_triage"), world, said.append)
    assert (report.failed, said) == (0, [])


def test_values_are_compared_by_what_they_mean():
    assert verify.same([datetime.date(2025, 1, 6)], ("2025-01-06",))
    assert verify.same(84.90, 84.9) and not verify.same(84.9, 85)
    assert verify.same(["b", "a"], {"a", "b"}) and not verify.same(["a", "a"], {"a"})
    assert not verify.same(None, "") and not verify.same(True, 1)
