"""Email Selected Referrals and the outbox, through the screens and a real mail server."""

import pytest
from factories import make_client, make_consent, make_outbox_message, make_referral, make_service

from models import (
    COMPLETE,
    DISTRIBUTED,
    AuditLog,
    DistributionLog,
    Draft,
    OutboxMessage,
    Referral,
)
from workflows import clock

LEAD = "lead@example.org"


def status(referral):
    return Referral.get_by_id(referral.id).status


def begin(browser, *ticked, to=LEAD):
    """The first page after "Email Selected Referrals"."""
    ids = [str(referral.id) for referral in ticked]
    page = browser.get("/referrals/?status=all")
    answers = {"rowid": ids, "destination": to}
    return browser.submit(page, "Email Selected Referrals", answers)


def check(browser, *ticked, to=LEAD, **answers):
    """The page that shows what would leave."""
    return browser.submit(begin(browser, *ticked, to=to), "Continue", answers)


def send(browser, page, *confirmed):
    return browser.submit(page, "Send now", {"confirmed": list(confirmed)} if confirmed else {})


def queued():
    return OutboxMessage.select().where(OutboxMessage.state == "queued").count()


def test_one_message_takes_all_ticked_referrals_and_distributes_them(app, browser, smtp):
    """R-REF-2, decision 0.4"""
    rows = [make_referral() for _n in range(3)]
    page = send(browser, check(browser, *rows), "outside")
    assert "on its way" in page.text
    assert {status(row) for row in rows} == {"received"}
    clock.tick(app)
    assert {status(row) for row in rows} == {DISTRIBUTED}
    assert len(smtp.mail) == 1
    log = list(DistributionLog.select())
    assert (len(log), len({row.batch_id for row in log})) == (3, 1)
    assert "Sent to lead@example.org" in browser.get(page.path).text


def test_the_preview_is_exactly_what_leaves(app, browser, smtp):
    """Decision 0.3"""
    referral = make_referral()
    page = check(browser, referral)
    shown = page.soup.select_one(".letter pre").get_text().strip()
    send(browser, page, "outside")
    clock.tick(app)
    assert smtp.read().get_content().replace("\r\n", "\n").strip() == shown


def test_the_preview_asks_about_a_new_outside_address_only(app, browser, smtp):
    """R-REF-5"""
    first, second = make_referral(), make_referral()
    page = check(browser, first)
    assert page.soup.select("[name=confirmed][value=outside]")
    send(browser, page, "outside")
    clock.tick(app)
    assert not check(browser, second).soup.select("[name=confirmed]")
    assert not check(browser, second, to="desk@agency.example").soup.select("[name=confirmed]")


def test_full_detail_to_an_outside_address_names_who_has_not_consented(browser, smtp):
    """R-REF-4"""
    client = make_client()
    make_consent(client, type="email-details")
    agreed, asked = make_referral(client=client), make_referral(client=make_client())
    page = check(browser, agreed, asked, detail="full")
    sentence = page.soup.select_one(".error-summary").get_text()
    assert asked.number in sentence and agreed.number not in sentence
    assert queued() == 0


def test_a_complete_referral_is_sent_again_only_when_confirmed_and_stays_complete(
    app, browser, smtp
):
    """R-REF-2"""
    referral = make_referral(status=COMPLETE)
    page = send(browser, check(browser, referral, to="desk@agency.example"))
    assert f"Already complete: {referral.number}" in page.text
    assert queued() == 0
    send(browser, page, "complete")
    clock.tick(app)
    assert (len(smtp.mail), status(referral)) == (1, COMPLETE)


def test_pressing_send_twice_sends_once(app, browser, smtp):
    """R-REF-2"""
    page = check(browser, make_referral())
    send(browser, page, "outside")
    again = send(browser, page, "outside")
    assert "sent or recorded already" in again.text
    clock.tick(app)
    assert len(smtp.mail) == 1


def test_what_changed_since_the_preview_is_shown_again_before_it_leaves(browser, smtp):
    """Decision 0.3: the preview always shows exactly what will leave."""
    referral = make_referral()
    page = check(browser, referral)
    Referral.update(priority="urgent").where(Referral.id == referral.id).execute()
    page = send(browser, page, "outside")
    assert "Something changed since this page was opened" in page.text
    assert queued() == 0
    send(browser, page, "outside")
    assert queued() == 1


@pytest.mark.parametrize("address", ["", "nobody", "a@example.org, b@example.org"])
def test_exactly_one_valid_address_is_asked_for(browser, smtp, address):
    """R-REF-2"""
    page = browser.submit(begin(browser, make_referral(), to=""), "Continue", destination=address)
    assert page.soup.select_one(".error-summary")
    assert page.heading == "To whom" and "Email selected referrals" in page


