"""The outbox against a real SMTP server: nothing lost, nothing twice (decision 0.4, stack.md A and 8)."""

import datetime
import logging
import ssl
import subprocess

import pytest
from agency import at_work, deliver, make_app, make_organization, use_keys
from flask_mail import BadHeaderError
from smtp_server import Listening, PostOffice, reserved_port

import models
from models import AuditLog, Organization, OutboxMessage, database, now
from workflows import audit, clock, mail, outbox, settings


@pytest.fixture
def office():
    return PostOffice(
        **{
            "refused@example.org": "refuse",
            "spam@example.org": "refuse-text",
            "later@example.org": "later",
            "before@example.org": "drop-before",
            "after@example.org": "drop-after",
            "silent@example.org": "silent",
        }
    )


@pytest.fixture
def server(office):
    with Listening(office) as listening:
        yield listening


@pytest.fixture
def app(database_url, tmp_path, server):
    app = make_app(
        database_url,
        tmp_path,
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=server.port,
        MAIL_SECURITY="none",
        MAIL_FROM="referrals@agency.example",
    )
    use_keys(tmp_path)
    with at_work(app):
        make_organization()
        yield app


def queue(recipient="lead@example.org", subject="Two referrals", text="Hello"):
    with database.atomic():
        return outbox.queue(recipient, subject, text, kind="test")


def sent(recipient, app, **options):
    message = queue(recipient, **options)
    deliver(app)
    return OutboxMessage.get_by_id(message.id)


def test_a_message_arrives_once_with_its_own_message_id_and_replies_go_to_the_agency(app, office):
    message = sent("lead@example.org", app, text="Bonjour Élodie\n.\n..dots")
    deliver(app)
    assert (message.state, len(office.mail)) == ("sent", 1)
    received = office.read()
    assert received["Message-ID"] == message.message_id
    assert message.message_id.endswith("@agency.example>")
    assert received["Reply-To"] == "office@agency.example"
    assert received["From"].addresses[0].display_name == "Bright Start, Centre d’accueil"
    assert received["From"].addresses[0].addr_spec == "referrals@agency.example"
    assert received.get_content().replace("\r\n", "\n") == "Bonjour Élodie\n.\n..dots\n"


def test_every_outcome_has_its_audit_row_and_keeps_the_counters(app):
    message = sent("lead@example.org", app)
    rows = AuditLog.select().where(
        AuditLog.entity == "outbox_message", AuditLog.entity_id == message.id
    )
    assert [row.action for row in rows.order_by(AuditLog.id)] == ["email", "update"]
    assert outbox_counts() == {"sent": 1}
    assert audit.first_broken_row() is None


def outbox_counts():
    rows = models.KeptCount.select().where(models.KeptCount.name == "outbox_message.state")
    return {row.key: row.n for row in rows if row.n}


@pytest.mark.parametrize(
    ("recipient", "state", "words"),
    [
        ("refused@example.org", "failed", "does not know this address"),
        ("spam@example.org", "failed", "will not take this message"),
        ("later@example.org", "queued", "try again later"),
        ("before@example.org", "queued", "lost before"),
        ("after@example.org", "uncertain", "may have arrived"),
    ],
)
def test_the_step_at_which_sending_failed_decides(app, recipient, state, words):
    """Decision 0.4, R-REF-3."""
    message = sent(recipient, app)
    assert message.state == state
    assert words in message.error
    assert outbox_counts() == {state: 1}


def test_a_server_that_never_answers_ends_in_uncertain_after_the_timeout(app, monkeypatch):
    # Every answer before that comes within this time, even on a machine that has much else to do.
    monkeypatch.setattr(mail, "TIMEOUT", 3)
    assert sent("silent@example.org", app).state == "uncertain"


def test_one_refused_message_does_not_hold_up_the_next_ones(app, office):
    for name in ("refused", "later", "before", "after", "lead"):
        queue(f"{name}@example.org")
    deliver(app)
    assert [recipient for recipient, _content in office.mail][-1] == "lead@example.org"


def test_twenty_messages_share_one_connection(app, office):
    for number in range(20):
        queue(f"lead{number}@example.org")
    deliver(app)
    assert (len(office.mail), office.sessions) == (20, 1)


def test_retries_come_after_1_5_15_60_minutes_then_hourly_until_two_days(app):
    message = queue("later@example.org")
    waits = []
    for _attempt in range(5):
        OutboxMessage.update(due_at=now()).execute()
        deliver(app)
        row = OutboxMessage.get_by_id(message.id)
        waits.append(round((row.due_at - now()).total_seconds() / 60))
    assert waits == [1, 5, 15, 60, 60]
    long_ago = now() - datetime.timedelta(hours=48)
    OutboxMessage.update(due_at=now(), waiting_since=long_ago).execute()
    deliver(app)
    row = OutboxMessage.get_by_id(message.id)
    assert row.state == "failed"
    assert "Two days" in row.error


