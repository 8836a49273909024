"""When something goes wrong: a plain page that says what happened and what to do, and a log line without personal data."""

import logging
import secrets
import traceback

import peewee
from flask import current_app, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException

import models
from admin_views.unsaved import is_secret

log = logging.getLogger("portal")
PATIENCE = (
    256 * 1024 * 1024
)  # bytes of a request that is too large; the connection of a larger one is cut

# What people read for each kind of answer: (heading, what happened, what to do).
PLAIN = {
    400: (
        _l("That page could not be read"),
        _l("What the browser sent was incomplete or out of date."),
        _l("Go back, open the page again and repeat the step."),
    ),
    403: (
        _l("Not allowed"),
        _l("This page is not open to you."),
        _l("Ask the person who looks after the portal."),
    ),
    404: (
        _l("Nothing here"),
        _l("There is no such page, or the record was deleted."),
        _l("Check the address, or search for the record."),
    ),
    405: (
        _l("That does not work this way"),
        _l("This address only takes what a button of the portal sends."),
        _l("Open the page it belongs to and use the button there."),
    ),
    413: (
        _l("That is too large"),
        _l("The file or the text is larger than the portal takes: 10 MB a file, 4 MB of text."),
        _l("Go back, shorten the text or choose a smaller file, and send it again."),
    ),
    429: (
        _l("Please wait a moment"),
        _l("There were too many tries in a short time."),
        _l("Wait a little and try again."),
    ),
    500: (
        _l("Something went wrong"),
        _l("The portal made a mistake. Nothing was half saved."),
        _l(
            "Try again. If it happens again, give the code below to whoever looks after the portal."
        ),
    ),
    503: (
        _l("The portal could not save just now"),
        _l("The disk is full, or the database cannot be reached. Nothing was half saved."),
        _l(
            "What you typed is still on this page. Make room on the disk or wait a moment, then press Try again."
        ),
    ),
}


def http_error(error):
    """The page of an expected error, such as a record that is gone."""
    if error.code is None or error.code < 400:
        return error
    hear_out()
    return page(error.code)


def hear_out():
    """Read the rest of what the browser is sending: it only shows an answer to what it could say to the end."""
    left, stream = min(request.content_length or 0, PATIENCE), request.environ["wsgi.input"]
    while left > 0 and (piece := stream.read(min(left, 65536))):
        left -= len(piece)


def page(code):
    """The error page in plain words, inside the shell."""
    heading, message, what_to_do = PLAIN.get(code, PLAIN[400 if code < 500 else 500])
    return render_template(
        "errors/error.html", code=code, heading=heading, message=message, what_to_do=what_to_do
    ), code


def bare_page(code, reference):
    """The same without the shell, which reads the database; what was typed stays on it and can be sent again."""
    heading, message, what_to_do = PLAIN[code]
    posted = request.form.items(multi=True) if request.method == "POST" else ()
    template = current_app.jinja_env.get_template("errors/bare.html")
    return template.render(
        code=code,
        lang=models.language.get(),
        heading=heading,
        message=message,
        what_to_do=what_to_do,
        reference=reference,
        again=[(name, value) for name, value in posted if not is_secret(name)],
        again_href=request.full_path.rstrip("?"),
        token=generate_csrf(),
    ), code


def surprise(error):
    """Anything unexpected: a page with a code, and one log line with the same code and no values."""
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    log.error(
        "%s %s %s %s at %s",
        reference,
        request.method,
        request.endpoint,
        type(error).__name__,
        where,
    )
    unwritable = isinstance(error, (peewee.OperationalError, peewee.InterfaceError, OSError))
    if unwritable and not models.database.is_closed() and models.database.in_transaction():
        models.database.rollback()
    return bare_page(503 if unwritable else 500, reference)


def init_app(app):
    """Answer every error with a page of ours."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, surprise)
