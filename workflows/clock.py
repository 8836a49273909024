"""The clock: what happens without anybody pressing a button, in the serving process or as ``flask clock``."""

import datetime
import logging
import smtplib
import threading
import traceback

from flask_babel import force_locale
from peewee import PeeweeException

from models import KeptCount, database, language, now
from workflows import audit, outbox, settings
from workflows.records import bump

PAUSE = 5  # seconds between two looks at the outbox when nobody wakes the clock
RETRY = datetime.timedelta(hours=1)
# No job waits for longer than the longest day: a later time was written down by a clock that was ahead.
FURTHEST = datetime.timedelta(hours=26)

# What a tick may meet without being wrong itself: disk, network, database, and a daily job of another room.
EXPECTED = (OSError, PeeweeException, smtplib.SMTPException, LookupError, ValueError, RuntimeError)

# Functions without arguments that run once a day, each in the application context; other rooms append theirs.
DAILY = [outbox.purge]
# As those, but at every tick: each asks the database one cheap question.
TICKS = []

log = logging.getLogger(__name__)
_bell = threading.Event()


def wake():
    """Look at the outbox now; called after the commit of a queued message."""
    _bell.set()


def tick(app, stop=lambda: False):
    """Do what is due: send messages, run daily jobs.  Returns True when everything went well."""
    jobs = [lambda: outbox.send_due(stop), *TICKS, *(lambda job=job: _daily(job) for job in DAILY)]
    with app.app_context():
        was_closed = database.is_closed()
        named = audit.actor.set(audit.Actor("clock"))
        spoken = language.set("en")
        try:
            # A database that cannot be reached is said once; else every job is tried, whatever became of the one before.
            return _attempt(_connect) and not sum(not _attempt(job) for job in jobs)
        finally:
            language.reset(spoken)
            audit.actor.reset(named)
            if was_closed and not database.is_closed():
                database.close()


def _connect():
    database.connect(reuse_if_open=True)


def _attempt(job):
    try:
        chosen = settings.value("interface_default_language")
        language.set(chosen)
        with force_locale(chosen):
            job()
    except EXPECTED as error:
        # The message text of a database error holds names and addresses; the place in the code does not.
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("The clock met %s and goes on.\n%s", type(error).__name__, place)
        return False
    return True


def _daily(job):
    """Run ``job`` if its day has come; the kept counter lets only one of several clocks do it."""
    key = f"{job.__module__}.{job.__name__}"[-80:]
    mine, present = (KeptCount.name == "clock") & (KeptCount.key == key), _minute(now())
    furthest = _minute(now() + FURTHEST)
    due = KeptCount.select(KeptCount.n).where(mine).scalar()
    if due is not None and present < due <= furthest:
        return
    with database.atomic():
        if due is None:
            bump("clock", key, 0)
        is_due = (KeptCount.n <= present) | (KeptCount.n > furthest)
        claimed = KeptCount.update(n=_minute(now() + RETRY)).where(mine, is_due).execute()
    if claimed:
        job()
        tomorrow = settings.start_of(settings.today() + datetime.timedelta(days=1))
        KeptCount.update(n=_minute(tomorrow)).where(mine).execute()


def _minute(instant):
    return int(instant.replace(tzinfo=datetime.UTC).timestamp() // 60)


class Clock(threading.Thread):
    """One thread beside the serving ones; ``stop`` ends it after the message in hand."""

    def __init__(self, app):
        super().__init__(name="clock", daemon=True)
        self.app = app
        self._ending = threading.Event()

    def run(self):
        while not self._ending.is_set():
            _bell.clear()
            tick(self.app, self._ending.is_set)
            if not self._ending.is_set():
                _bell.wait(PAUSE)

    def stop(self, timeout=30):
        """End the thread; waits at most ``timeout`` seconds for the message in hand."""
        self._ending.set()
        _bell.set()
        self.join(timeout)


def run_forever(app):
    """Tick until interrupted: ``flask clock``, for installations with several servers."""
    clock = Clock(app)
    clock.start()
    try:
        while clock.is_alive():
            clock.join(1)
    except KeyboardInterrupt:
        clock.stop()
