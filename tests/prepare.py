"""The database every test starts from: migrated, seeded, an agency set up, two screens signed in."""

from browser import Browser

import models
import seed
from app import create_app
from models import Organization
from workflows import audit, records, schema

AGENCY = "Test Settlement Services"
SECRET = "the secret of the tests, nobody else's"
CONFIG = {"SECRET_KEY": SECRET, "CLOCK": "0", "TESTING": True, "MAIL_SUPPRESS_SEND": False}


def prepare(url, folder):
    """Fill the database at ``url``; keys go into ``folder``.  Returns the cookies of the signed-in screens."""
    app = create_app({**CONFIG, "DATABASE_URL": url, "INSTANCE": str(folder)})
    with app.app_context():
        models.database.connect()
        schema.upgrade()
        seed.load()
        audit.actor.set(audit.Actor("Set-up"))
        own = Organization(
            name=AGENCY, is_own=True, email="office@agency.example", phone="519-555-0100",
            province="ON",
        )
        records.save(own)
        models.database.close()
    cookies = {}
    worker = Browser(app)
    worker.get("/sign-in")
    cookies["worker"] = worker.cookies()
    administrator = Browser(app)
    administrator.get("/sign-in")
    cookies["administrator"] = administrator.cookies()
    pool = models.database.obj
    if hasattr(pool, "close_all"):
        pool.close_all()
    return cookies
