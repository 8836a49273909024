"""Every report page over a large agency: ``python bench/reports.py [ROUNDS] [URL]`` prints the median of each.

The agency has 20,000 clients in 7,000 cases, 300,000 activities of three years, 60,000 assessments and 60,000 referrals.
It is made once and kept in a SQLite file under ``BENCH_TMP`` (else the folder for temporary files), or in the empty PostgreSQL
database of that address.  Pages are asked through the test client, as signed in, with last month, the fiscal year to date and
the last one; the processor's time of this process stands in brackets, for a machine that has other things to do.
"""

import datetime
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import models  # noqa: E402 - the portal is found beside this folder
from app import create_app  # noqa: E402
from seed import start  # noqa: E402
from workflows import schema, settings  # noqa: E402
from workflows.reports_list import REPORTS  # noqa: E402
from workflows.reports_tables import periods  # noqa: E402

CLIENTS, CASES, ACTIVITIES, REFERRALS, SERVICES, WORKERS = 20_000, 7_000, 300_000, 60_000, 400, 40
PASSPHRASE, ADMINISTRATOR = "violet anchor maple thunder", "quiet harbour walnut evening"
VERSION = 6
LEVELS = ("very-high", "high", "moderate", "moderate-to-low", "low")


def database_of(folder, url=None):
    """An application over the large agency: made in the file of the folder when it is not there yet, or at ``url``."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"INSTANCE": str(folder), "CLOCK": "0", "TESTING": True, "SECRET_KEY": "bench"}
    path = folder / f"reports-{VERSION}.db"
    if url:
        make({**config, "DATABASE_URL": url})
    elif not path.exists():
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        make({**config, "DATABASE_URL": f"sqlite:///{part}"})
        part.rename(path)
    return create_app({**config, "DATABASE_URL": url or f"sqlite:///{path}"})


def make(config):
    """Create, fill and close the database of a configuration."""
    with create_app(config).app_context():
        schema.upgrade()
        start.start("Bench agency", "ON", PASSPHRASE, ADMINISTRATOR)
        fill(random.Random(7), settings.today())
        if config["DATABASE_URL"].startswith("sqlite:"):
            models.database.execute_sql("ANALYZE")
            models.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            # As a server does by itself in the night.
            models.database.execute_sql("VACUUM ANALYZE")
        models.database.close()


def write(model, rows):
    """Insert dicts straight into the table of ``model``; what is not said takes the column's default."""
    fields = [f for f in model._meta.sorted_fields if f.name != "id" or rows and "id" in rows[0]]
    now = str(models.now())
    defaults = {}
    for field in fields:
        value = field.default() if callable(field.default) else field.default
        defaults[field.name] = None if value is None else field.db_value(value)
    names = ", ".join(f'"{f.column_name}"' for f in fields)
    marks = ", ".join([models.database.param] * len(fields))
    sql = f'INSERT INTO "{model._meta.table_name}" ({names}) VALUES ({marks})'
    ordered = [field for field in fields if isinstance(field, models.SortField)]
    stamped = {"created_at": now, "updated_at": now}

    def values(row):
        whole = {**defaults, **stamped, **row}
        if "uuid" in defaults:
            whole["uuid"] = str(uuid.uuid4())
        for field in ordered:
            whole[field.name] = field.derived(SimpleNamespace(**whole))
        return [whole[field.name] for field in fields]

    models.database.connection().cursor().executemany(sql, [values(row) for row in rows])


