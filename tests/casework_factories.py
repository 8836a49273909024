"""Rows of casework to the standard: notes, letters, activities, visits, incidents, the team, answering for it."""

import datetime

from factories import _number, _numbered, make_client, make_program, make_staff, save

import models
from models import (
    AccessRequest,
    Appointment,
    Booking,
    CaseActivity,
    CaseAssignment,
    CaseNote,
    ClientFeedback,
    ConsultedParty,
    Correspondence,
    Disposal,
    EscalationStep,
    ExportColumn,
    ExportProfile,
    FeedbackInvitation,
    HomeVisit,
    IncidentReport,
    Interpreter,
    NoteAddendum,
    PolicyItem,
    Printout,
    PrivacyBreach,
    RetentionRule,
    Submission,
    TrainingRecord,
    VisitList,
)
from workflows import settings


def make_interpreter(**values):
    base = {
        "name": _numbered("Interpreter"),
        "languages": ["ar"],
        "confidentiality_signed_on": settings.today(),
    }
    return save(Interpreter(**base | values))


def _with_clients(model, base, values):
    """A row about ``clients``, a list; one new client unless they are named."""
    chosen = values.pop("clients", None) or [values.pop("client", None) or make_client()]
    row = model(**{"household": chosen[0].household} | base | values)
    # A matter of the whole family names nobody (R-NOTE-3); the client says only whose family it is.
    named = [] if values.get("is_family_matter") else [client.id for client in chosen]
    return save(row, {"clients": named})


def make_case_note(**values):
    base = {
        "type": "one-to-one",
        "contact_on": settings.today(),
        "written_on": settings.today(),
        "author": values.pop("author", None) or make_staff(),
        "reason_for_contact": "A letter from the school arrived.",
        # Typed in on the day it was written.
        "created_at": settings.start_of(values.get("written_on", settings.today())),
    }
    return _with_clients(CaseNote, base, values)


def make_consulted_party(**values):
    note = values.pop("note", None) or make_case_note()
    base = {"note": note, "who": "The school", "consulted_on": settings.today()}
    return save(ConsultedParty(**base | values))


def make_addendum(**values):
    note = values.pop("note", None) or make_case_note()
    base = {"note": note, "written_on": settings.today(), "text": "The school called back."}
    return save(NoteAddendum(**base | {"author": note.author} | values))


def make_correspondence(**values):
    client = values.pop("client", None) or make_client()
    base = {
        "household": client.household,
        "client": client,
        "channel": "letter",
        "who": "The landlord",
        "occurred_at": models.now(),
        "purpose": "Repairs",
        "content": "The client asks for the heating to be mended.",
    }
    return save(Correspondence(**base | values))


def make_case_activity(**values):
    base = {
        "date": settings.today(),
        "topic": "housing",
        "type": "form-filling",
        "minutes": 45,
        "staff": values.pop("staff", None) or make_staff(),
    }
    return _with_clients(CaseActivity, base, values)


def make_appointment(**values):
    base = {
        "client": values.pop("client", None) or make_client(),
        "due_on": settings.today(),
        "staff": values.pop("staff", None) or make_staff(),
        "about": "The school forms",
    }
    return save(Appointment(**base | values))


def make_access_request(**values):
    base = {
        "client": values.pop("client", None) or make_client(),
        "received_on": settings.today(),
        "asked_by_name": "The client",
        "identity_checked": "Known to the worker",
        "asked": "Everything that is held.",
    }
    return save(AccessRequest(**base | values))


def make_visit_list(**values):
    base = {"date": settings.today() + datetime.timedelta(days=next(_number))}
    return save(VisitList(**base | {"staff": values.pop("staff", None) or make_staff()} | values))


def make_home_visit(**values):
    base = {
        "visit_list": values.pop("visit_list", None) or make_visit_list(),
        "address": "12 Elm Street",
        "start_time": datetime.time(9, 30),
        "expected_end": datetime.time(10, 15),
        "purpose": "To go through the lease together.",
    }
    return _with_clients(HomeVisit, base, values)


def make_escalation_step(**values):
    visit = values.pop("visit", None) or make_home_visit()
    base = {"visit": visit, "step": "call-staff", "by_name": "Sam", "result": "No answer"}
    return save(EscalationStep(**base | values))


def make_incident(**values):
    base = {
        "occurred_at": models.now(),
        "shift_ended_at": models.now() + datetime.timedelta(hours=2),
        "type": "property",
        "what_happened": "A window of the office was found broken.",
        "action_taken": "The room was closed.",
        "reported_to": values.pop("reported_to", None) or make_staff(role="supervisor"),
    }
    return save(IncidentReport(**base | values))


