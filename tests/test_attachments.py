"""Scans and photos: what is taken, what is refused and why, who opens them, and that they go with their record (2.25)."""

import hashlib
import http.client
import io

import pytest
from factories import make_client, make_consent
from scans import jpeg, pdf, png
from served import Served

from models import Attachment, AuditLog, Draft, database
from workflows import attachments, audit, records


def keep(owner, content, name="form.pdf", kind="signed-form"):
    return attachments.store(kind, owner, io.BytesIO(content), name)


def attach(browser, consent, content, name, status=200):
    page = browser.get(f"/consent-records/details/?id={consent.id}")
    return browser.submit(page, "Add this file", {"file": (io.BytesIO(content), name)}, status)


# ---- What is taken ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "media_type", "kept_as"),
    [
        (pdf(), "Consent.PDF", "application/pdf", "Consent.pdf"),
        (jpeg(), "IMG_0001.jpeg", "image/jpeg", "IMG_0001.jpeg"),
        (jpeg(after=b"\0 camera's own bytes"), "x.jpg", "image/jpeg", "x.jpg"),
        (png(), "scan.png", "image/png", "scan.png"),
        (png(), "scan.pdf", "image/png", "scan.png"),
        (jpeg(), "evil.html", "image/jpeg", "evil.html.jpg"),
        (pdf(), "", "application/pdf", "scan.pdf"),
    ],
)
def test_a_file_is_judged_by_its_content_and_named_for_it(app, content, name, media_type, kept_as):
    consent = make_consent()
    row = Attachment.get_by_id(keep(consent, content, name).id)
    assert (row.media_type, row.name, row.size) == (media_type, kept_as, len(content))
    assert bytes(row.content) == content and row.hash == hashlib.sha256(content).hexdigest()
    assert (row.owner_table, row.owner_id) == ("consent_record", consent.id)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("C:\\Users\\me\\form.pdf", "form.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\r\nSet-Cookie: b\0.pdf", "aSet-Cookie b.pdf"),
        ("gnp.\u202efdp.pdf", "gnp.fdp.pdf"),
        ("...", "scan.pdf"),
        ("نموذج.pdf", "نموذج.pdf"),
        ("x" * 400 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_name_holds_no_folder_no_control_and_no_direction_mark(name, cleaned):
    assert attachments.clean_name(name, attachments.PDF) == cleaned


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither a PDF nor"),
        (b"MZ\x90\0", "neither a PDF nor"),
        (b"<html>%PDF-1.4", "neither a PDF nor"),
        (pdf()[:-30], "cut off"),
        (jpeg()[:-2], "cut off"),
        (jpeg()[:12], "cut off"),
        (jpeg(width=0), "cut off"),
        (b"\xff\xd8\xff", "cut off"),
        (png()[:-8], "cut off"),
        (png().replace(b"IDAT", b"IDAX"), "cut off"),
        (pdf(b"%" * attachments.MOST), "larger than 10 MB"),
    ],
)
def test_what_is_not_a_whole_picture_or_pdf_is_refused_with_the_reason(browser, content, words):
    consent = make_consent()
    page = attach(browser, consent, content, "form.pdf", status=422)
    assert words in page.text and page.soup.select_one("input[type=file][aria-invalid]")
    assert not Attachment.select().exists()


def test_exactly_ten_megabytes_are_taken(browser):
    content = pdf(b"%" * (attachments.MOST - len(pdf())))
    assert len(content) == attachments.MOST
    attach(browser, make_consent(), content, "form.pdf")
    assert Attachment.get().size == attachments.MOST


def test_no_file_chosen_is_said_beside_the_control(browser):
    consent = make_consent()
    page = browser.get(f"/consent-records/attach/?id={consent.id}")
    page = browser.submit(page, "Add this file", {}, 422)
    assert "Choose a file first." in page.text


def test_a_request_beyond_every_limit_gets_a_page_that_says_the_limit(app, browser):
    consent = make_consent()
    page = browser.get(f"/consent-records/attach/?id={consent.id}")
    huge = io.BytesIO(b"x" * (app.config["MAX_CONTENT_LENGTH"] + 1))
    page = browser.submit(page, "Add this file", {"file": (huge, "form.pdf")}, 413)
    assert "10 MB" in page.text


