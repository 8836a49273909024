"""The example agency: a directory of 36 entries, its partners, a week of referrals, and families in every state of a case.

``load`` saves it through the records room, so every rule holds for it; seed/example_wipe.py takes it away again.
"""

import datetime
import uuid

from flask_babel import gettext as _

from models import (
    ACTIVE,
    COMPLETE,
    DISTRIBUTED,
    DRAFT,
    EMAIL_DETAILS,
    MINIMAL,
    ONGOING,
    OUTBOUND,
    OWN_CONTACT,
    RECEIVED,
    RECEPTION,
    RECURRING,
    SENT,
    SHARING,
    AreaOfFocus,
    Client,
    ConsentRecord,
    DistributionLog,
    DrivingStatement,
    Household,
    Keyword,
    Language,
    Organization,
    OutboxMessage,
    Program,
    RecommendedAction,
    Referral,
    ReferralStatusEvent,
    ServiceActivity,
    ServiceLocation,
    TaxonomyItem,
    TaxonomyList,
    WeeklyCheck,
    database,
    now,
)
from seed import example_families, example_staff, read
from workflows import (
    audit,
    business_days,
    mail,
    records,
    referrals,
    service_rules,
    settings,
    texts,
)

AUTHOR = "Example agency"
# A consent has to be good on the as-of date and on the day somebody tries the example.
CONSENT_DAYS = 300


class NotPossible(Exception):
    """The example cannot be loaded or wiped now; the message says why and what to do."""


def load(as_of=None, families=False, caseload=False):
    """Load the example agency as it stands on the date ``as_of`` (default: the agency's today).

    Without ``families`` it is the directory and the week of referrals of the worked example alone, their numbers exact;
    ``caseload`` adds the cases of three workers.
    Raises NotPossible when it is loaded already or when there is other data.  An own organization without anything
    in it lends its row, and gets it back from ``wipe``.
    """
    as_of = as_of or settings.today()
    token = audit.actor.set(audit.Actor(AUTHOR))
    try:
        with database.atomic():
            _refuse_other_data()
            _Loading(as_of).run(families, caseload)
    finally:
        audit.actor.reset(token)


def _refuse_other_data():
    if settings.value("example_loaded"):
        raise NotPossible(
            _("The example agency is already loaded. Wipe it first to load it again.")
        )
    others = (ServiceLocation, Program, Household, Referral)
    if Organization.partners().exists() or any(model.select().exists() for model in others):
        raise NotPossible(
            _(
                "There is data here that is not the example’s, so the example agency was not loaded. "
                "Load it into an empty portal."
            )
        )


