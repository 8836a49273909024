"""Activities by level of need over 20,000 clients: ``python bench/activity_report.py [CLIENTS] [ACTIVITIES] [TURNS]``.

Some 300,000 activities of three and a half years, one in seven of them with two clients, and up to four assessments a
client are put into a SQLite file of their own.  Printed is the median in milliseconds of the report of a fiscal year to
date, of a whole fiscal year, and of all days at once, each with the total that it must come to.
"""

import datetime
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import models  # noqa: E402 - the portal is found beside this folder
from models import CaseActivity, Client, Household, NeedsAssessment, Staff  # noqa: E402
from workflows import activities, schema  # noqa: E402
from workflows.schedule import LEVELS, POINTS  # noqa: E402

FIRST, LAST = datetime.date(2023, 4, 1), datetime.date(2026, 11, 26)
TOPICS = ("housing", "health", "employment", "education", "language-skills")
PERIODS = (
    ("fiscal year to date", datetime.date(2026, 4, 1), LAST),
    ("a fiscal year", datetime.date(2025, 4, 1), datetime.date(2026, 3, 31)),
    ("all days", FIRST, LAST),
)
PORTION = 2_000


def put(model, rows):
    """Insert dicts of one shape, some at a time."""
    for start in range(0, len(rows), PORTION):
        model.insert_many(rows[start : start + PORTION]).execute()


def load(clients, count):
    """Fill the database; the same rows every time."""
    chance, days = random.Random(7), (LAST - FIRST).days
    keys = range(1, clients + 1)
    put(Staff, [{"id": n, "name": f"Worker {n}"} for n in range(1, 41)])
    put(Household, [{"id": n, "file_number": f"B-{n}"} for n in keys])
    put(
        Client,
        [
            {"id": n, "household": n, "first_name": "A", "last_name": f"B{n}", "search": f"b{n}"}
            | {"preferred_languages": ["en"], "display_name": f"B{n}, A"}
            for n in keys
        ],
    )
    put(NeedsAssessment, [row for n in keys for row in assessments(n, chance, days)])
    rows, links = [], []
    for n in range(1, count + 1):
        day = FIRST + datetime.timedelta(chance.randrange(days + 1))
        mine = {chance.randrange(clients) + 1}
        if chance.random() < 1 / 7:
            mine.add(chance.randrange(clients) + 1)
        row = {"id": n, "household": min(mine), "date": day, "topic": chance.choice(TOPICS)}
        row |= {"type": "form-filling", "minutes": chance.randrange(5, 120)}
        rows.append(row | {"staff": chance.randrange(40) + 1, "note": "A short remark."})
        links += [{"caseactivity": n, "client": key} for key in sorted(mine)]
    put(CaseActivity, rows)
    put(activities.Link, links)
    models.database.execute_sql("ANALYZE")
    return sum(row["minutes"] for row in rows)


def assessments(client, chance, days):
    start = chance.randrange(days)
    for number in range(chance.choice((0, 1, 2, 3, 4, 4))):
        yield {
            "client": client,
            "point": POINTS[number],
            "completed_on": FIRST + datetime.timedelta(start + 122 * number),
            "assessor": 1,
            "level": chance.choice(LEVELS),
        }


def main(clients=20_000, count=300_000, turns=15):
    with tempfile.TemporaryDirectory() as folder:
        models.open_database(f"sqlite:///{folder}/bench.db")
        schema.upgrade()
        with models.database.atomic():
            minutes = load(clients, count)
        print(f"{clients:,} clients, {count:,} activities, {minutes:,} minutes")
        for name, first, last in PERIODS:
            taken = []
            for _turn in range(turns):
                start = time.perf_counter()
                found = activities.by_level(first, last)
                taken.append((time.perf_counter() - start) * 1000)
            total = found[activities.TOTAL]
            said = f"{total['clients']:,} clients, {total['activities']:,} activities"
            print(f"  {name}: median {median(taken):.0f} ms ({said}, {total['minutes']:,} minutes)")
        models.database.close()
        assert total["minutes"] == minutes, "the report of all days is not all there is"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
