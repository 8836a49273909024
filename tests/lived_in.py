"""The served example agency as somebody lives in it: a row of every entity, and the addresses of pages that are no entity's."""

import contextlib
import datetime

from case_factories import MAKE
from casework_factories import make_home_visit, make_visit_list
from factories import make_client, make_household, make_referral, make_staff
from peewee import fn
from prepare import leave
from test_every_screen import ENTITIES
from visit_day import answers

import models
from app import create_app
from forms import choices
from models import CaseNote, Client, ExportProfile, HomeVisit, Household, Program, VisitList
from workflows import audit, feedback, reports_list, settings, visit_lists, visit_risk

DAY = datetime.timedelta(days=1)
PLACES = (
    "/",
    "/my-organization/",
    "/partners/",
    "/coverage/",
    "/help/",
    "/who",
    "/administrator",
    "/administration/",
    "/administration/settings/",
    "/administration/backups/",
    "/administration/passphrases",
    "/administration/screens",
    "/administration/example/",
    "/service-activities/?state=active",
    "/referrals/?status=received",
    "/staff/import/",
    "/clients/export/",
)
CASEWORK = (
    "/standards/",
    "/caseload/",
    "/caseload/move/",
    "/case-activities/day/",
    "/case-notes/missing/",
    "/appointments/?when=today",
    "/appointments/?when=late",
    "/appointments/after-hours/",
    "/appointments/new/?kind=call-back",
    "/visit-lists/?when=today",
    "/home-visits/?waiting=check-in",
    "/reports/",
    "/service-record/",
    "/retention/",
    "/client-feedback/invite/",
    "/policy-items/sheet/",
    "/staff/reminders/",
    "/writing/",
    "/forms/",
    "/forms/charter",
    "/forms/confidentiality",
)


@contextlib.contextmanager
def inside(folder):
    """The database in ``folder``, open as for a command of the application."""
    url = f"sqlite:///{folder}/portal.db"
    application = create_app({"INSTANCE": str(folder), "DATABASE_URL": url, "CLOCK": "0"})
    leave()
    models.open_database(url)
    audit.use_key(bytes.fromhex((folder / "audit.key").read_text().strip()))
    choices.refresh(None)
    named = audit.actor.set(audit.Actor("Test Worker"))
    spoken = models.language.set("en")
    with application.app_context():
        models.database.connect()
        yield
    models.language.reset(spoken)
    audit.actor.reset(named)
    leave()


def live():
    """A row of every entity that has none, days of visits in every state; returns {name: addresses of its pages}."""
    for model in ENTITIES:
        if not model.select().exists():
            MAKE[model]()
    return {
        "visits": _visits(),
        "family": _of_a_family(),
        "reports": _of_reports(),
        "stranger": _of_a_stranger("en"),
        "stranger in French": _of_a_stranger("fr"),
    }


def _visits():
    """A day to plan, one to authorize, one under way and one that nobody came back from."""
    client = make_client(make_household(address="12 Elm Street"), first_name="Rima")
    worker, boss = make_staff(name="Casey Worker"), make_staff(name="Lee Boss", role="supervisor")
    pages = []
    for state in ("draft", "submitted", "authorized", "missed"):
        listed = make_visit_list(staff=worker, date=settings.today() + DAY * len(pages))
        first, second = (
            make_home_visit(
                visit_list=listed,
                clients=[client],
                start_time=datetime.time(hour, 30),
                expected_end=datetime.time(hour + 1),
            )
            for hour in (9, 10)
        )
        pages += [f"/visit-lists/details/?id={listed.id}"]
        pages += [f"/home-visits/{page}/?id={second.id}" for page in ("checklist", "details")]
        if state == "draft":
            visit_risk.fill_in(HomeVisit.get_by_id(first.id), answers(), None)
            pages.append(f"/home-visits/new/?household={client.household_id}")
            continue
        for visit in (first, second):
            visit_risk.fill_in(HomeVisit.get_by_id(visit.id), answers(), None)
        visit_lists.submit(VisitList.get_by_id(listed.id))
        if state == "submitted":
            pages.append(f"/visit-lists/authorize/?id={listed.id}")
            continue
        visit_lists.authorize(VisitList.get_by_id(listed.id), boss)
        pages.append(f"/visit-lists/print/?id={listed.id}")
        if state == "missed":
            # Yesterday cannot be planned: the row is put there.
            yesterday = settings.today() - DAY
            VisitList.update(date=yesterday).where(VisitList.id == listed.id).execute()
            HomeVisit.update(status=visit_lists.IN_PROGRESS).where(
                HomeVisit.visit_list == listed.id
            ).execute()
    return pages


def _of_a_family():
    """The file with the most notes, one of its people, the forms of its records, its papers."""
    many = fn.COUNT(CaseNote.id)
    home = (
        Household.select()
        .join(CaseNote, on=CaseNote.household == Household.id)
        .where(Household.primary_worker.is_null(False))
        .group_by(Household.id)
        .order_by(many.desc(), Household.id)
        .first()
    )
    client = Client.select().where(Client.household == home).order_by(Client.id).first()
    make_referral(client=client)
    noted = CaseNote.get(CaseNote.household == home)
    key = f"household={home.id}"
    return [
        f"/households/details/?id={home.id}",
        f"/households/details/?id={home.id}&kind=note",
        f"/clients/details/?id={client.id}",
        f"/case-notes/new/?{key}&type=one-to-one",
        f"/case-notes/attach/?id={noted.id}",
        f"/correspondence/new/?{key}",
        f"/case-activities/new/?{key}",
        f"/appointments/new/?{key}",
        f"/audit-log/file/?{key}",
        f"/audit-log/file/?{key}&print=1",
        f"/caseload/move/?from={home.primary_worker_id}",
        f"/retention/file/?id={home.id}",
    ]


def _of_reports():
    profile = ExportProfile.select().first()
    pages = [f"/export-profiles/{page}/?id={profile.id}" for page in ("details", "columns")]
    for report in reports_list.REPORTS:
        start = report.href or f"/reports/{report.slug}/"
        pages += [start] if report.href else [start, f"{start}?shared=1", f"{start}print/"]
    return pages


def _of_a_stranger(language):
    """One survey; the link is answered by nobody."""
    about = Program.select().first()
    (code,) = feedback.invite(about, language, 1, settings.today() + DAY * 30)
    return [f"/feedback/{code}", f"/feedback/{code}/thanks?lang={language}"]
