"""Signing in: stand-in until the accounts room is built."""

from flask import Blueprint, redirect, session
from flask_login import UserMixin, login_user

import models

pages = Blueprint("accounts", __name__)


class Screen(UserMixin):
    def __init__(self, row):
        self.row, self.id = row, str(row.id)
        self.working_as, self.admin_until = row.working_as, row.admin_until


def load_session(key):
    row = models.Session.get_or_none(models.Session.id == key)
    return Screen(row) if row else None


@pages.route("/sign-in")
def sign_in():
    row = models.Session.create(token_hash=str(models.uuid.uuid4()), working_as="Dev", admin_until=models.datetime.datetime(2099,1,1))
    login_user(Screen(row))
    return redirect("/")


@pages.route("/who")
def who():
    return redirect("/")


@pages.route("/administrator")
def administrator():
    return redirect("/")


def init_app(app):
    app.register_blueprint(pages)
