"""Lists whose last column says how each row stands: a pill worked out from several columns of the row."""

from flask import request
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.listing import Listing
from admin_views.showing import cells
from workflows import audit

STATE = "standing"


def tabs(view, listing, name, offered):
    """Ready-made views of a list by one of its filters: ``offered`` are (value, words), None for everything."""
    here, now = view.at(), listing.args.get(name) or None
    return [
        (words, f"{here}?{name}={value}" if value else here, now == value)
        for value, words in offered
    ]


class Standing:
    """Mixin of EntityView: ``stands_by`` names the columns, ``standing`` turns their raw values into a pill."""

    stands_by = ()

    def standing(self, values):
        raise NotImplementedError

    @expose("/")
    def index_view(self):
        listing, names = Listing(self, request.args.to_dict()), self.list_columns()
        columns = (*map(self.column, names), *((name, None) for name in self.stands_by))
        rows, previous, following = listing.page(columns)
        audit.record("view", self.meta.table_name, changed={"shown": len(rows)})
        found, shown = list(zip(*rows, strict=True)), len(names) + 1
        # The ids come first; what the state follows from stands behind what is shown.
        states = [tuple(zip(*found[shown:], strict=True))] if rows else []
        page = cells([*map(self.cell, names), self.standing], [*found[:shown], *states])
        facts = self.list_facts(listing, [*names, STATE], page, previous, following)
        return self.render(self.list_template, **facts)

    def _heading(self, listing, name):
        return (_("State"), None, "", "") if name == STATE else super()._heading(listing, name)
