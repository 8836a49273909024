"""Home: what needs doing today."""

import datetime

from flask import url_for
from flask_admin import AdminIndexView, expose
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from admin_views.base import PageView
from admin_views.marks import status_pill
from admin_views.showing import moment_text, time_text
from admin_views.wizards import WORKFLOWS
from forms import choices
from forms.formats import date_text
from models import Appointment, HomeVisit, Organization, now
from workflows import (
    appointments,
    audit,
    backup,
    flags,
    people,
    settings,
    team,
    today,
    visits,
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
        counts = today.counts(day)
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
                (today.shown(counts[name]), words(counts[name]), href)
                for name, words, href in self._tasks(day)
                if counts.get(name) and not self._is_hidden(href)
            ],
            alarm=self._alarm(counts["missed-check-ins"]),
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
            clients=[
                (url_for("client.details_view", id=key), name)
                for key, name in self._recent_clients()
            ],
            queued=counts["queued"],
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
    def _recent_clients():
        if settings.is_hidden("clients"):
            return []
        return people.recent_clients(current_user.working_as)

    @staticmethod
    def _backup():
        """A sentence once the last good backup is older than two days (R-SYS-7)."""
        made = choices.memo("last good backup", backup.last_good)
        if made is None:
            return _("There is no backup yet.")
        if now() - made <= backup.LATE:
            return ""
        return _(
            "The last good backup is of %(when)s, more than two days ago.", when=moment_text(made)
        )

    @staticmethod
    def _tasks(day):
        """(name of the count, words for that many, address), most pressing first."""
        listed, services = url_for("referral.index_view"), url_for("service_activity.index_view")
        outbox = url_for("outbox_message.index_view")
        limit = today.last_review_that_counts(day) - datetime.timedelta(days=1)
        return (
            *_incidents(),
            *_case_tasks(),
            *_file_tasks(),
            *_team_tasks(),
            (
                "failed",
                lambda n: ngettext("message could not be sent", "messages could not be sent", n),
                f"{outbox}?state=failed",
            ),
            (
                "uncertain",
                lambda n: ngettext(
                    "message may not have arrived", "messages may not have arrived", n
                ),
                f"{outbox}?state=uncertain",
            ),
            (
                flags.OVERDUE,
                lambda n: ngettext("referral is overdue", "referrals are overdue", n),
                f"{listed}?flag=overdue",
            ),
            (
                flags.STALE,
                lambda n: ngettext(
                    "referral has waited a week or more", "referrals have waited a week or more", n
                ),
                f"{listed}?flag=stale",
            ),
            (
                flags.NEW,
                lambda n: ngettext("new referral was received", "new referrals were received", n),
                f"{listed}?flag=new",
            ),
            (
                flags.FOLLOW_UP_DUE,
                lambda n: ngettext(
                    "distributed referral needs a follow-up",
                    "distributed referrals need a follow-up",
                    n,
                ),
                f"{listed}?flag=follow-up-due",
            ),
            (
                "follow-up-day",
                lambda n: ngettext(
                    "referral has reached its follow-up day",
                    "referrals have reached their follow-up day",
                    n,
                ),
                f"{listed}?follow_up_due_on-to={day.isoformat()}",
            ),
            (
                "review",
                lambda n: ngettext("service needs a review", "services need a review", n),
                f"{services}?organization=own&state=active&last_reviewed_on-to={limit}",
            ),
            (
                "new-year",
                lambda n: ngettext(
                    "service to confirm for the new fiscal year",
                    "services to confirm for the new fiscal year",
                    n,
                ),
                url_for("service_activity.confirm_view"),
            ),
            (
                "policy",
                lambda n: ngettext(
                    "topic of the records policy to review",
                    "topics of the records policy to review",
                    n,
                ),
                url_for("policy_item.index_view"),
            ),
        )

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


