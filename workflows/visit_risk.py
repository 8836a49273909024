"""The checklist before a visit: ten questions, what the answers mean, how long they hold (2.17, R-VISIT-2, R-VISIT-4)."""

import datetime

from flask_babel import gettext as _

from models import HomeVisit, VisitList, normalise
from workflows import settings, texts
from workflows.assistant import WRITING
from workflows.records import Problem, Refused, rule, save

LOW, MITIGATE, UNSAFE = "low", "mitigate", "unsafe"
YES, NO, UNKNOWN = ANSWERS = ("yes", "no", "unknown")
LASTS = datetime.timedelta(days=30)
CHECKLIST = "visit-risk-checklist"


def questions():
    """[(slug, question in the current language, is about safety)] of the checklist, in its order."""
    return [
        (item["slug"], texts.said(item["label"]), "unsafe_if" in item)
        for item in texts.items(CHECKLIST)
    ]


def result(answers):
    """low, mitigate or unsafe: an unknown counts as met where conditions would do, never where the visit is unsafe."""
    items = texts.items(CHECKLIST)
    if any("unsafe_if" in i and answers.get(i["slug"]) == i["unsafe_if"] for i in items):
        return UNSAFE
    met = (i for i in items if "mitigate_if" in i)
    if any(answers.get(i["slug"]) in (i["mitigate_if"], UNKNOWN) for i in met):
        return MITIGATE
    return LOW


def unknown_dangers(answers):
    """The questions about safety that were answered with unknown: a supervisor decides in writing."""
    return [
        words
        for slug, words, is_safety in questions()
        if is_safety and answers.get(slug) == UNKNOWN
    ]


def is_filled_in(visit):
    """True once every question has an answer."""
    answers = visit.risk_answers or {}
    return bool(visit.risk_checked_on) and all(
        answers.get(i["slug"]) in ANSWERS for i in texts.items(CHECKLIST)
    )


def holds(visit, day):
    """R-VISIT-2: on ``day`` the checklist of the visit is no older than 30 days."""
    return is_filled_in(visit) and day - visit.risk_checked_on <= LASTS


def awaits_decision(visit):
    """True while a danger is unknown and no supervisor has written what follows."""
    unknown = visit.risk_result != UNSAFE and unknown_dangers(visit.risk_answers or {})
    return bool(unknown) and not (visit.risk_decision or "").strip()


def missing(visit, day, is_decided=True):
    """A sentence about what keeps the visit from going ahead on ``day``, or None (R-VISIT-2).

    Without ``is_decided`` the supervisor's decision may still be to come.
    """
    if not is_filled_in(visit):
        return _("The risk checklist is not filled in yet.")
    if not holds(visit, day):
        return _("The risk checklist is older than 30 days. Fill it in again.")
    if is_decided and awaits_decision(visit):
        return _("A danger is unknown: a supervisor has to decide in writing.")
    return None


def earlier(visit, day):
    """The newest visit of the household to the same address whose checklist still holds on ``day``, or None."""
    rows = (
        HomeVisit.select()
        .where(
            HomeVisit.household == visit.household_id,
            HomeVisit.id != visit.id,
            HomeVisit.risk_checked_on >= day - LASTS,
        )
        .order_by(HomeVisit.risk_checked_on.desc(), HomeVisit.id.desc())
    )
    same = normalise(visit.address)
    return next((v for v in rows if normalise(v.address) == same and is_filled_in(v)), None)


def fill_in(visit, answers, conditions):
    """Keep the answers of today and what follows from them; raises Refused."""
    visit.risk_answers = {slug: answers.get(slug) for slug, _words, _safety in questions()}
    visit.risk_checked_on = settings.today()
    visit.risk_result = result(visit.risk_answers)
    visit.conditions, visit.risk_decision = conditions or None, None
    return save(visit)


def take_over(visit):
    """Nothing has changed: the checklist of an earlier visit counts, under the day it was filled in; raises Refused."""
    found = earlier(visit, VisitList.get_by_id(visit.visit_list_id).date)
    if found is None:
        words = _("No checklist of the last 30 days was found for this address. Fill it in.")
        raise Refused([Problem("", words)])
    for name in ("risk_answers", "risk_checked_on", "risk_result", "risk_decision", "conditions"):
        setattr(visit, name, getattr(found, name))
    # What the earlier checklist says was read and kept then (R-NOTE-5).
    return save(visit, confirmed=(WRITING,))


def decide(visit, words, may_go, version=None):
    """A supervisor's written decision on what is unknown in the ``version`` of the visit they read; without leave to go the
    visit is waived; raises Refused or Conflict."""
    if not (words or "").strip():
        raise Refused([Problem("risk_decision", _("Write down what was decided, and why."))])
    visit.risk_decision = words
    if not may_go:
        visit.risk_result = UNSAFE
    return save(visit, version=version)


@rule(HomeVisit)
def conditions_are_written_down(change):
    """2.17: going with conditions says which."""
    visit = change.record
    if visit.risk_result == MITIGATE and not (visit.conditions or "").strip():
        words = _("Write down the conditions under which the visit goes ahead.")
        yield Problem("conditions", words)
