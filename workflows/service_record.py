"""The service record: which columns a funder wants and how they call them, what is missing, the file and the ledger (domain 8)."""

import codecs
import csv
import hashlib
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field

from flask_babel import gettext as _

from forms import choices
from models import ExportColumn, ExportProfile, Submission, database
from workflows import audit, exports, records, settings
from workflows.records import Problem, rule
from workflows.service_events import KINDS, PERSONAL, SOURCES, events, readers

ALWAYS = "always"
MOST_LINKS = 50
# Every row has these, so nobody needs to look for them.
NEVER_EMPTY = (
    "row_id",
    "fiscal_year",
    "service_date",
    "service_kind",
    "ircc_service",
    "group_or_individual",
)
# The list of each source whose values are those of a list; the others with few values stand beside it.
LISTS = {
    "ircc_service": "ircc-services",
    "funding": "funding-types",
    "topic": "cma-topics",
    "gender": "genders",
    "immigration_category": "immigration-categories",
    "support_services_used": "support-services",
    "level_of_need": "need-levels",
    "outcome": "referral-outcomes",
}
FEW = {
    "service_kind": KINDS,
    "group_or_individual": ("individual", "group"),
    "referral_created": ("yes", "no"),
    "referral_target_kind": ("own", "partner"),
}


def values_of(source):
    """Every value that a source may have, or None where there are too many to tell."""
    if source in FEW:
        return FEW[source]
    return choices.slugs(LISTS[source]) if source in LISTS else None


# ---- What a column says -----------------------------------------------------------------------------------------------


class Unclear(Exception):
    """A condition or a line of codes that cannot be understood; the text says why and what to do."""


def conditions(text):
    """What ``required_if`` means: None for never, () for always, else ((source, value), …) of which one must hold."""
    parts = [part.strip() for part in (text or "").split(";") if part.strip()]
    if not parts:
        return None
    if [part.lower() for part in parts] == [ALWAYS]:
        return ()
    return tuple(map(_condition, parts))


def _condition(part):
    source, sign, value = (piece.strip() for piece in part.partition("="))
    if not sign or not value:
        raise Unclear(
            _(
                "“%(part)s” is no condition. Write “always”, or a value and what it must be, such as service_kind=support.",
                part=part,
            )
        )
    if source not in SOURCES:
        raise Unclear(
            _(
                "“%(source)s” is no value of the service record. Use one of: %(all)s.",
                source=source,
                all=", ".join(SOURCES),
            )
        )
    _must_be_known(source, value)
    return source, value


def _must_be_known(source, value):
    known = values_of(source)
    if known is not None and value not in known:
        raise Unclear(
            _(
                "“%(value)s” is never a value of %(source)s. Use one of: %(all)s.",
                value=value,
                source=source,
                all=", ".join(known),
            )
        )


def codes(source, lines):
    """{our value: theirs} of the lines of a column."""
    found = {}
    for line in lines or ():
        ours, sign, theirs = (piece.strip() for piece in line.partition("="))
        if not sign or not ours or not theirs:
            raise Unclear(
                _(
                    "“%(line)s” is no code. Write our value, an equals sign and theirs, such as woman = F.",
                    line=line,
                )
            )
        _must_be_known(source, ours)
        if ours in found:
            raise Unclear(_("“%(value)s” has two codes. Leave one of the lines out.", value=ours))
        found[ours] = theirs
    return found


@rule(ExportColumn)
def a_column_can_be_filled(change):
    """Domain 8: its value is one of the record's, its condition and its codes are understood."""
    row = change.record
    if row.source not in SOURCES:
        yield Problem("source", _("Choose one of: %(all)s.", all=", ".join(SOURCES)))
        return
    if not (row.heading or "").strip():
        yield Problem("heading", _("Enter the heading that stands above this column."))
    if row.position is not None and row.position < 1:
        yield Problem("position", _("Enter a place from 1 on."))
    try:
        conditions(row.required_if)
    except Unclear as unclear:
        yield Problem("required_if", str(unclear))
    try:
        codes(row.source, row.codes)
    except Unclear as unclear:
        yield Problem("codes", str(unclear))


