"""One email, from its exact bytes to the mail server's answer (stack.md: Flask-Mail against a real server).

A message is Flask-Mail's; the handing over is our own, because only the step at which it failed says whether a message
may be tried again.
"""

import os
import re
import smtplib
import ssl
from binascii import b2a_qp
from dataclasses import dataclass
from email.header import Header
from email.utils import formatdate, make_msgid
from pathlib import Path

import flask_mail
from flask import current_app
from flask_babel import gettext as _
from flask_mail import BadHeaderError, Connection, Mail, Message, sanitize_address

from models import Organization
from workflows import settings

TIMEOUT = 10  # seconds for each answer of the mail server
ACCEPTED, LATER, REFUSED, UNSURE = "accepted", "later", "refused", "unsure"

# Each message has our own Message-ID; theirs would ask the network for this machine's name, which may take long to
# answer, while the transaction that queues the message keeps everybody waiting.
flask_mail.make_msgid = str
extension = Mail()


class Unreachable(Exception):
    """No conversation with the mail server came about; the text says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What became of a message: accepted, later (try again), refused (never), unsure; ``reason`` in plain words."""

    state: str
    reason: str = ""


@dataclass(frozen=True)
class MailSettings:
    """The mail server of this installation; ``security`` is none, starttls or tls."""

    server: str
    port: int
    username: str
    password: str
    security: str
    sender: str

    @classmethod
    def current(cls):
        """From the environment first, else from Administration → Settings (settings.value does both)."""
        names = ("server", "port", "username", "password", "security", "from")
        return cls(*(settings.value(f"mail_{name}") for name in names))


def configured():
    """True when a mail server and the address we send from are known."""
    return bool(settings.value("mail_server") and settings.value("mail_from"))


def example_folder():
    """The folder that takes the messages of the example agency; None when they must really be sent."""
    if configured() or not settings.value("example_loaded"):
        return None
    return Path(current_app.config["INSTANCE"]) / "example-mail"


def ready():
    """True when queued messages have somewhere to go."""
    return configured() or example_folder() is not None


class _Letter(Message):
    """A message of one text, written out by ourselves.

    The library's own way joins a name with a comma in it unquoted, breaks a subject with a space too many, leaves lines
    longer than the 998 bytes servers take, and spends most of the time of a sending on encoding headers letter by letter.
    """

    sender_name = ""

    def as_bytes(self):
        """Headers in ASCII and a quoted-printable text, lines ending CRLF."""
        name, address = self.sender_name, _address(self.sender)
        headers = {
            "MIME-Version": "1.0",
            "Content-Type": 'text/plain; charset="utf-8"',
            "Content-Transfer-Encoding": "quoted-printable",
            "Subject": _encoded(self.subject),
            "From": f'"{name}" <{address}>'
            if _is_itself(name)
            else f"{_encoded(name)}\r\n <{address}>",
            "To": _address(self.recipients[0]),
            "Date": formatdate(localtime=True),
            "Message-ID": self.msgId,
            **({"Reply-To": _address(self.reply_to)} if self.reply_to else {}),
            **self.extra_headers,
        }
        head = "".join(f"{header}: {value}\r\n" for header, value in headers.items())
        text = b2a_qp(re.sub("\r\n?", "\n", self.body).encode(), istext=True)
        return head.encode("ascii") + b"\r\n" + text.replace(b"\n", b"\r\n")


def _address(text):
    """An address in ASCII: a domain with other letters is spelled as servers know it."""
    return text if text.isascii() else sanitize_address(text)


def _is_itself(text):
    """True when a header may hold a text as it is, and nobody takes a piece of it for an encoded word."""
    return text.isascii() and text.isprintable() and "=?" not in text


def _encoded(text):
    """The text of a header in ASCII, where need be in encoded words, one a line (RFC 2047)."""
    if _is_itself(text):
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def sender_address(own=None):
    """The address messages come from; the example agency's own when no mail server is known."""
    known = settings.value("mail_from")
    if known:
        return known
    own = own or Organization.own(only=("email",))
    return own and own.email or "portal@localhost.localdomain"


def new_message_id():
    """A Message-ID under the sender's domain, fixed for the life of the message."""
    return make_msgid(domain=sender_address().rpartition("@")[2])


