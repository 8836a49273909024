"""A browser without a window: it follows redirects, fills in the form that is on the page, and checks every page it gets."""

import contextvars
from collections import Counter

from bs4 import BeautifulSoup

CLICKABLE = ("submit", "image")
UNSEEN = ("submit", "image", "button", "reset", "hidden")


class Browser:
    """One person's browser.  ``get``, ``submit`` and ``follow`` return Pages."""

    def __init__(self, app, cookies=None):
        self.client = app.test_client()
        for name, value in (cookies or {}).items():
            self.client.set_cookie(name, value)

    def cookies(self):
        """The cookies this browser holds, by name."""
        return {cookie.key: cookie.value for cookie in self.client._cookies.values()}

    def open(self, path, method="GET", **options):
        """The bare response, redirects not followed, nothing checked."""
        # A context of its own, as a request has in a server: no language, name or application of the test's.
        return contextvars.Context().run(self._open, path, method, options)

    def _open(self, path, method, options):
        response = self.client.open(path, method=method, **options)
        response.get_data()
        response.close()
        # A large body lies in a temporary file, which the test client leaves open.
        response.request.environ["wsgi.input"].close()
        return response

    def get(self, path, status=200):
        """Fetch a page as a person would: redirects followed, the page checked."""
        return self._page(self.open(path), path, status)

    def post(self, path, data=None, status=200, **options):
        """Post without a form on a page; ``token_of(page)`` gives the token to send along."""
        return self._page(self.open(path, "POST", data=data, **options), path, status)

    def follow(self, page, words, status=200):
        """Follow the link with these words."""
        links = [
            a for a in page.soup.select("a[href]") if words in (text_of(a), a.get("aria-label"))
        ]
        assert links, (
            f"no link {words!r} on {page}; there are {[text_of(a) for a in page.soup.select('a')]}"
        )
        return self.get(page.absolute(links[0]["href"]), status)

    def submit(self, page, button=None, answers=None, status=200, **more):
        """Fill in the form on ``page`` that asks for these answers, and press its (first) button.

        An answer is what a person would type, the words or the value of a choice, a list of them, True or False for a
        tick box, or (file, name).  It fails when the page has no control for an answer, or no such choice.
        """
        answers = {**(answers or {}), **more}
        form = page.form_for(answers, button)
        data = form.values()
        for name, answer in answers.items():
            form.answer(data, name, answer)
        data.update(form.pressed(button))
        path = page.absolute(form.element.get("action") or page.path)
        if form.element.get("method", "get").lower() == "get":
            pairs = [(n, v) for n, values in data.items() for v in values]
            response = self.open(path.partition("?")[0], query_string=pairs)
        else:
            response = self.open(path, "POST", data=data, content_type=form.encoding())
        return self._page(response, path, status)

    def _page(self, response, path, status):
        for _hop in range(6):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            path = absolute(path, response.headers["Location"])
            response = self.open(path)
        page = Page(response, path)
        assert response.status_code == status, f"{page}: {response.status_code}\n{page.text[:1500]}"
        if response.mimetype == "text/html":
            page.check()
        return page


def absolute(here, address):
    """The path of ``address`` as found on the page at ``here``."""
    if address.startswith("http://localhost"):
        address = address.removeprefix("http://localhost")
    if address.startswith("/"):
        return address
    base = here.partition("?")[0]
    if not address or address.startswith(("?", "#")):
        return base + address.partition("#")[0]
    folder = base.rpartition("/")[0]
    while address.startswith("../"):
        address, folder = address[3:], folder.rpartition("/")[0]
    return f"{folder}/{address}"


def text_of(element):
    """The words of an element, spaces tidied."""
    return " ".join(element.get_text(" ").split())