def test_without_a_connection_every_due_message_waits_and_none_is_claimed(app):
    held, app.config["MAIL_PORT"] = reserved_port()  # on which nobody listens
    ids = [queue(f"lead{number}@example.org").id for number in range(3)]
    with held:
        deliver(app)
    rows = [OutboxMessage.get_by_id(key) for key in ids]
    assert {(row.state, row.attempts) for row in rows} == {("queued", 1)}
    assert all(row.due_at > now() for row in rows)
    assert "cannot be reached" in rows[0].error


def test_an_uncertain_message_is_never_sent_again_by_itself(app, office):
    message = sent("after@example.org", app)
    OutboxMessage.update(due_at=now() - datetime.timedelta(days=1)).execute()
    deliver(app)
    assert OutboxMessage.get_by_id(message.id).state == "uncertain"
    assert len(office.mail) == 1


def test_it_arrived_makes_an_uncertain_message_sent(app):
    message = sent("after@example.org", app)
    outbox.it_arrived(message)
    assert OutboxMessage.get_by_id(message.id).state == "sent"
    with pytest.raises(outbox.NotAllowed):
        outbox.it_arrived(message)


def test_send_again_keeps_bytes_and_message_id(app, office):
    message = sent("after@example.org", app)
    office.behaviour.clear()
    outbox.send_again(message)
    deliver(app)
    assert OutboxMessage.get_by_id(message.id).state == "sent"
    assert office.mail[0] == office.mail[1]


def test_cancel_gives_up_a_waiting_message_for_good(app, office):
    message = queue()
    outbox.cancel(message)
    deliver(app)
    assert OutboxMessage.get_by_id(message.id).state == "cancelled"
    assert office.mail == []


def test_a_sent_message_cannot_be_cancelled(app):
    message = sent("lead@example.org", app)
    with pytest.raises(outbox.NotAllowed):
        outbox.cancel(message)


def test_what_a_dead_process_was_sending_becomes_uncertain_not_queued(app, office):
    """stack.md A: the lock of the claimer is free, so nobody is sending it any more."""
    message = queue()
    claimer = outbox._Claimer()
    claimer.__enter__()
    assert outbox.claim(claimer.name).id == message.id
    deliver(app)
    assert OutboxMessage.get_by_id(message.id).state == "sending"
    claimer.lock.close()
    deliver(app)
    assert OutboxMessage.get_by_id(message.id).state == "uncertain"
    assert office.mail == []


def test_a_claim_of_another_machine_becomes_uncertain_only_when_it_is_old(app):
    message = queue()
    outbox.claim("somewhere-else")
    outbox.recover()
    assert OutboxMessage.get_by_id(message.id).state == "sending"
    OutboxMessage.update(sending_since=now() - outbox.ABANDONED).execute()
    outbox.recover()
    assert OutboxMessage.get_by_id(message.id).state == "uncertain"


def test_two_claims_never_take_the_same_message(app):
    queue()
    assert outbox.claim("one") is not None
    assert outbox.claim("two") is None


def test_no_transaction_is_held_while_the_mail_server_talks(app, office, monkeypatch):
    seen = []
    plain = mail._Post.transmit

    def watched(way, *arguments):
        seen.append(database.in_transaction())
        return plain(way, *arguments)

    monkeypatch.setattr(mail._Post, "transmit", watched)
    sent("lead@example.org", app)
    assert seen == [False]


def test_a_message_is_queued_without_asking_the_network(app, monkeypatch):
    asked = []
    monkeypatch.setattr("socket.getfqdn", lambda *names: asked.append(names) or "here")
    outbox.queue("intake@agency.example", "A subject", "Text")
    assert not asked


def test_long_lines_are_folded_below_998_bytes(app, office):
    sent("lead@example.org", app, text="é" * 5000, subject="Ministère " * 25)
    assert max(len(line) for line in office.mail[0][1].split(b"\r\n")) < 998
    assert office.read().get_content().strip() == "é" * 5000


def test_a_subject_and_a_name_with_accents_arrive_as_they_are_written(app, office):
    Organization.update(name="Centre d’été, Évangéline et Zoé à Sault-Sainte-Marie").execute()
    subject = "Référence urgente – à voir aujourd’hui, s’il vous plaît 你好 " * 3
    sent("lead@example.org", app, subject=subject.strip())
    received = office.read()
    assert received["Subject"] == subject.strip()
    assert received["From"].addresses[0].display_name.startswith("Centre d’été, Évangéline")
    head = office.mail[0][1].partition(b"\r\n\r\n")[0]
    assert head.isascii() and max(map(len, head.split(b"\r\n"))) <= 78


