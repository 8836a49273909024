"""The service record: choose a profile and a period, mend what is missing, take the file, keep the ledger (domain 8)."""

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import EntityView, PageView
from admin_views.exports import as_file
from admin_views.listing import typed_day, whole
from admin_views.reports import QUICK
from admin_views.showing import called, moment_text
from forms.formats import date_text
from forms.service_record import ASKED, HandedInForm, answers, columns_form
from models import Client, ExportColumn, ExportProfile, Submission
from workflows import audit, exports, records, service_record, settings
from workflows.reports_tables import periods

RECORDS = {
    "client": _l("Person"),
    "needs_assessment": _l("Needs assessment"),
    "case_activity": _l("Activity"),
    "referral": _l("Referral"),
    "capacity_building_activity": _l("Capacity building"),
}


class ServiceRecordView(PageView):
    """What is missing in a period, the button that makes the file, and the files made."""

    def __init__(self):
        super().__init__(
            endpoint="service_record", url="/service-record", name=_l("Service record")
        )

    @expose("/")
    def index(self):
        profiles, chosen, first, last, problem = self._asked(request.args)
        rows, gaps = service_record.check(chosen, first, last) if chosen else (0, [])
        shown = self._gaps(gaps)
        if shown:
            seen = sum(len(places) for _heading, _rows, places in shown)
            audit.record("view", "service_record", changed={"shown": seen})
        return self.render(
            "reports/service_record.html",
            profiles=[(one.id, called(one)) for one in profiles],
            chosen=chosen,
            first=first,
            last=last,
            problem=problem,
            rows=rows,
            gaps=shown,
            most=service_record.MOST_LINKS,
            quick=self._quick(chosen, first, last),
            confidential=exports.confidentiality_line(),
            ledger=self._ledger(),
        )

    @expose("/make/", methods=("POST",))
    def make(self):
        """The file itself; its line of the ledger is written first."""
        _profiles, chosen, first, last, problem = self._asked(request.form)
        if chosen is None or problem:
            flash(problem or _("There is no export profile in use."), "warning")
            return redirect(self.get_url(".index"))
        file, submission = service_record.make(chosen, first, last)
        return as_file(exports.chunks(file), service_record.file_name(submission))

    @expose("/handed-in/", methods=("GET", "POST"))
    def handed_in(self):
        """A file was handed in: when, and to whom."""
        row = Submission.stored(whole(request.values.get("id")) or 0) or abort(404)
        form = HandedInForm(request.form if request.method == "POST" else None, data=row.__data__)
        if request.method == "GET" and row.submitted_on is None:
            form.submitted_on.data = settings.today()
        if request.method == "POST" and form.validate():
            form.populate_obj(row)
            try:
                records.save(row)
            except records.Refused as refused:
                form.tell(refused.problems)
            else:
                flash(_("Marked as handed in."), "success")
                return redirect(self.get_url(".index"))
        return self.render(
            "reports/handed_in.html",
            form=form,
            row=row,
            days=_days(row),
            cancel_href=self.get_url(".index"),
        ), 422 if form.errors else 200

    def _asked(self, given):
        """(profiles in use, the chosen one or None, first day, last day, what is wrong or nothing)."""
        query = ExportProfile.select().where(ExportProfile.is_active == True)  # noqa: E712
        profiles = list(query.order_by(ExportProfile.name_sorted, ExportProfile.id))
        wanted = whole(given.get("profile"))
        chosen = next((one for one in profiles if one.id == wanted), profiles[:1] and profiles[0])
        first, last = periods(settings.today())["last-month"]
        asked = typed_day(given.get("from")) or first, typed_day(given.get("to")) or last
        if not (given.get("from") or given.get("to")):
            return profiles, chosen or None, first, last, ""
        if asked[0] > asked[1]:
            problem = _("The period ends before it begins. You see last month.")
            return profiles, chosen or None, first, last, problem
        return profiles, chosen or None, *asked, ""

    def _quick(self, chosen, first, last):
        found = []
        for name, (start, end) in periods(settings.today()).items():
            given = {"from": start, "to": end} | ({"profile": chosen.id} if chosen else {})
            href = self.get_url(".index", **given)
            found.append((QUICK[name], href, (start, end) == (first, last)))
        return found

    def _gaps(self, gaps):
        """(heading, rows, [(words, address)]) of each required column that is empty somewhere."""
        people = {key for gap in gaps for table, key in gap.places if table == "client"}
        names = Client.stored_by_id(people, ("id", "display_name"))
        shown = []
        for gap in gaps:
            places = [
                (self._words(table, key, on, names), url_for(f"{table}.details_view", id=key))
                for (table, key), on in gap.places.items()
            ]
            shown.append((gap.heading, gap.rows, places))
        return shown

    @staticmethod
    def _words(table, key, on, names):
        if table == "client" and key in names:
            return names[key].display_name
        return _("%(what)s of %(day)s", what=RECORDS[table], day=date_text(on))

    def _ledger(self):
        return [
            {
                "made": moment_text(row.created_at),
                "by": row.created_by_name,
                "profile": called(row.profile),
                "days": _days(row),
                "rows": row.rows,
                "checksum": row.checksum,
                "handed_in": date_text(row.submitted_on),
                "to": row.submitted_to or "",
                "href": self.get_url(".handed_in", id=row.id),
            }
            for row in service_record.ledger()
        ]


