"""The wizard engine: a draft row of raw answers, walked through on every request.

The walk is the guard, the "next", the return after a changed answer and the final check: pages in the order of the
workflow's ``steps``, those that do not apply left out, each validated anew, up to the first that is missing or no
longer right.  Only ``finish`` writes records, in one transaction with the end of the draft.
"""

import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from models import Client, Draft, database, now
from workflows import attachments, audit, clock, records

FIXED = "_fixed"  # beside the pages of a draft: what ``begin`` fixed, plain values, never typed by anybody
DONE = "_done"  # marks a page somebody pressed "Continue" on; typed and saved alone is not passed
CHECK = "check"
LONGEST = 400_000  # characters of one answer a draft holds; no honest one comes near, and each walk reads them all
KEPT = datetime.timedelta(days=37)


class Answers(dict):
    """{page: {question: value}} of the pages passed so far, and in ``fixed`` what ``begin`` fixed.

    ``said`` is what was posted from the check page itself, such as a confirmation: {name: [value]}.
    """

    fixed = {}
    said = {}

    def of(self, page, question, default=None):
        """One answer; ``default`` when the page was not passed or asks no such thing."""
        return self.get(page, {}).get(question, default)


@dataclass(frozen=True)
class Each:
    """A page asked once for each of several things: ``items(answers)`` gives [(key, item)]."""

    items: Any
    form: Any


@dataclass
class Page:
    """A page of the walk: its address, its form class and what it is about; ``form`` is bound once it is reached."""

    slug: str
    step: str
    form_class: Any
    item: Any = None
    form: Any = None
    is_passed: bool = False

    @property
    def title(self):
        return self.form_class.named(self.item)

    def heard(self, raw):
        """Of what was posted ({name: [value, …]}) only what this page asks: a made-up name is dropped."""
        typed = formdata(raw)
        self.form_class.made(self.item)(typed)
        return {name: values for name, values in raw.items() if name in typed.asked}


class Typed(MultiDict):
    """Raw answers for a form; ``asked`` are the names its questions looked for."""

    def __init__(self, mapping=None):
        super().__init__(mapping)
        self.asked = set()

    def __contains__(self, name):
        self.asked.add(name)
        return super().__contains__(name)

    def get(self, name, *more, **options):
        self.asked.add(name)
        return super().get(name, *more, **options)

    def getlist(self, name, *more, **options):
        self.asked.add(name)
        return super().getlist(name, *more, **options)


@dataclass(frozen=True)
class Done:
    """What a person reads once it is written: a title, sentences, and [(label, address)] of what comes next."""

    title: str
    sentences: tuple = ()
    links: tuple = ()
    starts: tuple = ()  # (words on the button, wizard, {question: value} of its first page), each starts that wizard
    href: str = ""  # a page that shows what was made: opened at once, with the title as its message


class Stale(Exception):
    """The page was changed in another window or by a colleague; ``theirs`` is what stands there now."""

    def __init__(self, theirs):
        super().__init__("a newer answer is stored")
        self.theirs = theirs


class Unfinished(Exception):
    """Something has to be answered first; ``slug`` is the page."""

    def __init__(self, slug):
        super().__init__(slug)
        self.slug = slug


class Workflow:
    """One wizard.  ``name`` is its address, ``steps`` its pages in asking order: slug → StepForm or Each."""

    name = ""
    title = ""
    intro = ""
    steps = {}
    begun_with = ()  # what a button that starts it may send besides the questions of its first page
    check_lead = ""
    check_template = "workflow/check.html"
    finish_label = ""

    def begin(self, draft):
        """Fix what must not change under way, such as the version of an instrument, in ``draft.answers[FIXED]``."""

    def initial(self, page, answers, draft):
        """What a page shows before anybody answered it: {question: value}."""
        return {}

    def prepare(self, page, answers, draft):
        """Fill in what the database decides about ``page.form``: choices, limits."""

    def examine(self, page, answers, draft):
        """Rules that look further than the page: call ``page.form.problem`` for each that is broken."""

    def advise(self, page, answers, draft):
        """What is looked at once, when a page is answered, and too much work for every walk: as ``examine``."""

    def held(self, answers, slug, passed):
        """The raw ``answers`` {page: {…}} a draft may go on holding after the page ``slug`` was stored."""
        return answers

    def may_hold(self, slug, draft):
        """Whether what is typed on a page that an earlier one now stands before is kept all the same."""
        return False

    def theirs(self, page, answers, raw, chosen):
        """The raw answers of a page with what a colleague wrote in place of what ``chosen`` names."""
        return raw

    def facts(self, page, answers, draft):
        """What the page's template needs besides its form."""
        return {}

    def about(self, draft):
        """Whom or what a draft is about, in words for colleagues; empty when nobody said yet."""
        return draft.client.display_name if draft.client_id else ""

    def final_facts(self, answers, draft):
        """What the check page shows besides the answers."""
        return {}

    def finish(self, answers, draft):
        """Write the records; returns plain facts (a dict of ids) for ``done``.  Runs in one transaction."""
        raise NotImplementedError

    def done(self, facts):
        """The page after the last one, as Done."""
        raise NotImplementedError


