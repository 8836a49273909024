"""Two records of one person: choose the other, compare both, make one of them (R-CLI-4)."""

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from peewee import ForeignKeyField

from admin_views.listing import whole
from admin_views.showing import text_of
from forms import choices
from forms.client_merge import OtherForm
from forms.formats import date_text
from forms.wording import row_words
from models import Client
from workflows import audit, client_merge, intake, people, records


class Merging:
    """Mixin of the clients' view: the pages of merging."""

    @expose("/merge/", methods=("GET", "POST"))
    def merge_view(self):
        """Without ``other`` in the address: which record.  With it: both side by side; a post makes them one."""
        client, key = self.found(), whole(request.args.get("other"))
        if key is None:
            return self._other_page(client)
        other = Client.stored(key) or abort(404)
        for row in (client, other):
            audit.record("view", "client", row.id)
        problems = []
        if request.method == "POST":
            try:
                seen, chosen = request.form.get("seen", ""), request.form.to_dict()
                found = client_merge.merge(client.id, other.id, seen, chosen)
            except client_merge.Changed:
                words = _("Somebody saved one of the two records meanwhile. Look at both again.")
                problems = [words]
            except records.Refused as refused:
                problems = [str(problem.message) for problem in refused.problems]
            else:
                file = found.number
                flash(
                    _("Merged. This person has one record, in the file %(file)s.", file=file),
                    "success",
                )
                return redirect(self.at("details", found.kept.id))
        return self._compared(client, other, problems)

    def _other_page(self, client):
        form = OtherForm(request.form or None)
        if request.method == "POST":
            valid = form.validate()
            if "find" in request.form:
                form.other.errors = []
            elif valid:
                return redirect(self._address(client, form.other.data))
        alike = people.similar_to(client)
        audit.record("view", "client", client.id, {"shown": len(alike)})
        return self.render(
            "people/merge_choose.html",
            title=_("Which record is the same person as %(name)s?", name=str(client)),
            page_title=_("Merge two records"),
            form=form,
            alike=[
                (words, self._address(client, key)) for key, words, _h in intake.described(alike)
            ],
            cancel_href=self.at("details", client.id),
        )

    def _address(self, client, other):
        return f"{self.at('merge', client.id)}&other={other}"

    def _compared(self, client, other, problems):
        found = None
        try:
            found = client_merge.look(client, other)
        except records.Refused as refused:
            problems = problems or [str(problem.message) for problem in refused.problems]
        return self.render(
            "people/merge.html",
            title=_("Are these the same person?"),
            problems=problems,
            records=[
                (words, url_for(".details_view", id=row.id))
                for row, words in zip(
                    (found.kept, found.gone) if found else (client, other),
                    people.described((found.kept, found.gone) if found else (client, other)),
                    strict=True,
                )
            ],
            seen=found and found.seal,
            tables=_tables(found) if found else [],
            happens=_happens(found) if found else [],
            moved=_moved(found) if found else [],
            cancel_href=self.at("details", client.id),
            choose_href=self.at("merge", client.id),
        ), 409 if problems and request.method == "POST" else 200


def _tables(found):
    """[(heading, [(label, name, words of what stays, of what goes, the one meant)])] of the fields that differ."""
    made = {"client": (_("The person"), []), "household": (_("The file"), [])}
    for name, field, mine, theirs, meant in client_merge.differing(found):
        if isinstance(field, ForeignKeyField):
            pair = [value and row_words(field.rel_model, value) for value in (mine, theirs)]
        else:
            pair = map(text_of(field), (mine, theirs))
        meant = request.form.get(name, meant)
        made[name.partition("-")[0]][1].append((_(field.verbose_name), name, *pair, meant))
    return [part for part in made.values() if part[1]]


def _happens(found):
    """Sentences about the files."""
    name, file = str(found.kept), found.number
    yield _("%(name)s has the file number %(file)s from now on.", name=name, file=file)
    if found.empty:
        given_up = ({found.house.file_number, found.empty.file_number} - {file}).pop()
        yield _(
            "Nobody else is in the other file, so both become one, and %(file)s is given up.",
            file=given_up,
        )
    if found.other:
        yield _(
            "Others stay in the file %(file)s: only this person leaves it, with what is theirs. Its charter stays with"
            " it. If they settle with this person, record them there: only members of a household are clients of its"
            " case.",
            file=found.other.file_number,
        )

    for consent, day in client_merge.taken_back(found):
        yield _(
            "The consent “%(type)s” of %(given)s was taken back on the other record on %(day)s, so it is withdrawn.",
            type=choices.term_label("consent-types", consent.type),
            given=date_text(consent.given_on),
            day=date_text(day),
        )


def _moved(found):
    """[(kind of record, how many)] of what moves."""
    rows = client_merge.moving(found).items()
    titled = [(_(getattr(model._meta, "title", "")), len(ids)) for model, ids in rows]
    return sorted((title, n) for title, n in titled if title)
