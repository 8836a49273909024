"""Measure the product beside its peers in one run: ``python bench/compare.py --targets product,django,floor …``.

The harness, the peers and the data set are those of the benchmark folder (``BENCH_SHARED``, default
``../shared/bench``); every further argument goes to its ``measure.py``.  Ratios are against the last target.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("BENCH_SHARED", HERE.parent.parent / "shared" / "bench"))


def main(arguments):
    targets = json.loads((SHARED / "targets.json").read_text())
    product = json.loads((HERE / "product.json").read_text())
    product["start"][0] = str(HERE / "run.sh")
    targets["product"] = product
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(targets, file)
    if not any(word.startswith("--targets") for word in arguments):
        arguments = ["--targets", "product,django,floor", *arguments]
    measure = str(SHARED / "measure.py")
    os.execv(sys.executable, [sys.executable, measure, file.name, *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