class Journey:
    """A walk through a draft: ``pages`` looked into, ``answers`` of those passed, ``at`` the first one not passed.

    It stops there, or at the page ``upto``, which holds ``typed`` instead of what is stored when that is given.
    """

    def __init__(self, workflow, draft, upto=None, typed=None):
        self.workflow, self.draft, self.answers, self.at = workflow, draft, Answers(), None
        self.answers.fixed = draft.answers.get(FIXED, {})
        self.pages, self._coming = [], self._outline()
        for page in self._coming:
            self.pages.append(page)
            if page.slug == upto and typed is not None:
                page.form, self.at = self.form(page, typed), page.slug
            else:
                self._pass(page)
            if self.at is not None or page.slug == upto:
                break

    def _outline(self):
        """Pages in order; what depends on answers still to come is left out until they are there."""
        for step, entry in self.workflow.steps.items():
            form = entry.form if isinstance(entry, Each) else entry
            if not form.applies(self.answers):
                continue
            if isinstance(entry, Each):
                for key, item in entry.items(self.answers):
                    yield Page(f"{step}-{key}", step, form, item)
            else:
                yield Page(step, step, form)

    def _pass(self, page):
        raw = self.draft.answers.get(page.slug)
        page.form = self.form(page, raw)
        if raw is None or DONE not in raw:
            self.at = page.slug
            return
        page.is_passed = self.accepts(page)
        if page.is_passed:
            self.answers[page.slug] = page.form.data
        else:
            self.at = page.slug

    def form(self, page, raw):
        """The form of a page with what was typed, or with its first values."""
        initial = {}
        if raw is None:
            initial = self.workflow.initial(page, self.answers, self.draft)
        form_class = page.form_class.made(page.item)
        form = form_class(formdata(raw) if raw is not None else None, data=initial)
        form.answers, form.item = self.answers, page.item
        page.form = form
        self.workflow.prepare(page, self.answers, self.draft)
        return form

    def accepts(self, page):
        """Validate a bound page, the workflow's own rules included."""
        return self._agrees(page, page.form.validate(), self.workflow.examine)

    def takes(self, page):
        """Validate a page that was answered just now: as ``accepts``, and what is looked at only then."""
        return self._agrees(page, self.accepts(page), self.workflow.advise)

    def _agrees(self, page, valid, look):
        if valid:
            look(page, self.answers, self.draft)
        return valid and not page.form.errors and not page.form.form_errors

    def page(self, slug):
        """The page at this address when it may be opened: passed, or the first that is not; else None."""
        return next((page for page in self.pages if page.slug == slug), None)

    def whole(self):
        """Every page that is known to come, those not looked into without a form."""
        self.pages += self._coming
        return self.pages

    def later(self, slug):
        """The page at this address that waits behind an unanswered one; None when none is to be held there."""
        coming = next((page for page in self.whole() if page.slug == slug), None)
        if coming or not self.workflow.may_hold(slug, self.draft):
            return coming
        step = slug if slug in self.workflow.steps else slug.rpartition("-")[0]
        entry = self.workflow.steps[step]
        return Page(slug, step, entry.form if isinstance(entry, Each) else entry)

    def onward(self, page, draft):
        """Where "Continue" leads once ``page`` was accepted and stored in ``draft``: the page after it, or the check."""
        self._accepted(page, draft)
        following = next(self._coming, None)
        return following.slug if following else CHECK

    def unanswered(self, page, draft):
        """As ``onward``, past every page that is answered already: the first that is not, or the check."""
        self._accepted(page, draft)
        for following in self._coming:
            self._pass(following)
            if self.at is not None:
                return self.at
        return CHECK

    def _accepted(self, page, draft):
        self.draft, self.at, page.is_passed = draft, None, True
        self.answers[page.slug] = page.form.data

    def before(self, slug):
        """The page before this one, or None."""
        slugs = [page.slug for page in self.pages]
        at = slugs.index(slug) if slug in slugs else len(slugs)
        return slugs[at - 1] if at else None

    def is_answered(self, page):
        """True when somebody pressed "Continue" on a page; whether it is still right shows when it is looked into."""
        return page.is_passed or DONE in self.draft.answers.get(page.slug, ())

    @property
    def is_complete(self):
        return self.at is None


def say_wrong(checks, page, answers):
    """Say on a page what its function of ``checks`` {page: function (form, answers)} finds: (question, sentence) each."""
    look = checks.get(page.step)
    for question, sentence in look(page.form, answers) if look else ():
        page.form.problem(question, sentence)


def formdata(raw):
    """Raw answers {name: [value, …]} as WTForms reads them."""
    return Typed((name, value) for name, values in raw.items() for value in values)


def oversized(raw):
    """The names of answers that are longer than a draft holds."""
    return [name for name, values in raw.items() if sum(map(len, values)) > LONGEST]


