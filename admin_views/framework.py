"""Flask as the portal uses it: what its general way does anew for each request is done once."""

import datetime
from copy import deepcopy
from functools import lru_cache

from flask import Flask, Request
from flask.sessions import SecureCookieSessionInterface
from flask.templating import Environment
from itsdangerous import BadSignature
from werkzeug.datastructures import ImmutableMultiDict


class Typed(ImmutableMultiDict):
    """Answers and arguments without NUL characters: nobody types one, and PostgreSQL takes none in a text."""

    def __init__(self, mapping=None):
        super().__init__(mapping)
        texts = [text for pair in self.items(multi=True) for text in pair if isinstance(text, str)]
        if "\0" in "".join(texts):
            pairs = [
                (name.replace("\0", ""), _bare(value)) for name, value in self.items(multi=True)
            ]
            super().__init__(pairs)


def _bare(value):
    return value.replace("\0", "") if isinstance(value, str) else value


class PortalRequest(Request):
    """A request whose texts any database can hold."""

    parameter_storage_class = Typed


class Templates(Environment):
    """No template has globals of its own, so none are laid over the common ones each time a template is drawn."""

    def make_globals(self, d):
        return super().make_globals(d) if d else self.globals


class Sessions(SecureCookieSessionInterface):
    """Flask's own, with the signer made once, and with each cookie's seal examined once, not with every request."""

    def __init__(self, app):
        self.signer = super().get_signing_serializer(app)
        # A cookie that is not ours raises, and is not remembered.
        self.read = lru_cache(500)(self._read)

    def get_signing_serializer(self, app):
        return self.signer

    def _read(self, cookie):
        return self.signer.loads(cookie, return_timestamp=True)

    def open_session(self, app, request):
        try:
            kept, signed_at = self.read(request.cookies.get(self.get_cookie_name(app), ""))
        except BadSignature:
            return self.session_class()
        if datetime.datetime.now(datetime.UTC) - signed_at > app.permanent_session_lifetime:
            return self.session_class()
        # What this request changes is its own.
        return self.session_class(
            {
                name: deepcopy(value) if isinstance(value, (list, dict)) else value
                for name, value in kept.items()
            }
        )

    def save_session(self, app, session, response):
        """A session that was only read needs no new cookie, and none of the settings of one."""
        if session.modified or session.permanent:
            super().save_session(app, session, response)
        elif session.accessed:
            response.vary.add("Cookie")


class Portal(Flask):
    """The application; settings and extensions are given to it in app.py."""

    jinja_environment = Templates
    request_class = PortalRequest

    def ensure_sync(self, func):
        """Every view and hook of ours is a plain function."""
        return func
