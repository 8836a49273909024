"""Several sessions read, change and save the same record over HTTP, again and again: ``python bench/concurrent_saves.py``.

A conflict page means that somebody was faster: read again, then save.  Each save that was accepted must have made one
version and one audit row with the value it wrote (R-SYS-1, R-SYS-2).  Prints the counts; exit code 1 when one was lost.
"""

import http.cookiejar
import re
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from served import Served, command  # noqa: E402 - the test room is beside us

PASSPHRASE = "seven kettles on a quiet shore"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
VERSION = re.compile(r'<input[^>]*name="version"[^>]*value="(\d+)"')


class Screen:
    """One signed-in browser, as fast as HTTP allows."""

    def __init__(self, url, name):
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.token = ""
        self.get("/sign-in")
        self.post("/sign-in", passphrase=PASSPHRASE)
        self.post("/who", name=name)

    def get(self, path):
        return self._open(path, None)

    def post(self, path, **data):
        data["csrf_token"] = self.token
        return self._open(path, urllib.parse.urlencode(data).encode())

    def _open(self, path, body):
        try:
            with self.opener.open(self.url + path, body, timeout=60) as answer:
                status, text, self.at = answer.status, answer.read().decode(), answer.url
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
            error.close()
        found = TOKEN.search(text)
        self.token = found.group(1) if found else self.token
        return status, text


def read_change_save(screen, path, word, counts):
    """Write ``word`` into the record; tries again after a conflict."""
    while True:
        status, text = screen.get(path)
        if status != 200:
            counts[f"read {status}"] += 1
            return
        values = {
            "version": VERSION.search(text).group(1),
            "name": "Many Hands",
            "email": f"{word}@agency.example",
        }
        status, answer = screen.post(path, **values)
        if status == 409:
            counts["conflicts shown"] += 1
            continue
        counts[
            "saved" if status == 200 and "error-summary" not in answer else f"save {status}"
        ] += 1
        counts["locked"] += "locked" in answer
        return


def run(sessions, times, database_url=None):
    """Returns the counts: saved, conflicts shown, locked, lost, seconds."""
    with tempfile.TemporaryDirectory() as folder:
        command(
            folder,
            "init",
            "--agency",
            "Bench",
            "--province",
            "ON",
            "--passphrase",
            PASSPHRASE,
            database_url=database_url,
        )
        with Served(folder, database_url, CLOCK="0") as portal:
            return _work(portal, sessions, times)


def _work(portal, sessions, times):
    counts = Counter(locked=0)
    screens = [Screen(portal.url, f"Person {n}") for n in range(sessions)]
    screens[0].get("/organizations/new/")
    screens[0].post("/organizations/new/", name="Many Hands")
    key = re.search(r"id=(\d+)", screens[0].at).group(1)
    path = f"/organizations/edit/?id={key}"
    began, first = time.monotonic(), int(VERSION.search(screens[0].get(path)[1]).group(1))

    def work(n):
        for turn in range(times):
            read_change_save(screens[n], path, f"p{n}t{turn}", counts)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = int(VERSION.search(screens[0].get(path)[1]).group(1))
    counts["lost"] = sessions * times - (last - first)
    counts["locked"] += portal.said().count("locked")
    counts["seconds"] = round(time.monotonic() - began, 1)
    return counts


if __name__ == "__main__":
    result = run(8, 200)
    print(", ".join(f"{name}: {count}" for name, count in sorted(result.items())))
    sys.exit(bool(result["lost"] or result["locked"] or result["saved"] != 1600))
