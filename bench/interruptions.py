"""Interrupt intakes a hundred times, with -9, a time-out, a sign-out or a second window, and count what was lost.

    python bench/interruptions.py [--interruptions 100] [--seed 7]

The real server runs in a process of its own.  A field counts as lost when "Saved" was said about it and it is not there
afterwards, on the page and in the draft.  Exit code 1 when one was lost or when a finished intake lacks what was typed.
"""

import argparse
import http.client
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from werkzeug.test import EnvironBuilder

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import Browser  # noqa: E402
from prepare import ADMINISTRATOR, PASSPHRASE  # noqa: E402
from served import Served, command  # noqa: E402

import models  # noqa: E402
from models import Client, Draft, Household, Intake, Session  # noqa: E402

HOWS = ("kill", "time-out", "sign-out", "second window")
LIMITS = ["harm-self-others", "child-abuse-neglect", "signed-consent", "subpoena"]


class Answer:
    """What came back, as a Browser reads it."""

    def __init__(self, response):
        self.status_code, self.headers = response.status, response.headers
        self.mimetype = response.headers.get_content_type()
        self.body = response.read()

    def get_data(self, as_text=False):
        return self.body.decode() if as_text else self.body


class Remote(Browser):
    """A Browser that talks to a server over the network."""

    def __init__(self, port):
        self.port, self.jar = port, {}

    def open(self, path, method="GET", **options):
        builder = EnvironBuilder(path=path, method=method, **options)
        environ = builder.get_environ()
        headers = dict(builder.headers) | {"Content-Type": environ.get("CONTENT_TYPE") or ""}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        query = environ["QUERY_STRING"]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        address = f"{environ['PATH_INFO']}?{query}" if query else environ["PATH_INFO"]
        connection.request(method, address, environ["wsgi.input"].read(), headers)
        answer = Answer(connection.getresponse())
        connection.close()
        builder.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _is, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
        return answer

    def sign_in(self, name):
        self.jar = {key: value for key, value in self.jar.items() if key == "portal_browser"}
        page = self.submit(self.get("/sign-in"), passphrase=PASSPHRASE)
        self.submit(page, answers={"name": name})


class Family:
    """What is typed on each page: something for every field that takes words."""

    def __init__(self, number, dice):
        self.number, self.dice = number, dice
        self.name = f"Family{number:03d}"

    def words(self):
        return " ".join(
            self.dice.choices(("river", "bread", "école", "خانه", "дом", "winter"), k=4)
        )

    def answers(self, page):
        number, step = self.number, page.path.rpartition("/")[2].partition("-")[0].partition("?")[0]
        return {
            "desk": {"first_name": self.dice.choice(("Ana", "Bo", "Cy")), "last_name": self.name},
            "limits": {"limits_explained": LIMITS},
            "consents": {"confidentiality": "given", "collection": "given", "copy_given": True},
            "household": {"address": self.words(), "city": "Leamington", "case_type": "general"},
            "people": {"people-0-birth_date": f"19{number % 60 + 40}-05-0{number % 9 + 1}"},
            "person": {"interpreter_preference": self.words(), "immigration_category": "gar"},
            "contact": {"phone": f"519-555-{number:04d}", "accessibility_needs": self.words()},
            "learning": {"clb_en_listening": number % 13, "occupation": self.words()},
            "urgent": {"urgent_needs": ["food"], "immediate_actions": self.words()},
            "orientation": {
                "explained": [b["value"] for b in page.soup.select("[name=explained]")]
            },
            "charter": {"charter": "later"},
            "worker": {"no_conflict_declared": True},
            "conversation": {"referred_from": self.words(), "reason": self.words()},
        }.get(step, {})


