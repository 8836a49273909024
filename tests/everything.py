"""``make test``: lint, the catalogues, then every test on SQLite and again on PostgreSQL.

What the machine lacks is installed where that is allowed (as root on a Debian-like system); what had to be left out is
said plainly at the end, and with CI=true nothing may be left out.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from postgres import server_programs

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def chromium():
    """The path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def install(packages):
    """Install system packages where we may; True when that worked."""
    if not packages or not hasattr(os, "geteuid") or os.geteuid() or not shutil.which("apt-get"):
        return False
    print("Installing", *packages, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for attempt in range(3):
        if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL).returncode == 0:
            return True
        # A package list from yesterday names files that are gone.
        subprocess.run(["apt-get", "update", "-qq"], env=quiet)
        time.sleep(5 * attempt)
    return False


def run(title, *command):
    """Run one part and print how long it took; True when it passed."""
    print(f"== {title}", flush=True)
    started = time.monotonic()
    passed = subprocess.run([sys.executable, "-m", *command], cwd=ROOT).returncode == 0
    print(f"== {title}: {'passed' if passed else 'FAILED'}, {time.monotonic() - started:.0f} s")
    return passed


def main():
    """Run everything; the exit code is 0 only when all of it passed and nothing was left out under CI."""
    missing = [] if chromium() else ["chromium"]
    missing += [] if server_programs() else ["postgresql"]
    install(missing)
    skipped = []
    if not chromium():
        skipped.append("the journeys in a browser: no Chromium here (Debian: apt install chromium)")
    if not server_programs():
        skipped.append("the tests on PostgreSQL: no server here (Debian: apt install postgresql)")
    # Neighbours stay with one worker, who makes what they share (an example agency, served) once; at the end it is shared out.
    workers = ("-n", str(max(2, min(4, os.cpu_count() or 2))), "--dist", "worksteal", "-q")
    without = () if chromium() else ("-m", "not journey")
    results = [run("ruff", "ruff", "check", ".")]
    if any((ROOT / "translations").glob("*/LC_MESSAGES/*.po")):
        results.append(
            run("catalogues", "babel.messages.frontend", "compile", "-d", "translations")
        )
    results.append(run("tests on SQLite", "pytest", *workers, *without))
    if server_programs():
        results.append(run("tests on PostgreSQL", "pytest", *workers, "--postgres"))
    for what in skipped:
        print("SKIPPED", what)
    if skipped and os.environ.get("CI") == "true":
        print("FAILED: with CI=true nothing may be skipped.")
        results.append(False)
    print("Everything passed." if all(results) else "Something failed; see above.")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
