"""One small row of each kind, satisfying every rule, saved the way the portal saves: ``make_referral(status=COMPLETE)``.

Whatever a test does not name is made up; what a row needs is made with it.
"""

import datetime
import itertools

import models
from models import (
    ACTIVE,
    COMPLETE,
    DISTRIBUTED,
    RECEIVED,
    SHARING,
    AgencyClosure,
    AreaOfFocus,
    Attachment,
    Client,
    ConsentRecord,
    DistributionLog,
    DrivingStatement,
    Holiday,
    Household,
    Keyword,
    KeywordCategory,
    Language,
    Organization,
    OutboxMessage,
    Program,
    RecommendedAction,
    Referral,
    ReferralStatusEvent,
    SavedFilter,
    ServiceActivity,
    ServiceLocation,
    ServiceReview,
    Staff,
    TaxonomyItem,
    TaxonomyList,
    TextTemplate,
    TrainingRecord,
    WeeklyCheck,
    database,
)
from workflows import audit, directory, records, referrals, settings

_number = itertools.count(1)
EVERY_CODE = ("clear-ircc", "hide-services", "last-active", "no-keywords", "drop-keywords")


def save(record, many=None, confirmed=()):
    records.save(record, many, confirmed=confirmed)
    return type(record).get_by_id(record.id)


def _numbered(words):
    return f"{words} {next(_number)}"


# ---- Reference data ---------------------------------------------------------------------------------------------------


def make_taxonomy_list(**values):
    n = next(_number)
    return save(TaxonomyList(**{"slug": f"list-{n}", "label_en": f"List {n}"} | values))


def make_taxonomy_item(list=None, **values):
    n = next(_number)
    base = {"list": list or make_taxonomy_list(), "slug": f"item-{n}", "label_en": f"Item {n}"}
    return save(TaxonomyItem(**base | values))


def make_language(**values):
    n = next(_number)
    return save(Language(**{"code": f"q{n}", "label_en": f"Language {n}"} | values))


def make_keyword_category(**values):
    n = next(_number)
    return save(KeywordCategory(**{"slug": f"category-{n}", "label_en": f"Category {n}"} | values))


def make_keyword(**values):
    n = next(_number)
    return save(Keyword(**{"slug": f"keyword-{n}", "term_en": f"Keyword {n}"} | values))


def make_area_of_focus(keywords=(), **values):
    n = next(_number)
    base = {"slug": f"area-{n}", "label_en": f"Area {n}", "short_label_en": f"Area {n}"}
    return save(AreaOfFocus(**base | values), {"keywords": [row.id for row in keywords]})


def make_text_template(**values):
    return save(TextTemplate(**{"slug": f"text-{next(_number)}", "body_en": "Hello"} | values))


def make_holiday(**values):
    n = next(_number)
    base = {"slug": f"holiday-{n}", "label_en": f"Holiday {n}", "rule": {"month": 1, "day": 1}}
    return save(Holiday(**base | {"provinces": ["ON"]} | values))


# ---- Directory --------------------------------------------------------------------------------------------------------


def make_staff(is_checked=True, **values):
    """A case worker with the papers that a case asks for, the sector check among them (R-STAFF-1)."""
    base = {"name": _numbered("Worker"), "role": "caseworker", "work_phone": "519-555-0117"}
    base["confidentiality_signed_on"] = settings.today()
    staff = save(Staff(**base | values))
    check = {"staff": staff, "type": "vulnerable-sector-check", "done_on": settings.today()}
    if is_checked:
        _row(TrainingRecord, check)
    return staff


def make_organization(**values):
    """A partner; the own organization is there already: ``Organization.own()``."""
    base = {"name": _numbered("Partner"), "city": "Windsor", "email": "info@partner.example"}
    return save(Organization(**base | values))


def make_location(organization=None, **values):
    base = {
        "organization": organization or Organization.own(),
        "name": _numbered("Office"),
        "address": "1 Erie Street",
        "city": "Leamington",
        "province": "ON",
        "postal_code": "N8H 1A1",
        "hours_text": "By appointment",
        "contact_name": "Reception",
        "contact_phone": "519-555-0101",
    }
    return save(ServiceLocation(**base | values))


