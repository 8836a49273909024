"""The instruments: questions, scoring, suggestions and matching, each kept as versions (decision 0.8).

One version of each kind is in force; a new one begins as a draft, and what was finished keeps the one it was made with
(R-SCO-5).  The content of a version has the shape of its file in ``seed``.
"""

import copy
import re

from flask_babel import gettext as _

from models import CURRENT, DRAFT, MATCHING, MATRIX, RETIRED, SCORING, Instrument, database, now
from workflows import audit, records, settings
from workflows.records import Problem, delete_rule, rule

# Where a content says which version it is; the suggestions do not.
VERSION_KEYS = {MATRIX: "matrix_version", SCORING: "scheme_version", MATCHING: "scheme_version"}


class NotThere(LookupError):
    """No version of a kind is in force, or none has that name: the reference data was never loaded."""


class _Kept:
    """What this process remembers: (revision and database, {key: value})."""

    memory = ((None, None), {})


def _memory():
    stamp = (settings.revision(), database.obj)
    if _Kept.memory[0] != stamp:
        _Kept.memory = (stamp, {})
    return _Kept.memory[1]


def name_in_force(kind):
    """The name of the version of ``kind`` in force, such as "2026.1"; raises NotThere."""
    known = _memory()
    if kind not in known:
        row = Instrument.in_force(kind).first()
        if row is None:
            raise NotThere(
                _("No version of this instrument is in force. Load the reference data: flask seed.")
            )
        known[kind] = row.name
        known[(kind, row.name)] = row.content
    return known[kind]


def in_force(kind):
    """The content of the version of ``kind`` in force, shared and therefore only read; raises NotThere."""
    return by_name(kind, name_in_force(kind))


def by_name(kind, name):
    """The content of one version, in force, retired or draft, shared and therefore only read; raises NotThere."""
    known = _memory()
    if (kind, name) not in known:
        row = Instrument.get_or_none(Instrument.kind == kind, Instrument.name == name)
        if row is None:
            raise NotThere(_("There is no version %(name)s of this instrument.", name=name))
        known[(kind, name)] = row.content
    return known[(kind, name)]


def parsed(kind, reader, name=None):
    """``reader(content)`` of a version (the one in force unless ``name`` says another), worked out once a process."""
    name = name or name_in_force(kind)
    known, key = _memory(), (kind, name, reader)
    if key not in known:
        known[key] = reader(by_name(kind, name))
    return known[key]


# ---- Versions --------------------------------------------------------------------------------------------------------


def next_name(kind, year=None):
    """A free name for the next version: 2026.2 after 2026.1."""
    year = year or settings.today().year
    taken = {name for (name,) in Instrument.select(Instrument.name).where(Instrument.kind == kind).tuples()}
    number = 1
    while f"{year}.{number}" in taken:
        number += 1
    return f"{year}.{number}"


def new_version(kind, note=""):
    """A draft copied from the version in force, with the next free name; returns it."""
    with database.atomic():
        name = next_name(kind)
        content = copy.deepcopy(in_force(kind))
        if kind in VERSION_KEYS:
            content[VERSION_KEYS[kind]] = name
        draft = Instrument(kind=kind, name=name, note=note, content=content)
        records.save(draft)
    return draft


def change(draft, content, version=None):
    """Save the edited content of a draft; raises Refused, or Conflict when ``version`` is not the newest."""
    draft.content = content
    records.save(draft, version=version)


def publish(draft, version=None):
    """Put a draft in force and retire the version that was, in one transaction; raises Refused or Conflict."""
    with database.atomic():
        for former in Instrument.in_force(draft.kind):
            former.state = RETIRED
            records.save(former, reason=_("Replaced by version %(name)s", name=draft.name))
        draft.state, draft.published_at = CURRENT, now()
        draft.published_by_name = audit.actor.get().name
        records.save(draft, version=version, reason=_("Put in force"))
