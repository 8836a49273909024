"""Dispose of a planted file and look for its words in every byte that is left: ``python bench/disposal.py``.

An agency is made in a temporary folder with a file in which every text of every table that can belong to it holds a word
of its own: columns, attachments, drafts, message bodies.  Two supervisors confirm on the real screens.  Printed is how
many of the words stand in the files of the folder (database, write-ahead log, keys) before and after, and in which
files; the exit code is 1 when one is left.  ``--uncleaned`` shows what would be left without the cleaning.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import Browser  # noqa: E402
from factories import make_staff  # noqa: E402
from planted import Planter, left_in, left_in_rows  # noqa: E402
from prepare import CONFIG, prepare  # noqa: E402

import models  # noqa: E402
from app import create_app  # noqa: E402
from models import Disposal  # noqa: E402
from workflows import disposal  # noqa: E402

NAMES = ("Ines Moreau", "Sam Lee")


def confirm(browser, household, name):
    """One supervisor says the own name, reads the page and presses the button."""
    browser.submit(browser.get("/who"), answers={"name": name})
    page = browser.get(f"/retention/file/?id={household.id}")
    return browser.submit(page, read=True)


def said(words, found):
    """How many of the words were found, and where."""
    places = ", ".join(sorted({place for place, _word in found})) or "nowhere"
    return f"{len({word for _place, word in found})} of {len(words)} words: {places}"


def main(uncleaned):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        url = f"sqlite:///{folder}/portal.db"
        cookies = prepare(url, folder)["administrator"]
        app = create_app({**CONFIG, "DATABASE_URL": url, "INSTANCE": str(folder)})
        with app.app_context():
            models.database.connect(reuse_if_open=True)
            for name in NAMES:
                make_staff(name=name, role="supervisor")
            planter = Planter()
            household = planter.plant()
            models.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            print("before:", said(planter.words, left_in(planter.words, folder)))
            if uncleaned:
                disposal.scrub = lambda: None
            started, browser = time.perf_counter(), Browser(app, cookies)
            for name in NAMES:
                page = confirm(browser, household, name)
            took = time.perf_counter() - started
            row = Disposal.get()
            print(f"{page.heading}: {row.confirmed_by_1} and {row.confirmed_by_2}, {took:.1f} s")
            rows, left = left_in_rows(planter.words), left_in(planter.words, folder)
            print("in rows after:", said(planter.words, rows))
            print("in files after:", said(planter.words, left))
    return 1 if rows or left else 0


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--uncleaned", action="store_true")
    sys.exit(main(arguments.parse_args().uncleaned))