def make_program(organization=None, languages=None, **values):
    """A program about labour market connections unless another area is given."""
    base = {
        "organization": organization or Organization.own(),
        "name": _numbered("Program"),
        "description": "Help of one kind.",
        "contact_name": "The lead",
        "contact_email": "lead@agency.example",
        "funding": "ircc",
        "area_of_focus": values.get("area_of_focus") or an_area(),
    }
    chosen = languages or [Language.get(Language.code == "en")]
    return save(Program(**base | values), {"languages": [row.id for row in chosen]})


def an_area():
    """The first area of focus that offers keywords."""
    links = AreaOfFocus.keywords.get_through_model()
    return AreaOfFocus.select().join(links).order_by(AreaOfFocus.id).first()


def keywords_of(area, limit=2):
    """Some keywords that ``area`` offers."""
    links = AreaOfFocus.keywords.get_through_model()
    query = Keyword.select().join(links).where(links.areaoffocus == area.id)
    return list(query.order_by(Keyword.id).limit(limit))


def make_service(program=None, location=None, state=ACTIVE, keywords=None, **values):
    """An active entry with two keywords of its program's area; ``state=DRAFT`` leaves it a draft."""
    program = program or make_program()
    location = location or make_location(program.organization)
    base = {
        "program": program,
        "location": location,
        "name": _numbered("Service"),
        "description": "What happens here.",
        "days": ["mon", "wed"],
        "start_time": datetime.time(9),
        "end_time": datetime.time(12),
        "contact_name": "The host",
        "contact_email": "host@agency.example",
    }
    if keywords is None:
        keywords = keywords_of(program.area_of_focus)
    service = save(
        ServiceActivity(**base | values), {"keywords": [row.id for row in keywords]}, EVERY_CODE
    )
    if state == ACTIVE:
        directory.activate(service)
    return ServiceActivity.get_by_id(service.id)


def make_service_review(**values):
    base = {"entry": make_service(), "on": settings.today(), "by_name": "Amina"}
    return _row(ServiceReview, base | {"result": "still-correct"} | values)


# ---- People -----------------------------------------------------------------------------------------------------------


def make_household(**values):
    return save(Household(**{"file_number": f"H-{next(_number)}"} | values))


def make_client(household=None, **values):
    n = next(_number)
    base = {
        "household": household or make_household(),
        "first_name": "Rima",
        "last_name": f"Haddad{_letters(n)}",
        "phone": f"519-555-{n % 10000:04d}",
        "preferred_languages": ["ar"],
    }
    return save(Client(**base | values), confirmed=("similar-client",))


def _letters(n):
    return "".join(chr(97 + int(digit)) for digit in str(n))


def make_consent(client=None, organizations=(), **values):
    """A sharing consent that names ``organizations`` (a partner when none is given)."""
    client = client or make_client()
    base = {
        "household": client.household,
        "client": client,
        "type": SHARING,
        "given_on": settings.today(),
        "signed_by_name": str(client),
    }
    named = [row.id for row in organizations or [make_organization()]]
    return save(ConsentRecord(**base | values), {"named_organizations": named})


def make_attachment(**values):
    base = {
        "kind": "scan",
        "owner_table": "client",
        "owner_id": 1,
        "name": "form.pdf",
        "media_type": "application/pdf",
        "size": 4,
        "hash": "0" * 64,
        "content": b"%PDF",
    }
    return Attachment.create(**base | values)


# ---- Referrals --------------------------------------------------------------------------------------------------------


def make_referral(service=None, client=None, status=RECEIVED, **values):
    """An inbound referral of a named person to an active service, in ``status``, its events and logs with it."""
    service = service or make_service()
    today = settings.today()
    base = {
        "direction": "internal" if client else "inbound",
        "client": client,
        "inbound_name": None if client else _numbered("Omar Said"),
        "service_activity": service,
        "referred_by_name": "Jo Partner",
        "referred_on": today,
        "received_on": today,
    }
    referral = save(Referral(**base | values))
    if status == DISTRIBUTED:
        make_distribution(referral)
    if status == COMPLETE:
        referrals.complete([referral.id])
    return Referral.get_by_id(referral.id)


