"""Home visits of the example: last week's list, the one of today and the one to come (2.17)."""

import datetime

from models import HomeVisit, VisitList
from seed import example_casework
from workflows import records, settings, visit_lists, visit_risk, visits
from workflows.business_days import ONE_DAY

SIGNER = "Grace Okafor"


def load(days, row):
    """Save one list with its visits; returns its id."""
    day = days.planned(row["day"])
    listed = VisitList(date=max(day, settings.today()), staff=days.staff(row["worker"]))
    records.save(listed)
    made = [(each, _visit(days, listed, each)) for each in row["visits"]]
    if row["state"] == visit_lists.AUTHORIZED:
        visit_lists.submit(_fresh(listed))
        visit_lists.authorize(_fresh(listed), days.staff(SIGNER))
    for each, visit in made:
        _go(days, day, each, _fresh(visit))
    if day < listed.date:
        _move_back(listed, day)
    for each, _visit_made in made:
        if "note" in each:
            _note(days, row["day"], each)
    return listed.id


def _fresh(row):
    """The record as it stands: what follows from a save may have changed it."""
    return type(row).get_by_id(row.id)


def _visit(days, listed, row):
    days.families.turn_to(row["file"])
    household = days.families.household
    visit = HomeVisit(
        visit_list=listed,
        household=household,
        address=household.address or "Front desk knows the way",
        start_time=datetime.time.fromisoformat(row["from"]),
        expected_end=datetime.time.fromisoformat(row["to"]),
        purpose=row["purpose"],
    )
    people = [days.families.members[code].id for code in row["people"]]
    records.save(visit, {"clients": people})
    if not row.get("unchecked"):
        answers = dict.fromkeys((slug for slug, _words, _safety in visit_risk.questions()), "no")
        visit_risk.fill_in(_fresh(visit), answers | row.get("met", {}), row.get("conditions"))
    return visit


def _go(days, day, row, visit):
    """What has happened by the time of day of the load: not yet there, at the door, or back and checked in."""
    if visit.status != visit_lists.AUTHORIZED or not days.is_over(day, row["from"]):
        return
    back = row.get("checked_in", row["to"])
    if not days.is_over(day, back):
        visit.status = visit_lists.IN_PROGRESS
        records.save(visit)
    else:
        visits.check_in(visit, row.get("method", "phone"))
        at = days.instant(day, back)
        HomeVisit.update(checked_in_at=at, risk_checked_on=day - ONE_DAY).where(
            HomeVisit.id == visit.id
        ).execute()


def _move_back(listed, day):
    """The rules let nobody plan a day that is over, rightly; a list of the past was saved as of today and is moved."""
    VisitList.update(date=day, submitted_on=day - ONE_DAY, authorized_on=day - ONE_DAY).where(
        VisitList.id == listed.id
    ).execute()


def _note(days, day, row):
    """The note that the visit asks for, which finds its visit by itself (R-VISIT-6)."""
    days.families.turn_to(row["file"])
    facts = {"type": visits.HOME_VISIT, "day": day, "people": row["people"], **row["note"]}
    example_casework.load_note(days.families, facts)
