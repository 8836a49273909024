"""What every page shares: language, agency name, menu, search box, static addresses."""

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from flask import abort, current_app, request, session, url_for
from flask_login import current_user
from markupsafe import Markup, escape

import models
from admin_views.guard import at_screen
from admin_views.menu import BELOW
from forms import choices
from forms.drawing import token
from workflows import accounts, audit, settings

LANGUAGES = (("en", "English"), ("fr", "Français"))


def init_app(app, menu):
    """Prepare each request and give the templates what base.html needs; ``menu`` is ((label, address, inside), …)."""
    app.before_request(prepare)
    addresses = tuple(
        one for _label, href, inside in menu for one in (href, *(inner for _name, inner in inside))
    )
    app.context_processor(lambda: facts(menu, addresses))
    stamps = {}

    def asset(name, stamped=True):
        """The address of a static file, with a stamp that changes when the file does."""
        if (name, stamped) not in stamps:
            content = (Path(app.static_folder) / name).read_bytes()
            stamp = hashlib.sha256(content).hexdigest()[:10] if stamped else None
            stamps[name, stamped] = Markup(url_for("static", filename=name, v=stamp))
        return stamps[name, stamped]

    app.jinja_env.globals.update(asset=asset, piece=piece)


def choose_timezone():
    """The agency's time zone, in which instants are asked."""
    return str(settings.zone())


def choose_language():
    """The language of this screen: chosen with the switch, else the agency's default."""
    return models.language.get()


def prepare():
    """Open the database, find the screen, and set who is working and in which language.

    A signed-in screen costs one statement: its session together with the revision of the reference tables.
    """
    if request.endpoint == "static":
        return
    if "\0" in request.path:
        abort(404)
    models.database.connect(reuse_if_open=True)
    address = request.remote_addr or ""
    audit.actor.set(audit.Actor("", address))
    screen = current_user._get_current_object()  # once: the proxy looks again for each attribute
    if screen.is_authenticated:
        audit.actor.set(audit.Actor(screen.working_as, address))
    else:
        choices.refresh(choices.revision())
    models.language.set(_language())


def _language():
    chosen = session.get("language")
    if chosen in models.LANGUAGES:
        return chosen
    if not accounts.is_set_up():
        return request.accept_languages.best_match(models.LANGUAGES, "en")
    return settings.value("interface_default_language")


def facts(menu, addresses):
    """The facts of base.html; ``addresses`` are all those of the menu."""
    screen = at_screen()
    inside = screen is not None
    own, name = accounts.own_agency()
    return {
        "lang": models.language.get(),
        "agency_name": name,
        "menu": menu_html(menu, addresses, own) if inside else "",
        "signed_in": inside or current_user.is_authenticated,
        "working_as": screen.working_as if inside else "",
        "example_loaded": inside and bool(settings.value("example_loaded")),
        "shortcuts_on": inside
        and settings.value("single_key_shortcuts")
        and request.cookies.get("shortcuts") != "off",
    }


def menu_html(menu, addresses, own):
    """The menu with its lists narrowed to the own organization and the page's own entry marked; kept as HTML."""
    here = current_entry(addresses, request.path)

    def draw():
        hidden = {f"/{section}/" for section in settings.value("menu_hidden")}
        items = [
            {
                "label": str(label),
                "href": href.replace("organization=own", f"organization={own}"),
                "current": href == here,
                "children": [
                    {"label": str(name), "href": inner, "current": inner == here, "children": []}
                    for name, inner in inside
                ],
            }
            for label, href, inside in menu
            if href.partition("?")[0] not in hidden
        ]
        return _draw("menu", menu=items)

    return choices.memo(("menu", models.language.get(), own, here), draw)


# Stand-ins in a kept piece of the shell for what differs from request to request.
TOKEN, HERE, HERE_QUOTED = "%%token%%", "%%here%%", "%%here-quoted%%"


def piece(name, **facts):
    """A part of the shell as HTML, drawn once for each language and set of facts: it is the same on every page."""
    code = models.language.get()

    def draw():
        languages = [
            {"code": one, "label": label, "current": one == code} for one, label in LANGUAGES
        ]
        return _draw(
            name, token=TOKEN, here=HERE, here_quoted=HERE_QUOTED, languages=languages, **facts
        )

    html = choices.memo(("piece", name, code, *facts.values()), draw)
    if TOKEN not in html:
        return html
    here = request.full_path.rstrip("?")
    filled = str(html).replace(TOKEN, token()).replace(HERE, str(escape(here)))
    return Markup(filled.replace(HERE_QUOTED, _quoted(here)))


@lru_cache(500)
def _quoted(address):
    """An address as an argument of another."""
    return quote(address, safe="")


def _draw(name, **facts):
    return Markup(current_app.jinja_env.get_template(f"shell/{name}.html").render(**facts))


@lru_cache(500)
def current_entry(addresses, path):
    """The address of the menu that the page at ``path`` belongs to, or None."""
    path = next((entry for entry, starts in BELOW.items() if path.startswith(starts)), path)
    fitting = [
        href for href in addresses if path == href or _is_under(path, href.partition("?")[0])
    ]
    return max(fitting, key=len, default=None)


def _is_under(path, start):
    return start != "/" and path.startswith(start)
