"""Import on screen: choose a file, say which column is which, look at what would happen, import."""

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _

import models
from admin_views.exports import as_file
from forms.fields import model_form
from workflows import exports, imports, records, sheets

SHOWN = 200
KIND = "import"


class Importing:
    """Mixin of EntityView: rows from a spreadsheet, with a preview, all or nothing."""

    def import_form(self, record, names, formdata):
        """The form of the screen for these fields of a record, as if a person had filled it in."""
        queries, own = self.queries(record), self.all_own_questions(record)
        return model_form(self.model, names, queries, None, own)(formdata)

    def stored_value(self, name, data):
        """What a form's answer is stored as."""
        known = name in self.meta.fields
        return self._stored_value(name, data) if known else data

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self):
        """The first page: the file."""
        self._importable()
        problem = None
        if request.method == "POST":
            file = request.files.get("file")
            try:
                rows = sheets.read(file.read(sheets.BIGGEST_FILE + 1) if file else b"")
            except sheets.Unreadable as error:
                problem = str(error)
            else:
                return redirect(self.get_url(".import_match", file=self._keep(rows).key))
        return self.render(
            "admin/import_upload.html",
            title=_("Import: %(list)s", list=_(self.name)),
            problem=problem,
            template_href=self.get_url(".import_template"),
            personal=exports.is_confidential(self.model) and exports.confidentiality_line(),
            cancel_href=self.get_url(".index_view"),
        ), 200 if problem is None else 422

    @expose("/import/empty.csv")
    def import_template(self):
        """A file with the headings and no rows."""
        self._importable()
        rows = [exports.headings(imports.targets(self))]
        return as_file(exports.csv_bytes(rows), f"{self.slug}.csv")

    @expose("/import/match/", methods=("GET", "POST"))
    def import_match(self):
        """The second page: which column is which."""
        draft = self._draft()
        rows = sheets.unpack(draft.answers["rows"])
        headings = next(row for row in rows if row)
        guessed = draft.answers.get("chosen") or imports.guess(self, headings)
        problem = None
        if request.method == "POST":
            guessed = [request.form.get(f"column-{n}", "") for n in range(len(headings))]
            accept = "accept" in request.form
            problem = self._match_problem(guessed)
            if not problem:
                reading = imports.Reading(self, rows, guessed, accept)
                lines = imports.as_data(imports.preview(reading))
                self._change(
                    draft,
                    chosen=guessed,
                    accept=accept,
                    lines=sheets.pack(lines),
                    total=len(reading.rows),
                )
                return redirect(self.get_url(".import_preview", file=draft.key))
        found = imports.targets(self)
        sample = next(
            (row for row in rows[rows.index(headings) + 1 :] if row), [""] * len(headings)
        )
        return self.render(
            "admin/import_match.html",
            problem=problem,
            columns=list(zip(headings, guessed, sample, strict=True)),
            offered=list(zip([c.name for c in found], exports.headings(found), strict=True)),
            accept=draft.answers.get("accept", False),
            cancel_href=self.get_url(".import_cancel", file=draft.key),
        ), 200 if problem is None else 422

    def _match_problem(self, chosen):
        used = [name for name in chosen if name]
        offered = {column.name for column in imports.targets(self)}
        if not used:
            return _("Choose a field for at least one column.")
        if set(used) - offered:
            return _("One of these choices is no longer offered. Please choose again.")
        twice = {name for name in used if used.count(name) > 1}
        return _("Two columns go into the same field. Choose each field once.") if twice else None

    @expose("/import/preview/", methods=("GET", "POST"))
    def import_preview(self):
        """The third page: row by row what would happen; a POST imports."""
        draft, lines = self._looked_through()
        if request.method == "POST":
            return self._import(draft, lines)
        return self._preview_page(draft, lines)

    def _import(self, draft, lines):
        if any(line.state == imports.WRONG for line in lines):
            return redirect(self.get_url(".import_preview", file=draft.key))
        answers = draft.answers
        reading = imports.Reading(
            self, sheets.unpack(answers["rows"]), answers["chosen"], answers["accept"]
        )
        try:
            with models.database.atomic():
                # Whoever takes the file away imports it: the button may have been pressed twice.
                if not records.delete(draft):
                    self._gone()
                done = imports.counts(imports.run(reading))
        except imports.Stopped as stopped:
            self._change(draft, lines=sheets.pack(imports.as_data(stopped.lines)))
            flash(str(stopped), "danger")
            return redirect(self.get_url(".import_preview", file=draft.key))
        words = _(
            "Imported: %(new)s new, %(changed)s changed.", new=done["new"], changed=done["changed"]
        )
        flash(words, "success")
        return redirect(self.get_url(".index_view"))

    def _preview_page(self, draft, lines):
        found = imports.counts(lines)
        found[imports.UNCHANGED] = draft.answers["total"] - len(lines)
        return self.render(
            "admin/import_preview.html",
            counts=found,
            lines=[(line.number, line.state, line.key, line.text) for line in lines[:SHOWN]],
            more=max(0, len(lines) - SHOWN),
            writes=found[imports.NEW] + found[imports.CHANGED],
            wrong_href=self.get_url(".import_wrong", file=draft.key),
            back_href=self.get_url(".import_match", file=draft.key),
            again_href=self.get_url(".import_view"),
            cancel_href=self.get_url(".import_cancel", file=draft.key),
        )

    @expose("/import/wrong.csv")
    def import_wrong(self):
        """The rows with a mistake and what is wrong with them, to mend and import again."""
        draft, lines = self._looked_through()
        rows = sheets.unpack(draft.answers["rows"])
        headings = next(row for row in rows if row)
        table = [[*headings, _("What is wrong")]]
        table += [
            [*map(exports.guard, line.cells), line.text]
            for line in lines
            if line.state == imports.WRONG
        ]
        exports.record_export(self.model, len(table) - 1)
        name = exports.file_name(self.model, f"{self.slug}-{_('mistakes')}", "csv")
        return as_file(exports.csv_bytes(table), name)

    @expose("/import/cancel/", methods=("GET", "POST"))
    def import_cancel(self):
        """Throw the uploaded file away; nothing else was kept of it."""
        draft = self._draft()
        if request.method == "POST":
            records.delete(draft)
            flash(_("The file was thrown away. Nothing was imported."), "info")
            return redirect(self.get_url(".index_view"))
        return self.render(
            "admin/import_cancel.html", back_href=self.get_url(".import_match", file=draft.key)
        )

    def _importable(self):
        if self.readonly or not imports.is_importable(self.model):
            abort(404)

    def _keep(self, rows):
        draft = models.Draft(kind=KIND, path=self.get_url(".import_view"))
        draft.answers = {"entity": self.meta.table_name, "rows": sheets.pack(rows)}
        records.save(draft)
        return draft

    def _change(self, draft, **answers):
        draft.answers = {**draft.answers, **answers}
        records.save(draft)

    def _draft(self):
        self._importable()
        draft = models.Draft.get_or_none(
            models.Draft.key == request.args.get("file", "")[:36], models.Draft.kind == KIND
        )
        if draft is None and request.method == "POST":
            self._gone()
        if draft is None or draft.answers["entity"] != self.meta.table_name:
            abort(404)
        return draft

    def _looked_through(self):
        """(draft, its Lines); one whose columns are not chosen yet leads to the page that asks for them."""
        draft = self._draft()
        if "lines" not in draft.answers:
            abort(redirect(self.get_url(".import_match", file=draft.key)))
        return draft, [imports.Line(**facts) for facts in sheets.unpack(draft.answers["lines"])]

    def _gone(self):
        """Lead to the list instead of importing a file again."""
        flash(
            _("This file is no longer waiting: it was imported or thrown away already."), "warning"
        )
        abort(redirect(self.get_url(".index_view")))
