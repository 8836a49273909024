"""What every page shares: language, agency name, menu, search box, static addresses."""

import hashlib
from pathlib import Path

from flask import g, request, session, url_for
from flask_login import current_user

import models
from forms import choices
from workflows import settings


def init_app(app):
    """Open the database for each request and give the templates what base.html needs."""
    app.before_request(prepare)
    app.context_processor(facts)
    stamps = {}

    def asset(name):
        """The address of a static file, with a stamp that changes when the file does."""
        if name not in stamps:
            content = (Path(app.static_folder) / name).read_bytes()
            stamps[name] = url_for("static", filename=name, v=hashlib.sha256(content).hexdigest()[:10])
        return stamps[name]

    app.jinja_env.globals["asset"] = asset


def choose_language():
    """The language of this screen: chosen with the switch, else the agency's default."""
    return models.language.get()


def prepare():
    """Open the database and set the language of the request."""
    if request.endpoint == "static":
        return
    models.database.connect(reuse_if_open=True)
    chosen = session.get("language")
    if chosen not in models.LANGUAGES:
        chosen = "en"
    models.language.set(chosen)
    choices.refresh(choices.revision())


def facts():
    """The facts of base.html."""
    code = models.language.get()
    return {
        "lang": code,
        "agency_name": "",
        "menu": [],
        "languages": [
            {"code": c, "label": label, "current": c == code}
            for c, label in (("en", "English"), ("fr", "Français"))
        ],
        "signed_in": current_user.is_authenticated,
        "working_as": current_user.working_as if current_user.is_authenticated else "",
        "theme": request.cookies.get("theme", "auto"),
        "example_loaded": False,
        "shortcuts_on": True,
    }
