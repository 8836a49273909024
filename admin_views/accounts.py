"""Signing in and out, who is at the screen, the administrator step, the language, setting up, health."""

from urllib.parse import parse_qsl

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import refresh as reread_locale
from flask_login import UserMixin, current_user, login_user
from werkzeug.datastructures import MultiDict
from werkzeug.middleware.proxy_fix import ProxyFix

import models
from admin_views import unsaved
from admin_views.guard import is_local, is_signed_in
from admin_views.showing import moment_text
from forms.accounts import EXAMPLE, AdministratorForm, NameForm, SetUpForm, SignInForm
from models import ADMINISTRATOR, SHARED
from seed import example, start
from workflows import accounts, health, passphrases, records
from workflows import unsaved as drafts

pages = Blueprint("accounts", __name__)

# What may be opened before the portal is set up.
BEFORE = ("static", "accounts.set_up", "accounts.language", "accounts.show_health")
TABLES = {model._meta.table_name: model for model in models.TABLES}


class Screen(UserMixin):
    """The signed-in screen of this request: a row of models.Session and the token its browser holds."""

    def __init__(self, row, token):
        self.row, self.token = row, token
        self.session_id = row.id

    def get_id(self):
        return self.token

    @property
    def working_as(self):
        return self.row.working_as

    @property
    def admin_until(self):
        return self.row.admin_until


def load_session(token):
    """The screen a browser's token belongs to, or None (Flask-Login's user loader)."""
    row = accounts.find(token)
    return Screen(row, token) if row else None


def init_app(app):
    """Register the pages, and lead every visitor to the set-up page until the portal is set up."""
    app.register_blueprint(pages)
    app.login_manager.session_protection = (
        None  # a laptop that moves to another network stays signed in
    )
    app.before_request(set_up_first)
    unsaved.init_app(app)
    proxies = int(app.config["TRUSTED_PROXIES"] or 0)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)


def set_up_first():
    """Before set-up every page leads there."""
    if request.endpoint not in BEFORE and not accounts.is_set_up():
        return redirect(url_for("accounts.set_up"))
    return None


def announce(app):
    """Print where to go on the console; with a new one-time code while the portal is not set up."""
    address = app.config["PUBLIC_URL"] or f"http://{app.config['HOST']}:{app.config['PORT']}"
    with app.app_context():
        models.database.connect(reuse_if_open=True)
        if accounts.is_set_up():
            print(f"The portal is at {address}", flush=True)
        else:
            code = passphrases.make_setup_code(app.config["INSTANCE"])
            print(
                f"To set the portal up, open {address}/setup and enter this code: {code}",
                flush=True,
            )
        models.database.close()


def after():
    """Where to go next: the local address asked for, else Home."""
    target = request.args.get("next", "")
    return target if is_local(target) else "/"


def slow_down(template, form, error, **facts):
    """The page again, saying how long to wait."""
    form.problem("passphrase", str(error))
    response = make_response(render_template(template, form=form, **facts), 429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


# ---- Signing in ------------------------------------------------------------------------------------------------------


@pages.route("/sign-in", methods=("GET", "POST"))
def sign_in():
    form = SignInForm(request.form)
    if request.method == "GET" or not form.validate():
        return render_template("accounts/sign_in.html", form=form)
    try:
        is_right = passphrases.attempt(SHARED, form.passphrase.data)
    except passphrases.TooSoon as error:
        return slow_down("accounts/sign_in.html", form, error)
    if not is_right:
        form.problem("passphrase", _("This is not the passphrase. Check it and try again."))
        return render_template("accounts/sign_in.html", form=form)
    # A new session for a new sign-in: nothing planted in the browser before survives.
    end_session()
    row, token = accounts.start(request.user_agent.string)
    login_user(Screen(row, token))
    return redirect(url_for("accounts.who", next=request.args.get("next")))


def end_session():
    """Nothing of the session stays, on either side, but the language of the screen."""
    if current_user.is_authenticated:
        accounts.end(current_user.session_id)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


@pages.route("/sign-out", methods=("POST",))
def sign_out():
    end_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for("accounts.sign_in"))


@pages.route("/who", methods=("GET", "POST"))
def who():
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=request.args.get("next")))
    form = NameForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            accounts.work_as(current_user.row, form.name.data)
            return redirect(_unfinished() or after())
        except records.Refused as refused:
            form.problem("name", str(refused))
    return render_template(
        "accounts/who.html", form=form, names=accounts.names(), signed_out_page=not is_signed_in()
    )


@pages.route("/administrator", methods=("GET", "POST"))
def administrator():
    if not is_signed_in():
        return redirect(url_for("accounts.who", next=request.full_path))
    form = AdministratorForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            if passphrases.attempt(ADMINISTRATOR, form.passphrase.data):
                accounts.take_step(current_user.row)
                return redirect(after())
        except passphrases.TooSoon as error:
            return slow_down("accounts/administrator.html", form, error, cancel_href="/")
        form.problem(
            "passphrase", _("This is not the administrator passphrase. Check it and try again.")
        )
    return render_template("accounts/administrator.html", form=form, cancel_href="/")