def seal(raw):
    """A short mark of what stands on a page, to notice that somebody changed it meanwhile."""
    kept = {name: values for name, values in (raw or {}).items() if name != DONE}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def moved(was, there):
    """True when a record is no longer what a draft began from: ``was`` and ``there`` are seals of it (R-SYS-2).

    Drafts of earlier versions have no mark.
    """
    return was not in (None, "", there)


# ---- Drafts ----------------------------------------------------------------------------------------------------------


def start(workflow, answers=None, client=None):
    """A new draft, with raw ``answers`` {slug: {name: [value]}} that are known already."""
    draft = Draft(kind=workflow.name, answers=dict(answers or {}), client=client)
    workflow.begin(draft)
    with database.atomic():
        records.save(draft)
        draft.path = f"/{workflow.name}/{draft.key}/"
        Draft.update(path=draft.path).where(Draft.id == draft.id).execute()
    return draft


def find(workflow, key):
    """The draft with this key, or None."""
    marks = f'"key" = {database.param} AND "kind" = {database.param}'
    return next(Draft.read(marks, key, workflow.name), None)


def keep(workflow, key, slug, raw, seen, passed=None):
    """Store what was typed on a page; returns the Draft.

    ``seen`` is the seal the person's page had (None: whatever stands there is replaced); ``passed`` True marks the
    page as answered, False takes the mark away, None leaves it.  Raises Stale and stores nothing when the page was
    changed meanwhile to something else, and Draft.DoesNotExist when the draft is gone or finished.
    """
    with database.atomic():
        draft = find(workflow, key)
        if draft is None or draft.finished_at:
            raise Draft.DoesNotExist
        stored = draft.answers.get(slug)
        if seen is not None and seen != seal(stored) and seal(raw) != seal(stored):
            raise Stale(stored)
        kept = {name: list(values) for name, values in raw.items() if name != DONE}
        if passed or passed is None and DONE in (stored or {}):
            kept[DONE] = ["1"]
        if kept != stored:
            draft.answers = workflow.held({**draft.answers, slug: kept}, slug, passed)
            records.save(draft)
    return draft


def finish(workflow, key, seen, said=None):
    """Write everything once; returns the finished Draft, whose ``answers`` then hold only the facts of ``done``.

    ``seen`` is the seal of all answers on the check page, ``said`` what was answered there (Answers).  Raises Stale
    when they changed since, Unfinished when a page is no longer right, records.Refused when a rule says no; then
    nothing is written.
    """
    with database.atomic():
        draft = find(workflow, key)
        if draft is None:
            raise Draft.DoesNotExist
        if draft.finished_at:
            return draft
        if seen != seal(draft.answers):
            raise Stale(draft.answers)
        journey = Journey(workflow, draft)
        if not journey.is_complete:
            raise Unfinished(journey.at)
        journey.answers.said = said or {}
        ticked = records.agreed.set(tuple(journey.answers.said.get("confirmed", ())))
        try:
            facts = workflow.finish(journey.answers, draft)
        finally:
            records.agreed.reset(ticked)
        draft = Draft.stored(draft.id)
        _forget_unsaved(draft.path)
        draft.answers, draft.path, draft.finished_at = facts, "", now()
        records.save(draft)
    return draft


def discard(workflow, key):
    """Throw a draft away with its files."""
    with database.atomic():
        draft = find(workflow, key)
        if draft:
            _forget_unsaved(draft.path)
            records.delete(draft)


def _forget_unsaved(path):
    """Remove what was typed on pages of this draft and waits in a browser that was signed out meanwhile."""
    beneath = f'"session_token" IS NOT NULL AND substr("path", 1, {len(path)}) = {database.param}'
    for draft in list(Draft.read(beneath, path)) if path else ():
        records.delete(draft)


@records.after_delete(Client)
def go_with_the_client(client):
    """No draft about a person outlives their file."""
    waiting = Draft.select().where(Draft.finished_at.is_null(), Draft.session_token.is_null())
    for draft in list(waiting):
        pages = (raw for slug, raw in draft.answers.items() if slug != FIXED)
        if any(raw.get("client") == [str(client.id)] for raw in pages):
            _forget_unsaved(draft.path)
            records.delete(draft)


def unfinished(workflow):
    """Drafts of this wizard that wait, newest first."""
    return list(
        Draft.select()
        .where(Draft.kind == workflow.name, Draft.finished_at.is_null())
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
    )


def purge():
    """Remove drafts nobody came back for and the marks of finished ones; returns how many."""
    wizard = Draft.path.startswith("/") | Draft.finished_at.is_null(False)
    old = Draft.select().where(
        Draft.session_token.is_null(), wizard, Draft.updated_at < now() - KEPT
    )
    found = list(old)
    for draft in found:
        records.delete(draft)
    return len(found)


clock.DAILY.append(purge)


def take_files(draft, kind, files):
    """Keep uploaded files ([(name, stream)]) with the draft at once; raises attachments.Unacceptable."""
    with database.atomic():
        return [attachments.store(kind, draft, stream, name) for name, stream in files]


def log_view(draft):
    """Opening a page of a draft shows personal data (R-SYS-5)."""
    audit.record("view", "draft", draft.id)
