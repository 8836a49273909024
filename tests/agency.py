"""A small agency for the tests of sending: one application without screens, and the rows a referral needs."""

import datetime
from contextlib import contextmanager

from flask import Flask
from flask_babel import Babel

import models
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
from workflows import audit, clock, mail, referrals
from workflows.records import save

KEY = b"k" * 32
DAY = datetime.date(2026, 2, 9)


def make_app(url, folder, **config):
    """An application without screens on the database at ``url``; its keys and files go into ``folder``."""
    app = Flask("portal")
    app.config.update(
        SECRET_KEY="k" * 32, INSTANCE=str(folder), MAIL_SUPPRESS_SEND=False, PUBLIC_URL="", **config
    )
    Babel(app)
    mail.extension.init_app(app)
    audit.use_key(KEY)
    models.open_database(url)
    return app


def use_keys(folder):
    """Seal with the key the database of a test was prepared with."""
    path = folder / "audit.key"
    audit.use_key(bytes.fromhex(path.read_text().strip()) if path.exists() else KEY)


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
    """A partner, or the own organization: the one there is, else a new one."""
    values = {"name": name, "email": "office@agency.example", "phone": "519-555-0100"} | values
    organization = is_own and Organization.own() or Organization(is_own=is_own)
    for column, value in values.items():
        setattr(organization, column, value)
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
    return ServiceActivity.create(
        program=holder, location=location, name=name, last_reviewed_on=DAY
    )


def make_client(last_name="Haddad", first_name="Rima", **values):
    household = Household(file_number=f"2026-{Household.select().count() + 1:03d}")
    save(household)
    client = Client(
        household=household,
        first_name=first_name,
        last_name=last_name,
        **({"phone": "519-555-0177", "preferred_languages": ["ar"]} | values),
    )
    save(client, confirmed=("similar-client",))
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
