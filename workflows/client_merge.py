"""One person recorded twice: two client records become one, under the older file number (R-CLI-4).

``look`` says which record stays and what would happen, ``merge`` does it.  What points to the record that goes is found
by the foreign keys of all tables, so that a new table needs no line here; only drafts and filters name ids in JSON.
"""

import re
from dataclasses import dataclass

from flask_babel import gettext as _
from peewee import BooleanField, ForeignKeyField

from models import (
    ACTIVE,
    SAFE_ANSWERS,
    TABLES,
    THROUGH,
    VOID,
    Attachment,
    CaseTask,
    Client,
    ConsentRecord,
    Draft,
    Goal,
    Guardianship,
    Household,
    NeedsAssessment,
    Record,
    Referral,
    SavedFilter,
    SettlementPlan,
    database,
    now,
)
from workflows import attachments, audit, case_rules, case_tasks, people, plan, records, referrals
from workflows import settings as agency
from workflows.households import WORKED_WITH
from workflows.people_rules import CHARTER
from workflows.records import Problem, Refused

OVER = ("disposed", "consent-refused")  # files nothing may be added to any more
KEPT, GONE = "kept", "gone"
CAREFUL = ("no", "ask-first", "yes")  # of two answers about safety the more careful one (R-CLI-2)
# What is right in the file that stays, whatever the other says.
OF_THE_FILE = ("relation", "status")
NUMBER = re.compile(r"(\d{4})-(\d+)")
# Names under which drafts and filters hold ids: of questions ("goals-2-client"), of facts, in addresses.
NAMED = {Client: ("client", "clients", "person", "same"), Household: ("household",)}
LOOKED_INTO = (Draft.answers, SavedFilter.arguments)


class Changed(Exception):
    """One of the two records was saved since the page was opened."""


@dataclass(frozen=True)
class Merge:
    """``kept`` and ``gone`` are the Clients; ``house`` stays, ``number`` is its file number from then on.

    ``empty`` is the household nobody is left in, which goes too; ``other`` the one in which others stay.
    """

    kept: Client
    gone: Client
    house: Household
    empty: Household | None
    other: Household | None
    number: str

    @property
    def seal(self):
        """What changes when either record, or its file, is saved."""
        rows = (self.kept, self.gone, self.house, self.empty or self.other)
        return "-".join(f"{row.id}.{row.version}" for row in rows if row)

    def pairs(self):
        """[(name, what stays, what goes)] of the records whose fields are compared."""
        files = [("household", self.house, self.empty)] if self.empty else []
        return [("client", self.kept, self.gone), *files]


# ---- Which record stays ------------------------------------------------------------------------------------------------


def look(one, other):
    """The Merge of two Clients; raises Refused with every reason why it cannot be."""
    if one.id == other.id:
        raise Refused([Problem("other", _("Choose another record: these two are the same."))])
    files = {row.id: row for row in (one.household, other.household)}
    first, second = sorted((one, other), key=lambda c: (_standing(c, files), c.id))
    house, left = files[first.household_id], files[second.household_id]
    number, empty = house.file_number, None
    if left.id == house.id:
        left = None
    elif not _others(second):
        empty, left = left, None
        number = min((house, empty), key=_age).file_number
    found = Merge(first, second, house, empty, left, number)
    problems = [*_impossible(found), *_colliding(found)]
    if problems:
        raise Refused(problems)
    return found


def _standing(client, files):
    """Sorts first whose file stays: where others are, then a case rather than a contact, then the older file.

    Where others stay in both, both files stay, and the person is in the older one.
    """
    house = files[client.household_id]
    if _others(client):
        return False, _age(house)
    is_case = house.case_type != case_rules.PORTAL_ONLY
    return True, not is_case, house.status not in WORKED_WITH, _age(house)


def _age(house):
    """Sorts the older file number first; numbers that are no year and number go by when the file was made."""
    found = NUMBER.fullmatch(house.file_number)
    year, number = map(int, found.groups()) if found else (house.created_at.year, 0)
    return year, number, house.id


def _others(client):
    members = Client.select().where(Client.household == client.household_id)
    return members.where(Client.id != client.id).exists()


def _impossible(found):
    for house in {row.id: row for row in (found.house, found.empty, found.other) if row}.values():
        if house.status in OVER:
            words = _(
                "The file %(file)s was disposed of or its consent refused: nothing is added to it.",
                file=house.file_number,
            )
            yield Problem("other", words)
    ties = Guardianship.select().where(
        (Guardianship.guardian == found.gone.id) | (Guardianship.child == found.gone.id)
    )
    for tie in ties:
        if found.kept.id in (tie.guardian_id, tie.child_id):
            words = _("One of them is in the other's care, so they are two people.")
            yield Problem("other", words)
        elif found.other:
            name = tie.child if tie.guardian_id == found.gone.id else tie.guardian
            words = _(
                "%(name)s stays in the file %(file)s, but children in care and their parents are in one household."
                " Remove that link first.",
                name=str(name),
                file=found.other.file_number,
            )
            yield Problem("other", words)


