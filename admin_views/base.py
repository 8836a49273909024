"""EntityView: every screen of an entity, derived from its model.  Most entities need nothing else."""

import uuid

from flask import abort, current_app, flash, jsonify, redirect, request, url_for
from flask_admin import BaseView, expose
from flask_admin.contrib.peewee import ModelView
from markupsafe import Markup
from peewee import CharField, ForeignKeyField, IntegerField, TextField

import models
from admin_views.assisting import Assisting, asks, one_tick
from admin_views.exports import Exporting
from admin_views.guard import Guarded, is_local, needs_step
from admin_views.imports import Importing
from admin_views.listing import Listing, field_filter, twin, whole
from admin_views.secrets import hide
from admin_views.showing import (
    FileCell,
    called,
    cells,
    fill,
    moment_cell,
    moment_text,
    one_line,
    pill,
    refused_words,
    text_of,
)
from admin_views.unsaved import request_draft
from admin_views.words import plain as _
from forms import choices
from forms.base import Question
from forms.fields import model_form
from forms.formats import date_text
from forms.pickers import find_rows
from workflows import audit, belonging, records
from workflows import unsaved as drafts

STAMPS = (
    "id",
    "uuid",
    "created_at",
    "updated_at",
    "created_by_name",
    "updated_by_name",
    "version",
)
# Columns whose database value is what Python sees; the others are converted first.
RAW = (CharField, IntegerField, TextField)
PILLS = ("status", "state", "result", "outcome", "flag", "timeliness")


def _named(field):
    """The column whose value a cell shows: of a foreign key, what the other record is called by."""
    if not isinstance(field, ForeignKeyField):
        return field
    meta = field.rel_model._meta
    return meta.fields[meta.label]


def _shape(field):
    """The class of a list's cells: numbers stand at the right, days and workers’ names are never broken in two."""
    if field.__class__.__name__ == "IntegerField":
        return "number"
    is_worker = isinstance(field, ForeignKeyField) and field.rel_model is models.Staff
    return "whole" if is_worker or text_of(_named(field)) is date_text else ""


class PageView(Guarded, BaseView):
    """A page that is no entity: guarded like every other."""

    def _run_view(self, fn, *args, **kwargs):
        return fn(self, *args, **kwargs)


def asked_once():
    """The UUID of what this post is to make: the same for the same page and answers; None for a page without number."""
    if not request.form.get("version"):
        return None
    answers = sorted((name, request.form.getlist(name)) for name in request.form)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, repr(answers)))


