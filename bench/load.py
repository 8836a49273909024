"""Load the shared benchmark data set into a database of the product: ``python bench/load.py FOLDER SCALE``.

The data set is made by ``seed.py`` of the benchmark folder (``BENCH_SHARED``, default ``../shared/bench``): 20,000
clients, 3,000 services and 100,000 referrals, times SCALE.  Rows are written straight into the tables, so the loader
also fills in what saving would have kept: search words, counters, display names and what lists are sorted by.
"""

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import models  # noqa: E402 - the portal is found beside this folder

SHARED = Path(os.environ.get("BENCH_SHARED", ROOT.parent / "shared" / "bench"))
_spec = importlib.util.spec_from_file_location("bench_data", SHARED / "seed.py")
shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shared)

PASSPHRASE = "violet anchor maple thunder"
WHEN = "2025-01-01 00:00:00"
STATUS = ("received", "distributed", "complete")
PRIORITY = ("normal", "normal", "high", "urgent")
GENDER = {"F": "woman", "M": "man", "X": "gender-diverse"}
STAMPS = ("created_at", "updated_at", "created_by_name", "updated_by_name", "version")
STAMPED = (WHEN, WHEN, "Bench", "Bench", 1)


def write(con, table, columns, rows):
    """Insert (id, value, …) rows with the stamps every record has."""
    names = ("id", *columns, "uuid", *STAMPS)
    marks = ",".join("?" * len(names))
    sql = f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})"
    uuid = f"{zlib.crc32(table.encode()):08x}-0000-0000-0000-"
    con.executemany(sql, ((*row, f"{uuid}{row[0]:012x}", *STAMPED) for row in rows))


def load(con, scale):
    """Write every table; returns the number of referrals."""
    tables = iter(shared.tables(scale))
    rows = {}
    services, locations, programs, clients = {}, {}, {}, {}
    areas = {}
    for name, _columns, data in tables:
        if name == "area":
            base = con.execute("SELECT coalesce(max(id), 0) FROM area_of_focus").fetchone()[0]
            data = [(base + i, f"bench-{n}", n.capitalize(), n.capitalize(), n, n) for i, n in data]
            areas = {n: row[0] for n, row in enumerate(data, 1)}
            write(
                con,
                "area_of_focus",
                ("slug", "label_en", "label_fr", "short_label_en", "short_label_fr", "source", "is_active"),
                ((*row, "", 1) for row in data),
            )
        elif name == "keyword":
            base = con.execute("SELECT coalesce(max(id), 0) FROM keyword").fetchone()[0]
            rows["keyword"] = base
            write(
                con,
                "keyword",
                ("slug", "term_en", "term_fr", "label_en", "label_fr", "is_active", "search"),
                ((base + i, n, n, n, n, n, 1, n) for i, n in data),
            )
        elif name == "organization":
            write(
                con,
                "organization",
                (
                    "name", "email", "is_own", "regions_served", "is_ircc_funded", "ircc_services",
                    "access_supports", "special_focus_areas", "francophone_association_member", "search",
                ),
                ((i, n, e, int(i == 1), "[]", 0, "[]", "[]", "[]", 0, n.lower()) for i, n, e in data),
            )
        elif name == "location":
            data = list(data)
            locations = {row[0]: (row[2], row[1]) for row in data}
            write(
                con,
                "service_location",
                (
                    "organization_id", "name", "city", "address", "province", "postal_code",
                    "location_type", "hours", "contact_name", "contact_email", "is_confidential",
                    "is_active", "search",
                ),
                (
                    (i, o, n, f"City {c}", a, "ON", "N8H 1A1", "primary", "[]", "Reception",
                     f"site{i}@agency.example", 0, 1, n.lower())
                    for i, o, n, _r, c, a in data
                ),
            )
        elif name == "program":
            data = list(data)
            programs = {row[0]: row[1] for row in data}
            write(
                con,
                "program",
                (
                    "organization_id", "name", "description", "contact_name", "contact_email",
                    "funding", "area_of_focus_id", "desired_outcomes", "is_confidential", "state", "search",
                ),
                (
                    (i, o, n, n, "Lead", f"lead{i}@agency.example", "ircc" if i % 2 else "non-ircc",
                     areas[1 + i % 16], "[]", 0, "active", n.lower())
                    for i, o, n in data
                ),
            )
        elif name == "service":
            def made():
                for row in data:
                    (i, p, lo, n, text, _area, a0, a1, c0, c1, _groups, _ircc, _region, _city, online, _s, on) = row
                    services[i] = (n, p)
                    yield (
                        i, p, lo, n, text, "active" if on else "archived", "ongoing", "F2025-2026",
                        "recurring", '["mon"]', "09:00:00", "12:00:00",
                        "online" if online else "in-person", 0, "own", "Lead",
                        f"service{i}@agency.example", a0, a1, json.dumps(list(range(c0, c1 + 1))), 0,
                        "[]", 0, "free", "[]", "open", "2025-01-01", "Bench", n.lower(),
                    )
            write(
                con,
                "service_activity",
                (
                    "program_id", "location_id", "name", "description", "state", "duration_type",
                    "fiscal_year", "schedule_type", "days", "start_time", "end_time", "delivery_mode",
                    "groups_exclusive", "contact_mode", "contact_name", "contact_email", "min_age",
                    "max_age", "clb_levels", "clb_strict", "support_services", "by_appointment",
                    "cost_type", "desired_outcomes", "intake_state", "last_reviewed_on",
                    "reviewed_by_name", "search",
                ),
                made(),
            )
        elif name == "service_keyword":
            con.executemany(
                "INSERT INTO service_activity_keyword_through (serviceactivity_id, keyword_id) VALUES (?,?)",
                ((s, rows["keyword"] + k) for s, k in data),
            )
        elif name == "client":
            def people():
                for i, first, last, birth, gender, _l, _c, _i, _g, _r, city, _a, email in data:
                    clients[i] = f"{last}, {first}"
                    yield (
                        i, i, "principal", first, last, birth, GENDER[gender], email, f"City {city}",
                        "yes", "yes", "yes", '["en"]', 0, 0, clients[i], f"{last} {first}".lower(),
                    )
            count = shared.counts(scale)["client"]
            write(
                con,
                "household",
                ("file_number", "case_type", "status", "safe_address", "search"),
                ((i, f"2025-{i:07d}", "portal-only", "open", 1, f"2025 {i:07d}") for i in range(1, count + 1)),
            )
            write(
                con,
                "client",
                (
                    "household_id", "relation", "first_name", "last_name", "birth_date", "gender", "email",
                    "municipality", "safe_to_call", "safe_to_text", "safe_to_email", "preferred_languages",
                    "needs_interpreter", "interpreter_not_own_community", "display_name", "search",
                ),
                people(),
            )
        elif name == "referral":
            counts = dict.fromkeys(STATUS, 0)

            def referrals():
                for i, c, s, lo, status, level, created, notes in data:
                    service, program = services[s]
                    counts[STATUS[status]] += 1
                    place = locations[lo][0]
                    yield (
                        i, f"B{i}", "internal", PRIORITY[level], c, clients[c], "service-activity",
                        programs[program], program, s, lo, service, "Bench", created, created,
                        STATUS[status], 0, "pending", 0, notes,
                        f"b{i} {clients[c].replace(',', '')} {service} {place}".lower(),
                    )
            write(
                con,
                "referral",
                (
                    "number", "direction", "priority", "client_id", "client_name", "level",
                    "organization_id", "program_id", "service_activity_id", "location_id", "target_name",
                    "referred_by_name", "referred_on", "received_on", "status", "sending", "outcome",
                    "inbound_interpreter", "follow_up_notes", "search",
                ),
                referrals(),
            )
            con.executemany(
                "INSERT INTO kept_count (name, key, n) VALUES ('referral.status', ?, ?)",
                counts.items(),
            )
    return shared.counts(scale)["referral"]


