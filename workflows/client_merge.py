"""One person recorded twice: two client records become one, under the older file number (R-CLI-4).

``look`` says which record stays and what would happen, ``merge`` does it.  What points to the record that goes is found
by its foreign keys (``references``), so that a new table needs no line here.
"""

import re
from dataclasses import dataclass

from flask_babel import gettext as _
from peewee import BooleanField

from models import (
    ACTIVE,
    GIVEN,
    IN_HAND,
    SAFE_ANSWERS,
    WITHDRAWN,
    Attachment,
    CaseStatusEvent,
    CaseTask,
    Client,
    ConsentRecord,
    DerivedField,
    Goal,
    Guardianship,
    Household,
    Record,
    Referral,
    SettlementPlan,
    database,
)
from workflows import (
    attachments,
    audit,
    case_rules,
    case_tasks,
    people,
    plan,
    records,
    references,
    referrals,
)
from workflows import settings as agency
from workflows.people_rules import CHARTER
from workflows.records import Problem, Refused

OVER = ("disposed", "consent-refused")  # files nothing may be added to any more
KEPT, GONE = "kept", "gone"
CAREFUL = ("no", "ask-first", "yes")  # of two answers about safety the more careful one (R-CLI-2)
# What is right in the file that stays, whatever the other says.
OF_THE_FILE = ("relation", "status", "no_conflict_declared", "close_date", "close_reason")
NUMBER = re.compile(r"(\d{4})-(\d+)")


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
    return True, not is_case, house.status not in IN_HAND, _age(house)


def _age(house):
    """Sorts the older file number first; numbers that are no year and number go by when the file was made."""
    found = NUMBER.fullmatch(house.file_number)
    year, number = map(int, found.groups()) if found else (house.created_at.year, 0)
    return year, number, house.id


def _others(client):
    members = Client.select().where(Client.household == client.household_id)
    return members.where(Client.id != client.id).exists()


def _impossible(found):
    example = (agency.value("example_loaded") or {}).get("households", ())
    if (found.kept.household_id in example) != (found.gone.household_id in example):
        words = _("One of the two belongs to the example agency and goes when it is removed.")
        yield Problem("other", words)
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
            words = _("One of them is in the other’s care, so they are two people.")
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


def _moves(found):
    """[(foreign key, id that goes, id that stays)] of everything that is pointed elsewhere."""
    moves = [(field, found.gone.id, found.kept.id) for field in references.columns(Client)]
    if found.empty:
        moves += [
            (field, found.empty.id, found.house.id)
            for field in references.columns(Household)
            if field.model not in (Client, CaseStatusEvent)  # that file's history goes with it
        ]
    return moves


def moving(found):
    """{model: ids} of the rows that move, those left out that the portal counts by itself."""
    rows = {}
    for field, old, _new in _moves(found):
        model = field.model
        ids = {key for (key,) in model.select(model.id).where(field == old).tuples()}
        if ids and model is not CaseTask:
            rows.setdefault(model, set()).update(ids)
    files = {row.id for _name, _stays, goes in found.pairs() for row in attachments.of(goes)}
    return rows | ({Attachment: files} if files else {})


def _colliding(found):
    """A Problem for every row of which only one may be: nobody but a person can say which."""
    for field, old, new in _moves(found):
        for row, names in references.clashes(field, old, new):
            if not references.is_link(field.model, names):
                words = _(
                    "Both have one that may be there only once. %(title)s: %(name)s."
                    " Void or delete one of the two first, then merge.",
                    title=_(field.model._meta.title),
                    name=str(row),
                )
                yield Problem("other", words)


def taken_back(found):
    """[(consent, day)] of consents the person gave on one record and then, that day, took back on the other (R-CON-5).

    The newest form decides, and whoever took one back did not see the form of the other record.
    """
    ids = (found.kept.id, found.gone.id)
    query = ConsentRecord.type.in_(people.PERSONAL), ConsentRecord.client.in_(ids)
    rows = list(ConsentRecord.select().where(*query).order_by(ConsentRecord.withdrawn_on.desc()))
    days = {}
    for given in rows:
        for other in rows if given.state == GIVEN else ():
            is_same = other.state == WITHDRAWN and people.allow_the_same(given, other)
            if is_same and other.client_id != given.client_id and other.withdrawn_on:
                if given.given_on <= other.withdrawn_on:
                    days.setdefault(given.id, (given, other.withdrawn_on))
    return list(days.values())


# ---- What is kept ------------------------------------------------------------------------------------------------------


def differing(found):
    """[(name of the choice, field, value of what stays, of what goes, which one is meant unless somebody chooses)]."""
    lines = []
    for prefix, stays, goes in found.pairs():
        meta = type(stays)._meta
        kept = {*Record._meta.fields, *getattr(meta, "kept", ()), "household", "file_number"}
        for name, field in meta.fields.items():
            pair = stays.__data__.get(name), goes.__data__.get(name)
            if name in kept or isinstance(field, DerivedField) or pair[0] == pair[1]:
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
        withdrawn = taken_back(found)
        moved, reason = moving(found), f"client {found.gone.id} merged into {found.kept.id}"
        _rearrange(found)
        for field, old, new in _moves(found):
            # Who names a person names their household.
            more = {Household: found.house.id} if field.rel_model is Client else {}
            references.point(field, old, new, more)
        for _name, stays, goes in found.pairs():
            attachments.hand_over(goes, stays)
            references.rename(type(goes), goes.id, stays.id)
            records.delete(type(goes).get_by_id(goes.id), reason)
        _store(found, reason)
        for consent, day in withdrawn:
            referrals.withdraw(ConsentRecord.get_by_id(consent.id), day, reason)
        referrals.carry_names(Referral.select().where(Referral.client == found.kept.id))
        case_tasks.keep([found.house.id, found.other and found.other.id])
        told = {model._meta.table_name: sorted(ids) for model, ids in moved.items()}
        told["merged"] = [None, found.gone.id]
        if left := found.empty or found.other:
            told["household"] = [left.id, found.house.id]
        audit.record("update", "client", found.kept.id, told, reason)
    return found


def _store(found, reason):
    records.save(found.kept, confirmed=(people.SIMILAR,), reason=reason)
    if found.empty:
        days = (found.house.last_entry_on, found.empty.last_entry_on)
        found.house.last_entry_on = max((day for day in days if day), default=None)
        found.house.former_numbers = _former_numbers(found)
        found.house.file_number = found.number
        records.save(found.house, reason=reason)


def _former_numbers(found):
    """The numbers that the file had besides the one it has from now on, the latest last; the oldest make room."""
    files = (found.house, found.empty)
    kept = [n for row in files for n in (row.former_numbers or "").split(", ") if n]
    kept += [row.file_number for row in files if row.file_number != found.number]
    return ", ".join(kept[-9:])


def _rearrange(found):
    """What belongs to a household rather than to the person (R-CON-4, R-CON-7)."""
    if found.other:
        # The charter keeps the case of those who stay open; it is signed for the household.
        charters = (ConsentRecord.type == CHARTER) & (ConsentRecord.client == found.gone.id)
        references.write(ConsentRecord, {ConsentRecord.client: None}, charters)
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
        references.write(Goal, {Goal.plan: target.id}, goals)
    if found.empty:
        theirs = SettlementPlan.id.in_(_active(found.empty))
        references.write(SettlementPlan, {SettlementPlan.state: "closed"}, theirs)


def _active(house):
    rows = SettlementPlan.select(SettlementPlan.id)
    rows = rows.where(SettlementPlan.household == house.id, SettlementPlan.state == ACTIVE)
    return [key for (key,) in rows.tuples()]