def make_breach(**values):
    base = {
        "discovered_at": models.now(),
        "description": "A list was left on a bus.",
        "information_involved": "First names and telephone numbers.",
        "people_affected_count": 4,
        "significant_harm_risk": "no",
        "harm_reasons": "It was handed in within the hour.",
        "steps_taken": "The people were called.",
    }
    return save(PrivacyBreach(**base | values))


def make_booking(**values):
    client = values.pop("client", None) or make_client()
    base = {
        "interpreter": values.pop("interpreter", None) or make_interpreter(),
        "household": client.household,
        "client": client,
        "date": settings.today(),
        "setting": "community",
        "minutes": 60,
    }
    return save(Booking(**base | values))


def make_assignment(**values):
    """The assignment of now, which the household brings with it; an earlier one where ``ended_on`` is given."""
    household = values.pop("household", None) or make_client().household
    staff = values.pop("staff", None) or make_staff()
    if not values.get("ended_on"):
        household.primary_worker, household.no_conflict_declared = staff, True
        save(household)
        row = CaseAssignment.get(CaseAssignment.household == household)
        for name, value in values.items():
            setattr(row, name, value)
        return save(row)
    base = {"started_on": settings.today(), "no_conflict_declared": True}
    return save(CaseAssignment(household=household, staff=staff, **base | values))


def make_training(**values):
    base = {"staff": values.pop("staff", None) or make_staff()}
    base |= {"type": "first-aid", "done_on": settings.today()}
    return save(TrainingRecord(**base | values))


def make_invitation(**values):
    base = {"code_hash": f"{next(_number):064}"}
    base["expires_on"] = settings.today() + datetime.timedelta(days=30)
    return save(FeedbackInvitation(**base | values))


def make_feedback(**values):
    base = {"collected_on": settings.today(), "nps_score": 9}
    if not {"program", "service_activity"} & set(values):
        base["program"] = make_program()
    return save(ClientFeedback(**base | values))


def make_retention_rule(**values):
    """The rule for the audit log: the seeded ones are of every kind, so an own one takes its place."""
    kind = values.get("record_kind", "audit")
    RetentionRule.delete().where(RetentionRule.record_kind == kind).execute()
    return save(RetentionRule(**{"record_kind": kind} | values))


def make_disposal(**values):
    base = {
        "file_number": f"D-{next(_number)}",
        "last_entry_on": datetime.date(2018, 3, 1),
        "eligible_on": datetime.date(2025, 3, 1),
        "method": "Erased from the database",
        "confirmed_by_1": "Sam",
        "confirmed_by_2": "Robin",
        "disposed_on": settings.today(),
    }
    return save(Disposal(**base | values))


def make_printout(**values):
    base = {"household": values.pop("household", None) or make_client().household}
    return save(Printout(**base | {"kind": "file", "printed_on": settings.today()} | values))


def make_policy_item(**values):
    topic = values.get("topic", "backup")
    PolicyItem.delete().where(PolicyItem.topic == topic).execute()
    return save(PolicyItem(**{"topic": topic, "text": "Every night, to another disk."} | values))


def make_profile(**values):
    return save(ExportProfile(**{"name": _numbered("Profile")} | values))


def make_column(**values):
    base = {"profile": values.pop("profile", None) or make_profile()}
    base |= {"source": "service_date", "heading": "Date"}
    return save(ExportColumn(**base | values))


def make_submission(**values):
    base = {
        "profile": values.pop("profile", None) or make_profile(),
        "period_from": datetime.date(2026, 4, 1),
        "period_to": datetime.date(2026, 6, 30),
        "rows": 12,
        "checksum": "0" * 64,
    }
    return save(Submission(**base | values))


MAKE = {
    CaseNote: make_case_note,
    ConsultedParty: make_consulted_party,
    NoteAddendum: make_addendum,
    Correspondence: make_correspondence,
    CaseActivity: make_case_activity,
    Appointment: make_appointment,
    AccessRequest: make_access_request,
    VisitList: make_visit_list,
    HomeVisit: make_home_visit,
    EscalationStep: make_escalation_step,
    IncidentReport: make_incident,
    PrivacyBreach: make_breach,
    Booking: make_booking,
    CaseAssignment: make_assignment,
    TrainingRecord: make_training,
    FeedbackInvitation: make_invitation,
    ClientFeedback: make_feedback,
    RetentionRule: make_retention_rule,
    Disposal: make_disposal,
    Printout: make_printout,
    PolicyItem: make_policy_item,
    ExportProfile: make_profile,
    ExportColumn: make_column,
    Submission: make_submission,
}