def fill(dice, today):
    """Three years of an agency."""

    def day(back=1095):
        return str(today - datetime.timedelta(days=dice.randrange(back)))

    with models.database.atomic():
        staff = [
            {"id": n, "name": f"Worker {n:02}", "languages": '["en"]'}
            for n in range(100, 100 + WORKERS)
        ]
        write(models.Staff, staff)
        own = models.Organization.own().id
        area = models.AreaOfFocus.select(models.AreaOfFocus.id).first().id
        facts = {
            "address": "1 Main",
            "city": "Leamington",
            "province": "ON",
            "postal_code": "N8H 1A1",
        }
        contact = {"contact_name": "Desk", "contact_phone": "519-555-0100", "hours": "[]"}
        places = [
            {"id": n, "organization": own, "name": f"Place {n}", **facts, **contact}
            for n in range(1, 21)
        ]
        write(models.ServiceLocation, places)
        programs = [
            {
                "id": n,
                "organization": own,
                "name": f"Program {n}",
                "description": "x",
                "contact_name": "Lead",
                "funding": "ircc",
                "area_of_focus": area,
                "desired_outcomes": "[]",
                "state": "active",
            }
            for n in range(1, 31)
        ]
        write(models.Program, programs)
        json_lists = dict.fromkeys(
            ("days", "clb_levels", "support_services", "desired_outcomes"), "[]"
        )
        write(
            models.ServiceActivity,
            [
                {
                    "id": n,
                    "program": 1 + n % 30,
                    "location": 1 + n % 20,
                    "name": f"Service {n}",
                    "state": "active",
                    "fiscal_year": "F2026-2027",
                    "last_reviewed_on": day(400),
                    **json_lists,
                }
                for n in range(1, SERVICES + 1)
            ],
        )
        people_and_cases(dice, day)
        work(dice, day)
        answers(dice, day)


def people_and_cases(dice, day):
    cases = []
    for n in range(1, CASES + 1):
        began, closed = day(), dice.random() < 0.4
        cases.append(
            {
                "id": n,
                "file_number": f"F-{n:05}",
                "case_type": dice.choice(("intensive", "general")),
                "status": "closed" if closed else "open",
                "primary_worker": 100 + n % WORKERS,
                "anchor_date": began,
                "close_date": max(began, day(500)) if closed else None,
                "last_entry_on": day(900),
                "postal_code": "N8H 1A1",
            }
        )
    write(models.Household, cases)
    write(
        models.Client,
        [
            {
                "id": n,
                "household": 1 + n % CASES,
                "first_name": f"First{n % 900}",
                "last_name": f"Last{n % 4000}",
                "birth_date": day(25_000) if n % 30 else None,
                "gender": dice.choice(("woman", "man")),
                "immigration_category": dice.choice(("gar", "psr", "unknown", "economic-pnp")),
                "phone": f"519-555-{n:05}",
                "preferred_languages": dice.choice(('["ar"]', '["uk", "ru"]', '["fa"]', "[]")),
                "self_identified_groups": "[]",
                "municipality": dice.choice(("Leamington", "Windsor", "Kingsville")),
                "display_name": f"Last{n}, First{n}",
            }
            for n in range(1, CLIENTS + 1)
        ],
    )


def work(dice, day):
    """Assessments, activities, referrals with their history and log."""
    rows = []
    for n in range(1, CLIENTS + 1):
        for point in ("a1", "a2", "a4"):
            rows.append(
                {
                    "client": n,
                    "point": point,
                    "completed_on": day(),
                    "assessor": 100,
                    "need_index": "50.0",
                    "base_level": "moderate",
                    "level": dice.choice(LEVELS),
                    "critical_questions": "[]",
                    "chosen_actions": "[]",
                }
            )
    write(models.NeedsAssessment, rows)
    topics = ("housing", "health", "employment", "education", "life-skills")
    people = [dice.randrange(1, CLIENTS + 1) for _n in range(ACTIVITIES)]
    write(
        models.CaseActivity,
        [
            {
                "id": n,
                "household": 1 + person % CASES,
                "date": day(),
                "topic": dice.choice(topics),
                "type": "form-filling",
                "minutes": dice.randrange(5, 120),
                "staff": 100 + n % WORKERS,
                "location": 1 + n % 20,
                "support_services": "[]",
                "mode": "in-person",
            }
            for n, person in enumerate(people, 1)
        ],
    )
    through = models.CaseActivity.clients.get_through_model()
    links = [{"caseactivity": n, "client": person} for n, person in enumerate(people, 1)]
    links += [
        {"caseactivity": n, "client": 1 + (people[n - 1] + 6999) % CLIENTS}
        for n in range(1, ACTIVITIES, 10)
    ]
    write(through, links)
    sent, events, logs = ("received", "distributed", "complete"), [], []
    referrals = []
    for n in range(1, REFERRALS + 1):
        came, status = day(), sent[min(2, dice.randrange(9))]
        referrals.append(
            {
                "id": n,
                "number": f"R-{n:06}",
                "direction": dice.choice(("inbound", "internal", "outbound")),
                "organization": 1,
                "client": dice.randrange(1, CLIENTS + 1),
                "program": 1 + n % 30,
                "service_activity": 1 + n % SERVICES,
                "location": 1 + n % 20,
                "referred_by_name": "Desk",
                "referred_on": came,
                "received_on": came,
                "status": status,
                "outcome": dice.choice(("pending", "enrolled", "no-show")),
                "outcome_on": day(300),
            }
        )
        events.append(
            {"referral": n, "to_status": "received", "at": f"{came} 15:00:00", "by_name": "Desk"}
        )
        if status != "received":
            later = f"{datetime.date.fromisoformat(came) + datetime.timedelta(days=dice.randrange(20))} 16:00:00"
            events.append(
                {
                    "referral": n,
                    "from_status": "received",
                    "to_status": status,
                    "at": later,
                    "by_name": "Desk",
                }
            )
            logs.append(
                {
                    "referral": n,
                    "batch_id": f"b{n}",
                    "channel": dice.choice(("email", "manual")),
                    "detail_level": "minimal",
                    "destination": f"desk{n % 60}@agency.example",
                    "sent_at": later,
                    "by_name": "Desk",
                    "result": dice.choice(("sent", "sent", "sent", "failed")),
                }
            )
    write(models.Referral, referrals)
    write(models.ReferralStatusEvent, events)
    write(models.DistributionLog, logs)