@pages.route("/language", methods=("POST",))
def language():
    """Another language on this screen; what was typed on the page it was asked from is shown again there."""
    chosen = request.args.get("language") or request.form.get("language")
    if chosen in models.LANGUAGES:
        session["language"] = chosen
    if "next" not in request.args:
        target = request.form.get("next", "")
        return redirect(target if is_local(target) else "/")
    target, browser = after(), unsaved.browser_key()
    if not accounts.is_set_up():
        # There is no session to keep a draft for yet; the passphrases never go into a cookie.
        session["setup"] = {n: v for n, v in request.form.items() if not unsaved.is_secret(n)}
    elif (
        browser
        and current_user.is_authenticated
        and current_app.url_map.bind("").test(target.partition("?")[0], "POST")
    ):
        path, _mark, query = target.partition("?")
        arguments = MultiDict(parse_qsl(query))
        target = unsaved.keep_typed(drafts.LANGUAGE, path, arguments, browser) or target
    return redirect(target)


# ---- Signed out while writing ----------------------------------------------------------------------------------------


def _unfinished():
    """The address that offers what was typed before this sign-in, or None."""
    browser = unsaved.browser_key()
    if browser and drafts.waiting(browser):
        return url_for("accounts.unfinished", next=request.args.get("next"))
    return None


@pages.route("/continue", methods=("GET", "POST"))
def unfinished():
    if not is_signed_in():
        return redirect(url_for("accounts.who", next=request.full_path))
    browser = unsaved.browser_key()
    if request.method == "POST":
        drafts.discard(browser or "", request.form.get("draft", ""))
        flash(_("Thrown away."), "success")
        return redirect(_unfinished() or "/")
    found = [
        (
            _page_of(draft),
            moment_text(draft.updated_at),
            unsaved.with_draft(draft.path, draft.key),
            draft.key,
        )
        for draft in drafts.waiting(browser or "")
    ]
    next_page = after()
    skip = "/" if "draft=" in next_page else next_page
    return render_template("accounts/continue.html", drafts=found, skip_href=skip)


def _page_of(draft):
    """What a person calls the page a draft was typed on."""
    endpoint, _arguments = current_app.url_map.bind("").match(draft.path.partition("?")[0])
    model = TABLES.get(endpoint.partition(".")[0])
    return _(model._meta.title) if model else draft.path.partition("?")[0]


# ---- Setting up ------------------------------------------------------------------------------------------------------


@pages.route("/setup", methods=("GET", "POST"))
def set_up():
    if accounts.is_set_up():
        return redirect(url_for("accounts.sign_in"))
    form = SetUpForm(request.form if request.method == "POST" else None, data=_suggested())
    english = models.language.get() == "en"
    form.province.choices = [
        ("", ""),
        *((slug, en if english else fr) for slug, en, fr in start.provinces()),
    ]
    zones = sorted(set(start.ZONES.values()))
    form.timezone.choices = [
        ("", _("The usual one of the province")),
        *((zone, zone) for zone in zones),
    ]
    is_ready = request.method == "POST" and form.validate() and _has_code(form)
    backup_key = _start(form) if is_ready else None
    if backup_key:
        return render_template(
            "accounts/ready.html",
            languages=[],  # switching would leave this page, which nobody can open again
            backup_key=backup_key,
            shared=form.passphrase.data,
            administrator=form.admin_passphrase.data,
        )
    return render_template("accounts/setup.html", form=form)


def _suggested():
    shared, administrator = passphrases.suggest_two()
    return {
        "start": EXAMPLE,
        **session.get("setup", {}),
        "language": models.language.get(),
        "passphrase": shared,
        "admin_passphrase": administrator,
    }


def _has_code(form):
    if passphrases.is_setup_code(current_app.config["INSTANCE"], form.code.data):
        return True
    form.problem("code", _("This is not the code. Start the portal again to get a new one."))
    return False


def _start(form):
    """The backup key of the portal now set up; None, and each problem beside its question, when it is not."""
    try:
        backup_key = start.start(
            form.agency.data,
            form.province.data,
            form.passphrase.data,
            form.admin_passphrase.data,
            form.language.data,
            form.timezone.data,
            form.domains.data or "",
            form.start.data == EXAMPLE,
        )
    except records.Refused as refused:
        form.tell(refused.problems)
        return None
    except (start.AlreadySetUp, example.NotPossible) as error:
        form.problem("agency", str(error))
        return None
    passphrases.forget_setup_code(current_app.config["INSTANCE"])
    session.pop("setup", None)
    session["language"] = form.language.data
    models.language.set(form.language.data)
    reread_locale()
    return backup_key


# ---- Health ----------------------------------------------------------------------------------------------------------


@pages.route("/health")
def show_health():
    """200 only when all is well; strangers learn no more than that."""
    report = health.report(current_app.config["INSTANCE"])
    is_well = all(well for well, _words in report.values())
    answer = {"status": "ok" if is_well else "failing"}
    if is_signed_in():
        answer["checks"] = {
            name: {"ok": well, "about": str(words)} for name, (well, words) in report.items()
        }
    return jsonify(answer), 200 if is_well else 503