class Page:
    """A page as it came: ``text``, ``heading``, ``title``, ``soup`` (BeautifulSoup), ``response``."""

    def __init__(self, response, path):
        self.response, self.path, self.status = response, path, response.status_code
        is_html = response.mimetype == "text/html"
        self.soup = BeautifulSoup(response.get_data(as_text=True) if is_html else "", "lxml")
        self.text = text_of(self.soup)

    def __str__(self):
        return f"the page {self.path}"

    def __contains__(self, words):
        return words in self.text

    @property
    def heading(self):
        return text_of(self.soup.h1) if self.soup.h1 else ""

    @property
    def title(self):
        return text_of(self.soup.title) if self.soup.title else ""

    @property
    def links(self):
        """{words: address} of every link."""
        return {text_of(a): a["href"] for a in self.soup.select("a[href]")}

    @property
    def notices(self):
        """The messages at the top."""
        return [text_of(notice) for notice in self.soup.select(".notice")]

    @property
    def errors(self):
        """The lines of the error summary."""
        return [text_of(line) for line in self.soup.select(".error-summary li")]

    @property
    def rows(self):
        """The table rows of the page, each a list of the words of its cells."""
        return [
            [text_of(cell) for cell in row.find_all(["th", "td"])]
            for row in self.soup.select("tbody tr")
        ]

    def absolute(self, address):
        return absolute(self.path, address)

    def token(self):
        """The CSRF token that forms on this page carry."""
        return self.soup.select_one("input[name=csrf_token]")["value"]

    def forms(self):
        return [Form(element) for element in self.soup.select("form")]

    def form_for(self, answers, button=None):
        """The form with a control for every answer, and the button; forms of the page's own content come first."""
        forms = sorted(self.forms(), key=lambda form: form.element.find_parent("main") is None)
        fitting = [f for f in forms if all(f.controls(n) for n in answers) and f.has_button(button)]
        known = sorted({name for form in forms for name in form.names()})
        missing = [name for name in answers if not any(f.controls(name) for f in forms)]
        assert fitting, (
            f"{self}: no form asks {missing or list(answers)} with button {button!r}; it asks {known}"
        )
        posting = [f for f in fitting if f.element.get("method", "get").lower() == "post"]
        wanted = [f for f in posting if f.is_main()] or posting or fitting
        return wanted[0]

    def check(self):
        """What every page of the portal keeps: one h1, a title, unique ids, labelled controls, nothing inline."""
        soup = self.soup
        assert len(soup.select("h1")) == 1 and self.heading, f"{self}: exactly one h1 with words"
        assert self.title, f"{self}: a title"
        assert soup.html.get("lang"), f"{self}: a language"
        ids = Counter(element["id"] for element in soup.select("[id]"))
        twice = [key for key, n in ids.items() if n > 1]
        assert not twice, f"{self}: ids used twice: {twice}"
        labels = {label.get("for") for label in soup.select("label") if text_of(label)}
        nameless = [
            str(control)[:160]
            for control in soup.find_all(["input", "select", "textarea"])
            if not named(control, labels)
        ]
        assert not nameless, f"{self}: controls without a label: {nameless}"
        wordless = [
            str(b)[:160]
            for b in soup.select("button, a[href]")
            if not (text_of(b) or b.get("aria-label"))
        ]
        assert not wordless, f"{self}: buttons or links without words: {wordless}"
        inline = [
            str(element)[:160]
            for element in soup.find_all(True)
            if element.name == "style"
            or "style" in element.attrs
            or (element.name == "script" and element.get_text().strip())
            or any(name.startswith("on") for name in element.attrs)
            or str(element.get("href", "")).strip().lower().startswith("javascript:")
        ]
        assert not inline, f"{self}: nothing inline: {inline}"
        dangling = [
            (name, key)
            for element in soup.find_all(True)
            for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls")
            for key in str(element.get(name, "")).split()
            if key not in ids
        ]
        assert not dangling, f"{self}: these point to nothing: {dangling}"


def named(control, labels):
    """True when a control has a name that a screen reader can say; ``labels`` are the ids that labels point to."""
    if control.get("type") in UNSEEN or control.get("aria-label") or control.get("aria-labelledby"):
        return True
    around = control.find_parent("label")
    return control.get("id") in labels or bool(around and text_of(around))


