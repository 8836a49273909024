"""The records policy: seven topics, what is missing, what is due for review, and the sheet to print (2.25)."""

import datetime

from casework_factories import make_policy_item
from test_home import tasks

import seed
from models import PolicyItem
from workflows import policy, settings


def test_seven_topics_wait_to_be_written(administrator_browser):
    """2.25: they come with the product and are neither added nor deleted."""
    page = administrator_browser.get("/administration/")
    page = administrator_browser.follow(page, "Records policy")
    assert len(page.rows) == 7 and "7 topics are not written yet." in page
    assert "Add" not in [a.get_text() for a in page.soup.select(".toolbar a")]
    assert administrator_browser.get("/policy-items/new/").path == "/policy-items/"
    row = PolicyItem.get(PolicyItem.topic == "backup")
    assert administrator_browser.open(f"/policy-items/delete/?id={row.id}").status_code == 404
    page = administrator_browser.get(f"/policy-items/edit/?id={row.id}")
    administrator_browser.submit(page, "Save", text="Every night, to a second disk.")
    assert "6 topics are not written yet." in administrator_browser.get("/administration/")
    seed.load(force_labels=True)
    assert PolicyItem.get_by_id(row.id).text == "Every night, to a second disk."
    assert PolicyItem.select().count() == 7


def test_home_asks_for_the_topics_whose_review_has_come(browser):
    """2.25: reminders are computed, not stored."""
    assert not tasks(browser.get("/"))
    today = settings.today()
    make_policy_item(topic="backup", next_review_on=today)
    make_policy_item(topic="breach", next_review_on=today + datetime.timedelta(days=1))
    PolicyItem.update(next_review_on=today).where(PolicyItem.topic == "security").execute()
    found = tasks(browser.get("/"))
    assert found == {"topic of the records policy to review": ("1", "/policy-items/")}
    assert "1 topic is due for review." in policy.nudges()


def test_the_review_comes_after_the_approval(administrator_browser):
    row = make_policy_item()
    today = settings.today()
    page = administrator_browser.get(f"/policy-items/edit/?id={row.id}")
    later = today + datetime.timedelta(days=1)
    page = administrator_browser.submit(page, "Save", approved_on=later)
    assert "This day is in the future." in page.errors[0]
    page = administrator_browser.submit(page, "Save", approved_on=today, next_review_on=today)
    assert "The review comes after the approval." in page.errors[0]


def test_the_policy_is_printed_on_one_sheet(administrator_browser):
    make_policy_item(topic="breach", text="We tell the regulator.\nThen the people.")
    page = administrator_browser.get("/policy-items/")
    page = administrator_browser.follow(page, "Print the policy")
    assert page.heading == "Records policy" and "We tell the regulator." in page
    assert page.text.count("Not written yet.") == 6 and "It names no client." in page
