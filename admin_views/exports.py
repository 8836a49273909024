"""What every list offers to take away: a page that says what the file is, and the file itself."""

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask_admin import expose

from admin_views.listing import Listing
from admin_views.words import plain as _
from workflows import exports

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json; charset=utf-8",
}


def as_file(body, name):
    """A response that is saved under ``name``; its ending says what it is."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(body, content_type=media_type, headers=headers)


class Exporting:
    """Mixin of EntityView: the rows of the list, with its filters and its search, as a spreadsheet."""

    def export_links(self, listing):
        """(label, address) for the menu of the list; people's data pass through a page that says so (R-SYS-8)."""
        here = listing.link().replace("?", "&", 1)
        page = self.get_url(".export_page")
        return [
            (_("As a CSV file"), f"{page}?as=csv{here}"),
            (_("As an Excel file"), f"{page}?as=xlsx{here}"),
        ]

    def selection(self):
        """The rows that the address asks for."""
        listing = Listing(self, request.args.to_dict())
        conditions = (one.condition(value) for one, value in listing.active)
        return exports.Selection(
            (*self.limits(listing), *conditions), listing.words, listing.sort, listing.descending
        ), listing

    @expose("/export/")
    def export_page(self):
        kind = request.args.get("as", "csv")
        if kind not in exports.FORMATS:
            abort(404)
        selection, listing = self.selection()
        left = listing.link(**{"as": None})
        file = self.get_url(".export", export_type=kind)
        return self.render(
            "admin/export.html",
            title=_("Export: %(list)s", list=_(self.name)),
            rows=exports.count(self.model, selection),
            chips=[label for label, _href in listing.chips()],
            confidential=exports.is_confidential(self.model) and exports.confidentiality_line(),
            hides_confidential=bool(exports.may_leave(self.model)),
            kind=kind,
            most=exports.XLSX_ROWS,
            everything_href=f"{file}{left}",
            listed_href=f"{file}{listing.link(**{'as': None, 'fields': 'listed'})}",
            cancel_href=f"{self.get_url('.index_view')}{left}",
        )

    @expose("/export/<export_type>/")
    def export(self, export_type):
        if export_type not in exports.FORMATS:
            abort(404)
        selection, _listing = self.selection()
        names = self.list_columns() if request.args.get("fields") == "listed" else None
        found = exports.columns(self.model, names)
        try:
            file = (
                exports.xlsx_file(self.model, selection, found) if export_type == "xlsx" else None
            )
        except exports.TooManyRows as refusal:
            flash(str(refusal), "warning")
            return redirect(self.get_url(".index_view"))
        exports.record_export(self.model, exports.count(self.model, selection))
        body = exports.chunks(file) if file else exports.csv_stream(self.model, selection, found)
        name = exports.file_name(self.model, self.slug, export_type)
        return as_file(stream_with_context(body), name)
