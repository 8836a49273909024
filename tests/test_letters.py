"""Correspondence: signed before it is sent, with a copy; recorded and filed else (R-COR-1 to R-COR-3)."""

import datetime
import io

import pytest
from casework_factories import make_correspondence
from factories import make_client, make_distribution, make_staff, save
from scans import pdf
from test_home import tasks

from models import Attachment, AuditLog, Correspondence, DistributionLog
from workflows import attachments, letters, records, settings
from workflows.records import Refused

UNSIGNED = "a supervisor signs it first"


def details(browser, letter):
    return browser.get(f"/correspondence/details/?id={letter.id}")


def state(letter):
    return Correspondence.get_by_id(letter.id).state


def copy_of(letter):
    attachments.store("correspondence", letter, io.BytesIO(pdf()), "letter.pdf")


def signed(**values):
    """A letter that waits no more, and who signed it."""
    letter, chief = make_correspondence(**values), make_staff(role="supervisor")
    letters.ask(letter)
    letters.sign(letter, chief, settings.today())
    return letter, chief


# ---- What needs a signature (R-COR-1) ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, begins",
    [
        ({"channel": "letter"}, "draft"),
        ({"channel": "email"}, "draft"),
        ({"channel": "fax"}, "draft"),
        ({"channel": "phone"}, "recorded"),
        ({"channel": "text"}, "recorded"),
        ({"channel": "in-person"}, "recorded"),
        ({"channel": "letter", "direction": "in"}, "recorded"),
        ({"channel": "letter", "who_is_external": False}, "recorded"),
        ({"channel": "letter", "on_behalf_of_client": False}, "recorded"),
    ],
)
def test_what_goes_out_on_paper_for_a_client_begins_as_a_draft(app, values, begins):
    """R-COR-1"""
    assert make_correspondence(**values).state == begins


def test_a_letter_goes_from_draft_to_sent_with_a_signature_and_a_copy(administrator_browser):
    """R-COR-1"""
    browser, letter = administrator_browser, make_correspondence()
    chief = make_staff(role="supervisor", name="Robin Chief")
    page = browser.submit(details(browser, letter), "Mark as sent")
    assert UNSIGNED in page.text and state(letter) == "draft"
    page = browser.submit(page, "Ask for a signature")
    assert state(letter) == "awaiting-signature"
    page = browser.submit(page, "Mark as sent")
    assert UNSIGNED in page.text and state(letter) == "awaiting-signature"
    page = browser.follow(page, "Sign")
    assert page.heading == "Sign this letter" and letter.content in page
    page = browser.submit(page, "Sign", supervisor_signer="Robin Chief")
    row = Correspondence.get_by_id(letter.id)
    assert (row.state, row.supervisor_signer, row.signed_on) == ("signed", chief, settings.today())
    page = browser.submit(page, "Mark as sent")
    assert "Attach a copy of the signed letter" in page and state(letter) == "signed"
    page = browser.submit(
        page, "Add this file", {"file": (io.BytesIO(pdf()), "l.pdf"), "diagnosis_removed": True}
    )
    page = browser.submit(page, "Mark as sent")
    assert state(letter) == "sent" and "Marked as sent." in page.notices


def test_signing_asks_for_the_administrator_passphrase(browser):
    """R-COR-1, R-SYS-3, decision 0.6: everything else does not."""
    letter = make_correspondence()
    page = browser.submit(details(browser, letter), "Ask for a signature")
    page = browser.follow(page, "Sign")
    assert page.path.startswith("/administrator")
    token = browser.get("/").token()
    answers = {"csrf_token": token, "id": letter.id, "supervisor_signer": make_staff().id}
    browser.open("/correspondence/sign/", "POST", data=answers)
    assert state(letter) == "awaiting-signature"


def test_only_a_supervisor_signs(administrator_browser):
    """R-COR-1"""
    letter, worker = make_correspondence(), make_staff(role="caseworker", name="Lee Worker")
    make_staff(role="supervisor", name="Robin Chief")
    letters.ask(letter)
    page = administrator_browser.get(f"/correspondence/sign/?id={letter.id}")
    offered = [option.text for option in page.soup.select("#supervisor_signer option")]
    assert "Robin Chief" in offered and "Lee Worker" not in offered
    with pytest.raises(Refused, match="only a supervisor signs"):
        letters.sign(letter, worker, settings.today())
    with pytest.raises(Refused, match="only a supervisor signs"):
        letters.sign(letter, None, settings.today())


