"""Who may open a page: everyone signed in and named; administration asks for the administrator passphrase."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from admin_views import unsaved
from models import now

# Everyone signed in reads these; the rest of the administration's and the log's tables ask for the step.
OPEN = (
    "outbox_message",
    "distribution_log",
    "referral_status_event",
    "service_review",
    "weekly_check",
    "attachment",
    "saved_filter",
)


def at_screen():
    """The screen of this request when it is signed in and somebody said who is at it, else None."""
    # Looked up once: the proxy looks again for each attribute.
    screen = current_user._get_current_object()
    return screen if screen.is_authenticated and screen.working_as else None


def is_signed_in():
    """True when this screen is signed in and somebody said who is at it."""
    return at_screen() is not None


def is_administrator():
    """True while the administrator step of this screen lasts (decision 0.6)."""
    return is_signed_in() and bool(current_user.admin_until) and current_user.admin_until > now()


def needs_step(model):
    """True when the screens of this table are for administrators."""
    section = getattr(model._meta, "section", "hidden")
    return section in ("administration", "log") and model._meta.table_name not in OPEN


def is_local(address):
    """True for an address of this portal: never another site, whatever a browser makes of it."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return False
    return all(ord(character) > 32 for character in address)


def ask_first():
    """The redirect to what is missing: signing in, a name, the administrator passphrase.  Nothing typed is lost."""
    if unsaved.is_partial():
        return "", 401
    here = unsaved.keep_post()
    if request.method == "GET":
        here = request.full_path.rstrip("?")
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=here))
    if not current_user.working_as:
        return redirect(url_for("accounts.who", next=here))
    if request.method == "POST" and here:
        flash(_("What you typed is kept. You will see it again after this step."), "info")
    return redirect(url_for("accounts.administrator", next=here))


class Guarded:
    """Mixin of every view; ``administration`` = True asks for the administrator step, but for ``everybodys`` pages.

    ``supervised`` names single pages of a view for everybody that are a supervisor's (decision 0.6).
    """

    administration = False
    everybodys = ()
    supervised = ()

    def is_accessible(self):
        page = request.endpoint.rpartition(".")[2]
        asks = self.administration and page not in self.everybodys or page in self.supervised
        return is_administrator() if asks else is_signed_in()

    def inaccessible_callback(self, name, **arguments):
        return ask_first()
