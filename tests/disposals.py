"""Desks and files for the tests of disposal; ``desks`` is a fixture of every test."""

import datetime

import pytest
from factories import (
    make_household,
    make_staff,
)

import models
from models import (
    DistributionLog,
    Household,
)
from workflows import settings
from workflows.business_days import years_later


class Desk:
    """A supervisor at the screen that has the administrator step; whoever acts says the own name first."""

    def __init__(self, browser, name):
        self.browser, self.name = browser, name
        make_staff(name=name, role="supervisor")

    def _take(self):
        self.browser.submit(self.browser.get("/who"), answers={"name": self.name})
        return self.browser

    def get(self, path):
        return self._take().get(path)

    def submit(self, page, *button, **answers):
        return self._take().submit(page, *button, **answers)

    def post(self, path, data):
        return self._take().post(path, data)


@pytest.fixture
def desks(administrator_browser):
    """Two supervisors, the administrator step done."""
    return [Desk(administrator_browser, name) for name in ("Renée Côté", "Sam Lee")]


def old_file(days=1, **values):
    """A closed file that may be disposed of since so many days."""
    last = years_later(settings.today(), -7) - datetime.timedelta(days=days)
    base = {"status": "closed", "close_reason": "moved", "close_date": last, "last_entry_on": last}
    return make_household(**base | values)


def page_of(browser, household):
    return browser.get(f"/retention/file/?id={household.id}")


def confirm(browser, household, button="Confirm"):
    return browser.submit(page_of(browser, household), button, read=True)


def words_of(page):
    return [notice.get_text(" ", strip=True) for notice in page.soup.select(".notice")]


def exists(household):
    return Household.get_or_none(Household.id == household.id) is not None


def age(model, name, key):
    """Put a date of a row far back, past the rules."""
    model.update({name: datetime.date(2010, 1, 4)}).where(model.id == key).execute()
    models.ReferralStatusEvent.update(at=datetime.datetime(2010, 1, 4)).execute()
    closed = Household.close_date.is_null(False)
    Household.update(last_entry_on=Household.close_date).where(closed).execute()


def log(referral, message):
    return DistributionLog.create(
        referral=referral,
        message=message,
        batch_id=message.batch_id,
        channel="email",
        destination="lead@agency.example",
        detail_level=models.FULL,
        sent_at=datetime.datetime(2010, 1, 4),
        by_name="Amina",
        result=models.SENT,
    )
