"""The weekly triage of domain 6.4 pressed through the screens, with a real mail server, as one morning's work."""

import pytest

from models import DistributionLog, OutboxMessage, Referral, WeeklyCheck
from seed import example
from workflows import audit, clock, flags, records, settings


@pytest.fixture
def morning(app, smtp):
    """The example agency as it stands today; its nine referrals are those of the worked example."""
    example.load()
    smtp.behaviour["nobody@example.org"] = "refuse"
    return smtp


def one(number):
    return Referral.get(Referral.number == number)


def status(*numbers):
    return {one(number).status for number in numbers}


def log_rows():
    return DistributionLog.select().count()


def tick(browser, *numbers):
    """The list with these boxes ticked: the page and the ids."""
    return browser.get("/referrals/?status=all"), [str(one(number).id) for number in numbers]


def choose(browser, numbers, to, **answers):
    """Tick, type the address, press "Email Selected Referrals", continue: the page that shows what leaves."""
    page, ids = tick(browser, *numbers)
    page = browser.submit(page, "Email Selected Referrals", {"rowid": ids, "destination": to})
    return browser.submit(page, "Continue", answers)


def send(browser, page, app, confirmed=()):
    """Press "Send now" and let the portal's clock hand the message over: the page that says what became of it."""
    page = browser.submit(page, "Send now", {"confirmed": list(confirmed)} if confirmed else {})
    clock.tick(app)
    return browser.get(page.path)


def flag_names():
    today = settings.today()
    return {row.number: flags.flag(row, today) for row in Referral.select()}


def test_the_weekly_triage_through_the_screens_ends_at_one_five_three_with_six_log_rows(
    app, browser, morning
):
    """Domain 6.4; R-REF-2, 3, 4, 5, 6, 7, 8, 12 and decisions 0.3, 0.4, 0.7."""
    start = log_rows()
    assert records.kept_counts(Referral) == {"received": 6, "distributed": 2, "complete": 1}

    # 1 the weekly check, from the list that Home leads to
    home = browser.get("/")
    assert "last checked 10 days ago" in home.text
    home = browser.submit(home, "Checked this week")
    assert "was checked today" in home.text
    assert WeeklyCheck.select().order_by(WeeklyCheck.id.desc()).first().on == settings.today()

    # 2 full detail to an outside address: one consent is missing, so nothing can be sent
    page = choose(browser, ["R-101", "R-102"], "lead@example.org", detail="full")
    assert page.soup.select_one(".error-summary")
    assert "R-102: the client has given no consent" in page.text
    assert "R-101: the client" not in page.text
    assert not [b for b in page.soup.select("main button") if b.get_text(strip=True) == "Send now"]

    # 3 minimal, after the extra confirmation for a new outside address
    page = choose(browser, ["R-101", "R-102", "R-108"], "lead@example.org", detail="minimal")
    page = browser.submit(page, "Send now")
    assert "Confirm that it is the right address" in page.text
    assert (log_rows(), len(morning.mail)) == (start, 0)
    page = send(browser, page, app, ["outside"])
    assert "Sent to lead@example.org" in page.text
    assert (len(morning.mail), log_rows()) == (1, start + 3)
    assert "Tesfay" not in morning.read().as_string()
    assert status("R-101", "R-102", "R-108") == {"distributed"}

    # 4 an address that the server refuses
    page = choose(browser, ["R-103"], "nobody@example.org")
    page = send(browser, page, app, ["outside"])
    assert "Nothing was sent" in page.text
    assert page.soup.select_one("textarea[readonly]").get_text().strip()
    assert status("R-103") == {"received"}

    # 5 by telephone
    page = browser.get(f"/referrals/details/?id={one('R-107').id}")
    page = browser.submit(page, "Record as sent another way")
    browser.submit(page, "Record as sent", {"destination": "Housing lead", "note": "By phone"})
    assert status("R-107") == {"distributed"}

    # 6 two at once, 7 one with its outcome
    page, ids = tick(browser, "R-104", "R-105")
    browser.submit(page, "Mark selected as complete", {"rowid": ids})
    page, ids = tick(browser, "R-109")
    page = browser.submit(page, "Mark selected as complete", {"rowid": ids})
    browser.submit(page, "Duplicate referral")
    assert status("R-104", "R-105", "R-109") == {"complete"}
    assert one("R-109").outcome == "duplicate"

    # 8 reopened: it was sent to somebody
    page = browser.get(f"/referrals/details/?id={one('R-106').id}")
    browser.submit(browser.follow(page, "Reopen"), "Reopen", {"reason": "The client called again"})
    assert status("R-106") == {"distributed"}

    # 9 an own address, detail left alone; the connection drops after the message is handed over
    morning.behaviour["desk@mail.example"] = "drop-after"
    page = choose(browser, ["R-103"], "desk@mail.example")
    assert "Inside our agency" in page.text and "Full: names" in page.text
    page = send(browser, page, app)
    assert "not sure that the message arrived" in page.text
    assert status("R-103") == {"received"}

    # 10 it arrived, 11 and is voided
    page = browser.follow(page, "Open it in the outbox")
    browser.submit(page, "It arrived")
    assert status("R-103") == {"distributed"}
    page = browser.get(f"/referrals/details/?id={one('R-103').id}")
    void = page.soup.select_one("a[href*='/referrals/void/']")["href"]
    browser.submit(browser.get(void), "Void", {"reason": "Sent by mistake"})
    assert status("R-103") == {"received"}

    # 12 a complete one is not sent again without the extra confirmation
    morning.behaviour["desk@mail.example"] = "accept"
    page = choose(browser, ["R-109"], "desk@mail.example")
    page = browser.submit(page, "Send now")
    assert "Already complete: R-109" in page.text
    assert OutboxMessage.select().where(OutboxMessage.state == "queued").count() == 0

    # 13 an outcome, two presses from the number, moves no status
    page = browser.submit(browser.get("/"), answers={"search": "R-101"})
    href = page.soup.select_one("a[href*='/referrals/outcome/']")["href"]
    browser.submit(browser.get(href), "Client contacted")
    assert (one("R-101").outcome, one("R-101").status) == ("contacted", "distributed")

    assert log_rows() == start + 6
    assert records.kept_counts(Referral) == {"received": 1, "distributed": 5, "complete": 3}
    ends = dict.fromkeys(("R-101", "R-102", "R-106", "R-107", "R-108"), "distributed")
    ends |= {"R-103": "overdue", "R-104": "complete", "R-105": "complete", "R-109": "complete"}
    assert flag_names() == ends
    assert audit.first_broken_row() is None
