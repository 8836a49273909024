"""The database every test starts from: migrated, seeded, an agency set up, two screens signed in."""

import datetime

from browser import Browser

import models
from app import create_app
from models import Organization, Staff, TrainingRecord
from seed import start
from workflows import audit, records, schema

AGENCY = "Test Settlement Services"
PASSPHRASE = "seven kettles on a quiet shore"
ADMINISTRATOR = "a heron over the frozen canal"
SECRET = "the secret of the tests, nobody else's"
CONFIG = {"SECRET_KEY": SECRET, "CLOCK": "0", "TESTING": True, "MAIL_SUPPRESS_SEND": False}
LONG_AGO = datetime.date(2020, 1, 6)  # before any day to which a test moves the clock
OWN = {
    "address": "33 Princess Street",
    "city": "Leamington",
    "postal_code": "N8H 5C5",
    "phone": "519-326-8629",
    "email": "office@agency.example",
    "regions_served": ["Essex County"],
}


def prepare(url, folder):
    """Fill the database at ``url``; keys go into ``folder``.  Returns the cookies of the signed-in screens."""
    app = create_app({**CONFIG, "DATABASE_URL": url, "INSTANCE": str(folder)})
    with app.app_context():
        schema.upgrade()
        start.start(AGENCY, "ON", PASSPHRASE, ADMINISTRATOR, domains=["agency.example"])
        named = audit.actor.set(audit.Actor("Set-up"))
        own = Organization.own()
        for name, value in OWN.items():
            setattr(own, name, value)
        records.save(own)
        make_worker()
        audit.actor.reset(named)
        leave()
    cookies = {
        "worker": sign_in(app).cookies(),
        "administrator": administer(sign_in(app)).cookies(),
    }
    leave()
    return cookies


def make_worker(name="Test Worker"):
    """A member of staff with what is needed before a case is assigned to them (R-STAFF-1)."""
    staff = Staff.get_or_none(Staff.name == name) or Staff(name=name)
    staff.role, staff.work_phone = "caseworker", "519-555-0116"
    staff.confidentiality_signed_on = LONG_AGO
    records.save(staff)
    check = TrainingRecord(staff=staff, type="vulnerable-sector-check", done_on=LONG_AGO)
    records.save(check)
    return staff


def sign_in(app, name="Test Worker"):
    """A browser whose screen is signed in and named."""
    browser = Browser(app)
    page = browser.submit(browser.get("/sign-in"), passphrase=PASSPHRASE)
    browser.submit(page, answers={"name": name})
    return browser


def administer(browser):
    """The administrator step, done."""
    browser.submit(browser.get("/administrator"), passphrase=ADMINISTRATOR)
    return browser


def leave():
    """Close the connections of this thread and of the pool, so that the file can be copied and the database dropped."""
    if not models.database.is_closed():
        models.database.close()
    if hasattr(models.database.obj, "close_all"):
        models.database.obj.close_all()
