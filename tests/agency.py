"""A small agency for the tests of sending: one application without screens, and the rows a referral needs."""

import datetime
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flask import Flask
from flask_babel import Babel

import models
import seed
from models import (
    AreaOfFocus,
    Client,
    ConsentRecord,
    Household,
    Organization,
    Program,
    Referral,
    ServiceActivity,
    ServiceLocation,
)
from workflows import audit, clock, mail, referrals, schema
from workflows.records import save

DAY = datetime.date(2026, 2, 9)


@cache
def _seeded():
    """The bytes of a database with the reference data, made once for all tests of a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "portal.db"
        models.open_database(f"sqlite:////{str(path).lstrip('/')}")
        with models.database.connection_context():
            schema.upgrade()
            seed.load()
        return path.read_bytes()


def make_app(folder, fresh=True, **config):
    """An application on a database in ``folder``, made new with the reference texts if ``fresh``."""
    app = Flask("portal")
    app.config.update(
        SECRET_KEY="k" * 32, INSTANCE=str(folder), MAIL_SUPPRESS_SEND=False, PUBLIC_URL="", **config
    )
    Babel(app)
    mail.extension.init_app(app)
    audit.use_key(b"k" * 32)
    path = folder / "portal.db"
    if fresh:
        with app.app_context():
            path.write_bytes(_seeded())
    models.open_database(f"sqlite:////{str(path).lstrip('/')}")
    return app


@contextmanager
def at_work(app, name="Amina"):
    """Somebody is at the screen."""
    token = audit.actor.set(audit.Actor(name, "127.0.0.1"))
    with app.app_context():
        models.database.connect(reuse_if_open=True)
        try:
            yield
        finally:
            models.database.close()
            audit.actor.reset(token)


def make_organization(name="Bright Start, Centre d’accueil", is_own=True, **values):
    values = {"email": "office@agency.example", "phone": "519-555-0100"} | values
    organization = Organization(name=name, is_own=is_own, **values)
    save(organization)
    return organization


def make_service(organization, name="Employment skills", **program):
    """A service with its own program and location."""
    location = ServiceLocation.get_or_none(ServiceLocation.organization == organization)
    if location is None:
        location = ServiceLocation(
            organization=organization,
            name="Main office",
            address="1 Erie St",
            city="Leamington",
            province="ON",
            postal_code="N8H 1A1",
            contact_name="Reception",
            contact_phone="519-555-0101",
            hours_text="By appointment",
        )
        save(location)
    values = {"contact_email": None} | program
    holder = Program.create(
        organization=organization,
        name=f"Program of {name}",
        description="Help",
        contact_name="Lead",
        contact_phone="519-555-0102",
        funding="ircc",
        area_of_focus=AreaOfFocus.select().order_by(AreaOfFocus.id).first(),
        **values,
    )
    return ServiceActivity.create(program=holder, location=location, name=name)


def make_client(last_name="Haddad", first_name="Rima", **values):
    household = Household(file_number=f"2026-{Household.select().count() + 1:03d}")
    save(household)
    client = Client(
        household=household,
        first_name=first_name,
        last_name=last_name,
        **({"phone": "519-555-0177", "preferred_languages": ["ar"]} | values),
    )
    save(client)
    return client


def make_consent(client, kind, names=(), **values):
    values = {"given_on": DAY - datetime.timedelta(days=30)} | values
    consent = ConsentRecord(
        household=client.household, client=client, type=kind, signed_by_name=str(client), **values
    )
    save(consent, many={"named_organizations": [row.id for row in names]})
    return consent


def make_referral(service, client=None, reason="Wants to work as a welder.", **values):
    values = {
        "direction": "internal" if client else "inbound",
        "referred_by_name": "Jo",
        "referred_on": DAY,
        "received_on": DAY,
    } | values
    if client is None:
        values = {"inbound_name": "Omar Said"} | values
    referral, _warnings = referrals.receive(
        {"client": client, "service_activity": service, **values}, reason
    )
    return referral


def fresh(row):
    return type(row).get_by_id(row.id)


def deliver(app):
    """What the clock does, at once."""
    return clock.tick(app)


def status_of(referral):
    return Referral.get_by_id(referral.id).status
