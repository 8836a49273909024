"""Nothing typed is lost: a form that arrives too late becomes a draft of its browser, and the page shows it again.

A view that draws a form from posted data asks ``request_draft()`` for it when the page is opened.
"""

import secrets
from functools import lru_cache
from urllib.parse import urlencode

from flask import current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from workflows import unsaved

COOKIE = "portal_browser"
MONTH = 30 * 24 * 3600
LONGEST_PATH = 300


def init_app(app):
    """Give every signed-in browser its mark, and drop a draft once its form was taken."""
    app.after_request(finish)


def _signer(secret):
    return URLSafeSerializer(secret, salt="browser")


def browser_key():
    """The secret of this browser, or None: a stranger's post is never kept."""
    return _key_in(request.cookies.get(COOKIE, ""), current_app.config["SECRET_KEY"])


@lru_cache(200)
def _key_in(cookie, secret):
    try:
        return _signer(secret).loads(cookie)
    except BadSignature:
        return None


def is_secret(name):
    """True for what is never kept: passphrases and the anti-forgery token."""
    return name == "csrf_token" or "passphrase" in name or "password" in name or name == "again"


def posted(form):
    """{name: [value, …]} of a posted form, without the one character that PostgreSQL does not hold."""
    return {
        name.replace("\0", ""): [value.replace("\0", "") for value in form.getlist(name)]
        for name in form
    }


def is_partial():
    """True when a script asked for a part of a page."""
    return "HX-Request" in request.headers


def keep_post():
    """Keep the form of this request as a draft; returns the address that shows it again, or None.

    Only pages that can be opened again are kept, and only for a browser that has been signed in here: the mark does
    not travel with a post from another site.
    """
    key, rule = browser_key(), request.url_rule
    if request.method != "POST" or key is None or rule is None or "GET" not in rule.methods:
        return None
    return keep_typed(unsaved.EXPIRED, request.path, request.args, key)


def keep_typed(kind, path, arguments, key):
    """Keep the posted answers for the page at ``path``; returns its address with the draft, or None."""
    answers = {n: values for n, values in posted(request.form).items() if not is_secret(n)}
    kept = [(n, v) for n, v in arguments.items(multi=True) if n != "draft"]
    address = f"{path}?{urlencode(kept)}" if kept else path
    if not answers or len(address) > LONGEST_PATH or is_partial():
        return None
    g.kept = unsaved.keep(key, kind, address, answers)
    return with_draft(address, g.kept)


def with_draft(address, key):
    """The address of a page with its draft filled in."""
    return f"{address}{'&' if '?' in address else '?'}draft={key}"


def request_draft():
    """What was typed on this page and not saved, as form data; None when the address names no such draft."""
    key = request.args.get("draft")
    browser = browser_key() if key else None
    if browser is None or request.method != "GET":
        return None
    draft = unsaved.find(browser, key)
    if draft is None or draft.path.partition("?")[0] != request.path:
        return None
    return MultiDict((name, value) for name, values in draft.answers.items() for value in values)


def request_typed():
    """``request_draft`` as {name: [value, …]}, or None."""
    draft = request_draft()
    return None if draft is None else {name: draft.getlist(name) for name in draft}


def csrf_failed(error):
    """The answer to a form of an earlier sign-in; None when there was no token at all."""
    if "csrf_token" not in request.form:
        return None
    address = keep_post()
    if (request.endpoint or "").startswith("accounts."):
        flash(_("That page was too old. Please try again."), "warning")
        return redirect(request.full_path if "GET" in request.url_rule.methods else "/")
    if address is None:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=address))
    flash(
        _("You signed in again after opening this page. What you typed is here: save it now."),
        "warning",
    )
    return redirect(address)


def finish(response):
    """Mark the browser of a signed-in screen; discard the draft of a form that was taken."""
    if request.endpoint == "static" or not current_user.is_authenticated:
        return response
    key = browser_key()
    if key is None:
        response.set_cookie(
            COOKIE,
            _signer(current_app.config["SECRET_KEY"]).dumps(secrets.token_urlsafe(24)),
            max_age=MONTH,
            httponly=True,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
        )
    elif request.method == "POST" and "draft" in request.args and "kept" not in g:
        if response.status_code in (302, 303):
            unsaved.discard(key, request.args["draft"])
    return response
