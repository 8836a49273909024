"""A day of home visits for the tests: tomorrow, with the time of day the test asks for."""

import datetime

import pytest
from casework_factories import make_client, make_home_visit, make_visit_list
from factories import make_staff

import models
from models import HomeVisit, VisitList
from workflows import settings, visit_lists, visit_risk
from workflows.records import Refused


class Day:
    """Tomorrow where the agency is; ``at("09:00")`` is then, with every screen still signed in."""

    def __init__(self, clock):
        self.clock, self.date = clock, settings.today() + datetime.timedelta(days=1)

    def instant(self, time, days=0):
        """The instant (naive UTC) of a time of day, ``days`` after the day of the visits."""
        local = datetime.datetime.combine(
            self.date + datetime.timedelta(days=days),
            datetime.time.fromisoformat(time),
            settings.zone(),
        )
        return local.astimezone(datetime.UTC).replace(tzinfo=None)

    def at(self, time, days=0):
        self.clock.set(self.instant(time, days).isoformat())
        present = models.now()
        models.Session.update(started_at=present, seen_at=present).execute()
        stepped = models.Session.admin_until.is_null(False)
        later = present + datetime.timedelta(minutes=15)
        models.Session.update(admin_until=later).where(stepped).execute()


def answers(**met):
    """No to every question of the checklist, but for those named (``violence_now="yes"``)."""
    found = dict.fromkeys((slug for slug, _words, _safety in visit_risk.questions()), "no")
    return found | {name.replace("_", "-"): value for name, value in met.items()}


def supervisor(**values):
    return make_staff(**{"role": "supervisor"} | values)


def fresh(visit):
    return HomeVisit.get_by_id(visit.id)


def checked(visit, conditions=None, **met):
    """The visit with its checklist filled in today."""
    visit_risk.fill_in(fresh(visit), answers(**met), conditions)
    return fresh(visit)


def authorize(visit):
    """The list of the visit, submitted and authorized."""
    listed = VisitList.get_by_id(visit.visit_list_id)
    if listed.state == visit_lists.DRAFT:
        visit_lists.submit(listed)
    visit_lists.authorize(VisitList.get_by_id(listed.id), supervisor())
    return fresh(visit)


def ready_visit(day, **values):
    """A visit of the day that may start: checked and authorized."""
    client = values.pop("client", None) or make_client()
    listed = values.pop("visit_list", None) or make_visit_list(date=day.date)
    return authorize(checked(make_home_visit(visit_list=listed, clients=[client], **values)))


def details(visit):
    return f"/home-visits/details/?id={visit.id}"


def the_day(visit):
    return f"/visit-lists/details/?id={visit.visit_list_id}"


def soon():
    """A list of today."""
    return make_visit_list(date=settings.today())


def time(text):
    return datetime.time.fromisoformat(text)


def refusal(work, *arguments):
    with pytest.raises(Refused) as refused:
        work(*arguments)
    return [(problem.field, str(problem.message)) for problem in refused.value.problems]
