"""A database for trying out worked examples: migrated, seeded, thrown away afterwards (``flask verify``)."""

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from peewee import PeeweeException

import models
import seed
from forms import choices
from models import INSTRUMENTS, Instrument, Organization, Setting, database
from workflows import audit, schema, settings, verify
from workflows.mail_rehearsal import Rehearsal

# The numbers an agency may change; addresses, passwords and the like have no part in an example.
TAKEN_ALONG = {*settings.WHOLE, "flag"} - {"port"}
PLAIN = "sqlite:///"


@dataclass(frozen=True)
class Own:
    """What an agency changed: {setting: stored value} and {kind: (name, content)} of the instruments in force."""

    settings: dict
    instruments: dict


def own_rules(url):
    """What the agency of the database at ``url`` changed; None when there is no agency's database yet."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not Path(unquote(parts.path[1:])).is_file():
        # Opening it would make an empty one.
        return None
    try:
        database.connect(reuse_if_open=True)
        if schema.pending() or Organization.own() is None:
            return None
        known = settings.definitions()
        stored = dict(Setting.select(Setting.key, Setting.value).tuples())
        numbers = {
            key: value
            for key, value in stored.items()
            if key in known and known[key].unit in TAKEN_ALONG and value != known[key].default
        }
        found = {
            row.kind: (row.name, row.content)
            for kind, _label in INSTRUMENTS
            for row in Instrument.in_force(kind)
        }
    except PeeweeException:
        return None
    return Own(numbers, found)


def describe(own):
    """What the examples are tried with, as lines for the person who asked."""
    if own is None:
        yield _("Tried with the settings and instruments that the portal comes with.")
        return
    names = ", ".join(f"{kind} {name}" for kind, (name, _content) in own.instruments.items())
    yield _("Tried with this agency’s instruments: %(names)s.", names=names)
    for key, value in own.settings.items():
        yield _("Changed setting: %(key)s is %(value)s.", key=key, value=value)


@contextmanager
def world(own=None):
    """A verify.World with its own database, keys, and a mail server that delivers nothing.

    The agency's database and mail server are out of reach inside, and back in place afterwards.
    """
    kept, former = dict(current_app.config), database.obj
    if not database.is_closed():
        database.close()
    with (
        tempfile.TemporaryDirectory(prefix="portal-verify-") as name,
        Rehearsal() as server,
        force_locale("en"),
    ):
        folder = Path(name)
        token = audit.actor.set(audit.Actor("flask verify"))
        spoken = models.language.set("en")
        try:
            # What the environment says about the real agency must not reach the scratch one.
            unset = {d.environment: "" for d in settings.definitions().values() if d.environment}
            current_app.config.update(
                unset,
                INSTANCE=str(folder),
                MAIL_SERVER="127.0.0.1",
                MAIL_PORT=str(server.port),
                MAIL_SECURITY="none",
                MAIL_FROM="portal@agency.example",
                MAIL_USERNAME="",
                MAIL_PASSWORD="",
            )
            _prepare(folder / "seeded.db", own)
            yield verify.World(fresh=lambda: _fresh(folder), mail=server)
        finally:
            if not database.is_closed():
                database.close()
            models.language.reset(spoken)
            audit.actor.reset(token)
            current_app.config.clear()
            current_app.config.update(kept)
            database.initialize(former)
            choices.refresh(None)


def _prepare(path, own):
    _open(path)
    schema.upgrade()
    seed.load()
    if own:
        for key, value in own.settings.items():
            Setting.create(key=key, value=value)
        Instrument.delete().where(Instrument.kind.in_(list(own.instruments))).execute()
        for kind, (name, content) in own.instruments.items():
            Instrument.create(kind=kind, name=name, content=content, state=models.CURRENT)
    database.close()


def _fresh(folder):
    """A copy of the seeded database, opened."""
    database.close()
    for old in folder.glob("trial.db*"):
        old.unlink()
    shutil.copy(folder / "seeded.db", folder / "trial.db")
    _open(folder / "trial.db")


def _open(path):
    models.open_database(f"{PLAIN}{path}")
    database.connect()
    # Nobody will want this database after a power cut.
    database.execute_sql("PRAGMA synchronous = OFF")
    choices.refresh(None)
    choices.refresh(choices.revision() if database.table_exists("kept_count") else None)
