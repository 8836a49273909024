"""Processor time of single requests beside the floor: ``python bench/processor.py [PAGE,PAGE …] [--rounds N]``.

On a machine that others use too, the clock measures the others.  Here the two servers answer in turn, and what counts
is how long their own processes ran for each request (Linux: ``/proc/…/schedstat``).  Pages are those of product.json,
and ``sending``: the one press that sends twenty referrals.
"""

import argparse
import importlib.util
import json
import os
import time
from pathlib import Path
from statistics import median

import builder
import send_twenty

HERE = Path(__file__).resolve().parent
SHARED = send_twenty.SHARED
_spec = importlib.util.spec_from_file_location("measure", SHARED / "measure.py")
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)

PAGES = "edit,edit_save,sending,builder"
PAUSE = 0.002  # a worker tidies up after its answer, which belongs to this request


def ran(master):
    """Milliseconds that the workers of a server have run on a processor so far."""
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in workers) / 1e6


def cost(master, act):
    """Milliseconds of processor time that the server spent while ``act()`` asked it something."""
    before = ran(master)
    act()
    time.sleep(PAUSE)
    return ran(master) - before


def pages(targets, page, rounds):
    """{target: [milliseconds of each request]} of one page, the targets in turn."""
    found = {target.name: [] for target in targets}
    ready = {}
    for n in range(rounds + 20):  # the first ones warm both workers up
        for target in targets:
            if n == 0 or target.fresh(page):
                _vary(target.spec["pages"][page], n)
                ready[target.name] = target.prepare(page)[0]
            spent = cost(target.proc.pid, lambda: target.conn.request(ready[target.name]))
            if n >= 20:
                found[target.name].append(spent)
    return found


def _vary(page, n):
    """What a form sets differs from round to round: saving what is there already is no save."""
    if isinstance(page, dict):
        page["set"] = dict.fromkeys(page["set"], f"called back {n}")


def sendings(targets, rounds):
    """As ``pages``, for sending twenty referrals: everything before the last press is not counted."""
    product, floor = targets
    ours, theirs = send_twenty.signed_in(product.port, floor.port)
    token = theirs.fields()["csrf"]
    found = {"product": [], "floor": []}
    for n in range(rounds + 2):
        ids = send_twenty.twenty(n)
        answers = send_twenty.prepare(ours, ids)
        asked = (
            (product, lambda: send_twenty.pressed(ours, ours.url, answers)),
            (
                floor,
                lambda: send_twenty.pressed(theirs, "/distribute", {"csrf": token, "id": ids}),
            ),
        )
        for target, press in asked:
            spent = cost(target.proc.pid, press)
            if n >= 2:
                found[target.name].append(spent)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="?", default=PAGES)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--port", type=int, default=8160)
    asked = parser.parse_args()
    spec = json.loads((SHARED / "targets.json").read_text())
    spec["product"] = json.loads((HERE / "product.json").read_text())
    spec["product"]["start"][0] = str(HERE / "run.sh")
    if "builder" in asked.pages:
        builder.put_draft(os.environ["BENCH_TMP"], "1")
    targets = [
        measure.Target(name, spec[name], "sync", "1", asked.port + n)
        for n, name in enumerate(("product", "floor"))
    ]
    try:
        for target in targets:
            target.start()
            target.login()
        print(f"{'page':12}{'portal ms':>10}{'floor ms':>10}{'ratio':>8}")
        for page in asked.pages.split(","):
            if page == "sending":
                found = sendings(targets, max(10, asked.rounds // 5))
            else:
                found = pages(targets, page, asked.rounds)
            ours, theirs = (median(found[name]) for name in ("product", "floor"))
            print(f"{page:12}{ours:10.2f}{theirs:10.2f}{ours / theirs:8.2f}", flush=True)
    finally:
        for target in targets:
            target.stop()


if __name__ == "__main__":
    main()
