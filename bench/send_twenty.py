"""How long pressing "Send" takes for 20 referrals, beside the floor: ``python bench/send_twenty.py [ROUNDS]``.

Both servers run on the shared data set (see compare.py).  Each round prepares a sending through the screens of the
product, untimed, then times the one POST that sends it, and the floor's POST for the same twenty, in turn.  The clock
is off, so no message leaves: pressing the button never waits for a mail server.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("BENCH_SHARED", HERE.parent.parent / "shared" / "bench"))
PASSPHRASE = json.loads((HERE / "product.json").read_text())["login"][0]["data"]["passphrase"]
INTAKE = "intake1@agency.example"
# Others each time: what is on its way to an address already is not sent there again.
NEWEST = random.randrange(30_000, 99_000)


class Person:
    """A browser with cookies; remembers the last page."""

    def __init__(self, port):
        self.start = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.url, self.page = "", ""

    def open(self, path, data=None):
        """Fetch or post; returns the seconds until the answer to this one request is complete."""
        body = urllib.parse.urlencode(data, doseq=True).encode() if data is not None else None
        request = urllib.request.Request(urllib.parse.urljoin(self.url or self.start, path), body)
        began = time.perf_counter()
        with self.opener.open(request) as answer:
            self.page, self.url = answer.read().decode(), answer.url
        return time.perf_counter() - began

    def fields(self, **more):
        """The hidden fields of the page's main form, and more."""
        main = self.page[self.page.find("<main") :]
        found = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', main))
        found |= dict(re.findall(r'name="(csrf)" value="([^"]*)"', self.page))
        return found | more


class Unfollowed(urllib.request.HTTPRedirectHandler):
    """The answer to the press alone is timed, not the page after it."""

    def redirect_request(self, *arguments):
        return None


def pressed(person, path, data):
    """Seconds until the answer of one POST, its redirect not followed."""
    cookies = next(
        h for h in person.opener.handlers if isinstance(h, urllib.request.HTTPCookieProcessor)
    )
    opener = urllib.request.build_opener(cookies, Unfollowed)
    body = urllib.parse.urlencode(data, doseq=True).encode()
    address = urllib.parse.urljoin(person.url or person.start, path)
    began = time.perf_counter()
    try:
        opener.open(address, body).read()
    except urllib.error.HTTPError as answer:
        if answer.code not in (302, 303):
            raise
    else:
        raise SystemExit(f"{path} answered with a page, not with a redirect")
    return time.perf_counter() - began


def signed_in(port, floor_port):
    """A person at each of the two servers."""
    ours, theirs = Person(port), Person(floor_port)
    ours.open("/sign-in")
    ours.open("/sign-in", ours.fields(passphrase=PASSPHRASE))
    ours.open("/who")
    ours.open("/who", ours.fields(name="Bench"))
    theirs.open("/login", {"username": "admin", "password": "bench"})
    theirs.open("/referrals")
    return ours, theirs


def twenty(n):
    """The ids of the referrals of one round."""
    return [str(NEWEST - 20 * n - i) for i in range(20)]


def prepare(person, ids):
    """Tick, choose the address, stop at the page that shows what will leave; returns what its form answers."""
    person.open("/referrals/?status=all")
    person.open(
        "/referrals/action/",
        person.fields(action="email", rowid=ids, destination=INTAKE),
    )
    person.open(person.url, person.fields(destination=INTAKE, detail="minimal"))
    if "/check" not in person.url:
        raise SystemExit(
            "the sending could not be prepared: " + re.sub("<[^>]+>", " ", person.page)[:2000]
        )
    boxes = dict.fromkeys(re.findall(r'type="checkbox" name="([^"]+)"', person.page), "1")
    ticks = dict(re.findall(r'type="checkbox" name="([^"]+)"[^>]*value="([^"]*)"', person.page))
    return person.fields(**{**boxes, **ticks})


def main(rounds):
    product = subprocess.Popen([HERE / "run.sh", "8121", "sync", "1"])
    floor = subprocess.Popen([SHARED / "floor" / "run.sh", "8122", "sync", "1"])
    try:
        for port, path in ((8121, "/sign-in"), (8122, "/login")):
            wait_for(port, path)
        ours, theirs = signed_in(8121, 8122)
        token = theirs.fields()["csrf"]
        times = {"product": [], "floor": []}
        for n in range(rounds):
            ids = twenty(n)
            answers = prepare(ours, ids)
            times["product"].append(pressed(ours, ours.url, answers))
            times["floor"].append(pressed(theirs, "/distribute", {"csrf": token, "id": ids}))
        for name, taken in times.items():
            print(f"{name:8} p50 {median(taken) * 1000:.1f} ms, n {len(taken)}")
        print(f"ratio    {median(times['product']) / median(times['floor']):.2f}")
    finally:
        for server in (product, floor):
            server.terminate()
            server.wait(20)


def wait_for(port, path):
    for _try in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").read()
            return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"the server on port {port} did not start")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
