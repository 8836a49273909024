"""Who may open a page: everyone signed in and named; administration asks for the administrator passphrase."""

from flask import redirect, request, url_for
from flask_login import current_user

from models import now


def is_signed_in():
    """True when this screen is signed in and somebody said who is at it."""
    return current_user.is_authenticated and bool(current_user.working_as)


def is_administrator():
    """True while the administrator step of this screen lasts (decision 0.6)."""
    return is_signed_in() and bool(current_user.admin_until) and current_user.admin_until > now()


class Guarded:
    """Mixin of every view; ``administration`` = True asks for the administrator step."""

    administration = False

    def is_accessible(self):
        return is_administrator() if self.administration else is_signed_in()

    def inaccessible_callback(self, name, **arguments):
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        if not current_user.is_authenticated:
            return redirect(url_for("accounts.sign_in", next=here))
        if not current_user.working_as:
            return redirect(url_for("accounts.who", next=here))
        return redirect(url_for("accounts.administrator", next=here))