@pytest.mark.parametrize("values", [{"state": "sent"}, {"state": "signed"}])
def test_no_other_way_leads_around_the_signature(app, values):
    """R-COR-1: the rule stands where everything is saved."""
    with pytest.raises(Refused, match="a supervisor signs it first|Ask for a signature"):
        make_correspondence(**values | {"signed_on": settings.today()})
    assert make_correspondence(state="filed").state == "draft"


@pytest.mark.parametrize(
    "field, value",
    [
        ("content", "Something else."),
        ("purpose", "Rent"),
        ("who", "The school"),
        ("channel", "fax"),
    ],
)
def test_an_edit_after_the_signature_takes_it_away(browser, field, value):
    """R-COR-1: what was signed is what is sent."""
    letter, _chief = signed()
    page = browser.get(f"/correspondence/edit/?id={letter.id}")
    browser.submit(page, **{field: value})
    row = Correspondence.get_by_id(letter.id)
    assert (row.state, row.supervisor_signer, row.signed_on) == ("draft", None, None)


def test_a_signature_stands_when_the_supervisor_leaves_before_the_letter_is_posted(browser):
    """R-COR-1: it was a supervisor who signed; nobody is asked to sign again what says the same."""
    letter, chief = signed()
    copy_of(letter)
    chief.is_active = False
    records.save(chief)
    browser.submit(details(browser, letter), "Mark as sent")
    assert state(letter) == "sent"


def test_saving_a_signed_letter_untouched_leaves_the_signature(browser):
    """R-COR-1"""
    letter, chief = signed()
    browser.submit(browser.get(f"/correspondence/edit/?id={letter.id}"))
    assert Correspondence.get_by_id(letter.id).supervisor_signer == chief


def test_what_was_sent_stays_as_it_left(browser):
    """R-COR-1"""
    letter, _chief = signed()
    copy_of(letter)
    letters.send(letter)
    page = browser.get(f"/correspondence/edit/?id={letter.id}")
    page = browser.submit(page, content="Something else.")
    assert "This letter was sent, so it stays as it left." in page
    assert Correspondence.get_by_id(letter.id).content == letter.content


def test_a_call_is_recorded_and_filed_and_never_signed(browser):
    """R-COR-1: phone, text and in person do not need it."""
    client = make_client()
    page = browser.get(f"/correspondence/new/?household={client.household_id}")
    page = browser.submit(
        page,
        channel="Telephone call",
        who="The landlord",
        purpose="Repairs",
        content="The landlord will send a plumber on Monday.",
    )
    letter = Correspondence.get()
    assert state(letter) == "recorded" and "Ask for a signature" not in page
    page = browser.submit(page, "Add to this file")
    assert state(letter) == "filed" and "Filed." in page.notices
    for move in (letters.ask, letters.send, letters.put_in_the_file):
        with pytest.raises(Refused):
            move(Correspondence.get_by_id(letter.id))


def test_home_counts_the_letters_that_wait_for_a_signature(browser):
    """R-COR-1"""
    assert "letter waits for a signature" not in tasks(browser.get("/"))
    letter = make_correspondence()
    letters.ask(letter)
    number, href = tasks(browser.get("/"))["letter waits for a signature"]
    page = browser.get(href)
    assert number == "1" and len(page.rows) == 1 and "Waiting for a signature" in page


def test_the_standards_count_what_was_signed_among_what_had_to_be(app):
    """R-COR-1"""
    today = settings.today()
    signed()
    letters.ask(make_correspondence())
    make_correspondence(), make_correspondence(channel="phone")
    old, _chief = signed()
    old.occurred_at -= datetime.timedelta(days=90)
    save(old)
    assert letters.signed_in_time(today - datetime.timedelta(days=30), today) == (1, 2)