class Bench:
    """The server, two people at their screens, and what was promised to be kept."""

    def __init__(self, folder, seed):
        self.folder, self.dice = folder, random.Random(seed)
        self.counts, self.lost = Counter(), []
        self.served = Served(folder, CLOCK="0").__enter__()
        self.amal, self.bea = Remote(self.served.port), Remote(self.served.port)
        self.amal.sign_in("Amal")
        self.bea.sign_in("Bea")

    def restart(self):
        self.served.output.close()
        port, environment = self.served.port, self.served.environment
        self.served = Served(self.folder, CLOCK="0")
        self.served.port, self.served.environment = port, environment
        self.served.url = f"http://127.0.0.1:{port}"
        self.served.__enter__()

    # ---- One page --------------------------------------------------------------------------------------------------

    def typed(self, page, answers):
        """The whole form as a browser sends it while somebody types."""
        form = page.form_for(answers, "Continue")
        data = form.values()
        for name, answer in answers.items():
            form.answer(data, name, answer)
        return data

    def save(self, person, page, answers):
        """Autosave; what was answered "Saved" is promised.  Returns the promised fields, None when it was not said."""
        data = self.typed(page, answers)
        answer = person.open(page.path, "POST", data=data, headers={"X-Autosave": "1"})
        self.counts[f"autosave {answer.status_code}"] += 1
        if answer.status_code != 200:
            return None
        skipped = ("csrf_token", "seal")
        return {
            name: list(map(str, values)) for name, values in data.items() if name not in skipped
        }

    def interrupt(self, how, page, answers):
        """Save, break off, come back: then everything promised must stand there."""
        promised = self.save(self.amal, page, answers)
        self.counts[how] += 1
        if how == "kill":
            # A save under way may be cut off: nothing was promised about it, and it must not spoil what was.
            late = threading.Thread(target=self.swallow, args=(page, answers))
            late.start()
            time.sleep(self.dice.uniform(0, 0.03))
            self.served.process.send_signal(signal.SIGKILL)
            self.served.process.wait()
            late.join()
            self.restart()
        elif how == "time-out":
            Session.update(seen_at=models.now().replace(year=2020)).execute()
            answer = self.amal.open(page.path, "POST", data=self.typed(page, answers))
            self.counts["sent to sign in"] += "sign-in" in answer.headers.get("Location", "")
            self.sign_in()
        elif how == "sign-out":
            self.amal.open("/sign-out", "POST", data={"csrf_token": page.token()})
            self.sign_in()
        else:
            promised = self.second_window(page, answers) or promised
        self.check(page, promised)

    def swallow(self, page, answers):
        try:
            self.save(self.amal, page, answers)
        except OSError:
            self.counts["cut off in mid-save"] += 1
        except http.client.HTTPException:
            self.counts["cut off in mid-save"] += 1

    def sign_in(self):
        self.amal.sign_in("Amal")
        self.bea.sign_in("Bea")

    def second_window(self, page, answers):
        """Bea changes the page; Amal's stale window is told, sees both, and one version is chosen."""
        theirs = self.bea.get(page.path)
        other = dict(answers)
        for name, value in answers.items():
            if isinstance(value, str) and " " in value:
                other[name] = f"{value} (Bea)"
        hers = self.save(self.bea, theirs, other)
        answer = self.amal.open(page.path, "POST", data=self.typed(page, answers))
        if answer.status_code != 409:
            return hers if other == answers else None
        self.counts["both versions shown"] += 1
        for value in answers.values():
            if isinstance(value, str) and " " in value:
                shown = answer.get_data(as_text=True)
                if shown.count(value) < 2:
                    self.lost.append((page.path, "not shown", value))
        return hers

    def check(self, page, promised):
        key = page.path.split("/")[2]
        slug = page.path.rpartition("/")[2].partition("?")[0]
        stored = Draft.get(Draft.key == key).answers.get(slug, {})
        for name, values in (promised or {}).items():
            self.counts["fields promised"] += 1
            if stored.get(name) != values:
                self.lost.append((slug, name, values, stored.get(name)))
        self.amal.get(page.path)

    # ---- Whole intakes -----------------------------------------------------------------------------------------------

    def run(self, wanted):
        done = 0
        while done < wanted:
            family = Family(self.counts["intakes"] + 1, self.dice)
            page = self.amal.submit(self.amal.get("/intake/"), "Start")
            reason = ""
            for _page in range(30):
                if page.heading == "Check your answers":
                    break
                answers = family.answers(page)
                reason = answers.get("reason", reason)
                if done < wanted:
                    self.interrupt(HOWS[done % len(HOWS)], page, answers)
                    done += 1
                    page = self.amal.get(page.path)
                page = self.amal.submit(page, "Continue", answers)
            page = self.amal.submit(page, "Finish the intake")
            self.counts["intakes"] += 1
            self.finished(page, family, reason)

    def finished(self, page, family, reason):
        client = Client.get_or_none(Client.last_name == family.name)
        intake = client and Intake.get_or_none(Intake.household == client.household_id)
        whole = page.heading == "The intake is finished" and intake and intake.reason == reason
        self.counts["intakes whole"] += bool(whole)
        if not whole:
            self.lost.append(("finish", family.name, page.heading, page.errors))


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--interruptions", type=int, default=100)
    asked.add_argument("--seed", type=int, default=7)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        secret = ("--passphrase", PASSPHRASE, "--admin-passphrase", ADMINISTRATOR)
        command(
            folder, "init", "--agency", "Lakeshore Newcomer Centre", "--province", "ON", *secret
        )
        models.open_database(f"sqlite:////{folder.lstrip('/')}/portal.db")
        bench = Bench(folder, given.seed)
        try:
            bench.run(given.interruptions)
        finally:
            bench.served.__exit__()
        households = Household.select().count()
        models.database.close()
    for name, count in sorted(bench.counts.items()):
        print(f"{name:24} {count:6}")
    print(f"{'files made':24} {households:6}")
    for what in bench.lost[:20]:
        print("lost:", *what)
    print(f"{'lost':24} {len(bench.lost):6}")
    return 1 if bench.lost or households != bench.counts["intakes"] else 0


if __name__ == "__main__":
    sys.exit(main())