class _Loading:
    """One load: what was saved so far, by the names that the data file uses."""

    def __init__(self, as_of):
        self.as_of, self.data = as_of, read("example")
        self.organizations, self.locations, self.services = {}, {}, {}
        self.clients, self.consents, self.referrals = {}, {}, {}
        self.staff, self.households = [], []
        self.apart = {}  # what no household, partner or place leads to, for the wiping
        self.languages = dict(Language.select(Language.code, Language.id).tuples())
        self.groups = dict(
            TaxonomyItem.select(TaxonomyItem.slug, TaxonomyItem.id)
            .join(TaxonomyList)
            .where(TaxonomyList.slug == "client-groups")
            .tuples()
        )
        self.entries = 0

    def run(self, families, caseload=False):
        facts = {"as_of": self.as_of.isoformat(), "loaded_at": now().isoformat()}
        self.load_staff(self.data["staff"])
        facts.update(self.load_own())
        for program in self.data["programs"]:
            self.load_program(self.own, program, program["services"])
        for partner in self.data["partners"]:
            self.load_partner(partner)
        for code, client in self.data["clients"].items():
            self.load_client(code, client)
        # In the order in which they came, so that a second one finds the first (R-REF-9).
        for referral in sorted(self.data["referrals"], key=lambda row: -row["received"]):
            self.load_referral(referral)
        self.load_statements()
        facts.update(
            check=self.load_check(),
            interpreters=example_families.load(self, caseload) if families else [],
            organizations=[row.id for row in self.organizations.values()],
            households=self.households,
            staff=self.staff,
            apart=self.apart,
        )
        settings.change("example_loaded", facts)

    def day(self, days):
        return self.as_of - datetime.timedelta(days=days)

    def instant(self, days):
        """Some hours into that day anywhere in Canada (naive UTC), never in the future."""
        return min(datetime.datetime.combine(self.day(days), datetime.time(17, 30)), now())

    def load_staff(self, rows):
        made, in_the_way = example_staff.load(rows, self.as_of)
        self.staff += made
        if in_the_way:
            raise NotPossible(in_the_way)

    # ---- Directory

    def load_own(self):
        """The own organization; returns what ``wipe`` needs to put back the row that was here."""
        row = self.data["organization"]
        own = Organization.own()
        before = own and {name: getattr(own, name) for name in row}
        own = own or Organization(is_own=True)
        for name, value in row.items():
            setattr(own, name, value)
        records.save(own)
        self.own = self.organizations[own.name] = own
        for key, place in self.data["locations"].items():
            self.load_location(own, key, place)
        return {"own": own.id, "before": before}

    def load_location(self, organization, key, place):
        name, phone, email = place["contact"]
        location = ServiceLocation(
            organization=organization,
            name=place["name"],
            address=place["address"],
            city=place["city"],
            province=organization.province,
            postal_code=place["postal_code"],
            hours=[
                [service_rules.WEEKDAYS.index(day) + 1, *times]
                for days, times in place["hours"].items()
                for day in _days(days)
            ],
            contact_name=name,
            contact_phone=phone,
            contact_email=email,
            accessible_notes=place.get("accessible_notes"),
            transit_notes=place.get("transit_notes"),
            **self.provenance(organization),
        )
        records.save(location)
        self.locations[key] = location

    def provenance(self, organization):
        if organization.is_own:
            return {}
        return {"source": "Typed in for the example", "last_verified_on": self.day(30)}

    def load_partner(self, partner):
        facts = ("name", "city", "province", "phone", "email", "regions_served")
        organization = Organization(
            source="Typed in for the example",
            last_verified_on=self.day(30),
            **{name: partner[name] for name in facts if name in partner},
        )
        records.save(organization)
        self.organizations[organization.name] = organization
        place = {**partner["location"], "hours": partner["hours"], "contact": partner["contact"]}
        self.load_location(organization, organization.name, place)
        program = {**partner["program"], "contact": partner["contact"]}
        service = {**program.pop("service"), "at": [organization.name]}
        self.load_program(organization, program, [service])

    def load_program(self, organization, row, services):
        area = AreaOfFocus.get(AreaOfFocus.slug == row["area_of_focus"])
        name, phone, email = row["contact"]
        program = Program(
            organization=organization,
            name=row["name"],
            description=row["description"],
            contact_name=name,
            contact_phone=phone,
            contact_email=email,
            funding=row["funding"],
            area_of_focus=area,
            desired_outcomes=row["desired_outcomes"],
            **self.provenance(organization),
        )
        records.save(program, many={"languages": [self.languages[c] for c in row["languages"]]})
        offered = dict(
            Keyword.select(Keyword.slug, Keyword.id)
            .join(AreaOfFocus.keywords.get_through_model())
            .where(AreaOfFocus.keywords.get_through_model().areaoffocus == area)
            .tuples()
        )
        for service in services:
            self.load_service(program, row["contact"], offered, service)

    def load_service(self, program, contact, offered, row):
        """One entry at each of its places; copies share a clone group (R-SA-3)."""
        many = {
            "keywords": [_keyword(offered, word) for word in row["keywords"]],
            "client_groups": [self.groups[slug] for slug in row.get("groups", ())],
        }
        group = str(uuid.uuid4()) if len(row["at"]) > 1 else None
        for key in row["at"]:
            location = self.locations[key]
            service = ServiceActivity(
                program=program, location=location, clone_group=group, **self.columns(row, contact)
            )
            service.clb_strict = program.area_of_focus.slug == "language-training"
            records.save(service, many=many)
            self.services[row["name"], key] = service

    def columns(self, row, contact):
        self.entries += 1
        start, end = row.get("hours", (None, None))
        mode = row.get("contact", OWN_CONTACT)
        own = contact if mode == OWN_CONTACT else (None, None, None)
        cost, cents, note = row.get("cost", ("free", None, None))
        by = self.data["staff"][self.entries % 3 + 1]["name"]
        return {
            "name": row["name"],
            "description": row["description"],
            "state": row.get("state", ACTIVE),
            "duration_type": ONGOING,
            "fiscal_year": row.get("fiscal_year") or business_days.fiscal_year_of(self.as_of),
            "schedule_type": row.get("schedule", RECURRING),
            "days": _days(row["days"]),
            "start_time": start and datetime.time.fromisoformat(start),
            "end_time": end and datetime.time.fromisoformat(end),
            "schedule_note": row.get("schedule_note"),
            "delivery_mode": row.get("delivery", "in-person"),
            "contact_mode": RECEPTION if mode == RECEPTION else OWN_CONTACT,
            "contact_name": own[0],
            "contact_phone": own[1],
            "contact_email": own[2],
            "min_age": row.get("min_age"),
            "max_age": row.get("max_age"),
            "clb_levels": _levels(row.get("clb_levels")),
            "support_services": row.get("supports", []),
            "by_appointment": row.get("by_appointment", False),
            "cost_type": cost if row.get("state") != DRAFT else "unknown",
            "cost_cents": cents,
            "cost_note": note,
            "next_steps": row.get("next_steps"),
            "last_reviewed_on": self.day(row.get("reviewed", self.entries * 5 % 150 + 6)),
            "reviewed_by_name": by,
        }

    # ---- People

    def load_client(self, code, row):
        household = Household(
            file_number=f"{self.as_of.year}-{len(self.households) + 1:03d}",
            city="Calgary",
            province="AB",
        )
        records.save(household)
        self.households.append(household.id)
        facts = {k: v for k, v in row.items() if k not in ("languages", "sharing", "email_details")}
        client = Client(
            household=household,
            relation="principal-applicant",
            municipality="Calgary",
            preferred_languages=row["languages"],
            **facts,
        )
        records.save(client)
        self.clients[code] = client
        if "sharing" in row:
            self.load_consent(client, SHARING, row["sharing"])
        if row.get("email_details"):
            self.load_consent(client, EMAIL_DETAILS, [])

    def last_day(self):
        """The last day of a consent that is good now."""
        return max(self.as_of, settings.today()) + datetime.timedelta(days=CONSENT_DAYS)

    def load_consent(self, client, kind, organizations):
        consent = ConsentRecord(
            household=client.household,
            client=client,
            type=kind,
            given_on=self.day(35),
            signed_by_name=f"{client.first_name} {client.last_name}",
            language_used=client.preferred_languages[0],
            copy_given=True,
            expires_on=self.last_day(),
        )
        named = [self.organizations[name].id for name in organizations]
        records.save(consent, many={"named_organizations": named})
        if kind == SHARING:
            self.consents[client.id] = consent

    # ---- Referrals

    def load_referral(self, row):
        service = self.find_service(row)
        client = self.clients[row["client"]]
        direction = row.get("direction", OUTBOUND)
        referral = Referral(
            number=row["number"],
            direction=direction,
            priority=row.get("priority", "normal"),
            client=client,
            organization=service.program.organization,
            program=service.program,
            service_activity=service,
            location=service.location,
            referred_by_name=row["by"],
            referred_by_organization=row.get("from"),
            referred_on=self.day(row["received"]),
            received_on=self.day(row["received"]),
            consent_record=self.consents.get(client.id) if direction == OUTBOUND else None,
            match_snapshot=row.get("match_snapshot"),
        )
        records.save(referral)
        self.referrals[row["number"]] = referral
        for text in row["actions"]:
            records.save(RecommendedAction(referral=referral, text=text))
        self.date_event(referral, RECEIVED, row["received"], row["by"])
        if "distributed" in row:
            self.distribute(referral, row)
        if "completed" in row:
            self.complete(referral, row)

    def find_service(self, row):
        at = [key for name, key in self.services if name == row["service"]]
        return self.services[row["service"], row.get("location", at[0])]

    def distribute(self, referral, row):
        """The email that went out then, as the outbox keeps it, with its log row (2.13)."""
        at, batch, by = self.instant(row["distributed"]), str(uuid.uuid4()), row["by"]
        subject, text = self.letter(referral, by)
        message_id = mail.new_message_id()
        message = OutboxMessage(
            batch_id=batch,
            kind="referral",
            message_id=message_id,
            recipient=row["to"],
            subject=subject,
            content=mail.build(message_id, row["to"], subject, text),
            state=SENT,
            attempts=1,
            created_at=at,
            due_at=at,
            finished_at=at,
            by_name=by,
        )
        records.save(message, action="email")
        DistributionLog.create(
            referral=referral,
            message=message,
            batch_id=batch,
            channel="email",
            destination=row["to"],
            detail_level=MINIMAL,
            sent_at=at,
            by_name=by,
            result=SENT,
        )
        self.move(referral, RECEIVED, DISTRIBUTED, row["distributed"], by)
        referrals.write([referral.id], by, last_sent_at=at)

    def letter(self, referral, by):
        facts = {"count": 1, "organization": self.own.name, "sender": by}
        line = texts.row(
            "referral-email-minimal",
            "en",
            number=referral.number,
            service_activity=referral.service_activity.name,
            location=referral.location.name,
            received_on=referral.received_on.isoformat(),
            priority=referral.priority,
        )
        text = texts.body(
            "referral-email-minimal",
            "en",
            reply_phone=self.own.phone,
            portal_link="",
            rows=line,
            **facts,
        )
        return texts.subject("referral-email-minimal", "en", **facts), text

    def complete(self, referral, row):
        self.move(referral, DISTRIBUTED, COMPLETE, row["completed"], row["by"])
        referrals.write(
            [referral.id],
            row["by"],
            outcome=row["outcome"],
            outcome_on=self.day(row["completed"]),
        )

    def move(self, referral, source, target, days, by):
        referrals.move([referral.id], source, target, by)
        audit.record("update", "referral", referral.id, {"status": None})
        self.date_event(referral, target, days, by)

    def date_event(self, referral, status, days, by):
        ReferralStatusEvent.update(at=self.instant(days), by_name=by).where(
            ReferralStatusEvent.referral == referral, ReferralStatusEvent.to_status == status
        ).execute()

    def load_statements(self):
        for row in self.data["statements"]:
            statement = DrivingStatement(
                client=self.clients[row["client"]], kind=row["kind"], text=row["text"]
            )
            served = [self.referrals[number].id for number in row["referrals"]]
            records.save(statement, many={"referrals": served})

    def load_check(self):
        """The last weekly check (R-REF-12); returns the id of its row."""
        row = self.data["last_check"]
        own = Organization.get_by_id(self.own.id)
        own.referral_last_checked_on = self.day(row["days"])
        records.save(own)
        return WeeklyCheck.create(
            on=own.referral_last_checked_on,
            by_name=row["by"],
            open_received=row["open_received"],
            stale=row["stale"],
        ).id


def _days(days):
    """["mon", …] from a list or from a span such as "mon-fri"."""
    if not isinstance(days, str):
        return list(days)
    first, _dash, last = days.partition("-")
    return list(
        service_rules.WEEKDAYS[
            service_rules.WEEKDAYS.index(first) : service_rules.WEEKDAYS.index(last or first) + 1
        ]
    )


def _levels(span):
    """[1, 2, 3] from "1-3"; [] from None."""
    if span is None:
        return []
    first, last = span.split("-")
    return list(range(int(first), int(last) + 1))


def _keyword(offered, word):
    """The id of the area's keyword whose slug ends in ``word``."""
    return next(key for slug, key in offered.items() if slug.split("--")[-1] == word)
