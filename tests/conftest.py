"""The test room: one prepared database for the whole session, each test begins with exactly that.

``pytest`` runs on SQLite files, ``pytest --postgres`` runs every test that touches the database on PostgreSQL, on a server
that this session starts and stops.  Nothing is faked but the clock.
"""

import datetime
import json
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
import time_machine
from browser import Browser
from hypothesis import HealthCheck, settings
from postgres import KeptDatabase, Server, copy_database
from prepare import CONFIG, leave, prepare
from smtp_server import Listening, PostOffice

import models
from app import create_app
from forms import choices
from workflows import audit

pytest_plugins = ("disposals",)
# A busy machine draws examples slowly; no test of ours is about how fast.  The examples are the same every time: what fails
# has to do with the change at hand.
settings.register_profile(
    "portal",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.function_scoped_fixture),
)
settings.load_profile("portal")


def pytest_addoption(parser):
    parser.addoption("--postgres", action="store_true", help="run on PostgreSQL instead of SQLite")


def pytest_configure(config):
    """Prepare the template once, in the process that starts the workers."""
    if hasattr(config, "workerinput"):
        config.portal = json.loads(config.workerinput["portal"])
        return
    if config.option.collectonly:
        return
    # Whoever ends the session early still gets the server stopped and the folders removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    config.portal = {"folder": str(folder), "sockets": None}
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    url = f"sqlite:///{folder}/portal.db"
    if config.getoption("--postgres"):
        server = Server()
        config.add_cleanup(server.stop)
        config.portal["sockets"] = str(server.folder)
        copy_database(server.folder, "template1", "prepared")
        url = server.url("prepared")
    config.portal["cookies"] = prepare(url, folder)


def pytest_configure_node(node):
    """Tell each worker of pytest-xdist where the template is."""
    node.workerinput["portal"] = json.dumps(node.config.portal)


def pytest_collection_modifyitems(config, items):
    """With --postgres only tests that touch the database run, and none twice in a browser."""
    if config.getoption("--postgres"):
        left_out = ("sqlite_only", "journey")
    else:
        left_out = ("postgres_only",)
    kept = [item for item in items if not any(map(item.get_closest_marker, left_out))]
    if config.getoption("--postgres"):
        kept = [item for item in kept if "database_url" in item.fixturenames]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def prepared(pytestconfig):
    """Where the prepared database and the cookies of its signed-in screens are."""
    return pytestconfig.portal


@pytest.fixture(scope="session")
def application(prepared, tmp_path_factory):
    """One application a process; building one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("application")
    return create_app(
        {**CONFIG, "INSTANCE": str(folder), "DATABASE_URL": f"sqlite:///{folder}/x.db"}
    )


@pytest.fixture(scope="session")
def kept_database(prepared, worker_id):
    """With --postgres, the database in which this worker runs its tests one after the other."""
    if prepared["sockets"] is None:
        yield None
    else:
        kept = KeptDatabase(prepared["sockets"], f"test_{worker_id}")
        yield kept
        kept.close()


@pytest.fixture
def database_url(prepared, kept_database, tmp_path):
    """A database of this test alone: migrated, seeded, set up, two screens signed in."""
    for key in Path(prepared["folder"]).glob("*.key"):
        shutil.copy(key, tmp_path)
    if kept_database is None:
        shutil.copy(Path(prepared["folder"]) / "portal.db", tmp_path)
        url = f"sqlite:///{tmp_path}/portal.db"
    else:
        kept_database.undo()
        url = kept_database.url
    open_quickly(url)
    _stay_signed_in()
    leave()
    open_quickly(url)
    yield url
    leave()


def open_quickly(url):
    """Open the database as the portal does, but never wait for the disk: nobody cuts the power of a test."""
    opened = models.open_database(url)
    if url.startswith("sqlite"):
        opened.pragma("synchronous", "off", permanent=True)
        opened.close()


def _stay_signed_in():
    """The whole suite may take longer than a screen stays signed in, or than an administrator step counts."""
    present, later = models.now(), models.now() + datetime.timedelta(minutes=15)
    with models.database:
        models.Session.update(seen_at=present).execute()
        stepped = models.Session.admin_until.is_null(False)
        models.Session.update(admin_until=later).where(stepped).execute()


@pytest.fixture
def app(application, database_url, tmp_path):
    """The application on this test's database, with the application context of a command."""
    kept = dict(application.config)
    application.config.update(INSTANCE=str(tmp_path), DATABASE_URL=database_url)
    open_quickly(database_url)
    audit.use_key(bytes.fromhex((tmp_path / "audit.key").read_text().strip()))
    choices.refresh(None)
    named = audit.actor.set(audit.Actor("Test Worker", "127.0.0.1"))
    spoken = models.language.set("en")
    with application.app_context():
        models.database.connect()
        yield application
    models.language.reset(spoken)
    audit.actor.reset(named)
    leave()
    application.config.clear()
    application.config.update(kept)


@pytest.fixture
def browser(app, prepared):
    """Somebody signed in, working as "Test Worker"."""
    return Browser(app, prepared["cookies"]["worker"])


@pytest.fixture
def administrator_browser(app, prepared):
    """The same, with the administrator step done."""
    return Browser(app, prepared["cookies"]["administrator"])


@pytest.fixture
def in_french(administrator_browser):
    """Somebody signed in, with the administrator step done, who chose French with the switch."""
    administrator_browser.submit(administrator_browser.get("/"), button="Français")
    return administrator_browser


@pytest.fixture
def anonymous(app):
    """A browser that never signed in."""
    return Browser(app)


@pytest.fixture
def post_office():
    """What arrived by mail; ``post_office.behaviour["x@example.org"] = "refuse"`` makes it misbehave."""
    return PostOffice()


@pytest.fixture
def smtp(app, post_office):
    """A real SMTP server on the loopback which the application is set to use; yields the post office."""
    with Listening(post_office) as listening:
        app.config.update(
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=str(listening.port),
            MAIL_SECURITY="none",
            MAIL_FROM="portal@agency.example",
        )
        yield post_office


class Clock:
    """The only fake: the time of day.  It stands still until it is moved."""

    def __init__(self, traveller):
        self.traveller = traveller

    def set(self, text):
        """Move to a date or an instant in UTC, such as "2026-04-01" or "2026-04-01T15:00"."""
        self.traveller.move_to(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC))

    def forward(self, **delta):
        """Let time pass: ``clock.forward(days=8)``."""
        self.traveller.shift(datetime.timedelta(**delta))


@pytest.fixture
def clock():
    """The time stands at this moment; see Clock."""
    with time_machine.travel(datetime.datetime.now(datetime.UTC), tick=False) as traveller:
        yield Clock(traveller)