def build(message_id, recipient, subject, text):
    """The exact bytes that will be handed over, lines ending CRLF, quoted-printable, answers to our organization.

    Raises BadHeaderError when a line break hides in a header.
    """
    own = Organization.own(only=("name", "email"))
    name = re.sub(r'[\\"]', "", own.name if own else "")
    message = _Letter(
        subject=subject,
        recipients=[recipient],
        body=text,
        sender=sender_address(own),
        reply_to=own.email if own and own.email else None,
        # Keeps out-of-office notes from answering a message that no person typed.
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId, message.sender_name = message_id, name
    if message.has_bad_headers() or re.search(r"[\r\n]", f"{subject}{message_id}{name}"):
        raise BadHeaderError
    return message.as_bytes()


def carrier():
    """A context manager whose ``transmit(content, sender, recipient)`` returns an Outcome; entering may raise
    Unreachable.  Its connection serves any number of messages."""
    folder = example_folder()
    return _Folder(folder) if folder else _Post(MailSettings.current())


class _Folder:
    """Takes the example agency's messages as .eml files; they count as accepted."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(_("The folder for example messages cannot be made.")) from error
        return self

    def __exit__(self, *_error):
        return None

    def transmit(self, content, sender, recipient):
        found = re.search(rb"(?im)^message-id:\s*<([^@>]+)", content)
        name = re.sub(r"[^\w.-]", "", found[1].decode("ascii", "replace")) if found else "message"
        try:
            part = self.folder / f"{name}.part"
            part.write_bytes(content)
            os.replace(part, self.folder / f"{name}.eml")
        except OSError:
            return Outcome(LATER, _("The message could not be written; is the disk full?"))
        return Outcome(ACCEPTED)


class _Post(Connection):
    """Flask-Mail's connection with a time limit, a checked certificate and an answer for every way to fail."""

    def __init__(self, current):
        super().__init__(current)
        self.unusable = True

    def __enter__(self):
        self.host = self.configure_host()
        self.unusable = False
        return self

    def __exit__(self, *_error):
        if self.host is None:
            return
        try:
            if not self.unusable:
                self.host.quit()
        except (smtplib.SMTPException, OSError):
            # The messages are already answered for; only the goodbye was lost.
            self.unusable = True
        finally:
            self.host.close()
            self.host = None

    def configure_host(self):
        given = self.mail
        verified = ssl.create_default_context()
        host = None
        try:
            if given.security == "tls":
                host = smtplib.SMTP_SSL(given.server, given.port, timeout=TIMEOUT, context=verified)
            else:
                host = smtplib.SMTP(given.server, given.port, timeout=TIMEOUT)
            host.ehlo_or_helo_if_needed()
            if given.security == "starttls":
                host.starttls(context=verified)
                host.ehlo_or_helo_if_needed()
            if given.username and given.password:
                host.login(given.username, given.password)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if host is not None:
                host.close()
            raise Unreachable(_why_unreachable(error)) from error
        return host

    def transmit(self, content, sender, recipient):
        """Hand over one message.  Unsure only when the line failed after the text had begun to leave."""
        try:
            if self.host is None or self.unusable:
                self.__exit__()
                self.__enter__()
            refusal = self._before_text(sender, recipient)
        except Unreachable as error:
            return Outcome(LATER, str(error))
        except (smtplib.SMTPException, OSError, UnicodeError):
            self.unusable = True
            return Outcome(LATER, _("The connection to the mail server was lost before sending."))
        if refusal:
            return self._refused(*refusal)
        try:
            self.host.send(re.sub(rb"(?m)^\.", b"..", content).rstrip(b"\r\n") + b"\r\n.\r\n")
            code, answer = self.host.getreply()
        except (smtplib.SMTPException, OSError):
            self.unusable = True
            return Outcome(
                UNSURE,
                _(
                    "The connection was lost after the message was handed over. It may have arrived."
                ),
            )
        if 200 <= code < 300:
            return Outcome(ACCEPTED)
        return self._refused(code, answer)

    def _before_text(self, sender, recipient):
        """MAIL, RCPT and DATA; returns (code, answer) of the first refusal, None when the text may follow."""
        code, answer = self.host.mail(sender)
        if code == 250:
            code, answer = self.host.rcpt(recipient)
            if code in (250, 251):
                code, answer = self.host.docmd("data")
                if code == 354:
                    return None
        return code, answer

    def _refused(self, code, answer):
        if code == 421 or not 400 <= code < 600:
            self.unusable = True
        else:
            try:
                self.host.rset()
            except (smtplib.SMTPException, OSError):
                self.unusable = True
        said = f"{code} {_plain(answer)}".strip()
        if 500 <= code < 600:
            return Outcome(REFUSED, _why_refused(code, said))
        return Outcome(
            LATER, _("The mail server asked us to try again later. It said: %(said)s", said=said)
        )


def _plain(answer):
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:200]


def _why_refused(code, said):
    enhanced = re.search(r"\b5\.(\d)\.\d", said)
    kind = enhanced[1] if enhanced else ""
    if kind == "2" and "5.2.2" in said or code == 552:
        return _(
            "The recipient’s mailbox is full, or the message too large. It said: %(said)s",
            said=said,
        )
    if kind == "1" or code in (551, 553) or code == 550 and not enhanced:
        return _(
            "The mail server does not know this address; check how it is written. It said: %(said)s",
            said=said,
        )
    return _("The mail server will not take this message. It said: %(said)s", said=said)


def _why_unreachable(error):
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The mail server’s certificate cannot be trusted, so nothing was sent.")
    if isinstance(error, ssl.SSLError):
        return _("No protected connection could be made; check the port and the security setting.")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _("The mail server did not accept the user name or the password in the settings.")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _("The mail server offers no protected connection, so nothing was sent.")
    if isinstance(error, TimeoutError):
        return _("The mail server did not answer in time.")
    return _("The mail server cannot be reached; check its name, the port and the network.")