# ---- Profiles -------------------------------------------------------------------------------------------------------


def columns(profile):
    """The ExportColumns of a profile in their order; values it has no column for yet are there, off, at the end."""
    stored = list(
        ExportColumn.select()
        .where(ExportColumn.profile == profile)
        .order_by(ExportColumn.position, ExportColumn.id)
    )
    known = {column.source for column in stored}
    place = max((column.position for column in stored), default=0)
    missing = [source for source in SOURCES if source not in known]
    for number, source in enumerate(missing, place + 1):
        stored.append(
            ExportColumn(
                profile=profile, source=source, heading=source, position=number, is_on=False
            )
        )
    return stored


def save_columns(profile, wanted):
    """Save changed columns in one transaction; raises records.Refused with the field named ``source-field``.

    ``wanted`` is {source: {field: value}}.
    """
    rows, problems, headings = columns(profile), [], defaultdict(list)
    for row in rows:
        for name, value in wanted.get(row.source, {}).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        if row.is_on:
            headings[row.heading.strip().casefold()].append(row)
        found = records.problems(row)
        problems += [Problem(f"{row.source}-{one.field}", one.message) for one in found]
    for same in headings.values():
        for row in same[1:]:
            words = _(
                "Another column of the file has the heading “%(heading)s”.", heading=row.heading
            )
            problems.append(Problem(f"{row.source}-heading", words))
    if problems:
        raise records.Refused(problems)
    with database.atomic():
        rows.sort(key=lambda row: row.position)
        for place, row in enumerate(rows, 1):
            if row.position != place:
                row.position = place
            if row.id is None or row.dirty_fields:
                records.save(row)


def copy(profile):
    """A new profile with the same columns, named after the old one; returns it."""
    name, number = _("Copy of %(name)s", name=profile.name)[:110], 2
    base = name
    while ExportProfile.select().where(ExportProfile.name == name).exists():
        name, number = f"{base} {number}", number + 1
    with database.atomic():
        made = ExportProfile(name=name, about=profile.about)
        records.save(made)
        for column in columns(profile):
            facts = ("position", "source", "heading", "is_on", "required_if", "codes")
            same = {fact: getattr(column, fact) for fact in facts}
            records.save(ExportColumn(profile=made, **same))
    return made


# ---- What is missing --------------------------------------------------------------------------------------------------


@dataclass
class Gap:
    """A required column that is empty in ``rows`` rows; where the first ``MOST_LINKS`` of them are mended.

    ``needed`` are the conditions under which it is required, as ``conditions`` gives them.
    """

    source: str
    heading: str
    needed: tuple
    rows: int = 0
    places: dict = field(default_factory=dict)

    @property
    def is_personal(self):
        return self.source in PERSONAL

    def opens(self, values, is_about_somebody):
        """Whether it is empty in a row of these values and must not be; a row about nobody owes nothing personal."""
        if values.get(self.source) or (self.is_personal and not is_about_somebody):
            return False
        return not self.needed or any(_is(values, source, value) for source, value in self.needed)

    def add(self, record, row):
        """Count a row of a Reader of this kind of record, and keep its place while there are few."""
        self.rows += 1
        if len(self.places) < MOST_LINKS:
            day, key, client = row[:3]
            self.places[("client", client) if self.is_personal else (record, key)] = day


