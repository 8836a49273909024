"""The portal in a process of its own, as ``python app.py`` serves it, on a free port of the loopback."""

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from smtp_server import reserved_port

ROOT = Path(__file__).resolve().parent.parent


class Served:
    """``with Served(folder) as portal: portal.url``; ``portal.code`` is the one-time set-up code it printed."""

    def __init__(self, folder, database_url=None, **environment):
        self.folder = Path(folder)
        self.reserved, self.port = reserved_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url or f"sqlite:///{self.folder}/portal.db",
            "INSTANCE": str(self.folder),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.output = tempfile.TemporaryFile("w+")

    def __enter__(self):
        command = [sys.executable, "app.py"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=self.output, stderr=subprocess.STDOUT
        )
        with ExitStack() as unless_it_comes_up:
            unless_it_comes_up.push(self.__exit__)
            self._wait()
            unless_it_comes_up.pop_all()
        return self

    def _wait(self):
        for _try in range(1200):  # two minutes: it shares the machine with whatever else runs there
            assert self.process.poll() is None, self.said()
            if "http" in self.said() and self._answers():
                return
            time.sleep(0.1)
        raise AssertionError(self.said())

    def _answers(self):
        try:
            urllib.request.urlopen(f"{self.url}/health", timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True

    def __exit__(self, *_error):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()
        self.reserved.close()

    def said(self):
        """Everything the server printed so far."""
        self.output.seek(0)
        return self.output.read()

    @property
    def code(self):
        """The one-time code for /setup."""
        return re.search(r"code: (\S+)", self.said()).group(1)


def command(folder, *arguments, database_url=None):
    """Run a ``flask`` command on the database in ``folder``; returns what it printed."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url or f"sqlite:///{folder}/portal.db",
        "INSTANCE": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
