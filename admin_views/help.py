"""/help: pages in plain language, written as Markdown in docs/help, one folder for each language."""

import re
from pathlib import Path

from flask import abort, send_from_directory
from flask_admin import expose
from flask_babel import lazy_gettext as _l

import models
from admin_views.base import PageView

DOCS = Path(__file__).resolve().parent.parent / "docs"
FOLDER, PICTURES = DOCS / "help", DOCS / "pictures"
# (group, ((page, what one finds there), …)) in the order in which they are needed.
GROUPS = (
    (
        _l("At your desk"),
        (
            ("first-day", _l("What to fill in before the first referral, in its order.")),
            (
                "a-family-arrives",
                _l("From the first hello to what changed for them, in pictures."),
            ),
            ("casework", _l("Notes, letters, home visits, and what the standard asks for.")),
        ),
    ),
    (
        _l("When something went wrong"),
        (
            ("privacy-breach", _l("What to do first, whom to tell, and what to write down.")),
            ("restore", _l("Put the portal back to the moment of a backup.")),
        ),
    ),
    (
        _l("For the person who looks after the computer"),
        (
            ("start-with-computer", _l("So that nobody has to start it in the morning.")),
            ("other-desk", _l("Let other desks in your office open it, safely.")),
            ("update", _l("Get a newer version, with a way back.")),
        ),
    ),
)
ARTICLES = tuple(slug for _group, pages in GROUPS for slug, _about in pages)


def blocks_of(text):
    """[(kind, content)] of a page: title, heading, text, code, list, picture (words, file, width, height) or
    steps (with the number they begin at).
    """
    found = []
    for part in re.split(r"(```.*?```)", text, flags=re.DOTALL):
        if part.startswith("```"):
            found.append(("code", part.strip("`").strip("\n")))
            continue
        for block in re.split(r"\n\s*\n", part.strip()):
            found += _block(block.strip())
    return found


def _block(block):
    if not block:
        return []
    if block.startswith("# "):
        return [("title", block[2:])]
    if block.startswith("## "):
        return [("heading", block[3:])]
    picture = re.fullmatch(r"!\[(.*)\]\((?:.*/)?(.*)\)", block)
    if picture:
        words, name = picture.groups()
        return [("picture", (words, name, *_size(name)))]
    lines = block.splitlines()
    if all(line.startswith("- ") for line in lines):
        return [("list", [line[2:] for line in lines])]
    numbered = [re.match(r"(\d+)\. (.*)", line) for line in lines]
    if all(numbered):
        return [("steps", (int(numbered[0][1]), [match[2] for match in numbered]))]
    return [("text", " ".join(lines))]


def _size(name):
    """(width, height) of a PNG of ours: it says so at its beginning."""
    with (PICTURES / name).open("rb") as file:
        head = file.read(24)
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def read(slug, language):
    """The blocks of a page in a language; the English page where that language has none yet."""
    paths = (FOLDER / code / f"{slug}.md" for code in (language, "en"))
    return blocks_of(next(path for path in paths if path.exists()).read_text(encoding="utf-8"))


class HelpView(PageView):
    """How to do things, and what to do on a bad day."""

    def __init__(self):
        super().__init__(endpoint="help", url="/help", name=_l("Help"))

    @expose("/")
    def index(self):
        code = models.language.get()
        groups = [
            (title, [(read(slug, code)[0][1], f"/help/{slug}", about) for slug, about in pages])
            for title, pages in GROUPS
        ]
        return self.render("help/index.html", groups=groups)

    @expose("/<slug>")
    def page(self, slug):
        if slug not in ARTICLES:
            abort(404)
        title, *blocks = read(slug, models.language.get())
        return self.render("help/page.html", title=title[1], blocks=blocks)

    @expose("/pictures/<file>")
    def picture(self, file):
        """A picture of a page; made by docs/take_pictures.py."""
        return send_from_directory(PICTURES, file, mimetype="image/png", max_age=3600)


VIEWS = {}
PAGES = (HelpView,)