def make_distribution(referral=None, **values):
    """A sending that arrived; the referral is distributed by it."""
    referral = referral or make_referral()
    base = {
        "referral": referral,
        "batch_id": f"batch-{next(_number)}",
        "channel": "manual",
        "destination": "lead@agency.example",
        "detail_level": models.FULL,
        "by_name": "Amina",
        "result": models.SENT,
    }
    row = _row(DistributionLog, base | values)
    if row.result == models.SENT:
        with database.atomic():
            referrals.move([referral.id], RECEIVED, DISTRIBUTED, "Amina")
            referrals.write([referral.id], "Amina", last_sent_at=row.sent_at)
    return row


def make_driving_statement(**values):
    client = values.pop("client", None) or make_client()
    base = {"client": client, "text": "Wants to work as a welder.", "kind": "need"}
    return save(DrivingStatement(**base | values))


def make_recommended_action(**values):
    return save(
        RecommendedAction(**{"referral": make_referral(), "text": "Join the class."} | values)
    )


def make_status_event(**values):
    base = {"referral": make_referral(), "to_status": RECEIVED, "by_name": "Amina"}
    return _row(ReferralStatusEvent, base | values)


def make_case_status_event(**values):
    base = {"household": make_household(), "from_status": "open", "to_status": "closed"}
    return _row(models.CaseStatusEvent, base | {"moved_on": settings.today()} | values)


def make_weekly_check(**values):
    base = {"on": settings.today(), "by_name": "Amina", "open_received": 3, "stale": 1}
    return _row(WeeklyCheck, base | values)


def make_saved_filter(**values):
    base = {"screen": "referral", "name": _numbered("Mine"), "arguments": {"status": "received"}}
    return save(SavedFilter(**base | values))


def make_outbox_message(**values):
    n = next(_number)
    base = {
        "batch_id": f"batch-{n}",
        "kind": "test",
        "message_id": f"<{n}@agency.example>",
        "recipient": "lead@agency.example",
        "subject": "Test message",
        "content": b"Subject: Test message\r\n\r\nHello",
        "by_name": "Amina",
    }
    return save(OutboxMessage(**base | values))


def make_agency_closure(**values):
    day = datetime.date(2030, 1, 1) + datetime.timedelta(days=next(_number))
    return save(AgencyClosure(**{"date": day, "label": "Staff day"} | values))


def make_audit_row(**values):
    audit.record("view", "client", 1)
    return models.AuditLog.select().order_by(models.AuditLog.id.desc()).first()


def _row(model, values):
    with database.atomic():
        return model.create(**values)


# Every entity that has a screen, and how one row of it is made.
MAKE = {
    models.TaxonomyList: make_taxonomy_list,
    models.TaxonomyItem: make_taxonomy_item,
    models.Language: make_language,
    models.KeywordCategory: make_keyword_category,
    models.Keyword: make_keyword,
    models.AreaOfFocus: make_area_of_focus,
    models.TextTemplate: make_text_template,
    models.Holiday: make_holiday,
    models.Staff: make_staff,
    models.Organization: make_organization,
    models.ServiceLocation: make_location,
    models.Program: make_program,
    models.ServiceActivity: make_service,
    models.ServiceReview: make_service_review,
    models.Household: make_household,
    models.CaseStatusEvent: make_case_status_event,
    models.Client: make_client,
    models.ConsentRecord: make_consent,
    models.Attachment: make_attachment,
    models.Referral: make_referral,
    models.DrivingStatement: make_driving_statement,
    models.RecommendedAction: make_recommended_action,
    models.ReferralStatusEvent: make_status_event,
    models.WeeklyCheck: make_weekly_check,
    models.SavedFilter: make_saved_filter,
    models.OutboxMessage: make_outbox_message,
    models.DistributionLog: make_distribution,
    models.AgencyClosure: make_agency_closure,
    models.AuditLog: make_audit_row,
}
