"""Which processes of the portal run on this instance folder: a lock file each, freed by the system when it dies.

A lock is an open exclusive transaction on a small SQLite file of its own: the same on every system.
"""

import os
import sqlite3
import uuid
from contextlib import contextmanager
from pathlib import Path

from flask import current_app


@contextmanager
def announced():
    """While this lasts, ``others`` of every other process knows that this one serves or keeps the clock."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.lock"
    lock = taken(path)
    try:
        yield
    finally:
        lock.close()
        path.unlink(missing_ok=True)


def others():
    """Process ids of what runs on this instance folder, sorted; what a dead process left behind is tidied away."""
    found = []
    for path in sorted(_folder().glob("*.lock")):
        pid = int(path.name.partition("-")[0])
        if is_free(path):
            path.unlink(missing_ok=True)
        elif pid != os.getpid():
            found.append(pid)
    return sorted(found)


def taken(path):
    """The open lock on ``path``, to be closed by the caller; None when a living process holds it."""
    lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        return None
    return lock


def is_free(path):
    """True when nobody holds the lock on ``path`` any more."""
    lock = taken(path)
    if lock is None:
        return False
    lock.close()
    return True


def _folder():
    return Path(current_app.config["INSTANCE"]) / "running"
