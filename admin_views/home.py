"""Home: what needs doing today."""

from flask import url_for
from flask_admin import AdminIndexView, expose
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from admin_views.base import PageView
from admin_views.marks import status_pill
from admin_views.search import recent_clients
from admin_views.showing import moment_text
from admin_views.wizards import WORKFLOWS
from forms import choices
from forms.formats import date_text, time_text
from models import Appointment, HomeVisit, Organization, now
from workflows import (
    appointments,
    audit,
    backup,
    home_tasks,
    settings,
    team,
    today,
    visits,
    waiting,
)

WIZARDS = {workflow.name: workflow() for workflow in WORKFLOWS}


def _last_checked():
    own = Organization.own()
    return own and own.referral_last_checked_on


class HomeView(PageView, AdminIndexView):
    """A to-do list for today, each number a link to its list."""

    @expose("/")
    def index(self):
        day = settings.today()
        counts = home_tasks.counts(day)
        referrals_on = not settings.is_hidden("referrals")
        recent = today.recent_referrals() if referrals_on else []
        if recent:
            audit.record("view", "referral", changed={"shown": len(recent)})
        return self.render(
            "home.html",
            day=date_text(day),
            referrals_on=referrals_on,
            clients_on=not settings.is_hidden("clients"),
            tasks=[
                (waiting.shown(counts[kind.name]), kind.words(counts[kind.name]), href)
                for kind in home_tasks.waits(counts)
                if not self._is_hidden(href := kind.href(day)) and self._is_for_me(kind)
            ],
            alarm=self._alarm(counts[home_tasks.ALARM]),
            check=self._check(day),
            drafts=self._drafts(),
            on_today=self._on_today(),
            recent=[
                (
                    url_for("referral.details_view", id=key),
                    name,
                    number,
                    target,
                    status_pill(status),
                    date_text(on),
                )
                for key, name, number, target, status, on in recent
            ],
            clients=recent_clients(),
            queued=counts[home_tasks.QUEUE],
            backup_words=self._backup(),
        )

    @staticmethod
    def _drafts():
        """[(title, whom it is about, address, started by, when)] of the work that waits."""
        found = []
        for draft in today.drafts():
            wizard = WIZARDS.get(draft.kind)
            title = _(wizard.title) if wizard else _("Unfinished work")
            about = wizard.about(draft) if wizard else ""
            facts = draft.path, draft.created_by_name, moment_text(draft.updated_at)
            found.append((title, about, *facts))
        named = sum(bool(about) for _title, about, *_facts in found)
        if named:
            audit.record("view", "draft", changed={"shown": named})
        return found

    @staticmethod
    def _on_today():
        """(rows, how many more) of the appointments and calls to return of the day (R-STAFF-2)."""
        if settings.is_hidden("clients"):
            return [], 0
        found = appointments.of_today()
        shown = found[: appointments.SHOWN]
        if shown:
            audit.record("view", "appointment", changed={"shown": len(shown)})
        kinds, at = dict(Appointment.kind.choices), url_for("appointment.details_view")
        rows = [
            (f"{at}?id={key}", time_text(starts_at), _(kinds[kind]), name, about or "")
            for key, starts_at, kind, name, about in shown
        ]
        more = appointments.count_today() - len(shown) if len(found) > len(shown) else 0
        return rows, more

    @staticmethod
    def _is_hidden(href):
        return settings.is_hidden(href.split("/")[1])

    @staticmethod
    def _backup():
        """A sentence once the last good backup is older than two days (R-SYS-7)."""
        made = choices.memo("last good backup", backup.last_good)
        if made is None:
            return _("There is no backup yet.")
        if not backup.is_late(made):
            return ""
        return _(
            "The last good backup is of %(when)s, more than two days ago.", when=moment_text(made)
        )

    @staticmethod
    def _is_for_me(kind):
        """Trainings that are missing are for who supervises (R-STAFF-1)."""
        return kind.name != home_tasks.TRAINING or team.may_sign(current_user.working_as)

    @staticmethod
    def _alarm(number):
        """(words, address) while somebody did not come back from a home visit (R-VISIT-5); else None."""
        if not number:
            return None
        words = ngettext(
            "Nobody has checked in after %(num)s home visit.",
            "Nobody has checked in after %(num)s home visits.",
            number,
        )
        if number == 1:
            only = HomeVisit.select(HomeVisit.id).where(visits.unheard(now())).scalar()
            return words, url_for("home_visit.details_view", id=only)
        return words, f"{url_for('home_visit.index_view')}?waiting=check-in"

    @staticmethod
    def _check(day):
        """The weekly check (R-REF-12): {days since, due, words}."""
        last = choices.memo("referrals last checked", _last_checked)
        days = (day - last).days if last else None
        due = days is None or days >= settings.value("referral_check_days")
        if days is None:
            words = _("The referral list was never marked as checked.")
        elif days == 0:
            words = _("The referral list was checked today.")
        else:
            words = _("The referral list was last checked %(days)s days ago.", days=days)
            if days == 1:
                words = _("The referral list was checked yesterday.")
        return {"due": due, "words": words}