class Form:
    """A form as a browser sees it: its controls, what they hold, what pressing a button sends."""

    def __init__(self, element):
        self.element = element

    def fields(self):
        """What it holds, and what stands elsewhere on the page and says that it belongs to it."""
        found, key = "input[name], select[name], textarea[name]", self.element.get("id")
        page = list(self.element.parents)[-1]
        beside = page.select(f'input[name][form="{key}"]') if key else []
        return [*self.element.select(found), *beside]

    def names(self):
        return [c["name"] for c in self.fields()]

    def controls(self, name):
        kept = (c for c in self.fields() if c.get("type") not in CLICKABLE)
        return [c for c in kept if c["name"] == name]

    def is_main(self):
        """The page's own form rather than a search box or the language switch."""
        return self.element.find_parent("main") is not None and self.element.get("role") != "search"

    def buttons(self):
        return [
            b
            for b in self.element.select("button, input[type=submit]")
            if b.get("type", "submit") == "submit" and not b.has_attr("disabled")
        ]

    def has_button(self, words):
        return words is None or any(
            words in (text_of(b), b.get("value"), b.get("aria-label")) for b in self.buttons()
        )

    def encoding(self):
        return self.element.get("enctype") or "application/x-www-form-urlencoded"

    def pressed(self, words):
        """What the pressed button adds; the main button when no words are given."""
        main = [b for b in self.buttons() if words is None and "btn-primary" in b.get("class", ())]
        for button in main or self.buttons():
            if words is None or words in (
                text_of(button),
                button.get("value"),
                button.get("aria-label"),
            ):
                return {button["name"]: [button.get("value", "")]} if button.get("name") else {}
        return {}

    def values(self):
        """{name: [value, …]} that the form would send untouched."""
        data = {}
        for control in self.fields():
            if control.has_attr("disabled") or control.find_parent(
                "fieldset", attrs={"disabled": True}
            ):
                continue
            kind = control.get("type", "text") if control.name == "input" else control.name
            if (
                kind in CLICKABLE
                or kind == "file"
                or kind in ("checkbox", "radio")
                and not control.has_attr("checked")
            ):
                continue
            data.setdefault(control["name"], []).extend(_held(control, kind))
        return data

    def answer(self, data, name, answer):
        """Put one answer into ``data`` as the controls called ``name`` would send it."""
        controls = self.controls(name)
        assert not all(c.has_attr("disabled") for c in controls), f"{name!r} cannot be changed here"
        first = controls[0]
        kind = first.get("type", "text") if first.name == "input" else first.name
        if kind == "hidden":
            assert first.find_parent(class_="picker"), f"{name!r} is hidden: nobody can answer it"
        if kind == "file":
            data[name] = answer if isinstance(answer, list) else [answer]
        elif kind == "select":
            data[name] = [_chosen(name, first.select("option"), word) for word in _several(answer)]
        elif kind in ("checkbox", "radio"):
            if answer is True or answer is False:
                data[name] = [first.get("value", "on")] if answer else []
            else:
                data[name] = [_chosen(name, controls, word) for word in _several(answer)]
        else:
            data[name] = [str(word) for word in _several(answer)] or [""]


def _held(control, kind):
    if kind == "select":
        options = control.select("option")
        chosen = [o for o in options if o.has_attr("selected")]
        if not chosen and not control.has_attr("multiple"):
            chosen = options[:1]
        return [o.get("value", text_of(o)) for o in chosen]
    if kind == "textarea":
        return [control.get_text().removeprefix("\n")]
    return [control.get("value", "on" if kind in ("checkbox", "radio") else "")]


def _several(answer):
    if answer is None:
        return []
    return list(answer) if isinstance(answer, (list, tuple, set)) else [answer]


def _chosen(name, choices, answer):
    """The value of the choice that a person would call ``answer``."""
    answer, offered = str(answer), []
    for choice in choices:
        words = text_of(choice)
        if choice.name == "input":
            root = list(choice.parents)[-1]
            label = choice.find_parent("label") or root.find(
                "label", attrs={"for": choice.get("id")}
            )
            words = text_of(label) if label else ""
        value = choice.get("value", words)
        if answer in (value, words):
            return value
        offered.append((value, words))
    raise AssertionError(f"{name!r} offers no {answer!r} but {offered[:60]}")
