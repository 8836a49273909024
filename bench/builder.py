"""The referral builder's list beside the floor: ``python bench/builder.py [SCALE] [arguments of compare.py]``.

A draft of one client, with areas of focus and keywords as the floor's clients ask for, is put into the product's copy
of the shared data (3,000 services times SCALE, under ``BENCH_TMP``); then ``compare.py`` times its results page and the
floor's builder page in turns.  Our page is a GET of the wizard: session, walk through the draft and audit row included.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import models  # noqa: E402 - the portal is found beside this folder
from models import AreaOfFocus, Draft, Keyword  # noqa: E402
from workflows import schema  # noqa: E402
from workflows.engine import DONE  # noqa: E402

KEY, CLIENT = "bench", 777  # the address of the page stands in product.json


def put_draft(folder, scale):
    """A draft whose next page is the list."""
    subprocess.run([str(ROOT / "bench" / "run.sh"), "load", "sync", scale], check=True)
    models.open_database(f"sqlite:///{folder}/product/product-{scale}.db")
    with models.database.connection_context():
        schema.upgrade()
        areas = AreaOfFocus.select(AreaOfFocus.slug).where(AreaOfFocus.slug.startswith("bench-"))
        words = Keyword.select(Keyword.slug).where(Keyword.slug.not_in(_seeded()))
        need = {
            "how": ["free"],
            "areas": [slug for (slug,) in areas.order_by(AreaOfFocus.id).limit(2).tuples()],
            "keywords": [slug for (slug,) in words.order_by(Keyword.id).limit(3).tuples()],
            DONE: ["1"],
        }
        Draft.delete().where(Draft.key == KEY).execute()
        answers = {"client": {"client": [str(CLIENT)], DONE: ["1"]}, "need": need}
        Draft.create(
            key=KEY, kind="referral-builder", path=f"/referral-builder/{KEY}/", answers=answers
        )


def _seeded():
    """Keywords of the portal itself have a category; those of the shared data have none."""
    return Keyword.select(Keyword.slug).where(Keyword.category.is_null(False))


def main(arguments):
    scale = arguments[0] if arguments and arguments[0].isdigit() else "1"
    put_draft(os.environ["BENCH_TMP"], scale)
    rest = [word for word in arguments if word != scale]
    command = [sys.executable, str(ROOT / "bench" / "compare.py"), "--targets", "product,floor"]
    subprocess.run([*command, "--pages", "builder", "--scale", scale, *rest], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