def _incidents():
    """What incidents and breaches of privacy ask for (R-INC-2, R-INC-3)."""
    breaches = url_for("privacy_breach.index_view")
    return (
        (
            "breaches-to-tell",
            lambda n: ngettext(
                "privacy breach to report to the regulator and the people",
                "privacy breaches to report to the regulator and the people",
                n,
            ),
            f"{breaches}?waiting=tell",
        ),
        (
            "breaches-to-complete",
            lambda n: ngettext(
                "privacy breach record to complete", "privacy breach records to complete", n
            ),
            f"{breaches}?waiting=complete",
        ),
        (
            "incidents-to-review",
            lambda n: ngettext("incident report to review", "incident reports to review", n),
            f"{url_for('incident_report.index_view')}?waiting=review",
        ),
    )


def _file_tasks():
    """What files ask for: own forms of who came of age (R-CON-3), a fresh paper copy (R-NOTE-8)."""
    return (
        (
            "own-forms",
            lambda n: ngettext(
                "person came of age and signs their own forms",
                "people came of age and sign their own forms",
                n,
            ),
            f"{url_for('client.index_view')}?forms=due",
        ),
        (
            "files-to-print",
            lambda n: ngettext(
                "file on paper is older than its latest entry",
                "files on paper are older than their latest entry",
                n,
            ),
            f"{url_for('household.index_view')}?print=due",
        ),
    )


def _case_tasks():
    """What cases ask for: alerts first (R-SCO-3), then assessments and extensions (R-ASM-3, R-ASM-7)."""
    tasks = url_for("case_task.index_view")
    return (
        (
            "alerts",
            lambda n: ngettext("critical answer to act on", "critical answers to act on", n),
            f"{url_for('need_alert.index_view')}?state=open",
        ),
        (
            "late-calls",
            lambda n: ngettext("call to return is late", "calls to return are late", n),
            f"{url_for('appointment.index_view')}?when=late&kind=call-back",
        ),
        (
            "access-requests",
            lambda n: ngettext("request for access to answer", "requests for access to answer", n),
            f"{url_for('access_request.index_view')}?when=pressing",
        ),
        (
            "assessments-overdue",
            lambda n: ngettext("needs assessment is overdue", "needs assessments are overdue", n),
            f"{tasks}?when=overdue",
        ),
        (
            "notes-missing",
            lambda n: ngettext("case note is missing", "case notes are missing", n),
            url_for("case_note.missing_view"),
        ),
        (
            "letters-waiting",
            lambda n: ngettext("letter waits for a signature", "letters wait for a signature", n),
            f"{url_for('correspondence.index_view')}?state=awaiting-signature",
        ),
        (
            "assessments-open",
            lambda n: ngettext("needs assessment can be done", "needs assessments can be done", n),
            f"{tasks}?when=open",
        ),
        (
            "reviews-overdue",
            lambda n: ngettext("plan review is overdue", "plan reviews are overdue", n),
            f"{tasks}?when=reviews",
        ),
        (
            "extensions",
            lambda n: ngettext("extension to decide", "extensions to decide", n),
            f"{tasks}?kind=extension",
        ),
        (
            "cases-to-close",
            lambda n: ngettext(
                "case is past its planned end", "cases are past their planned end", n
            ),
            f"{url_for('household.index_view')}?closing=due",
        ),
        (
            "capacity",
            lambda n: ngettext(
                "month without capacity building recorded",
                "months without capacity building recorded",
                n,
            ),
            url_for("capacity_building_activity.index_view"),
        ),
    )


def _team_tasks():
    """Reviews with interpreters (R-INT-4), and for who supervises the trainings that are missing (R-STAFF-1)."""
    review = (
        "interpreter-review",
        lambda n: ngettext(
            "interpreter to review confidentiality with",
            "interpreters to review confidentiality with",
            n,
        ),
        f"{url_for('interpreter.index_view')}?review=due",
    )
    training = (
        "training",
        lambda n: ngettext(
            "member of staff with training missing or expired",
            "members of staff with training missing or expired",
            n,
        ),
        f"{url_for('staff.index_view')}?training=missing",
    )
    return (review, training) if team.may_sign(current_user.working_as) else (review,)
