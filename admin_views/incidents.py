"""Incident reports and privacy breaches (2.18, R-INC)."""

import datetime

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from admin_views.base import EntityView
from admin_views.listing import Filter
from admin_views.of_household import me
from admin_views.showing import moment_text, pill
from forms import choices
from forms.breaches import later_questions
from forms.formats import date_text
from models import IncidentReport, PrivacyBreach
from workflows import audit, incidents, records, settings, signers

HELP = "/help/privacy-breach"


def late_pill():
    return pill("flag", "overdue", _("Late"))


class IncidentReportView(EntityView):
    """Something went wrong: reported before the shift ends, read by a supervisor (R-INC-1)."""

    new_label = _l("Report an incident")
    intro = _l("Report before the shift ends. A supervisor reads every report.")
    details_template = "visits/incident.html"
    supervised = ("review_view",)

    def own_filters(self):
        def late(value):
            return incidents.late() if value == "yes" else ~incidents.late()

        yes_no = lambda: [("yes", _("Yes")), ("no", _("No"))]  # noqa: E731
        review = lambda: [("review", _("A supervisor’s review"))]  # noqa: E731
        return (
            Filter("late", _l("Late"), "choice", late, yes_no),
            Filter(
                "waiting",
                _l("Waiting for"),
                "choice",
                lambda value: IncidentReport.supervisor_review_on.is_null(),
                review,
            ),
        )

    def list_facts(self, listing, names, page, previous, following):
        """The late ones say so beside their type (R-INC-1)."""
        if page:
            ids, kinds = page[0], 1 + names.index("type")
            rows = IncidentReport.select(IncidentReport.id).where(
                IncidentReport.id.in_(list(ids)), incidents.late()
            )
            late = {key for (key,) in rows.tuples()}
            page[kinds] = [
                f"{words} {late_pill()}" if key in late else words
                for key, words in zip(ids, page[kinds], strict=True)
            ]
        facts = super().list_facts(listing, names, page, previous, following)
        return facts | {"links": [(_("Privacy breaches"), url_for("privacy_breach.index_view"))]}

    def queries(self, record):
        return {"reported_to": signers.people()}

    def new_record(self):
        incident = super().new_record()
        ends = settings.value("business_day_ends")
        local = datetime.datetime.combine(settings.today(), ends, settings.zone())
        incident.shift_ended_at = local.astimezone(datetime.UTC).replace(tzinfo=None)
        if request.args.get("type") in choices.slugs("incident-types"):
            incident.type = request.args["type"]
        worker = me()
        if worker and signers.may_sign(worker.supervisor_id and worker.supervisor):
            incident.reported_to = worker.supervisor
        return incident

    def called(self, record):
        """The day, and what kind of thing it was."""
        day = date_text(settings.local(record.occurred_at).date())
        return f"{day} · {choices.term_label('incident-types', record.type)}"

    def empty(self):
        return {
            **super().empty(),
            "title": _("No incidents yet"),
            "text": _("Reports of what went wrong will be listed here."),
        }

    def after_save_url(self, record, is_new):
        """An incident of privacy goes on with its breach record (R-INC-2)."""
        breach = incidents.breach_of(record) if is_new else None
        if breach is None:
            return super().after_save_url(record, is_new)
        flash(_("A breach record was opened from this report. Complete it now."), "warning")
        return url_for("privacy_breach.edit_view", id=breach.id)

    def details_facts(self, record):
        reported, is_late = moment_text(record.submitted_at), incidents.is_late(record)
        reviewed = date_text(record.supervisor_review_on) or _("Not yet")
        breach = incidents.breach_of(record)
        return {
            "key": [
                (
                    _("Reported at"),
                    Markup("{} {}").format(reported, late_pill()) if is_late else reported,
                ),
                (_("Reviewed by the supervisor on"), reviewed),
            ],
            "breach": breach,
            "is_complete": breach and not incidents.unanswered(breach),
            "help_href": HELP,
        }

    @expose("/review/", methods=("GET", "POST"))
    def review_view(self):
        """A supervisor has read the report."""
        incident = self.found()
        if request.method == "POST":
            try:
                incidents.review(incident)
                flash(_("The report is marked as reviewed."), "success")
            except records.Refused as refused:
                flash(str(refused), "info")
            return redirect(self.at("details", incident.id))
        audit.record("view", "incident_report", incident.id)
        return self.render(
            "visits/review.html",
            title=_("Review this report"),
            facts=self.facts(incident),
            is_late=incidents.is_late(incident),
            cancel_href=self.at("details", incident.id),
        )


class PrivacyBreachView(EntityView):
    """What was lost or seen by the wrong people, who was told, and how it ended (R-INC-2, R-INC-3)."""

    new_label = _l("Record a breach")
    intro = _l("Personal information that was lost, stolen or seen by the wrong people.")
    edit_template = "visits/breach_form.html"
    details_template = "visits/breach.html"

    def own_filters(self):
        offered = lambda: [  # noqa: E731
            ("complete", _("Answers")),
            ("tell", _("Telling the regulator and the people")),
        ]

        def waiting(value):
            asked = incidents.to_tell() if value == "tell" else incidents.to_complete()
            return PrivacyBreach.closed_on.is_null() & asked

        return (Filter("waiting", _l("Waiting for"), "choice", waiting, offered),)

    def form_sections(self, record):
        return (
            (
                _("What happened"),
                None,
                (
                    "discovered_at",
                    "occurred_at",
                    "description",
                    "information_involved",
                    "people_affected_count",
                ),
            ),
            (
                _("How bad it may be"),
                _(
                    "Where there is a real risk of significant harm, report to the privacy regulator and tell the"
                    " people as soon as feasible."
                ),
                (
                    "significant_harm_risk",
                    "harm_reasons",
                    ("regulator_told_on", "people_told_on"),
                ),
            ),
            (_("What was done"), None, ("steps_taken", "closed_on")),
        )

    def own_questions(self):
        return later_questions(self.meta.fields)

    def called(self, record):
        return _("Breach of %(day)s", day=date_text(settings.local(record.discovered_at).date()))

    def form_facts(self, record, form):
        return {"help_href": HELP, "untold": record.id and incidents.untold(record)}

    def details_facts(self, record):
        names = [_(self.meta.fields[name].verbose_name) for name in incidents.unanswered(record)]
        told = [_(self.meta.fields[name].verbose_name) for name in incidents.untold(record)]
        return {
            "missing": names,
            "untold": told,
            "kept_until": date_text(incidents.kept_until(record)),
            "incident_href": record.incident_id
            and url_for("incident_report.details_view", id=record.incident_id),
            "help_href": HELP,
        }

    def empty(self):
        return {
            **super().empty(),
            "title": _("No breaches recorded"),
            "text": _("An incident of privacy opens a record here by itself."),
        }


VIEWS = {IncidentReport: IncidentReportView, PrivacyBreach: PrivacyBreachView}
