"""What ``flask verify`` does: worked examples of a YAML file against what the product really does.

A section is a top-level key of the file.  Its function takes (data of the section, whole file, World) and yields one
Check a value; SECTIONS says which function.  A section with ``expected_windows`` is a family, whatever it is called.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import yaml
from flask_babel import gettext as _
from peewee import PeeweeException

from workflows import (
    verify_directory,
    verify_family,
    verify_matching,
    verify_needs,
    verify_triage,
    verify_writing,
)
from workflows.instruments import NotThere
from workflows.outbox import NotAllowed
from workflows.records import Refused

# What belongs to a file and is no example.
ABOUT_THE_FILE = ("schema_version",)
SECTIONS = {
    "ties": verify_directory.ties,
    "secc_card": verify_directory.card,
    "weekly_triage": verify_triage.triage,
    "matching": verify_matching.matching,
    "scoring_vectors": verify_needs.scoring,
    "date_vectors": verify_needs.dates,
    "writing_vectors": verify_writing.writing,
    "nps_vector": verify_writing.nps,
}

# What examples of a shape we did not expect may raise; each becomes one failed check with a sentence.
UNEXPECTED = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    Refused,
    NotAllowed,
    NotThere,
    PeeweeException,
)


class Unreadable(Exception):
    """The file cannot be read at all; the message is a full sentence."""


@dataclass(frozen=True)
class World:
    """Where the examples are tried out.

    ``fresh()`` gives an empty, seeded database for one section; ``mail`` is the mail server of the rehearsal.
    """

    fresh: object
    mail: object


class Report:
    """What came out; ``say`` takes each line as it comes."""

    def __init__(self, say):
        self.say, self.passed, self.failed = say, 0, 0

    def add(self, section, case, expected, got):
        if same(expected, got):
            self.passed += 1
            return
        self.failed += 1
        self.say(f"{section}/{case}: expected {shown(expected)} got {shown(got)}")


def read(path):
    """The content of a file of worked examples, a dict; raises Unreadable."""
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(_("The file %(file)s cannot be opened.", file=path)) from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unreadable(_("The file %(file)s is not YAML in UTF-8.", file=path)) from error
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise Unreadable(_("The file %(file)s does not consist of named sections.", file=path))
    return content


def run(content, world, say):
    """Go through every section of a file; returns the Report.  ``say`` is called with each line to print."""
    report = Report(say)
    for name, data in content.items():
        if name in ABOUT_THE_FILE:
            continue
        check = SECTIONS.get(name)
        if check is None and isinstance(data, dict) and "expected_windows" in data:
            check = verify_family.family
        if check is None:
            say(f"{name}: " + _("unknown section, left out"))
        else:
            _section(report, name, check, data, content, world)
    return report


def _section(report, name, check, data, content, world):
    case = ""
    try:
        world.fresh()
        for case, expected, got in check(data, content, world):
            report.add(name, case, expected, got)
    except UNEXPECTED as error:
        report.failed += 1
        where = _("%(section)s, after %(case)s", section=name, case=case) if case else name
        why = " ".join(str(error).split())
        if isinstance(error, Refused | NotAllowed | NotThere):
            report.say(f"{where}: " + _("could not be checked: %(reason)s", reason=why))
        else:
            why = f"{type(error).__name__} {why}"
            report.say(
                f"{where}: "
                + _("could not be checked, its shape is another: %(reason)s", reason=why)
            )


# ---- Comparing -------------------------------------------------------------------------------------------------------


def same(expected, got):
    """Whether two values mean the same: 84.9 and Decimal("84.9"), a date and its text, a list and a tuple.

    A set is compared without order.
    """
    if not isinstance(got, set | frozenset):
        return _plain(expected) == _plain(got)
    several = isinstance(expected, list | tuple | set)
    return several and sorted(map(str, expected)) == sorted(map(str, got))


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None:
        return None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            return Decimal(str(value)).normalize()
        except InvalidOperation:
            return str(value)
    return str(value)


def shown(value):
    """A value as it is printed: dates and decimals plainly, sets in order."""
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str) and not value:
        return "“”"
    return (
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )
