"""Retention rules, the files to dispose of, one file's disposal, and the records policy (2.24, 2.25, R-RET)."""

import datetime
from collections import Counter

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from admin_views.base import EntityView, PageView
from admin_views.listing import whole
from admin_views.showing import refused_words
from forms import choices
from forms.formats import date_text, number_text
from models import TABLES, Disposal, Household, PolicyItem, RetentionRule
from workflows import (
    accounts,
    audit,
    disposal,
    file_contents,
    last_entry,
    policy,
    retention,
    settings,
)
from workflows.records import Refused

SHOWN = 200


class RetentionView(PageView):
    """Files that may be disposed of; nothing is disposed of by itself (R-RET-3)."""

    administration = True

    def __init__(self):
        super().__init__(endpoint="retention", url="/retention", name=_l("Retention"))

    @expose("/")
    def index(self):
        today = settings.today()
        due = retention.due(today + retention.SOON)
        held = retention.held()
        ready = [kept for kept in due if kept.eligible_on <= today]
        soon = [kept for kept in due if kept.eligible_on > today]
        waiting = {row.file_number: row for row in disposal.pending()}
        audit.record("view", "household", changed={"shown": len(due) + len(held)})
        return self.render(
            "retention/list.html",
            ready=[self._line(kept, waiting) for kept in ready[:SHOWN]],
            more=max(0, len(ready) - SHOWN),
            soon=[self._line(kept, waiting) for kept in soon[:SHOWN]],
            held=[
                (file_href(row), row.file_number, row.legal_hold_reason, _status(row))
                for row in held
            ],
            rules=[_rule_words(row) for row in RetentionRule.select().order_by(RetentionRule.id)],
            needed=settings.value("disposal_confirmations"),
        )

    @staticmethod
    def _line(kept, waiting):
        house = kept.household
        mine = waiting.get(house.file_number)
        said = mine and _("%(name)s has confirmed", name=", ".join(disposal.names_of(mine)))
        days = map(date_text, (house.close_date, kept.last_entry_on, kept.eligible_on))
        return (file_href(house), house.file_number, *days, said or "")

    # ---- One file ----------------------------------------------------------------------------------------------------

    def _household(self):
        return Household.stored(whole(request.values.get("id")) or 0) or abort(404)

    @expose("/file/")
    def file(self):
        """What would go, what would stay, what keeps the file, and who confirmed."""
        household = self._household()
        audit.record("view", "household", household.id)
        waiting = disposal.pending_of(household)
        last = last_entry.of(household)
        return self.render(
            "retention/file.html",
            household=household,
            status=_status(household),
            last=date_text(last),
            eligible=date_text(last and retention.kept_until(household, last)),
            problems=disposal.problems(household),
            goes=_gone(file_contents.contents(household)),
            waiting=waiting,
            names=disposal.names_of(waiting) if waiting else [],
            outdated=waiting and disposal.is_outdated(waiting, household),
            may_confirm=disposal.may_confirm(current_user.working_as),
            has_confirmed=waiting and disposal.has_confirmed(waiting, current_user.working_as),
            needed=settings.value("disposal_confirmations"),
            backups_until=date_text(_backups_until(settings.today())),
        )

    @expose("/confirm/", methods=("POST",))
    def confirm(self):
        """One more name; the last one that is needed erases the file (R-RET-2)."""
        household = self._household()
        number = household.file_number
        if request.form.get("read") != "yes":
            flash(_("Tick that you have read the list first."), "warning")
            return redirect(file_href(household))
        try:
            outcome = disposal.confirm(household, current_user.working_as)
        except Refused as refused:
            flash(refused_words(refused), "danger")
            return redirect(file_href(household))
        if outcome == disposal.NEWER:
            words = _(
                "The file got a new entry since it was confirmed, so that confirmation no longer counts."
                " Read the list again and confirm anew."
            )
            flash(words, "warning")
            return redirect(file_href(household))
        if outcome == disposal.WAITS:
            flash(_("Your confirmation is recorded. Somebody else has to confirm too."), "success")
            return redirect(file_href(household))
        return self._gone(number)

    @staticmethod
    def _gone(number):
        """Where the end of a file leads: what is kept of it."""
        row = Disposal.get(Disposal.file_number == number)
        flash(_("File %(number)s is disposed of.", number=number), "success")
        day = date_text(_backups_until(row.disposed_on))
        flash(_("Backups made before today still hold it, until %(day)s.", day=day), "info")
        if disposal.is_owed():
            words = _("The disk will be cleaned of it tonight: something else is using it now.")
            flash(words, "warning")
        return redirect(url_for("disposal.details_view", id=row.id))

    @expose("/take-back/", methods=("POST",))
    def take_back(self):
        household = self._household()
        if disposal.take_back(household):
            flash(_("Taken back. Nothing was disposed of."), "success")
        return redirect(file_href(household))


def file_href(household):
    """The page on which one file's disposal is confirmed."""
    return f"{url_for('retention.file')}?id={household.id}"


def _status(household):
    return choices.term_label("case-statuses", household.status)


def _backups_until(day):
    """The first day on which no copy made before ``day`` is left (R-SYS-7)."""
    return day + datetime.timedelta(days=settings.value("backup_keep_days"))


def _gone(contents):
    """[(what, how many)] of everything that a disposal removes."""
    kinds = Counter()
    for model in TABLES:
        if model in contents.rows:
            title = _(getattr(model._meta, "title", "")) or _("Links from other records")
            kinds[title] += len(contents.rows[model])
    lines = [(title, number_text(count)) for title, count in kinds.items()]
    if contents.emptied:
        words = _("Texts of messages that were about other people too (the messages stay)")
        lines.append((words, number_text(len(contents.emptied))))
    return lines


def _rule_words(row):
    """A rule as a sentence, and where it is changed."""
    kind = _(dict(RetentionRule.record_kind.choices)[row.record_kind])
    years = row.years_after_last_entry
    words = ngettext(
        "%(num)s year after the latest entry", "%(num)s years after the latest entry", years
    )
    if row.minor_extra_years:
        more = ngettext(
            "and at least %(num)s year after the youngest comes of age",
            "and at least %(num)s years after the youngest comes of age",
            row.minor_extra_years,
        )
        words = f"{words}, {more}"
    return kind, words, f"{url_for('retention_rule.edit_view')}?id={row.id}"


class FixedView(EntityView):
    """A table whose rows come with the product: they are filled in and changed, not added or deleted."""

    can_create = can_delete = False

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        return redirect(self.at())

    def list_facts(self, listing, names, page, previous, following):
        facts = super().list_facts(listing, names, page, previous, following)
        return facts | {"links": self.list_links()}

    def list_links(self):
        """[(label, address)] of the buttons above the list."""
        return []


class RetentionRuleView(FixedView):
    """How long each kind of record is kept (2.24)."""

    intro = _l(
        "How long each kind of record is kept. Files are disposed of by people, never by itself."
    )

    def list_links(self):
        return [(_("Files to dispose of"), url_for("retention.index"))]


class DisposalView(EntityView):
    """What stays of disposed files; no personal data."""

    intro = _l("What is kept of files that were disposed of.")

    def empty(self):
        return super().empty() | {"text": _("Files that were disposed of will be listed here.")}


class PolicyView(FixedView):
    """The seven topics of the records policy (2.25)."""

    intro = _l("Seven topics that every agency decides for itself, on one sheet to print.")

    def list_links(self):
        return [(_("Print the policy"), self.get_url(".sheet"))]

    def list_facts(self, listing, names, page, previous, following):
        facts = super().list_facts(listing, names, page, previous, following)
        nudge = " ".join(policy.nudges())
        return facts | {"intro": f"{facts['intro']} {nudge}".strip()}

    @expose("/sheet/")
    def sheet(self):
        """All topics on paper."""
        _key, agency = accounts.own_agency()
        return self.render(
            "retention/policy.html",
            agency_name=agency,
            printed_on=date_text(settings.today()),
            back_href=self.at(),
            topics=[
                (self.called(row), row.text, date_text(row.approved_on), _review(row))
                for row in PolicyItem.select().order_by(PolicyItem.id)
            ],
        )


def _review(row):
    return date_text(row.next_review_on)


VIEWS = {RetentionRule: RetentionRuleView, Disposal: DisposalView, PolicyItem: PolicyView}
PAGES = (RetentionView,)