def test_a_suggested_address_is_one_press(browser, smtp):
    service = make_service(contact_mode="own", contact_email="classes@example.org")
    page = begin(browser, make_referral(service), to="")
    button = page.soup.select_one("button[name=suggestion]")
    assert button["value"] == "classes@example.org"
    page = browser.submit(page, button.get_text(" ", strip=True))
    assert "classes@example.org" in page.soup.select_one(".key-block").get_text()


def test_a_failed_message_shows_its_text_to_copy_and_another_way(app, browser, smtp):
    """R-REF-3, R-REF-6"""
    smtp.behaviour[LEAD] = "refuse"
    referral = make_referral()
    page = send(browser, check(browser, referral), "outside")
    clock.tick(app)
    page = browser.get(page.path)
    assert "Nothing was sent" in page.text and status(referral) == "received"
    assert referral.number in page.soup.select_one("textarea").get_text()
    page = browser.submit(page, "Record as sent another way")
    browser.submit(page, "Record as sent", {"destination": "The lead", "note": "By phone"})
    assert status(referral) == DISTRIBUTED


def test_without_a_mail_server_the_page_offers_another_way(browser):
    """R-REF-6"""
    referral = make_referral()
    page = begin(browser, referral)
    assert "No mail server is set up" in page.text
    page = browser.follow(page, "Record as sent another way")
    browser.submit(page, "Record as sent", {"destination": "Housing lead"})
    row = DistributionLog.get()
    assert (row.channel, row.destination, status(referral)) == (
        "manual",
        "Housing lead",
        DISTRIBUTED,
    )


def test_kept_for_later_it_is_continued_from_home(browser, smtp):
    page = browser.submit(check(browser, make_referral()), "Save and finish later")
    draft = Draft.get(Draft.kind == "distribute")
    assert page.soup.select_one(f"main a[href='{draft.path}']").get_text().startswith("Continue")
    send(browser, browser.get(draft.path), "outside")
    assert queued() == 1


def test_the_progress_page_asks_again_until_it_is_finished(app, browser, smtp):
    page = send(browser, check(browser, make_referral()), "outside")
    part = page.soup.select_one("#progress")
    assert part["hx-trigger"] == "every 1s"
    clock.tick(app)
    answer = browser.open(part["hx-get"]).get_data(as_text=True)
    assert "hx-get" not in answer and "<html" not in answer
    assert "Mark these as complete" in answer


def test_no_address_and_no_name_stands_in_the_address_bar(browser, smtp):
    client = make_client(last_name="Okonkwo")
    page = check(browser, make_referral(client=client))
    assert "lead" not in page.path and "okonkwo" not in page.path.lower()


def test_the_preview_of_personal_text_is_logged(browser, smtp):
    """R-SYS-5"""
    check(browser, make_referral())
    row = (
        AuditLog.select().where(AuditLog.entity == "referral").order_by(AuditLog.id.desc()).first()
    )
    assert (row.action, row.changed_fields) == ("view", {"shown": 1})


# ---- Outbox ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "state"), [("It arrived", "sent"), ("Send again", "queued"), ("Cancel", "cancelled")]
)
def test_a_person_decides_about_an_uncertain_message(app, browser, smtp, button, state):
    """Decision 0.4"""
    smtp.behaviour[LEAD] = "drop-after"
    referral = make_referral()
    page = send(browser, check(browser, referral), "outside")
    clock.tick(app)
    page = browser.follow(browser.get(page.path), "Open it in the outbox")
    smtp.behaviour[LEAD] = "accept"
    browser.submit(page, button)
    assert OutboxMessage.get().state == state
    assert status(referral) == (DISTRIBUTED if state == "sent" else "received")


def test_a_sent_message_offers_no_decision(browser):
    message = make_outbox_message(state="sent")
    page = browser.get(f"/outbox/details/?id={message.id}")
    assert not page.soup.select("main form[action*=decide]")


def test_a_decision_about_a_message_that_moved_on_is_refused_in_words(browser):
    message = make_outbox_message(state="uncertain")
    page = browser.get(f"/outbox/details/?id={message.id}")
    OutboxMessage.update(state="sent").where(OutboxMessage.id == message.id).execute()
    page = browser.submit(page, "Send again")
    assert "has changed meanwhile" in page.text


def test_the_outbox_offers_the_states_that_hold_something(browser):
    make_outbox_message(state="failed"), make_outbox_message(state="sent")
    page = browser.get("/outbox/")
    assert len(page.rows) == 2
    page = browser.follow(page, "Failed (1)")
    assert len(page.rows) == 1
