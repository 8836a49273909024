"""One client against 3,000, 30,000 and 300,000 services: ``python bench/matching.py [SERVICES …] [--clients 40]``.

What the referral builder's page needs is measured: the first twenty results with their reasons, and all counts.  The
services come from the shared benchmark data (``BENCH_SHARED``, default ``../shared/bench``) and its floors for the
matching rule take turns with us, client by client; without that folder the services are made here and there is no
floor.  Milliseconds: median and 95th percentile by the clock, median of processor time.
"""

import argparse
import datetime
import gc
import importlib.util
import os
import random
import sqlite3
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("BENCH_SHARED", ROOT.parent / "shared" / "bench"))
sys.path.insert(0, str(ROOT))

import seed  # noqa: E402 - the portal is found beside this folder
from workflows import matching_catalogue  # noqa: E402
from workflows.matching import Entry, Need, Person  # noqa: E402
from workflows.matching_scheme import read_scheme  # noqa: E402

TODAY = datetime.date(2025, 1, 1)
YEAR = "F2024-2025"
SUPPORTS = ("child-care", "interpretation", "transportation", "digital-supports")
GOALS = {3000: 0.5, 30_000: 1.0, 300_000: 5.0}
TABLES = ("service", "service_keyword", "service_language", "client", "needs")
LAST_CLIENT = 20_000


def module(name, path):
    """A file of the benchmark folder as a module, found by its own imports as ``name``."""
    spec = importlib.util.spec_from_file_location(name, path)
    found = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def shared_data(count):
    """(connection that the floors read, entries) of so many services of the shared data."""
    data = module("seed", SHARED / "seed.py")
    con = sqlite3.connect(":memory:")
    for table, columns, rows in data.tables(count / 3000):
        if table not in TABLES:
            continue
        if table in ("client", "needs"):
            rows = (row for row in rows if row[0] <= LAST_CLIENT)
        con.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        con.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        if table == "needs":
            break
    con.executescript(
        "CREATE INDEX a ON service(active, online, region); CREATE INDEX b ON service_keyword(service_id);"
        "CREATE INDEX c ON service_language(service_id); CREATE UNIQUE INDEX d ON service(id); ANALYZE;"
    )
    return con, list(entries_of(con))


def linked(con, table, column):
    found = {}
    for service, value in con.execute(f"SELECT service_id, {column} FROM {table} ORDER BY 1, 2"):
        found.setdefault(service, []).append(f"{column[0]}{value}")
    return found


def entries_of(con):
    """The shared services as matching sees them; what they lack is made up, always the same."""
    keywords, languages = (
        linked(con, "service_keyword", "keyword_id"),
        linked(con, "service_language", "language_id"),
    )
    chance = random.Random(1)
    for row in con.execute("SELECT * FROM service ORDER BY id"):
        key, _program, place, name, _text, area, age, most, low, high, groups, ircc = row[:12]
        region, city, online, _times, active = row[12:]
        yield Entry(
            id=key,
            name=name,
            area=f"a{area}",
            reviewed=TODAY - datetime.timedelta(days=chance.randrange(300)),
            location=f"Site {place}",
            is_active=bool(active),
            is_own=place % 4 == 0,
            funding="non-ircc" if ircc == 255 else "ircc",
            keywords=tuple(keywords.get(key, ())),
            languages=tuple(languages.get(key, ())),
            supports=tuple(s for s in SUPPORTS if chance.random() < 0.4),
            groups=tuple(f"g{bit}" for bit in range(8) if groups >> bit & 1),
            groups_exclusive=chance.random() < 0.1,
            intake=chance.choice(("open", "open", "open", "open", "waitlist", "closed")),
            delivery="online" if online else "in-person",
            municipality=f"City {city}",
            regions=(f"City {region * 8}",),
            fiscal_year=YEAR if chance.random() < 0.9 else "F2023-2024",
            min_age=age or None,
            max_age=most if most < 120 else None,
            clb=tuple(range(low, high + 1)) if (low, high) != (0, 12) else (),
            clb_strict=chance.random() < 0.3,
        )