def answers(dice, day):
    """Plans, goals, interviews, feedback, capacity building."""
    write(
        models.SettlementPlan,
        [{"id": n, "household": n, "created_on": day()} for n in range(1, CASES + 1)],
    )
    states = ("not-started", "in-progress", "met", "dropped")
    write(
        models.Goal,
        [
            {
                "plan": 1 + n % CASES,
                "client": n,
                "title": "Find a home",
                "status": dice.choice(states),
            }
            for n in range(1, CLIENTS + 1)
        ],
    )
    write(
        models.ExitInterview,
        [
            {
                "household": n,
                "client": n,
                "date": day(),
                "independent": dice.randrange(1, 6),
                "nps": dice.randrange(11),
            }
            for n in range(1, 2_800)
        ],
    )
    write(
        models.ClientFeedback,
        [{"collected_on": day(), "nps_score": dice.randrange(11)} for _n in range(5_000)],
    )
    write(
        models.CapacityBuildingActivity,
        [
            {
                "date": day(),
                "type": "outreach",
                "partners": f"Partner {n % 90}",
                "objective": "x",
                "minutes": 60,
                "staff": 100,
            }
            for n in range(1_500)
        ],
    )


def sign_in(app):
    """A client whose screen is signed in and named, and that has done the administrator step."""
    client = app.test_client()

    def token(path):
        text = client.get(path).get_data(as_text=True)
        return text.partition('name="csrf_token" value="')[2].partition('"')[0]

    client.post("/sign-in", data={"csrf_token": token("/sign-in"), "passphrase": PASSPHRASE})
    client.post("/who", data={"csrf_token": token("/who"), "name": "Bench Worker"})
    return client


def main(rounds=7, url=None):
    folder = Path(os.environ.get("BENCH_TMP", tempfile.gettempdir())) / "portal-bench"
    began = time.perf_counter()
    app = database_of(folder, url)
    print(f"database ready after {time.perf_counter() - began:.1f} s in {url or folder}")
    client = sign_in(app)
    with app.app_context():
        spans = {
            name: periods(settings.today())[name]
            for name in ("last-month", "this-year", "last-year")
        }
    print(f"{'report':<22}" + "".join(f"{name:>18}" for name in spans))
    for report in REPORTS:
        line = f"{report.slug:<22}"
        for first, last in spans.values():
            address = f"{report.href or f'/reports/{report.slug}/'}?from={first}&to={last}"
            times, busy = [], []
            for _round in range(rounds):
                began, worked = time.perf_counter(), time.process_time()
                answer = client.get(address)
                times.append(time.perf_counter() - began)
                busy.append(time.process_time() - worked)
                assert answer.status_code == 200, (address, answer.status_code)
            wall, cpu = (1000 * statistics.median(found) for found in (times, busy))
            line += f"{wall:>8.0f} ms {f'({cpu:.0f})':>6}"
        print(line, flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
