"""Take the pictures of the README and of the help: ``.venv/bin/python docs/take_pictures.py [NAME …]``, after ``make test``,
which installs Playwright.  Names, such as ``family-trace``, take those pictures only.

Sets up the example agency in a folder of its own, once for each language, and serves it with the clock standing at one
day, so that a picture changes only when the page does.  Writes ``docs/pictures/*.png`` in English and French.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from family_pictures import Family
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "pictures"
AS_OF = "2026-05-13"
PASSPHRASE = "prairie harbour lantern welcome"
LANGUAGES = ("en", "fr")
NAME = "Sofia Marquez"
SIZE = {"width": 1280, "height": 860}

# (file, address, the words of a link to follow there, or None)
PAGES = (
    ("home", "/", None),
    ("referral-list", "/referrals/", None),
    ("service-card", "/service-activities/?organization=1", "LINC – evening"),
    ("coverage", "/coverage/", None),
    ("standards", "/standards/", None),
    ("caseload", "/caseload/", None),
    ("case-file", "/households/?status=extended", "2025-014"),
)

# Runs a program of ours as if it were AS_OF, midday in Toronto: the example's dates and "today" agree.
TRAVEL = (
    "import datetime, runpy, sys, time_machine\n"
    "moment = datetime.datetime.fromisoformat(sys.argv.pop(1))\n"
    "time_machine.travel(moment, tick=True).start()\n"
    "program = sys.argv.pop(1)\n"
    "sys.path.insert(0, '')\n"
    "run = runpy.run_path if program.endswith('.py') else runpy.run_module\n"
    "run(program, run_name='__main__')\n"
)


def travelling(*program):
    """The command line that runs ``program`` (a file, or a module and its arguments) on the day of the pictures."""
    return [sys.executable, "-c", TRAVEL, f"{AS_OF}T16:00:00+00:00", *program]


def free_port():
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address):
    """Return when ``address`` answers; SystemExit after a minute."""
    for _try in range(300):
        try:
            return urlopen(address).close()
        except URLError:
            time.sleep(0.2)
    raise SystemExit("The portal did not start; run `make run` to see why.")


@contextmanager
def portal(language):
    """The example agency of a language, served in a folder of its own; yields its address."""
    port = str(free_port())
    with tempfile.TemporaryDirectory() as folder:
        own = {"DATABASE_URL": f"sqlite:///{folder}/portal.db", "INSTANCE": folder, "PORT": port}
        facts = {"cwd": HERE.parent, "env": {**os.environ, **own}, "stdout": subprocess.DEVNULL}
        agency = ("--agency", "Example Settlement Services", "--province", "AB")
        words = ("--passphrase", PASSPHRASE, "--language", language, "--example")
        subprocess.run(travelling("flask", "init", *agency, *words), check=True, **facts)
        server = subprocess.Popen(travelling("app.py"), **facts)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address + "/health")
            yield address
        finally:
            server.terminate()
            server.wait()


def main():
    """Take every picture in both languages, or those that are named."""
    browser = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not browser:
        raise SystemExit("No Chromium here. On Debian and Ubuntu: apt install chromium")
    wanted = sys.argv[1:]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        for language in LANGUAGES:
            with portal(language) as address:
                take(chromium, address, language, wanted)
        chromium.close()


def take(chromium, address, language, wanted):
    """Sign in and write the pictures of one language."""
    context = chromium.new_context(viewport=SIZE, color_scheme="light", device_scale_factor=1)
    page = context.new_page()

    def picture(name, part=None):
        """The whole window, or the part of it that a selector names."""
        if wanted and name not in wanted:
            return
        clip = part and page.locator(part).bounding_box()
        if clip:
            clip["height"] = page.viewport_size["height"] - clip["y"]
        page.screenshot(path=FOLDER / f"{name}-{language}.png", clip=clip)

    page.goto(address + "/sign-in")
    if page.locator("html").get_attribute("lang") != language:
        page.locator(f"button[lang={language}]").click()
    page.fill("[name=passphrase]", PASSPHRASE)
    page.press("[name=passphrase]", "Enter")
    page.click(f"text={NAME}")
    for name, path, link in PAGES:
        page.goto(address + path)
        if link:
            page.get_by_role("link", name=link).first.click()
            page.wait_for_load_state()
        picture(name)
    Family(page, address, picture).arrives()
    context.close()


if __name__ == "__main__":
    main()
