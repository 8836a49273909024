"""The family of the worked examples as rows: a case that began on 6 January 2025, three adults in the end, two children."""

from pathlib import Path

import yaml
from case_factories import make_case, make_guardianship
from factories import make_client, make_staff
from prepare import sign_in

from models import Client, Extension, NeedsAssessment
from workflows import agency_rules, assessments

EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "examples.yaml").read_text("utf-8"))
FAMILY = EXAMPLES["gar_family"]
NAMES = {
    "P1": ("Omar", "Haddad"),
    "P2": ("Samira", "Haddad"),
    "P3": ("Lina", "Haddad"),
    "P4": ("Yusuf", "Haddad"),
    "P5": ("Noor", "Haddad"),
}
# In the order in which they happened.
ASSESSMENTS = sorted(FAMILY["assessments"], key=lambda each: (each["completed_on"], each["person"]))


def come_to(app, clock, day):
    """A browser on the morning of ``day``, signed in."""
    clock.set(f"{day}T15:00")
    return sign_in(app)


def make_family():
    """{"P1": Client, …}: the whole household, the parents with the two young children in their care."""
    household = make_case(
        file_number=FAMILY["file_number"],
        anchor_date=FAMILY["anchor_date"],
        planned_end=FAMILY["extension"]["standard_end"],
        status="intake",
    )
    people = {}
    for person in FAMILY["people"]:
        first, last = NAMES[person["code"]]
        people[person["code"]] = make_client(
            household=household,
            relation=person["relation"],
            first_name=first,
            last_name=last,
            birth_date=person["birth_date"],
            phone=None,
        )
    for parent in ("P1", "P2"):
        for child in ("P4", "P5"):
            make_guardianship(people[parent], people[child])
    return people


def levels_of(example):
    """{question slug: level} of one example."""
    instrument = agency_rules.matrix()
    return {
        question.slug: level
        for slug, levels in example["answers"].items()
        for question, level in zip(instrument.factor(slug).questions, levels, strict=True)
    }


def reason_of(example):
    """Why the person of an example is not asked about employment, or None."""
    left_out = {row["factor"]: row["reason"] for row in example.get("not_applicable", ())}
    return left_out.get("employment")


def complete(people, example, assessor=None):
    """Store one example through ``assessments.complete``."""
    client, on = people[example["person"]], example["completed_on"]
    facts = agency_rules.facts(client, on, reason_of(example))
    return assessments.complete(
        Client.get_by_id(client.id),
        example["point"],
        levels_of(example),
        facts,
        on,
        assessor or make_staff(),
        mode="in-person",
    )


def approve(people):
    """The supervisor's decision as the example has it; the household need not be open for these tests."""
    extension = FAMILY["extension"]
    return Extension.create(
        household=people["P1"].household_id,
        suggested_on=extension["suggested_on"],
        because=extension["because"],
        decision="approved",
        decided_by=make_staff(role="supervisor"),
        decided_on=extension["approved_on"],
        new_end=extension["new_end"],
    )


def check(example):
    """The stored assessment of an example is as expected, to the factor."""
    expected = example["expected"]
    row = (
        NeedsAssessment.standing()
        .where(NeedsAssessment.point == example["point"])
        .join(Client)
        .where(Client.first_name == NAMES[example["person"]][0])
        .get()
    )
    assert row.completed_on == example["completed_on"]
    assert (float(row.need_index), row.base_level, row.level) == (
        expected["need_index"],
        expected["base_level"],
        expected["level"],
    )
    assert row.critical_questions == expected["critical"]
    results = {each.factor: each for each in row.factors}
    assert len(results) == 16
    assert sum(each.applicable for each in results.values()) == expected["applicable_factors"]
    for factor, wanted in expected.get("factors", {}).items():
        assert (float(results[factor].score), results[factor].level) == tuple(wanted.values())
    for left_out in example.get("not_applicable", ()):
        reason = left_out["reason"].replace(" ", "-")
        assert results[left_out["factor"]].not_applicable_reason == reason
    return row