class EntityView(Assisting, Exporting, Importing, Guarded, ModelView):
    """List, form, details, delete, export and lookup of one model, read from its fields and ``Meta``."""

    list_template = "admin/list.html"
    edit_template = "admin/edit.html"
    details_template = "admin/details.html"
    new_label = None
    intro = ""
    actions = ()
    row_data = ""
    says_itself = False  # on a phone the cells of a row need no labels

    def __init__(self, model, **options):
        self.meta = model._meta
        self.slug = drafts.address(model)
        self.big = getattr(model._meta, "personal", False)
        self.readonly = getattr(model._meta, "readonly", False)
        self.administration = needs_step(model)
        super().__init__(
            model,
            options.pop("name", getattr(model._meta, "title", model.__name__)),
            endpoint=options.pop("endpoint", model._meta.table_name),
            url=options.pop("url", f"/{self.slug}"),
            **options,
        )
        self.filters = {one.name: one for one in (*self.own_filters(), *self.derived_filters())}

    # Nothing of Flask-Admin's own scaffolding is used: forms, filters and columns are read from the model here.

    def _refresh_cache(self):
        self._search_supported = bool(getattr(self.meta, "search", None))

    def _run_view(self, fn, *args, **kwargs):
        return fn(self, *args, **kwargs)

    def at(self, page="", key=None):
        """The address of a page of this entity, such as details of one record."""
        start = f"{self.url}/{page}/" if page else f"{self.url}/"
        return start if key is None else f"{start}?id={key}"

    # ---- What a subclass may say differently -------------------------------------------------------------------------

    def own_filters(self):
        """Filters that no column gives by itself."""
        return ()

    def derived_filters(self):
        named = (
            n for n in getattr(self.meta, "filters", ()) if n.partition(".")[0] in self.meta.fields
        )
        return [field_filter(self.model, name) for name in named]

    def list_columns(self):
        return [twin(self.model, name) for name in self.meta.listed]

    def base_condition(self):
        """An expression that limits the whole screen, or None."""
        return None

    def limits(self, listing):
        """Expressions that limit the list besides its filters, such as the default of showing what is open."""
        condition = self.base_condition()
        return [] if condition is None else [condition]

    def home_filters(self, args):
        """Names of filters that ``args`` has on only because the menu opens the list so: nobody chose them."""
        return ()

    def known_count(self, listing):
        """How many rows the list has in all where kept counters tell it although ``limits`` are on; else None."""
        return None

    def page_views(self, listing):
        """(label, address, current) of ready-made views of the list."""
        return []

    def form_sections(self, record):
        """((title, help, (field or (field, field), …)), …) of the form."""
        declared = getattr(self.meta, "form", None)
        if declared:
            return declared
        return ((None, None, (*self.own_names(), *self.through_names())),)

    def own_names(self):
        """The columns that people fill in."""
        hidden = (*STAMPS, *getattr(self.meta, "kept", ()))
        own = (f for f in self.meta.sorted_fields if not isinstance(f, models.DerivedField))
        return tuple(f.name for f in own if f.name not in hidden)

    def through_names(self):
        return [n for n, f in self.meta.manytomany.items() if not f._is_backref]

    def queries(self, record):
        """{foreign key: query of the rows that may be chosen}."""
        return {}

    def own_questions(self):
        """{name: unbound field} for questions that the model alone cannot ask, the same for every record."""
        return {}

    def replaced_fields(self, record):
        """{name: unbound field} for those that differ from record to record."""
        return {}

    def all_own_questions(self, record):
        """Both; those of every record are put together once a language."""

        def make():
            return {name: Question(field) for name, field in self.own_questions().items()}

        own = choices.memo(("own questions", self.slug, models.language.get()), make)
        return {**own, **self.replaced_fields(record)}

    def toolbar(self, record):
        """(label, address) buttons of the form and details pages."""
        return []

    def related(self, record):
        """(title, columns, rows, address of all) tables under the details."""
        return []

    def form_facts(self, record, form):
        """What the form template of a subclass needs besides."""
        return {}

    def details_facts(self, record):
        """What the details template of a subclass needs besides."""
        return {}

    def delete_message(self, record):
        """What deleting this record means, where there is more to say than that it will be gone."""
        return None

    def after_save_url(self, record, is_new):
        return self.at("details", record.id)

    def called(self, record):
        """What a person calls a record: the words of its label, never a slug."""
        return called(record)

    def page_title(self, record):
        """The document title: never a person's name."""
        return _(self.name) if self.big else self.called(record)

    def new_record(self):
        """An empty record, with what the address says filled in."""
        record = self.model()
        for name, field in self.meta.fields.items():
            value = whole(request.args.get(name))
            if isinstance(field, ForeignKeyField) and value:
                setattr(record, name, field.rel_model.get_or_none(field.rel_model.id == value))
        return record

    def save(self, record, form, many, version):
        """Save through the records room; a subclass may do more in the same transaction."""
        return records.save(
            record, many, version=version, confirmed=request.form.getlist("confirmed")
        )

    # ---- List --------------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self):
        listing = Listing(self, request.args.to_dict())
        names = self.list_columns()
        rows, previous, following = listing.page(tuple(map(self.column, names)))
        page = cells(map(self.cell, names), list(zip(*rows, strict=True)))
        if self.big:
            audit.record("view", self.meta.table_name, changed={"shown": len(rows)})
        facts = self.list_facts(listing, names, page, previous, following)
        return self.render(self.list_template, **facts)

    def column(self, name):
        """(field name, label column of the row it names or None) of one list column."""
        field = self.meta.fields[name]
        if isinstance(field, ForeignKeyField):
            return name, choices.label_name(field.rel_model)
        if name.endswith("_fr") and twin(self.model, name) != name:
            return name, name
        return name, None

    def cell(self, name):
        """A function from the raw database value of a list column to what its cell shows."""
        field = _named(self.meta.fields[name])
        words = text_of(field)
        if field is models.Household.file_number:
            # Beside a person's name the number is enough.
            is_named = self.model is models.Client or "client" in self.list_columns()
            return one_line if is_named else FileCell()
        if name in PILLS:
            return lambda value: pill(name, value, words(value)) if value else ""
        if words is date_text or isinstance(field, models.PhoneField):
            return lambda value: one_line(words(value))
        if isinstance(field, RAW):
            return words
        shown = moment_cell if words is moment_text else words
        return lambda value: shown(field.python_value(value))

    def row_address(self):
        return f"{self.at('details')}?id="

    def list_facts(self, listing, names, page, previous, following):
        """Everything the list template is given."""
        ids = page[0] if page else ()
        before, after = ("before", "after") if listing.descending else ("after", "before")
        readonly = self.readonly
        return {
            "title": _(self.name),
            "intro": self.intro and _(self.intro),
            "new_href": self.new_address(),
            "new_label": _(self.new_label) if self.new_label else _("Add"),
            "exports": self.export_links(listing),
            "import_href": None if readonly else f"{self.at()}import/",
            "search": self._search_facts(listing),
            "filter_panel": self.filter_panel(listing) if self.filters else "",
            "unasked": listing.unasked(),
            "chips": listing.chips(),
            "clear_href": self.at(),
            "columns": [self._heading(listing, name) for name in names],
            "rows": page,
            "row_href": self.row_address(),
            "fill": fill,
            "actions": self.bulk_actions(),
            "action_href": self.at("action"),
            "previous_href": listing.link(**{after: ids[0]}) if previous and ids else None,
            "next_href": listing.link(**{before: ids[-1]}) if following and ids else None,
            "count_text": listing.count_text(len(ids), previous, following),
            "page_sizes": [(n, listing.link(size=n), n == listing.size) for n in (20, 50, 100)]
            if previous or following or listing.size != 50
            else [],
            "empty": None if page else self.empty(),
            "views": self.page_views(listing),
            "row_data": self.row_data,
            "table_class": "one-line says-itself" if self.says_itself else "",
        }

    def filter_panel(self, listing):
        """The panel behind the funnel button, kept as HTML: it only depends on what is asked and on the lists."""
        asked = [(one.name, value) for one, value in listing.active]
        key = ("filters", self.slug, models.language.get(), listing.args.get("status"), str(asked))

        def draw():
            template = current_app.jinja_env.get_template("admin/filters.html")
            facts = self.panel_filters(listing)
            active = len(listing.chosen)
            return Markup(template.render(filters=facts, active=active, clear_href=self.at()))

        return choices.memo(key, draw)

    def panel_filters(self, listing):
        """What the filter panel asks."""
        return listing.filter_facts()

    def new_address(self):
        """Where a row is added; None where the list offers no such thing, as its rows come from elsewhere."""
        return self.at("new") if self.can_create and not self.readonly else None

    def empty(self):
        """What the list says when it has no rows."""
        href = self.new_address()
        added, kept = (
            _("What you add will be listed here."),
            _("What is recorded elsewhere is listed here."),
        )
        return {
            "title": _("Nothing here yet"),
            "text": added if href else kept,
            "href": href,
            "label": _(self.new_label) if self.new_label else _("Add"),
        }

    def bulk_actions(self):
        """(name, label, style) of what can be done with ticked rows."""
        return [(name, _(label), style) for name, label, style in self.actions]

    def _search_facts(self, listing):
        if not getattr(self.meta, "search", None):
            return None
        return {
            "action": self.at("search") + listing.link(found=None, search=None),
            "value": listing.words,
            "placeholder": _("Search this list"),
        }

    def _heading(self, listing, name):
        field = self.meta.fields[name]
        shape = _shape(field)
        label = _(field.verbose_name)
        plain = twin(self.model, name)
        if plain not in getattr(self.meta, "sortable", ()):
            return (label, None, "", shape)
        current = listing.sort is models.in_order(field)
        direction = ("descending" if listing.descending else "ascending") if current else ""
        turned = plain if not current or listing.descending else f"-{plain}"
        return (label, listing.link(sort=turned), direction, shape)

    @expose("/search/", methods=("POST",))
    def search_view(self):
        """The words go into the address as ciphertext only; the filters and the order stay."""
        words = request.form.get("search", "").strip()[:200]
        listing = Listing(self, request.args.to_dict())
        asked = listing.link(found=hide(words) if words else None, search=None)
        return redirect(self.at() + asked.rstrip("?"))

    @expose("/action/", methods=("POST",))
    def action_view(self):
        name = request.form.get("action", "")
        ids = [key for key in map(whole, request.form.getlist("rowid")) if key]
        if name not in {action for action, _label, _style in self.actions}:
            abort(404)
        if not ids:
            flash(_("Tick at least one row first."), "warning")
            return redirect(self.return_url())
        return getattr(self, f"do_{name.replace('-', '_')}")(ids) or redirect(self.return_url())

    def return_url(self):
        """Where to go back to: an address of this site, else the list."""
        target = request.values.get("url", "")
        return target if is_local(target) else self.at()

    # ---- One record --------------------------------------------------------------------------------------------------

    def get_one(self, id):
        """The record of an id out of an address, or None."""
        key = whole(str(id)) if id is not None else None
        if key is None:
            return None
        condition = self.base_condition()
        if condition is None:
            return self.model.stored(key)
        return self.model.select().where(self.meta.fields["id"] == key, condition).first()

    def found(self):
        """The record the address names; a page that says so when it is gone."""
        return self.get_one(request.values.get("id")) or abort(404)

    def field_names(self, record):
        names = []
        for _title, _help, lines in self.form_sections(record):
            for line in lines:
                names += line if isinstance(line, tuple) else (line,)
        frozen = getattr(self.meta, "immutable", ()) if record.id else ()
        known, linked = self.meta.fields, self.meta.manytomany
        return [n for n in names if (n in known or n in linked) and n not in frozen]

    def build_form(self, record, formdata=None):
        """The form of a record, filled from what was posted or from what is stored."""
        names = self.field_names(record)
        form_class = model_form(
            self.model,
            names,
            self._offered(record),
            lambda name: f"{self.at('lookup')}?field={name}",
            self.all_own_questions(record),
        )
        stored = {n: record.__data__.get(n) for n in names if n in self.meta.fields}
        for name in set(names).intersection(self.meta.manytomany):
            stored[name] = records.linked_ids(record, name) if record.id else []
        # A new form carries a number of its own, by which a second press of its button is known.
        stored["version"] = record.version if record.id else record.uuid
        return form_class(formdata, data=stored)

    def _offered(self, record):
        """``queries``, and what is chosen already: whoever left since stays where they stand."""
        offered = self.queries(record)
        for name, query in offered.items():
            if key := record.id and record.__data__.get(name):
                offered[name] = query.orwhere(query.model.id == key)
        return offered

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        if self.readonly or not self.can_create:
            abort(404)
        return self._edit(self.new_record())

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self):
        if self.readonly:
            return redirect(self.at("details", request.args.get("id")))
        return self._edit(self.found())

    def _edit(self, record):
        if request.method == "GET":
            self.seen(record)
            return self.form_page(record, self.build_form(record, request_draft()))
        form = self.build_form(record, request.form)
        if "find" in request.form:
            form.validate()
            for field in form:
                field.errors = []
            return self.form_page(record, form)
        if not form.validate():
            return self.form_page(record, form)
        return self._store(record, form)

    def seen(self, record):
        """R-SYS-5: a page about one record is a row; a form for a new one shows whose it is, so it is of them."""
        if record.id is None:
            for name, (key, _gone) in belonging.whose(record).items():
                audit.record("view", name, key)
        elif self.big:
            audit.record("view", self.meta.table_name, record.id)

    def _store(self, record, form):
        is_new = record.id is None
        theirs = {n[5:] for n, v in request.form.items() if n[:5] == "keep-" and v == "theirs"}
        many = {}
        for name in self.field_names(record):
            if name in theirs or form[name].render_kw and form[name].render_kw.get("disabled"):
                continue
            if name in self.meta.manytomany:
                many[name] = form[name].data or []
            else:
                setattr(record, name, self._stored_value(name, form[name].data))
        # A form that does not say what it saw has seen nothing: 0 is older than every version.
        version = None if is_new else whole(request.form.get("version")) or 0
        try:
            with models.database.atomic():
                made = self._made_already(record) if is_new else None
                warnings = [] if made else self.save(record, form, many, version)
        except records.Refused as refused:
            return self.refused_page(record, form, refused)
        except records.Conflict as conflict:
            return self.conflict_page(record, form, conflict.theirs)
        for warning in warnings:
            flash(self.said(warning, record), "warning")
        flash(_("Saved."), "success")
        return redirect(self.after_save_url(made or record, is_new))

    def _made_already(self, record):
        """What the same page with the same answers made before, or None; ``record`` then gets the UUID that tells."""
        record.uuid = asked_once() or record.uuid
        return self.model.get_or_none(self.meta.fields["uuid"] == record.uuid)

    def _stored_value(self, name, data):
        field = self.meta.fields[name]
        if data is None and isinstance(field, (CharField, TextField)) and not field.null:
            return ""
        return data

    def refused_page(self, record, form, refused):
        """The form again, each problem beside its field; what only needs a confirmation gets a tick box."""
        confirms = one_tick(refused.problems)
        for problem in refused.problems:
            if problem.level == records.BLOCK:
                form.problem(problem.field, problem.message)
        if record.id:
            record.version = whole(request.form.get("version")) or record.version
        return self.form_page(record, form, confirms=confirms)

    def stepped(self, change, done):
        """Do to the record what a button says, and go back to its page, or to the one that was posted as ``url``.

        A refusal is said instead of ``done``; what only the assistant asks goes on to ``reads_along``.
        """
        record = self.found()
        try:
            change(record)
            flash(done, "success")
        except records.Refused as refused:
            if asks(refused):
                raise
            flash(refused_words(refused), "danger")
        target = request.form.get("url", "")
        return redirect(target if is_local(target) else self.at("details", record.id))

    def conflict_page(self, record, form, theirs):
        """Both values, field by field; nothing typed is lost (R-SYS-2)."""
        self.seen(theirs)
        fields = []
        for name in self.field_names(record):
            if name in self.meta.manytomany:
                continue
            words = text_of(self.meta.fields[name])
            old, new = getattr(theirs, name), getattr(record, name)
            if old != new:
                shown = [str(v) if isinstance(v, models.Record) else words(v) for v in (old, new)]
                fields.append((_(self.meta.fields[name].verbose_name), *shown, name))
        skipped = {"csrf_token", "version"}
        posted = [(k, v) for k, v in request.form.items(multi=True) if k not in skipped]
        posted.append(("version", theirs.version))
        return self.render(
            "admin/conflict.html",
            fields=fields,
            posted=posted,
            saved_by=theirs.updated_by_name,
            saved_at=text_of(self.meta.fields["updated_at"])(theirs.updated_at),
            action_href=request.full_path,
            cancel_href=self.at("details", theirs.id),
        ), 409

    def form_page(self, record, form, confirms=()):
        is_new = record.id is None
        removable = self.can_delete and not is_new
        sections = [
            (title and _(title), help and _(help), lines)
            for title, help, lines in (
                (title, help, self._lines(form, lines))
                for title, help, lines in self.form_sections(record)
            )
            if lines
        ]
        here = self.at() if is_new else self.at("details", record.id)
        return self.render(
            self.edit_template,
            title=self.form_title(record),
            page_title=None if is_new or not self.big else _(self.name),
            form=form,
            record=record,
            sections=sections,
            confirms=confirms,
            cancel_href=here,
            delete_href=self.at("delete", record.id) if removable else None,
            toolbar=[] if is_new else self.toolbar(record),
            **self.form_facts(record, form),
            **self.show_hints(form, confirms),
        )

    def form_title(self, record):
        if record.id is None:
            return _(self.new_label) if self.new_label else _("Add: %(what)s", what=_(self.name))
        return self.called(record)

    def _lines(self, form, lines):
        made = []
        for line in lines:
            names = [n for n in (line if isinstance(line, tuple) else (line,)) if n in form]
            if names:
                made.append([form[name] for name in names])
        return made

    @expose("/details/")
    def details_view(self):
        record = self.found()
        self.seen(record)
        return self.render(
            self.details_template,
            title=self.called(record),
            page_title=_(self.name) if self.big else None,
            record=record,
            facts=self.facts(record),
            edit_href=None if self.readonly else self.at("edit", record.id),
            links=self.toolbar(record),
            related=self.related(record),
            **self.details_facts(record),
        )

    def facts(self, record):
        """[(section, [(label, words)])] of everything filled in."""
        made = []
        for title, _help, lines in self.details_sections(record):
            names = [n for line in lines for n in (line if isinstance(line, tuple) else (line,))]
            pairs = [
                (label, words)
                for label, words in (self.fact(record, name) for name in names)
                if words
            ]
            if pairs:
                made.append((title and _(title), pairs))
        return made

    def details_sections(self, record):
        if self.readonly:
            return ((None, None, self.own_names()),)
        return self.form_sections(record)

    def fact(self, record, name):
        """(label, words) of one field of a record."""
        if name in self.meta.manytomany:
            field = self.meta.manytomany[name]
            return _(field.verbose_name), ", ".join(
                sorted(map(str, getattr(record, name)), key=models.normalise)
            )
        field = self.meta.fields.get(name)
        if field is None:
            return "", ""
        value = getattr(record, name)
        if isinstance(field, ForeignKeyField):
            return _(field.verbose_name), self.linked(value) if value else ""
        return _(field.verbose_name), text_of(field)(value)

    def linked(self, row):
        """The words of another record as a link to it, where it has a screen."""
        endpoint = f"{row._meta.table_name}.details_view"
        if getattr(row._meta, "section", "hidden") in ("hidden", "log"):
            return called(row)
        return Markup('<a href="{}">{}</a>').format(url_for(endpoint, id=row.id), called(row))

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self):
        if self.readonly or not self.can_delete:
            abort(404)
        record = self.found()
        uses, message = [], self.delete_message(record)
        if request.method == "POST":
            try:
                records.delete(record)
                flash(_("Deleted."), "success")
                return redirect(self.at())
            except records.InUse as in_use:
                uses = in_use.uses
            except records.Refused as refused:
                flash(refused_words(refused), "danger")
                return redirect(self.at("details", record.id))
        else:
            self.seen(record)
            uses = records.used_by(record)
        return self.render(
            "admin/delete.html",
            title=_("Delete %(name)s?", name=self.called(record)),
            page_title=_("Delete"),
            message=message,
            uses=[self._use(model, count, record) for model, count in uses],
            cancel_href=self.at("details", record.id),
        )

    def _use(self, model, count, record):
        title = _(getattr(model._meta, "title", "")) or _("Links from other records")
        words = _("%(title)s: %(count)s", title=title, count=count)
        names = [
            f.name
            for f in model._meta.sorted_fields
            if isinstance(f, ForeignKeyField) and f.rel_model is self.model
        ]
        shown = getattr(model._meta, "section", "hidden") not in ("hidden",)
        if shown and names and names[0] in getattr(model._meta, "filters", ()):
            return (
                words,
                f"{url_for(f'{model._meta.table_name}.index_view')}?{names[0]}={record.id}",
            )
        return words, None

    @expose("/lookup/", methods=("POST",))
    def lookup_view(self):
        """Rows for a picker: [[id, words], …], at most twenty; the words travel in the body, never in the address."""
        name = request.args.get("field", "")
        field = self.meta.fields.get(name)
        if not isinstance(field, ForeignKeyField):
            abort(404)
        query = self.queries(self.model()).get(name)
        query = field.rel_model.select() if query is None else query
        rows = find_rows(query, request.form.get("query", "")[:200])
        if getattr(field.rel_model._meta, "personal", False):
            audit.record("view", field.rel_model._meta.table_name, changed={"shown": len(rows)})
        return jsonify(rows)

    def lookup_field(self, name):
        """The foreign key behind a lookup filter."""
        if name in self.meta.fields:
            return self.meta.fields[name]
        for path in self.meta.filters:
            first, _dot, second = path.partition(".")
            if second == name:
                return self.meta.fields[first].rel_model._meta.fields[second]
        return None

    @expose("/ajax/lookup/")
    def ajax_lookup(self):
        abort(404)

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self):
        abort(404)