# ---- What points to them -----------------------------------------------------------------------------------------------


def columns(target):
    """[(model, field)] of every foreign key to ``target``, those of through tables included."""
    return [
        (model, field)
        for model in (*TABLES, *THROUGH)
        for field in model._meta.sorted_fields
        if isinstance(field, ForeignKeyField) and field.rel_model is target
    ]


def _moves(found):
    """[(model, field, id that goes, id that stays)] of everything that is pointed elsewhere."""
    moves = [(m, f, found.gone.id, found.kept.id) for m, f in columns(Client)]
    if found.empty:
        moves += [
            (model, field, found.empty.id, found.house.id)
            for model, field in columns(Household)
            if model is not Client
        ]
    return moves


def moving(found):
    """{model: ids} of the rows that move, those left out that the portal counts by itself."""
    rows = {}
    for model, field, old, _new in _moves(found):
        ids = {key for (key,) in model.select(model.id).where(field == old).tuples()}
        if ids and model is not CaseTask:
            rows.setdefault(model, set()).update(ids)
    files = {row.id for _name, _stays, goes in found.pairs() for row in attachments.of(goes)}
    return rows | ({Attachment: files} if files else {})


def _unique_of(model):
    """[(names, condition or None)] of columns that no two rows have alike, by an index or by a rule (2.10)."""
    sets = [(names, None) for names in records.unique_sets(model)]
    if model is NeedsAssessment:
        sets.append((("client", "point"), NeedsAssessment.state != VOID))
    return sets


def _clashes(model, field, old, new):
    """[(row that would move, names of the columns)] for which the record that stays has a row already."""
    for names, condition in _unique_of(model):
        if field.name not in names:
            continue
        others = [name for name in names if name != field.name]

        def told(row, others=others):
            return tuple(row.__data__[name] for name in others)

        rows = model.select().where(
            field.in_((old, new)), *([] if condition is None else [condition])
        )
        rows = list(rows)
        there = {told(row) for row in rows if row.__data__[field.name] == new}
        yield from (
            (row, names) for row in rows if row.__data__[field.name] == old and told(row) in there
        )


def _is_link(model, names):
    """True when a row says nothing but that its two ends belong together, so that one of two alike is enough."""
    kept = {*Record._meta.fields, *names}
    return all(name in kept for name in model._meta.fields)


def _colliding(found):
    """A Problem for every row of which only one may be: nobody but a person can say which."""
    for model, field, old, new in _moves(found):
        for row, names in _clashes(model, field, old, new):
            if not _is_link(model, names):
                words = _(
                    "Both have one that may be there only once. %(title)s: %(name)s."
                    " Void or delete one of the two first, then merge.",
                    title=_(model._meta.title),
                    name=str(row),
                )
                yield Problem("other", words)


# ---- What is kept ------------------------------------------------------------------------------------------------------


def differing(found):
    """[(name of the choice, field, value of what stays, of what goes, which one is meant unless somebody chooses)]."""
    lines = []
    for prefix, stays, goes in found.pairs():
        meta = type(stays)._meta
        kept = {*Record._meta.fields, "search", "household", "file_number"}
        for name, field in meta.fields.items():
            pair = stays.__data__.get(name), goes.__data__.get(name)
            if name in kept or name in getattr(meta, "kept", ()) or pair[0] == pair[1]:
                continue
            if _is_filled(field, pair[0]) or _is_filled(field, pair[1]):
                lines.append((f"{prefix}-{name}", field, *pair, _meant(field, stays, goes)))
    return lines


def _meant(field, stays, goes):
    """The one filled; of two the older record's (R-CLI-4)."""
    mine, theirs = stays.__data__.get(field.name), goes.__data__.get(field.name)
    if field.name in OF_THE_FILE:
        return KEPT
    if field.choices == SAFE_ANSWERS:
        return KEPT if CAREFUL.index(mine) <= CAREFUL.index(theirs) else GONE
    filled = _is_filled(field, mine), _is_filled(field, theirs)
    if filled[0] != filled[1]:
        return KEPT if filled[0] else GONE
    return KEPT if isinstance(stays, Household) or stays.id < goes.id else GONE


def _is_filled(field, value):
    if isinstance(field, BooleanField):
        return value != field.default
    return value not in (None, "", [], field.default)


def _choose(found, chosen):
    for name, field, _mine, theirs, meant in differing(found):
        if chosen.get(name, meant) == GONE:
            record = found.kept if field.model is Client else found.house
            setattr(record, field.name, theirs)


# ---- Doing it ----------------------------------------------------------------------------------------------------------