def made_data(count):
    """So many services without the shared data."""
    chance, words = random.Random(2), [f"k{i}" for i in range(1, 201)]
    return [
        Entry(
            id=key,
            name=f"Service {key}",
            area=f"a{1 + key % 16}",
            reviewed=TODAY - datetime.timedelta(days=chance.randrange(300)),
            funding=chance.choice(("ircc", "non-ircc")),
            keywords=tuple(chance.sample(words, 4)),
            languages=(f"l{chance.randrange(1, 40)}",),
            supports=tuple(s for s in SUPPORTS if chance.random() < 0.4),
            municipality=f"City {chance.randrange(128)}",
            fiscal_year=YEAR,
            min_age=chance.choice((None, 18)),
            clb=chance.choice(((), (4, 5, 6, 7), (1, 2, 3))),
        )
        for key in range(1, count + 1)
    ]


def question(number):
    """A need and a person, always the same for a number: three areas, eleven keywords, two supports."""
    chance = random.Random(number)
    areas = chance.sample(range(1, 17), 3)
    words = chance.sample(range(1, 201), 11)
    weights = (3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1)
    need = Need(
        (f"a{areas[0]}",),
        tuple(f"a{area}" for area in areas[1:]),
        tuple((f"k{word}", weight) for word, weight in zip(words, weights, strict=True)),
        "language",
    )
    person = Person(
        age=chance.randrange(18, 80),
        eligibility="yes",
        clb_en=chance.randrange(10),
        languages=(f"l{chance.randrange(1, 40)}",),
        needs_interpreter=True,
        groups=frozenset(f"g{g}" for g in chance.sample(range(8), 3)),
        municipality=f"City {chance.randrange(8, 120)}",
        supports=SUPPORTS[:2],
    )
    return need, person


def memory():
    """Resident memory in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def measure(count, clients):
    """Print one line for each engine at this number of services."""
    con, entries = shared_data(count) if (SHARED / "seed.py").exists() else (None, made_data(count))
    gc.collect()
    before, started = memory(), time.perf_counter()
    catalogue = matching_catalogue.compile(entries, read_scheme(seed.read("matching")))
    print(
        f"{count:>9,} services: compiled in {time.perf_counter() - started:.2f} s,"
        f" sets {memory() - before:.0f} MiB",
        flush=True,
    )
    numbers = [1 + 487 * k for k in range(clients)]
    asks = {"matching": {n: question(n) for n in numbers}}
    calls = {"matching": lambda asked: page(catalogue, *asked)}
    if con:
        engines = module("engines", SHARED / "match" / "engines.py")
        for name in ("bitset", "sql"):
            asks[f"floor: {name}"] = {n: engines.profile(con, n) for n in numbers}
            calls[f"floor: {name}"] = engines.ENGINES[name](con).top
    taken = {name: [] for name in calls}
    for number in numbers:
        for name, call in calls.items():
            taken[name].append(timed(call, asks[name][number]))
    for name, times in taken.items():
        walls, processor = zip(*times, strict=True)
        goal = f"   goal {GOALS[count]} ms" if name == "matching" and count in GOALS else ""
        print(
            f"{name:>20} {median(walls) * 1e3:9.3f} {sorted(walls)[int(0.95 * len(walls))] * 1e3:9.3f}"
            f" {median(processor) * 1e3:9.3f}{goal}",
            flush=True,
        )


def page(catalogue, need, person):
    """What the builder's page asks for: counts and the first twenty results."""
    matches = catalogue.match(need, person, TODAY)
    return matches.total, matches.bands, matches.excluded_counts, matches.results()


def timed(call, asked):
    """(seconds by the clock, of processor time): the median of five."""
    walls, processor = [], []
    for _ in range(5):
        wall, cpu = time.perf_counter(), time.thread_time()
        call(asked)
        walls.append(time.perf_counter() - wall)
        processor.append(time.thread_time() - cpu)
    return median(walls), median(processor)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("services", nargs="*", type=int, default=list(GOALS))
    parser.add_argument("--clients", type=int, default=40)
    arguments = parser.parse_args()
    print(f"{'milliseconds':>20} {'median':>9} {'p95':>9} {'processor':>9}")
    for count in arguments.services:
        measure(count, arguments.clients)


if __name__ == "__main__":
    main()