def _days(row):
    days = {"first": date_text(row.period_from), "last": date_text(row.period_to)}
    return _("%(first)s to %(last)s", **days)


def _required(column):
    if service_record.conditions(column.required_if) == ():
        return _("Always")
    return column.required_if or ""


class ProfileView(EntityView):
    """A profile: its name, and on a page of its own all its columns."""

    details_template = "reports/profile.html"
    new_label = _l("Add a profile")

    def details_facts(self, record):
        rows = [row for row in service_record.columns(record) if row.is_on]
        return {
            "columns": [(row.heading, row.source, _required(row)) for row in rows],
            "columns_href": self.at("columns", record.id),
            "copy_href": self.at("copy", record.id),
        }

    def after_save_url(self, record, is_new):
        return self.at("columns" if is_new else "details", record.id)

    @expose("/copy/", methods=("POST",))
    def copy_view(self):
        made = service_record.copy(self.found())
        flash(_("This is the copy. Give it a name and change its columns."), "success")
        return redirect(self.at("details", made.id))

    @expose("/columns/", methods=("GET", "POST"))
    def columns_view(self):
        """Order, heading, codes and conditions of every column, saved together."""
        record = self.found()
        columns = service_record.columns(record)
        form = columns_form(columns, request.form if request.method == "POST" else None)
        stamp = "-".join(str(column.version) for column in columns if column.id)
        if request.method == "POST" and form.validate():
            if request.form.get("stamp") != stamp:
                form.form_errors.append(
                    _(
                        "Somebody else changed these columns meanwhile. What you typed is still here: save once more to put it"
                        " in place of theirs, or open the profile again to see theirs."
                    )
                )
            else:
                try:
                    service_record.save_columns(record, answers(form, columns))
                except records.Refused as refused:
                    form.tell(refused.problems)
                else:
                    flash(_("Saved."), "success")
                    return redirect(self.at("details", record.id))
        return self.render(
            "reports/columns.html",
            record=record,
            form=form,
            stamp=stamp,
            rows=[
                (column.source, [form[f"{column.source}-{name}"] for name in ASKED])
                for column in columns
            ],
            cancel_href=self.at("details", record.id),
        ), 422 if form.errors else 200


class ColumnView(EntityView):
    """One column by itself; all of them are changed together on the page of their profile."""

    def after_save_url(self, record, is_new):
        return url_for("export_profile.details_view", id=record.profile_id)


VIEWS = {ExportProfile: ProfileView, ExportColumn: ColumnView}
PAGES = (ServiceRecordView,)