def test_a_subject_and_a_name_that_look_encoded_arrive_as_they_are_written(app, office):
    Organization.update(name="Help =?utf-8?q?=22?= Desk").execute()
    subject = "Call =?utf-8?b?SGVsbG8=?= back\x0btoday"
    sent("lead@example.org", app, subject=subject)
    received = office.read()
    assert received["Subject"] == "Call =?utf-8?b?SGVsbG8=?= back today"
    assert received["From"].addresses[0].display_name == "Help =?utf-8?q?=22?= Desk"
    assert received["From"].addresses[0].addr_spec == "referrals@agency.example"


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: thief@example.org", "Hi\nX: y", "Hi\r"])
def test_a_line_break_in_a_header_is_refused(app, subject):
    with pytest.raises(BadHeaderError):
        queue(subject=subject)
    assert OutboxMessage.select().count() == 0


def test_a_line_break_in_the_recipient_is_refused(app):
    with pytest.raises(BadHeaderError):
        queue(recipient="lead@example.org\r\nBcc: thief@example.org")


def make_certificate(folder, name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:127.0.0.1,DNS:{name}"]
        + ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("trusted", [False, True])
def test_starttls_goes_only_to_a_certificate_that_can_be_trusted(
    app, office, tmp_path, monkeypatch, trusted
):
    context = make_certificate(tmp_path, "localhost")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with Listening(office, tls_context=context) as protected:
        app.config.update(MAIL_PORT=protected.port, MAIL_SECURITY="starttls")
        message = sent("lead@example.org", app)
    assert (message.state, len(office.mail)) == (("sent", 1) if trusted else ("queued", 0))
    assert trusted or "cannot be trusted" in message.error


def test_encryption_is_never_given_up_silently(app, office):
    app.config["MAIL_SECURITY"] = "starttls"
    message = sent("lead@example.org", app)
    assert message.state == "queued"
    assert "no protected connection" in message.error
    assert office.mail == []


def test_the_text_of_finished_messages_is_forgotten_after_its_days(app):
    message = sent("lead@example.org", app)
    waiting = queue("later@example.org")
    old = now() - datetime.timedelta(days=settings.value("outbox_body_days") + 1)
    OutboxMessage.update(finished_at=old).where(OutboxMessage.id == message.id).execute()
    assert outbox.purge() == 1
    assert OutboxMessage.get_by_id(message.id).content is None
    assert OutboxMessage.get_by_id(waiting.id).content is not None


def test_the_example_agency_writes_files_instead_of_sending(app, office, tmp_path):
    app.config.update(MAIL_SERVER="", MAIL_FROM="")
    settings.change("example_loaded", {"as_of": "2026-02-09"})
    assert sent("lead@example.org", app).state == "sent"
    files = list((tmp_path / "example-mail").iterdir())
    assert [file.suffix for file in files] == [".eml"]
    assert b"Subject: Two referrals" in files[0].read_bytes()
    assert office.mail == []


def test_without_a_mail_server_messages_wait(app):
    app.config.update(MAIL_SERVER="")
    assert sent("lead@example.org", app).state == "queued"


def test_a_daily_job_runs_once_a_day_and_again_an_hour_after_a_failure(app, monkeypatch, caplog):
    ran, failing, person = [], [True], "Rima Haddad, 519-555-0177"

    def backup():
        ran.append(1)
        if failing:
            failing.pop()
            raise OSError(person)

    monkeypatch.setattr(clock, "DAILY", [backup])
    with caplog.at_level(logging.ERROR):
        assert clock.tick(app) is False
    assert "OSError" in caplog.text
    assert "Haddad" not in caplog.text
    clock.tick(app)
    assert len(ran) == 1
    models.KeptCount.update(n=0).where(models.KeptCount.name == "clock").execute()
    assert clock.tick(app) is True
    clock.tick(app)
    assert len(ran) == 2


def test_the_clock_sends_as_soon_as_it_is_woken_and_stops_cleanly(app, office):
    ticking = clock.Clock(app)
    ticking.start()
    message = queue()
    clock.wake()
    for _attempt in range(6000):  # two minutes; it takes some hundredths of a second
        if OutboxMessage.get_by_id(message.id).state == "sent":
            break
        ticking.join(0.02)
    ticking.stop()
    assert len(office.mail) == 1
    assert not ticking.is_alive()


def test_a_message_that_waits_for_another_try_has_an_audit_row(app, office):
    message = queue("later@example.org")
    outbox.send_due()
    row = (
        AuditLog.select()
        .where(AuditLog.entity == "outbox_message", AuditLog.entity_id == message.id)
        .order_by(AuditLog.id.desc())
        .first()
    )
    assert (row.action, row.changed_fields) == ("update", {"state": ["sending", "queued"]})
    assert audit.first_broken_row() is None


def test_the_clock_outlives_a_database_that_cannot_be_opened(app, tmp_path, caplog):
    """A database server that is started anew at night must not stop mail and backups until somebody notices."""
    present = database.obj
    models.open_database(f"sqlite:///{tmp_path}/gone/portal.db")
    with caplog.at_level(logging.ERROR):
        assert clock.tick(app) is False
    database.initialize(present)
    assert "OperationalError" in caplog.text
    assert clock.tick(app) is True
