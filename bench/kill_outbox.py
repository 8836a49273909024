"""Kill the sender with -9 again and again while messages go out to a faulty mail server, and count what became of them.

    python bench/kill_outbox.py [--messages 1000] [--kills 100] [--seed 7]

Exit code 1 when a message was lost or sent twice.  Uncertain ones are shown to a person, who decides.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from agency import at_work, make_app, make_organization  # noqa: E402
from smtp_server import Listening, PostOffice  # noqa: E402

import models  # noqa: E402
from models import OutboxMessage  # noqa: E402
from workflows import clock, outbox, schema  # noqa: E402

MOODS = {
    "accept": 70,
    "slow": 10,
    "later": 8,
    "drop-before": 4,
    "drop-after": 4,
    "drop-untaken": 4,
}


class MoodyOffice(PostOffice):
    """Chooses how to behave anew for every attempt."""

    def __init__(self, seed):
        super().__init__()
        self.dice = random.Random(seed)
        self.moods = Counter()

    def act(self, recipient):
        return self.behaviour[recipient]

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        mood = self.dice.choices(list(MOODS), MOODS.values())[0]
        self.behaviour[address] = mood
        self.moods[mood] += 1
        return await super().handle_RCPT(server, session, envelope, address, rcpt_options)

    async def handle_DATA(self, server, session, envelope):
        if self.act(envelope.rcpt_tos[0]) == "drop-untaken":
            server.transport.close()
            return "421 Bye"
        return await super().handle_DATA(server, session, envelope)


def application(folder, port):
    given = {
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": port,
        "MAIL_SECURITY": "none",
        "MAIL_FROM": "referrals@agency.example",
    }
    return make_app(f"sqlite:////{folder.lstrip('/')}/portal.db", folder, **given)


def worker(folder, port):
    """One life of the sending process; ends by itself only when nothing waits any more."""
    outbox.DELAYS = (0.002,)
    app = application(folder, port)
    print("ready", flush=True)
    while True:
        clock.tick(app)
        with at_work(app):
            if not states()["queued"] and not states()["sending"]:
                return
        time.sleep(0.05)


def states():
    return Counter(row.state for row in OutboxMessage.select(OutboxMessage.state))


def start(folder, port):
    life = subprocess.Popen(
        [sys.executable, __file__, "--worker", folder, str(port)], stdout=subprocess.PIPE
    )
    life.stdout.readline()
    return life


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--messages", type=int, default=1000)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.worker:
        return worker(*given.worker)
    office, dice = MoodyOffice(given.seed), random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder, Listening(office) as server:
        app = application(folder, server.port)
        with at_work(app):
            schema.upgrade()
            make_organization()
            with models.database.atomic():
                for number in range(given.messages):
                    outbox.queue(f"p{number}@example.org", "Two referrals", "Hello", kind="test")
        killed = interrupted = 0
        while killed < given.kills:
            life = start(folder, server.port)
            time.sleep(dice.uniform(0, 2 * given.messages / given.kills * 0.006))
            if life.poll() is None:
                life.send_signal(signal.SIGKILL)
                killed += 1
            life.wait()
            with at_work(app):
                found = states()
            interrupted += found["sending"] > 0
            if not found["queued"]:
                break
        start(folder, server.port).wait()
        with at_work(app):
            return report(given, killed, interrupted, office)


def report(given, killed, interrupted, office):
    rows = list(OutboxMessage.select(OutboxMessage.message_id, OutboxMessage.state))
    by_state = Counter(row.state for row in rows)
    twice = sum(count > 1 for count in office.accepted.values())
    # Lost: said to be sent but never taken, or neither sent nor before a person's eyes.
    lost = given.messages - len(rows)
    lost += sum(row.state == "sent" and not office.accepted[row.message_id] for row in rows)
    lost += sum(row.state in ("queued", "sending", "cancelled") for row in rows)
    unsure = [row for row in rows if row.state == "uncertain"]
    arrived = sum(bool(office.accepted[row.message_id]) for row in unsure)
    print(f"queued                 {given.messages:6}")
    print(f"killed with -9         {killed:6}")
    print(f"  in mid-message       {interrupted:6}")
    print(f"accepted by the server {len(office.accepted):6}")
    print(f"states at the end      {dict(by_state)}")
    print(f"moods of the server    {dict(office.moods)}")
    print(
        f"uncertain, on screen   {len(unsure):6}  ({arrived} had arrived, {len(unsure) - arrived} had not)"
    )
    print(f"sent twice             {twice:6}")
    print(f"lost                   {lost:6}")
    return 1 if lost or twice else 0


if __name__ == "__main__":
    sys.exit(main())