def sort(con):
    """Fill in what the rows of every table are put in order by."""
    con.create_function("normalise", 1, models.normalise)
    for model in models.TABLES:
        for field in model._meta.sorted_fields:
            if isinstance(field, models.SortField):
                words = ", ".join(f"NULLIF({name}, '')" for name in field.of)
                con.execute(
                    f"UPDATE {model._meta.table_name} SET {field.column_name} ="
                    f" SUBSTR(normalise(COALESCE({words}, '')), 1, {field.LENGTH})"
                )


def main(folder, scale):
    path = Path(folder) / f"product-{scale}.db"
    for old in Path(folder).glob(f"product-{scale}.db*"):
        old.unlink()
    started = time.time()
    subprocess.run(
        [
            sys.executable, "-m", "flask", "--app", "app", "init", "--agency", "Agency 00001",
            "--province", "ON", "--passphrase", PASSPHRASE,
        ],
        check=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{path}", "INSTANCE": folder, "CLOCK": "0"},
        stdout=subprocess.DEVNULL,
    )
    con = sqlite3.connect(path)
    con.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000; PRAGMA foreign_keys=OFF;"
        "PRAGMA temp_store=MEMORY; PRAGMA threads=2; PRAGMA analysis_limit=1000;"
        "DELETE FROM organization;"
    )
    # Indexes and triggers of the big tables come back once the rows are in.
    later = con.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' OR type = 'index'"
        " AND tbl_name IN ('referral', 'client', 'household'))"
    ).fetchall()
    for kind, name, _sql in later:
        con.execute(f"DROP {kind} {name}")
    load(con, float(scale))
    sort(con)
    for _kind, _name, sql in later:
        con.execute(sql)
    words = con.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'").fetchall()
    for (table,) in words:
        # A large heap of words in memory spares the merging of thousands of small ones.
        con.execute(f"INSERT INTO {table}({table}, rank) VALUES ('hashsize', {1 << 26})")
        con.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")
        con.execute(f"INSERT INTO {table}({table}, rank) VALUES ('hashsize', {1 << 20})")
    con.execute("ANALYZE")
    con.commit()
    con.execute("PRAGMA journal_mode=WAL")
    con.close()
    print(f"scale {scale}: loaded in {time.time() - started:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
