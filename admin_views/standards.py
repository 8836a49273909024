"""The standards clock: what is late, unsigned, unsafe or unbalanced, a row per standard."""

from itertools import groupby

from flask import request, url_for
from flask_admin import expose

from admin_views.base import PageView
from admin_views.listing import typed_day
from admin_views.showing import called, text_of
from admin_views.words import plain as _
from forms.formats import date_text, number_text
from workflows import audit, home_tasks, members, settings, standards, waiting
from workflows.business_days import fiscal_year_start


class StandardsView(PageView):
    """One page for what the national standard asks: met of due in a period, and what is open now."""

    def __init__(self):
        super().__init__(name="standards", endpoint="standards", url="/standards")

    @expose("/")
    def index(self):
        today = settings.today()
        first = typed_day(request.args.get("from")) or fiscal_year_start(today)
        last = typed_day(request.args.get("to")) or today
        counts = home_tasks.counts(today)
        rows = [
            self._row(standard, met, due, counts, today)
            for standard, met, due in standards.measured(first, last)
        ]
        audit.record("view", "standards", changed={"shown": len(rows)})
        return self.render(
            "standards/standards.html",
            parts=[
                (number, _(standards.PARTS[number]), list(group))
                for number, group in groupby(rows, key=lambda row: row["number"])
            ],
            first=first.isoformat(),
            last=last.isoformat(),
            period=_("%(first)s to %(last)s", first=date_text(first), last=date_text(last)),
            wrong_order=first > last,
            open_count=sum(bool(row["open"]) for row in rows),
        )

    def _row(self, standard, met, due, counts, today):
        share = round(100 * met / due) if due else None
        return {
            "number": standard.number,
            "slug": standard.slug,
            "title": _(standard.title),
            "definition": _(standard.definition),
            "met": number_text(met),
            "due": number_text(due),
            "share": share,
            "open": [
                {
                    "count": waiting.shown(counts[kind.name]),
                    "words": kind.words(counts[kind.name]),
                    "href": kind.href(today),
                    "rows": [named(row) for row in waiting.first_rows(kind, today)],
                    "more": kind.table is not None and counts[kind.name] > waiting.SHOWN,
                }
                for kind in standard.waiting
                if counts[kind.name]
            ],
        }


def named(row):
    """(words, address) of a record that waits: whose file it belongs to, and which day where it has one."""
    house = row if row._meta.table_name == "household" else None
    for name in ("household", "client"):
        if house is None and getattr(row, f"{name}_id", None):
            owner = getattr(row, name)
            house = owner if name == "household" else owner.household
    words = members.called(house) if house else called(row)
    due = getattr(row, "due_on", None)
    if due:
        words = f"{words}, {text_of(row._meta.fields['due_on'])(due)}"
    return words, url_for(f"{row._meta.table_name}.details_view", id=row.id)


PAGES = (StandardsView,)
