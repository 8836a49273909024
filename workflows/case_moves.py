"""Handing a whole caseload over: who gets which case, what that does to the numbers, and the move itself (R-LOAD)."""

from collections import Counter
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from peewee import fn

from forms.caseload import EACH
from models import Client, Household, Staff, database
from workflows import caseload, team
from workflows.case_rules import NEW_WORKER
from workflows.records import BLOCK, Problem, Refused, problems, save


@dataclass(frozen=True)
class Receiver:
    """A worker who gets cases: how many, their clients before and after, what is in the way and what is asked."""

    staff: Staff
    cases: int
    before: int
    after: int
    lacking: str
    past: str


@dataclass(frozen=True)
class Plan:
    """``moves`` [(Household, people in it, Staff or None)], the Receivers, and sentences that stop the move."""

    giver: Staff
    moves: tuple
    receivers: tuple
    stops: tuple

    @property
    def seal(self):
        """{household id: (version, staff id)}: what the check page showed."""
        return {
            house.id: (house.version, staff.id) for house, _people, staff in self.moves if staff
        }


def listed(giver):
    """[(Household, people in it)] of the cases somebody has."""
    people = dict(
        Client.select(Client.household, fn.COUNT(Client.id))
        .where(Client.household.in_(team.cases_of(giver.id).select(Household.id).order_by()))
        .group_by(Client.household)
        .tuples()
    )
    return [(house, people.get(house.id, 0)) for house in team.cases_of(giver.id)]


def plan(giver, household_ids, target):
    """The Plan of moving these households from ``giver`` to ``target``, a Staff or EACH."""
    rows = [(house, n) for house, n in listed(giver) if house.id in household_ids]
    found = caseload.loads()
    if target == EACH:
        moves = _suggested(giver, rows, found)
    else:
        moves = [(house, people, target) for house, people in rows]
    stops = [_("Tick at least one household.")] if not rows else []
    stops += [
        _("Nobody can take the file %(file)s. Choose somebody for it.", file=house.file_number)
        for house, _people, staff in moves
        if staff is None
    ]
    for house, _people, staff in moves:
        stops += _blocks(house, staff) if staff else []
    return Plan(giver, tuple(moves), _receivers(moves, found), tuple(dict.fromkeys(stops)))


def _suggested(giver, rows, found):
    """Each household to whoever is suggested, those that were given before counted in (R-LOAD-3)."""
    moves, loads = [], {load.staff.id: load for load in found}
    for house, people in rows:
        best = caseload.suggested(house, list(loads.values()), but=(giver.id,))
        staff = best and best.staff
        if staff:
            load = loads[staff.id]
            loads[staff.id] = replace(
                load,
                cases=load.cases + 1,
                clients=load.clients + people,
                levels=Counter(load.levels) + Counter(caseload.levels_of(house)),
            )
        moves.append((house, people, staff))
    return moves


def _blocks(house, staff):
    """What stands in the way of one move whoever says what: the rules of the household, asked without saving."""
    moved = _moved(Household(**house.__data__), staff, None)
    # Missing papers are told once, of the worker.
    papers = team.lacking_words(staff)
    return [
        _("%(file)s: %(problem)s", file=house.file_number, problem=found.message)
        for found in problems(moved, house)
        if found.level == BLOCK and found.message != papers
    ]


def _moved(house, staff, backup):
    house.primary_worker, house.no_conflict_declared = staff, True
    if backup or house.backup_worker_id == staff.id:
        house.backup_worker = backup
    return house


def _receivers(moves, found):
    loads, made = {load.staff.id: load.clients for load in found}, []
    for key in dict.fromkeys(staff.id for _house, _people, staff in moves if staff):
        mine = [(house, people) for house, people, staff in moves if staff and staff.id == key]
        staff = next(staff for _house, _people, staff in moves if staff and staff.id == key)
        # A case whose intake is under way or that is on hold counts once it is open.
        joining = sum(people for house, people in mine if caseload.is_counted(house))
        before = loads.get(key, 0)
        past = caseload.past_words(staff, before + joining) if joining else ""
        made.append(
            Receiver(staff, len(mine), before, before + joining, team.lacking_words(staff), past)
        )
    return tuple(made)


def move(giver, seal, backup, reason, declared, confirmed):
    """Move the households of ``seal`` as the check page showed it, in one transaction; returns how many.

    ``declared`` are ids of the new workers who declared no conflict of interest, ``confirmed`` of those who may go past
    the most clients.  Raises Refused, and then nothing is moved.
    """
    with database.atomic():
        houses = {house.id: house for house in team.cases_of(giver.id)}
        for key, (version, worker) in seal.items():
            house = houses.get(key)
            if house is None or house.version != version:
                words = _(
                    "Somebody changed one of these cases meanwhile. Look through the list again."
                )
                raise Refused([Problem("", words)])
            staff = Staff.get_by_id(worker)
            _may_take(staff, declared)
            codes = (NEW_WORKER, *([caseload.PAST_THE_MOST] if worker in confirmed else []))
            save(_moved(house, staff, backup), confirmed=codes, reason=_("Cases were moved"))
            team.say_why(house, reason)
    return len(seal)


def _may_take(staff, declared):
    words = team.lacking_words(staff)
    if not staff.is_active:
        words = _("%(name)s does not work here any more. Choose somebody else.", name=staff.name)
    elif not words and staff.id not in declared:
        words = _(
            "%(name)s must declare first that there is no conflict of interest. Tick it below.",
            name=staff.name,
        )
    if words:
        raise Refused([Problem("", words)])
