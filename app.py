"""The application: settings, extensions, error pages and the ``flask`` commands.  ``python app.py`` serves it."""

import os
import secrets
import signal
from pathlib import Path

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from flask import request
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from peewee import PeeweeException, SqliteDatabase

import admin_views
import models
import seed
from admin_views import accounts, commands, errors, shell, unsaved, words
from admin_views.framework import Portal, Sessions
from admin_views.menu import MENU
from forms import drawing
from workflows import audit, checks, clock, mail, matching_index, running, schema

ROOT = Path(__file__).resolve().parent
DEFAULTS = {
    "DATABASE_URL": "sqlite:///instance/portal.db",
    "INSTANCE": str(ROOT / "instance"),
    "SECRET_KEY": "",
    "MAIL_SERVER": "",
    "MAIL_PORT": "",
    "MAIL_USERNAME": "",
    "MAIL_PASSWORD": "",
    "MAIL_SECURITY": "",
    "MAIL_FROM": "",
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "PUBLIC_URL": "",
    "TLS_CERT": "",
    "TLS_KEY": "",
    "TRUSTED_PROXIES": "",
    "BACKUP_DIR": "",
    "CLOCK": "1",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
PAGE_HEADERS = {**HEADERS, "Cache-Control": "no-store"}


def kept_key(folder, name):
    """A random key made once and kept in ``folder``, readable by its owner only."""
    path = Path(folder) / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def create_app(config=None):
    """The Flask application for a configuration: DEFAULTS, then the environment, then ``config``."""
    os.umask(
        0o077
    )  # what the portal writes, the database above all, is closed to other users of the machine
    app = Portal(__name__)
    app.config.update(DEFAULTS)
    app.config.update({name: os.environ[name] for name in DEFAULTS if name in os.environ})
    app.config.update(config or {})
    app.config.update(
        SECRET_KEY=app.config["SECRET_KEY"] or kept_key(app.config["INSTANCE"], "secret.key"),
        SESSION_COOKIE_NAME="portal",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(app.config["TLS_CERT"])
        or app.config["PUBLIC_URL"].startswith("https:"),
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=24 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
    )
    app.json.sort_keys = False
    app.session_interface = Sessions(app)
    audit.use_key(bytes.fromhex(kept_key(app.config["INSTANCE"], "audit.key")))
    models.open_database(app.config["DATABASE_URL"])
    app.teardown_appcontext(close_database)
    Babel(
        app,
        locale_selector=shell.choose_language,
        timezone_selector=shell.choose_timezone,
    )
    LoginManager(app).user_loader(accounts.load_session)
    mail.extension.init_app(app)
    words.init_app(app)
    shell.init_app(app, MENU)
    CSRFProtect(app)  # after the database is open: a form that comes too late is kept
    app.context_processor(lambda: {"csrf_token": drawing.token})
    accounts.init_app(app)
    commands.init_app(app)
    admin_views.init_app(app)
    app.after_request(add_headers)
    errors.init_app(app)
    app.register_error_handler(CSRFError, csrf_page)
    return app


def close_database(error=None):
    """Give a pooled connection back at the end of a request.

    SQLite's stays open in its thread: opening costs a third of a millisecond, and closing the last one a checkpoint.
    """
    if models.database.obj.__class__ is not SqliteDatabase and not models.database.is_closed():
        models.database.close()


def add_headers(response):
    """Security headers on every answer; pages are never kept by the browser."""
    wanted = HEADERS if request.endpoint == "static" else PAGE_HEADERS
    said = {name.lower() for name, _value in response.headers}
    for name, value in wanted.items():
        if name.lower() not in said:
            response.headers.add(name, value)
    return response


def prepared():
    """The application with its database up to date; ends with a sentence where it cannot be opened or written."""
    try:
        app = create_app()
        with app.app_context():
            applied = schema.upgrade()
            seed.load()
            if applied:
                checks.catch_up()
    except (OSError, PeeweeException, models.WrongAddress) as error:
        raise SystemExit(f"{error}\nThe portal cannot start. {commands.UNUSABLE}") from error
    return app


def serve():
    """Bring the database up to date, start the clock, and serve until stopped: plain, or HTTPS with TLS_CERT and TLS_KEY."""
    app = prepared()
    server = wsgi.Server((app.config["HOST"], int(app.config["PORT"])), app, numthreads=8)
    if app.config["TLS_CERT"]:
        server.ssl_adapter = BuiltinSSLAdapter(app.config["TLS_CERT"], app.config["TLS_KEY"])
    try:
        server.prepare()
    except OSError as error:
        raise SystemExit(
            f"{error}\nThe portal cannot listen there. Set PORT or HOST to another."
        ) from error
    # `systemctl stop` is as good a goodbye as Ctrl+C: the message in hand is finished either way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    ticking = clock.Clock(app) if app.config["CLOCK"] == "1" else None
    if ticking:
        ticking.start()
    matching_index.warm(app)
    accounts.announce(app)
    try:
        with app.app_context(), running.announced():
            server.serve()
    except KeyboardInterrupt:
        # A second signal, such as make's own, must not cut the goodbye short.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
    finally:
        server.stop()
        if ticking:
            ticking.stop()


def csrf_page(error):
    """What was typed on a page of an earlier sign-in is kept; anything else is refused."""
    return unsaved.csrf_failed(error) or errors.http_error(error)


if __name__ == "__main__":
    os.chdir(
        ROOT
    )  # a task of the system starts elsewhere; relative settings mean the portal's folder
    serve()
