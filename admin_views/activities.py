"""Activities of case management: what was done, with whom, for how long, and a day's work at once (2.16, R-ACT)."""

import datetime
import uuid

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin_views.assisting import drawn, one_tick
from admin_views.base import asked_once
from admin_views.of_household import HouseholdRecordView, me
from admin_views.unsaved import request_draft
from forms import choices
from forms.day import DayForm
from forms.formats import date_text, number_text
from models import CaseActivity
from workflows import activities, audit, records, settings


class CaseActivityView(HouseholdRecordView):
    """What was done with and for clients, with the minutes it took."""

    new_label = _l("Record an activity")
    intro = _l("What was done with and for clients, with the minutes it took.")
    filled_today = ("date",)
    filled_me = ("staff",)

    def called(self, record):
        """The day and the topic."""
        topic = choices.term_label("cma-topics", record.topic)
        return f"{date_text(record.date)} · {topic}"

    def list_facts(self, listing, names, page, previous, following):
        facts = super().list_facts(listing, names, page, previous, following)
        return facts | {"links": [(_("A day’s work"), self.at("day"))]}

    def empty(self):
        return super().empty() | {
            "title": _("No activities yet"),
            "text": _("What was done with and for clients will be listed here, with its minutes."),
        }

    def fact(self, record, name):
        """The funder's service is shown as the service record will have it."""
        label, words = super().fact(record, name)
        if name == "ircc_service" and not words:
            slug = activities.services_of_topics()(None, record.topic)
            service = choices.term_label("ircc-services", slug)
            words = _("%(service)s (from the topic)", service=service)
        return label, words

    # ---- A day’s work ------------------------------------------------------------------------------------------------

    @expose("/day/", methods=("GET", "POST"))
    def day_view(self):
        """One day of the person at this screen: several lines, saved together or not at all."""
        typed = request.form if request.method == "POST" else request_draft()
        form, worker, confirms = DayForm.made()(typed), me(), ()
        if typed is None:
            form.date.data, form.version.data = _asked_day(), str(uuid.uuid4())
        elif "add" in typed:
            form.add_lines()
        elif "find" in typed:
            form.look_up()
        elif request.method == "POST" and form.validate():
            try:
                if self._record(form, worker):
                    return redirect(f"{self.at('day')}?date={form.date.data.isoformat()}")
            except activities.DayRefused as refused:
                confirms = _say(form, refused.problems)
        return self._day_page(form, worker, confirms)

    def _day_page(self, form, worker, confirms):
        day = form.date.data
        recorded = activities.of_day(worker, day) if worker and day else []
        if recorded:
            audit.record("view", self.meta.table_name, changed={"shown": len(recorded)})
        done = sum(row.minutes for row, _names in recorded)
        return self.render(
            "people/day.html",
            title=_("A day’s work"),
            form=form,
            confirms=confirms,
            worker=worker,
            no_name=None if worker else _no_name(),
            day=date_text(day),
            recorded=[self._recorded(row, names) for row, names in recorded],
            done=done,
            total=done + form.minutes(),
            may_add=form.may_add,
            new_href=self.at("new"),
            cancel_href=self.at(),
        )

    def _record(self, form, worker):
        """True when every line is saved; what is missing for all of them stands above them.  Raises DayRefused."""
        lines = form.as_lines()
        if worker is None or not lines:
            form.form_errors.append(
                _no_name() if worker is None else _("Fill in at least one line.")
            )
            return False
        confirmed = request.form.getlist("confirmed")
        for row, warnings in activities.record_day(
            worker, form.date.data, lines, confirmed, asked_once()
        ):
            for warning in warnings:
                flash(self.said(warning, row), "warning")
        words = ngettext(
            "%(num)s activity is recorded: %(minutes)s minutes.",
            "%(num)s activities are recorded: %(minutes)s minutes.",
            len(lines),
            minutes=number_text(form.minutes()),
        )
        flash(words, "success")
        return True

    def _recorded(self, row, names):
        """The cells of an activity that is saved already."""
        return (
            self.at("details", row.id),
            "; ".join(names),
            choices.term_label("cma-topics", row.topic),
            choices.term_label("case-activity-types", row.type),
            row.minutes,
            row.note or "",
        )


def _asked_day():
    """The day in the address, else today."""
    try:
        asked = datetime.date.fromisoformat(request.args.get("date", ""))
    except ValueError:
        return settings.today()
    return min(asked, settings.today()) if asked.year >= 1900 else settings.today()


def _say(form, problems):
    """Put what was refused beside its line, hints under its remark; returns what one tick of the page allows."""
    blocks = {
        number: [p for p in found if p.level == records.BLOCK] for number, found in problems.items()
    }
    form.say(blocks)
    found = [problem for each in problems.values() for problem in each]
    confirms = one_tick(found)
    if confirms:
        for _number, line in form.filled():
            line.note.hints = drawn(line.note.data)
    return confirms


def _no_name():
    return _(
        "Your name is not on the list of staff, so nobody would know whose work this is."
        " Ask for it to be added under Administration, Staff."
    )


VIEWS = {CaseActivity: CaseActivityView}