def test_a_signature_leaves_a_trace_without_words(app):
    """R-SYS-5"""
    letter, _chief = signed()
    row = AuditLog.select().where(AuditLog.entity == "correspondence").order_by(-AuditLog.id).get()
    assert {"supervisor_signer", "signed_on", "state"} <= set(row.changed_fields)
    assert set(row.changed_fields.values()) == {None} and row.entity_id == letter.id


# ---- Hand-overs and trails (R-COR-2, R-COR-3) --------------------------------------------------------------------------------


def test_the_mail_of_a_distribution_is_no_correspondence(app):
    """R-COR-2: it is the portal's own hand-over, logged with its referral."""
    make_distribution()
    assert DistributionLog.select().exists() and not Correspondence.select().exists()


TRAILS = (
    "Thank you.\n\n> The heating is broken.\n> Please call.",
    "Thank you.\n-----Original Message-----\nPlease call.",
    "Merci.\n\nDe : Jo\nEnvoyé : lundi\nÀ : Amina\nObjet : Bail",
    "Thank you.\n\nFrom: Jo Partner\nSent: Monday\nTo: Amina",
    "Thank you.\n\nOn Mon, 2 Mar 2026 at 10:12, Jo Partner wrote:\nPlease call.",
)


@pytest.mark.parametrize("text", TRAILS)
def test_a_pasted_trail_of_mails_warns_and_is_saved(browser, text):
    """R-COR-3"""
    client = make_client()
    page = browser.get(f"/correspondence/new/?household={client.household_id}")
    page = browser.submit(page, channel="email", who="Jo Partner", purpose="Repairs", content=text)
    assert "Keep only what the file needs" in page and Correspondence.select().count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "The rent rises from 900 to 950 dollars.",
        "From: March to May the client was away.\nThe lease ends in June.",
        "Costs: rent > 900 dollars.",
        "The client wrote a letter to the school.",
    ],
)
def test_an_ordinary_text_is_no_trail(text):
    """R-COR-3"""
    assert not letters.has_trail(text)


def test_a_copy_asks_whether_a_diagnosis_was_removed(browser):
    """R-NOTE-6"""
    letter = make_correspondence()
    file = {"file": (io.BytesIO(pdf()), "l.pdf")}
    page = browser.submit(details(browser, letter), "Add this file", file, 422)
    assert "Has any diagnosis been removed?" in page and not Attachment.select().exists()


def test_what_was_read_is_what_is_signed(administrator_browser):
    """R-COR-1, R-SYS-2: a letter that was changed in another window meanwhile is read once more."""
    letter, chief = make_correspondence(channel="letter"), make_staff(role="supervisor")
    letters.ask(letter)
    page = administrator_browser.get(f"/correspondence/sign/?id={letter.id}")
    letter = Correspondence.get_by_id(letter.id)
    letter.content = "The family moves on Monday."
    save(letter)
    page = administrator_browser.submit(page, "Sign", supervisor_signer=chief.name)
    assert "changed while you were reading it" in page and "moves on Monday" in page
    assert state(letter) == "awaiting-signature"
    administrator_browser.submit(page, "Sign", supervisor_signer=chief.name)
    assert state(letter) == "signed"


def test_a_letter_that_was_sent_and_its_copy_are_kept(browser):
    """R-COR-1: what left with a signature and a copy stays so."""
    letter, _chief = signed()
    copy_of(letter)
    letters.send(letter)
    (copy,) = attachments.of(letter)
    page = browser.submit(browser.get(f"/attachments/delete/?id={copy.id}"))
    assert "copy of a letter that was sent" in page and attachments.of(letter)
    page = browser.submit(browser.get(f"/correspondence/delete/?id={letter.id}"))
    assert "it stays in the file" in page and state(letter) == "sent"
    letter = Correspondence.get_by_id(letter.id)
    letter.who_is_external = False
    with pytest.raises(Refused, match="stays as it left"):
        save(letter)


def test_a_draft_and_its_copy_may_go(app):
    letter = make_correspondence()
    copy_of(letter)
    records.delete(letter)
    assert not Correspondence.select().exists() and not Attachment.select().exists()