def merge(one_id, other_id, seen, chosen):
    """Make one record of two, all or nothing; returns the Merge.

    ``seen`` is the seal of the page, ``chosen`` {name: "kept" or "gone"} of ``differing``.  Raises Changed when either
    record was saved meanwhile or is gone, Refused when they cannot be merged or the chosen values break a rule.
    """
    lock = "FOR UPDATE" if database.obj.for_update else ""
    with database.atomic():
        pair = [Client.stored(key, lock) for key in sorted((one_id, other_id))]
        if None in pair:
            raise Changed
        found = look(*pair)
        if found.seal != seen:
            raise Changed
        _choose(found, chosen)
        moved, reason = moving(found), f"client {found.gone.id} merged into {found.kept.id}"
        _rearrange(found)
        for model, field, old, new in _moves(found):
            _point(found, model, field, old, new)
        for _name, stays, goes in found.pairs():
            attachments.hand_over(goes, stays)
            _rename(type(goes), goes.id, stays.id)
            records.delete(type(goes).get_by_id(goes.id), reason)
        _store(found, reason)
        referrals.carry_names(Referral.select().where(Referral.client == found.kept.id))
        case_tasks.keep([found.house.id, found.other and found.other.id])
        told = {model._meta.table_name: sorted(ids) for model, ids in moved.items()}
        audit.record(
            "update", "client", found.kept.id, {"merged": [None, found.gone.id], **told}, reason
        )
    return found


def _store(found, reason):
    records.save(found.kept, confirmed=(people.SIMILAR,), reason=reason)
    if found.empty:
        days = (found.house.last_entry_on, found.empty.last_entry_on)
        found.house.last_entry_on = max((day for day in days if day), default=None)
        found.house.file_number = found.number
        records.save(found.house, reason=reason)


def _rearrange(found):
    """What belongs to a household rather than to the person (R-CON-4, R-CON-7)."""
    if found.other:
        # The charter keeps the case of those who stay open; it is signed for the household.
        charters = ConsentRecord.type == CHARTER, ConsentRecord.household == found.other.id
        mine = ConsentRecord.client == found.gone.id
        nobody = _stamped(ConsentRecord, {ConsentRecord.client: None})
        ConsentRecord.update(nobody).where(mine, *charters).execute()
        goals = Goal.client == found.gone.id
    elif found.empty:
        goals = Goal.plan.in_(_active(found.empty))
        if plan.active(found.house) is None:
            return
    else:
        return
    if Goal.select().where(goals).exists():
        target = plan.active(found.house)
        if target is None:
            target = SettlementPlan(household=found.house, created_on=agency.today())
            records.save(target)
        Goal.update(_stamped(Goal, {Goal.plan: target.id})).where(goals).execute()
    if found.empty:
        closed = _stamped(SettlementPlan, {SettlementPlan.state: "closed"})
        SettlementPlan.update(closed).where(SettlementPlan.id.in_(_active(found.empty))).execute()


def _active(house):
    rows = SettlementPlan.select(SettlementPlan.id)
    rows = rows.where(SettlementPlan.household == house.id, SettlementPlan.state == ACTIVE)
    return [key for (key,) in rows.tuples()]


def _point(found, model, field, old, new):
    """Point the rows elsewhere, with their household where they name one; of two links alike one is dropped."""
    for row, _names in _clashes(model, field, old, new):
        model.delete().where(model.id == row.id).execute()
    values = {field: new}
    for other in model._meta.sorted_fields if field.rel_model is Client else ():
        if isinstance(other, ForeignKeyField) and other.rel_model is Household:
            values[other] = found.house.id
    model.update(_stamped(model, values)).where(field == old).execute()


def _stamped(model, values):
    """With the columns that say that a row was changed, for those who have it open (R-SYS-2)."""
    if not issubclass(model, Record):
        return values
    stamps = {
        model.version: model.version + 1,
        model.updated_at: now(),
        model.updated_by_name: audit.actor.get().name,
    }
    return values | stamps


def _rename(model, old, new):
    """Write the new id where drafts and saved filters hold the old one."""
    whole = re.compile(rf"(?<!\d){old}(?!\d)")
    names = NAMED[model]
    table = {Client: "clients", Household: "households"}[model]
    address = re.compile(rf"(^/{table}/\w+/\?(?:.*&)?id=|[?&]{names[0]}=){old}(?!\d)")

    def renamed(value, said=False):
        if isinstance(value, dict):
            return {
                whole.sub(str(new), key)
                if model is Client and key.startswith("interview-")
                else key: renamed(inner, key.rpartition("-")[2] in names)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [renamed(inner, said) for inner in value]
        if said and isinstance(value, str):
            return whole.sub(str(new), value)
        return new if said and type(value) is int and value == old else value

    for field in LOOKED_INTO:
        for row in list(field.model.select()):
            setattr(row, field.name, renamed(getattr(row, field.name)))
            if field.model is Draft:
                row.path = address.sub(rf"\g<1>{new}", row.path)
            records.save(row)