def check(profile, first, last):
    """(rows in all, [Gap] of the required columns that are empty somewhere) of a period.

    What is about the person is not asked of a row about nobody, and is mended at the person.
    """
    gaps, number = _gaps(profile), 0

    def asked(kind):
        required = {gap.source for gap in _open_to(kind, gaps)}
        told_apart = {source for gap in _open_to(kind, gaps) for source, _value in gap.needed}
        return required | told_apart, required - told_apart

    sources, people = readers(asked)
    for reader in sources:
        able = _open_to(reader.kind, gaps)
        # A year has many rows and few that differ in what is asked: each kind of row is judged once.
        judged = [{} for _person in people.read]
        for row in reader.rows(first, last):
            place, read = people.places.get(row[2]), row[3:]
            if place is None:  # somebody who came while this was being read
                continue
            number += 1
            found = judged[place].get(read)
            if found is None:
                values, about = reader.values(people.read[place], read), row[2] is not None
                found = judged[place][read] = [gap for gap in able if gap.opens(values, about)]
            for gap in found:
                gap.add(reader.kind.record, row)
    return number, [gap for gap in gaps if gap.rows]


def _gaps(profile):
    """A Gap, still without rows, for each column of the file that may be empty and is required."""
    found = []
    for column in columns(profile):
        if column.is_on and column.source not in NEVER_EMPTY:
            needed = conditions(column.required_if)
            if needed is not None:
                found.append(Gap(column.source, column.heading, needed))
    return found


def _open_to(kind, gaps):
    return [gap for gap in gaps if not kind.always_says(gap.source)]


def _is(values, source, value):
    return value in str(values.get(source, "")).split(";")


# ---- The file and the ledger ------------------------------------------------------------------------------------------


class _Hashed:
    """A binary file that also adds up what is written into it."""

    def __init__(self, file):
        self.file, self.sum = file, hashlib.sha256()

    def write(self, content):
        self.sum.update(content)
        return self.file.write(content)


def write(profile, first, last, file):
    """Write the CSV of a period into an open binary file; returns (rows, checksum)."""
    chosen = [
        (column.source, codes(column.source, column.codes))
        for column in columns(profile)
        if column.is_on
    ]
    hashed, number = _Hashed(file), 0
    writer = csv.writer(codecs.getwriter("utf-8")(hashed))
    writer.writerow([exports.guard(column.heading) for column in columns(profile) if column.is_on])
    for event in events(first, last):
        writer.writerow([_cell(event.values.get(source), known) for source, known in chosen])
        number += 1
    return number, hashed.sum.hexdigest()


def _cell(value, known):
    """A value in their code where they have one; of several each in its own."""
    if value is None:
        return ""
    if known:
        value = ";".join(known.get(part, part) for part in str(value).split(";"))
    return exports.guard(value)


def make(profile, first, last):
    """Write the file of a period and its line of the ledger; returns (open temporary file, Submission)."""
    file = tempfile.TemporaryFile()
    number, checksum = write(profile, first, last, file)
    submission = Submission(
        profile=profile, period_from=first, period_to=last, rows=number, checksum=checksum
    )
    with database.atomic():
        records.save(submission)
        changed = {"profile": profile.id, "from": str(first), "to": str(last), "rows": number}
        audit.record("export", "service_record", submission.id, changed)
    file.seek(0)
    return file, submission


def file_name(submission):
    """The period and that it is confidential; never a person's name (R-SYS-8)."""
    days = f"{submission.period_from.isoformat()}-{submission.period_to.isoformat()}"
    return f"service-record-{days}-{_('confidential')}.csv"


@rule(Submission)
def handing_in_has_a_day_and_somebody(change):
    """Domain 8: handed in on a day that has come, to somebody."""
    row = change.record
    if row.submitted_on is None and not row.submitted_to:
        return
    if row.submitted_on is None:
        yield Problem("submitted_on", _("Enter the day on which it was handed in."))
    elif row.submitted_on > settings.today():
        yield Problem(
            "submitted_on", _("This day is in the future. Enter the day on which it was handed in.")
        )
    elif row.submitted_on < row.period_from:
        yield Problem(
            "submitted_on", _("This day is before the period of the file. Check the date.")
        )
    if not (row.submitted_to or "").strip():
        yield Problem("submitted_to", _("Enter to whom it was handed in."))


def ledger(limit=30):
    """The files made, the newest first, each with its profile."""
    query = Submission.select(Submission, ExportProfile).join(ExportProfile)
    return list(query.order_by(Submission.id.desc()).limit(limit))