def test_a_browser_that_sends_far_too_much_still_reads_why(tmp_path):
    """A server that answers without listening to the end makes the browser show "connection reset" instead."""
    with Served(tmp_path, CLOCK="0") as portal:
        connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30)
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        connection.request("POST", "/sign-in", b"x" * (30 * 1024 * 1024), headers)
        answer = connection.getresponse()
        assert answer.status == 413 and "10 MB" in answer.read().decode()
        connection.close()


# ---- On the page -----------------------------------------------------------------------------------------------------


def test_a_signed_form_is_added_listed_opened_and_deleted_on_the_consent_page(browser):
    """2.8; R-SYS-5: each opening is an audit row."""
    consent = make_consent()
    page = attach(browser, consent, png(), "form.png")
    assert "The file is kept with this record." in page.notices
    assert "Scan or photo of the signed form" in page.text and "form.png" in page.links
    looked = AuditLog.select().where(AuditLog.action == "view", AuditLog.entity == "attachment")
    before = looked.count()
    response = browser.open(page.links["form.png"])
    assert response.data == png() and response.mimetype == "image/png"
    assert looked.count() == before + 1
    assert "form.png" not in page.links["form.png"]
    page = browser.follow(page, "Delete : form.png")
    page = browser.submit(page, "Yes, delete")
    assert page.path.startswith("/consent-records/details/") and "form.png" not in page.links
    assert not Attachment.select().exists()
    actions = AuditLog.select(AuditLog.action).where(AuditLog.entity == "attachment")
    assert {action for (action,) in actions.tuples()} == {"create", "view", "delete"}


def test_an_opened_file_can_run_nothing_and_a_pdf_is_downloaded(browser):
    consent = make_consent()
    picture, paper = keep(consent, png(), "a.png"), keep(consent, pdf(), "b.pdf")
    for row, way in ((picture, "inline"), (paper, "attachment")):
        headers = browser.open(f"/attachments/open/?id={row.id}").headers
        assert headers["Content-Disposition"].startswith(way)
        assert "sandbox" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_the_same_file_sent_twice_is_kept_once(app):
    consent, other = make_consent(), make_consent()
    assert keep(consent, pdf()).id == keep(consent, pdf(), "again.pdf").id
    assert keep(other, pdf()).id != keep(consent, pdf()).id
    assert Attachment.select().count() == 2


def test_the_audit_of_a_file_holds_names_of_columns_only(app):
    keep(make_consent(), pdf(), "Rima Haddad.pdf")
    row = AuditLog.select().where(AuditLog.entity == "attachment").get()
    assert row.action == "create" and set(row.changed_fields.values()) == {None}
    assert audit.first_broken_row() is None


# ---- With its record -------------------------------------------------------------------------------------------------


def test_a_draft_hands_its_files_over_to_what_was_made_of_it(app):
    """house.md 4: an uploaded file is stored at once, owned by the draft."""
    draft = Draft(kind="intake")
    records.save(draft)
    signed, other = keep(draft, png(), "a.png"), keep(draft, pdf(), "b.pdf", kind="scan")
    consent = make_consent()
    with database.atomic():
        assert attachments.hand_over(draft, consent, kind="signed-form") == 1
        records.delete(draft)
    (moved,) = attachments.of(consent)
    assert moved.id == signed.id
    assert bytes(Attachment.get_by_id(signed.id).content) == png()
    assert Attachment.get_or_none(Attachment.id == other.id) is None, "it went with its draft"


def test_deleting_a_record_deletes_its_files_in_the_same_transaction(app):
    consent, other = make_consent(), make_consent(make_client())
    keep(consent, pdf()), keep(other, pdf())
    with pytest.raises(RuntimeError), database.atomic():
        records.delete(consent)
        raise RuntimeError
    assert len(attachments.of(consent)) == 1
    records.delete(consent)
    assert attachments.of(consent) == [] and len(attachments.of(other)) == 1


def test_a_list_of_files_does_not_carry_their_bytes(app):
    consent = make_consent()
    keep(consent, pdf())
    (row,) = attachments.of(consent)
    assert "content" not in row.__data__
    assert attachments.of(consent, kind="scan") == []
