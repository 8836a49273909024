"""Measure the product beside its peers in one run: ``python bench/compare.py --targets product,django,floor …``.

The harness, the peers and the data set are those of the benchmark folder (``BENCH_SHARED``, default
``../shared/bench``); every further argument goes to its ``measure.py``.  Ratios are against the last target.
``--targets grown,product --growth 100`` sets the portal on a hundred times the data beside itself on the usual data.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("BENCH_SHARED", HERE.parent.parent / "shared" / "bench"))


def at_scale(product, scale):
    """The product on its own amount of data, whatever the others are measured on."""
    text = json.dumps({**product, "start": [*product["start"][:3], scale]})
    return json.loads(text.replace("{half_id}", str(int(50_000 * float(scale)) + 51)))


def main(arguments):
    targets = json.loads((SHARED / "targets.json").read_text())
    product = json.loads((HERE / "product.json").read_text())
    product["start"][0] = str(HERE / "run.sh")
    targets["product"] = product
    if "--growth" in arguments:
        at = arguments.index("--growth")
        targets["grown"] = at_scale(product, arguments.pop(at + 1))
        arguments.pop(at)
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(targets, file)
    if not any(word.startswith("--targets") for word in arguments):
        arguments = ["--targets", "product,django,floor", *arguments]
    measure = str(SHARED / "measure.py")
    os.execv(sys.executable, [sys.executable, measure, file.name, *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
