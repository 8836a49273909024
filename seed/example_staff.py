"""The people who work at the example agency, with the papers that a case asks for (R-STAFF-1)."""

import datetime

from models import Staff, TrainingRecord
from workflows import records, team


def load(rows, as_of):
    """Save who is not here yet; returns (their ids, a sentence about somebody real who stands in the way or "")."""
    made = []
    for row in rows:
        person = Staff.get_or_none(Staff.name == row["name"])
        if person and "trained" in row and (lacking := team.lacking_words(person)):
            # Somebody real has this name, and gets no papers that nobody saw.
            return made, lacking
        if person is None:
            person = Staff(**{name: value for name, value in row.items() if name != "trained"})
            records.save(person)
            made.append(person.id)
            _train(person, row.get("trained", {}), as_of)
    return made, ""


def _train(person, trained, as_of):
    """``trained`` is {training: day, or how many days before ``as_of``}."""
    for kind, day in trained.items():
        done = as_of - datetime.timedelta(days=day) if isinstance(day, int) else day
        records.save(TrainingRecord(staff=person, type=kind, done_on=done))
