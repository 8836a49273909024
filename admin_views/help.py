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
ARTICLES = (
    "first-day",
    "a-family-arrives",
    "casework",
    "other-desk",
    "start-with-computer",
    "update",
    "restore",
    "privacy-breach",
)


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
        pages = [(slug, read(slug, models.language.get())[0][1]) for slug in ARTICLES]
        return self.render("help/index.html", pages=pages)

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
