"""The audit log people can read: sentences, filters, and who saw one file between two dates (2.23, R-SYS-3, R-SYS-5)."""

import datetime
from itertools import groupby

from flask import abort, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from admin_views.audit_words import ENTITIES, OTHERS, entity_words, sentences
from admin_views.base import EntityView
from admin_views.listing import Filter, typed_day, whole
from admin_views.showing import text_of
from forms.formats import date_text, time_text
from models import (
    N_,
    TABLES,
    AuditLog,
    Household,
    Staff,
    TermField,
    normalise,
)
from workflows import audit, exports, file_trail, settings

# What is counted or noted beside the fields of a record.
NOTED = {"shown": N_("Rows shown"), "rows": N_("Rows"), "new": N_("New"), "changed": N_("Changed")}
FEW = 5
ON_A_PAGE = 200
MONTH = datetime.timedelta(days=30)


def field_words(name, entity=""):
    """What the form of ``entity``, or of the first record that has such a field, calls a field."""
    if name in NOTED:
        return _(NOTED[name])
    own = [ENTITIES[entity]] if entity in ENTITIES else []
    for model in (*own, *TABLES):
        field = model._meta.fields.get(name) or model._meta.manytomany.get(name)
        if field is not None:
            return _(field.verbose_name or name)
    return name


def changed_words(changed, entity=""):
    """The fields of a row of the log, with old and new value where they are kept."""
    model = ENTITIES.get(entity)
    found = []
    for name, values in (changed or {}).items():
        label = field_words(name, entity)
        if isinstance(values, list) and len(values) == 2:
            field = model and model._meta.fields.get(name)
            words = (
                text_of(field)
                if isinstance(field, TermField) or getattr(field, "choices", None)
                else str
            )
            old, new = ("–" if value in (None, "") else words(value) for value in values)
            label = _("%(label)s: %(old)s → %(new)s", label=label, old=old, new=new)
        found.append(label)
    return "; ".join(found)


class AuditLogView(EntityView):
    """Who looked at or changed what, and when; nothing here can be changed."""

    intro = _l("Names are those chosen at “Who is at this screen?”: a label, not proof.")

    def own_filters(self):
        """Who: by the number of the member of staff, since no name stands in an address."""

        def named(key):
            who = Staff.get_or_none(Staff.id == (whole(key) or 0))
            return AuditLog.working_as_name == (who.name if who else "\x01")

        offered = lambda: [  # noqa: E731
            (str(key), name)
            for key, name in Staff.select(Staff.id, Staff.name)
            .order_by(Staff.name_sorted, Staff.id)
            .tuples()
        ]
        return (Filter("who", _l("Who"), "choice", named, offered),)

    def derived_filters(self):
        """The kind of record is chosen from a list of titles."""
        return [
            Filter(
                "entity",
                one.label,
                "choice",
                lambda value: AuditLog.entity == value,
                self._entities,
            )
            if one.name == "entity"
            else one
            for one in super().derived_filters()
        ]

    @staticmethod
    def _entities():
        known = [(name, entity_words(name)) for name in (*ENTITIES, *OTHERS)]
        return sorted(known, key=lambda pair: normalise(pair[1]))

    def list_columns(self):
        return ["at", "action", "working_as_name", "changed_fields"]

    def cell(self, name):
        if name == "changed_fields":
            value_of = AuditLog.changed_fields.python_value
            return lambda value: _few(list(map(field_words, value_of(value) or ())))
        if name == "at":
            # A moment on one line: the column is as wide as it.
            shown = super().cell(name)
            return lambda value: shown(value).replace(" ", "\xa0")
        return super().cell(name)

    def list_facts(self, listing, names, page, previous, following):
        """The action becomes a sentence about the record."""
        if page:
            rows = AuditLog.select().where(AuditLog.id.in_(page[0]))
            told = sentences(list(rows))
            page[names.index("action") + 1] = [str(escape(told[key])) for key in page[0]]
        return super().list_facts(listing, names, page, previous, following)

    def fact(self, record, name):
        label, words = super().fact(record, name)
        if name == "entity":
            return label, entity_words(record.entity)
        if name == "action":
            return label, sentences([record])[record.id]
        if name == "changed_fields":
            return label, changed_words(record.changed_fields, record.entity)
        return label, words

    # ---- Who saw this file ---------------------------------------------------------------------------------------------

    @expose("/file/")
    def file_view(self):
        """Every view, print, export and change of any record of one household between two dates, page by page.

        With ``print`` all of it on paper.
        """
        key = whole(request.args.get("household"))
        household = Household.stored(key) if key else None
        if household is None:
            abort(404)
        last = typed_day(request.args.get("to")) or settings.today()
        first = min(typed_day(request.args.get("from")) or last - MONTH, last)
        rows = file_trail.rows(household.id, first, last)
        on_paper = "print" in request.args
        lines = rows[: file_trail.MOST]
        words = _("Who saw this file")
        audit.record("print" if on_paper else "view", "household", household.id, reason=words)
        here = {"household": key, "from": first, "to": last}
        if not on_paper:
            newest, before = lines and lines[-1].id, whole(request.args.get("before"))
            lines = [row for row in lines if before is None or row.id < before]
            lines, older = lines[-ON_A_PAGE:], lines[:-ON_A_PAGE]
            is_newest = not lines or lines[-1].id == newest
        facts = {
            "title": _("Who saw file %(number)s", number=household.file_number),
            "household": household,
            "first": first.isoformat(),
            "last": last.isoformat(),
            "between": _(
                "From %(first)s to %(last)s", first=date_text(first), last=date_text(last)
            ),
            "days": _by_day(lines),
            "is_cut": len(rows) > file_trail.MOST,
            "most": file_trail.MOST,
        }
        if not on_paper:
            at_older = self.get_url(".file_view", before=lines[0].id, **here) if older else None
            return self.render(
                "people/trail.html",
                print_href=self.get_url(".file_view", print=1, **here),
                back_href=url_for("household.details_view", id=key),
                older_href=at_older,
                newest_href=None if is_newest else self.get_url(".file_view", **here),
                **facts,
            )
        return self.render(
            "print/trail.html",
            printed_on=date_text(settings.today()),
            confidential=exports.confidentiality_line(),
            back_href=self.get_url(".file_view", **here),
            **facts,
        )


def _few(words):
    """The first of the fields of a row; all of them are on the page of the row."""
    if len(words) <= FEW:
        return ", ".join(words)
    left = len(words) - FEW
    return _("%(fields)s and %(count)s more", fields=", ".join(words[:FEW]), count=left)


def _by_day(rows):
    """[(day, [(who, [(time, sentence)])])], the latest day first."""
    told = sentences(rows)
    local = [(settings.local(row.at), row) for row in rows]
    found = []
    for day, group in groupby(local, key=lambda pair: pair[0].date()):
        people = {}
        for at, row in group:
            name = row.working_as_name or _("Nobody named")
            people.setdefault(name, []).append((time_text(at.time()), told[row.id]))
        found.append((date_text(day), sorted(people.items())))
    return found[::-1]


VIEWS = {AuditLog: AuditLogView}
