"""Casework of an example family: its activities, notes and letters, saved through the rules like everything else."""

import datetime

from models import CaseActivity, CaseNote, Client, Correspondence, ExitInterview, Household
from workflows import records, settings

NOON = datetime.time(17, 30)


def load(families, row):
    """Save ``row["casework"]`` of the family that ``families`` has loaded last."""
    casework = row.get("casework", {})
    for activity in casework.get("activities", ()):
        load_activity(families, activity)
    for note in casework.get("notes", ()):
        load_note(families, note)
    for letter in casework.get("letters", ()):
        load_letter(families, letter)


def _people(families, codes):
    return [families.members[code].id for code in codes]


def _facts(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def load_activity(families, row):
    records.save(
        CaseActivity(
            household=families.household,
            date=families.on(row["day"]),
            staff=families.worker,
            **_facts(row, "day", "people"),
        ),
        {"clients": _people(families, row["people"])},
    )


def load_note(families, row):
    day = families.on(row["day"])
    written = max(day, families.on(row.get("written", row["day"])))
    whole = len(row["people"]) > 1
    note = CaseNote(
        household=families.household,
        contact_on=day,
        written_on=written,
        created_at=settings.start_of(written),
        author=families.worker,
        is_family_matter=whole,
        **_facts(row, "day", "written", "people"),
    )
    records.save(note, {"clients": [] if whole else _people(families, row["people"])})
    return note


def load_letter(families, row):
    letter = Correspondence(
        household=Household.get_by_id(families.household.id),
        client=Client.get_by_id(families.members[row["person"]].id),
        occurred_at=datetime.datetime.combine(families.on(row["day"]), NOON),
        **_facts(row, "day", "person"),
    )
    records.save(letter)
    return letter


def load_exit(families, row):
    """What the first person of a household said when its case was about to be closed; None where nobody was asked."""
    if row is None:
        return
    client = Client.get_by_id(families.members[row["person"]].id)
    records.save(
        ExitInterview(
            household=Household.get_by_id(families.household.id),
            client=client,
            date=families.on(row["day"]),
            final_level=families.assessed[row["person"], "a4"].level,
            **_facts(row, "day", "person"),
        )
    )
