"""A real SMTP server on the loopback that behaves as badly as it is told, for tests and for bench/kill_outbox.py."""

import asyncio
import socket
from collections import Counter
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


def reserved_port():
    """(socket, port) of the loopback: while the socket is open nobody is given this port, and whoever knows it may listen.

    A port that was only looked up may be another worker's by the time somebody listens on it.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held, held.getsockname()[1]


class PostOffice:
    """Accepts mail; ``behaviour`` maps a recipient to refuse, later, drop-before, drop-after, silent or slow.

    ``accepted`` counts Message-IDs the server took responsibility for; ``mail`` holds (recipient, bytes).
    """

    def __init__(self, **behaviour):
        self.behaviour = behaviour
        self.mail, self.accepted, self.sessions = [], Counter(), 0

    def act(self, recipient):
        return self.behaviour.get(recipient, "accept")

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        act = self.act(address)
        if act == "refuse":
            return "550 5.1.1 No such user here"
        if act == "later":
            return "451 4.3.0 Try again later"
        if act == "drop-before":
            server.transport.close()
            return "421 Bye"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        act = self.act(envelope.rcpt_tos[0])
        if act == "refuse-text":
            return "554 5.7.1 Looks like spam"
        if act == "silent":
            await asyncio.sleep(30)
        if act == "slow":
            await asyncio.sleep(0.05)
        self.take(envelope)
        if act == "drop-after":
            server.transport.close()
        return "250 Taken"

    def take(self, envelope):
        self.mail.append((envelope.rcpt_tos[0], envelope.original_content))
        self.accepted[message_from_bytes(envelope.original_content)["Message-ID"].strip()] += 1

    def read(self, at=-1):
        """One received message, parsed."""
        return message_from_bytes(self.mail[at][1], policy=policy.default)


class _Server(SMTP):
    async def smtp_DATA(self, arg):
        try:
            await super().smtp_DATA(arg)
        except (ConnectionError, asyncio.CancelledError):
            return


class Listening(Controller):
    """The server in a thread of its own: ``with Listening(office) as server: server.port``."""

    def __init__(self, office, **options):
        self.socket = socket.create_server(("127.0.0.1", 0))
        port = self.socket.getsockname()[1]
        super().__init__(office, hostname="127.0.0.1", port=port, ready_timeout=120, **options)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self.socket)

    def factory(self):
        return _Server(self.handler, **self.SMTP_kwargs)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.stop(no_assert=True)
