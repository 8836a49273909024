"""Casework to the standard: notes, letters, activities, visits, incidents, the team, keeping and answering for it."""

from peewee import (
    SQL,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
    TimeField,
)

STAFF = (
    "supervisor_id",
    "languages",
    "works_with_youth_only",
    "max_clients",
    "confidentiality_signed_on",
    "personal_phone",
    "home_phone",
    "digest",
)
# In the order in which they may go.
TABLES = (
    "submission",
    "export_column",
    "export_profile",
    "policy_item",
    "printout",
    "disposal",
    "retention_rule",
    "client_feedback",
    "feedback_invitation",
    "training_record",
    "case_assignment",
    "booking",
    "privacy_breach",
    "incident_report",
    "escalation_step",
    "home_visit_client_through",
    "home_visit",
    "visit_list",
    "access_request",
    "appointment",
    "case_activity_client_through",
    "case_activity",
    "correspondence",
    "note_addendum",
    "consulted_party",
    "case_note_client_through",
    "case_note",
)


def up(migrator, db):
    def table(name):
        class Meta:
            database = db
            table_name = name

        return type(name, (Model,), {"Meta": Meta})

    class CaseNote(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(table("household"), on_delete="RESTRICT")
        is_family_matter = BooleanField(default=False)
        type = CharField(max_length=80)
        contact_on = DateField()
        written_on = DateField()
        author = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        mode = CharField(null=True, max_length=12)
        reason_for_contact = TextField()
        observations = TextField(null=True)
        discussed = TextField(null=True)
        agreed_and_follow_up = TextField(null=True)
        client_words = TextField(null=True)
        target_on = DateField(null=True)
        due_on = DateField(null=True)
        warnings_acknowledged = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "case_note"
            indexes = (
                (("contact_on",), False),
                (("household", "contact_on"), False),
                (("author", "contact_on"), False),
            )

    db.create_tables([CaseNote])

    class CaseNoteClientThrough(Model):
        casenote = ForeignKeyField(CaseNote, on_delete="CASCADE")
        client = ForeignKeyField(table("client"), on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "case_note_client_through"
            indexes = ((("casenote", "client"), True),)

    db.create_tables([CaseNoteClientThrough])

    class ConsultedParty(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        note = ForeignKeyField(CaseNote, on_delete="CASCADE")
        who = CharField(max_length=200)
        role = CharField(null=True, max_length=200)
        consulted_on = DateField()

        class Meta:
            database = db
            table_name = "consulted_party"
            indexes = ((("note", "consulted_on"), False),)

    db.create_tables([ConsultedParty])

    class NoteAddendum(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        note = ForeignKeyField(CaseNote, on_delete="CASCADE")
        written_on = DateField()
        author = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        text = TextField()
        warnings_acknowledged = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "note_addendum"
            indexes = ((("note", "written_on"), False),)

    db.create_tables([NoteAddendum])

    class Correspondence(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(table("household"), on_delete="RESTRICT")
        client = ForeignKeyField(table("client"), null=True, on_delete="RESTRICT")
        direction = CharField(max_length=4, default="out")
        channel = CharField(max_length=80)
        who = CharField(max_length=200)
        who_is_external = BooleanField(default=True)
        on_behalf_of_client = BooleanField(default=True)
        occurred_at = DateTimeField()
        purpose = CharField(max_length=300)
        content = TextField()
        supervisor_signer = ForeignKeyField(table("staff"), null=True, on_delete="RESTRICT")
        signed_on = DateField(null=True)
        state = CharField(max_length=20, default="draft")
        warnings_acknowledged = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "correspondence"
            indexes = (
                (("occurred_at",), False),
                (("household", "occurred_at"), False),
                (("state", "occurred_at"), False),
            )

    db.create_tables([Correspondence])

    class CaseActivity(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(table("household"), on_delete="RESTRICT")
        date = DateField()
        topic = CharField(max_length=80)
        type = CharField(max_length=80)
        minutes = IntegerField()
        staff = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        location = ForeignKeyField(table("service_location"), null=True, on_delete="RESTRICT")
        mode = CharField(null=True, max_length=12)
        referral = ForeignKeyField(table("referral"), null=True, on_delete="SET NULL")
        note = TextField(null=True)
        ircc_service = CharField(null=True, max_length=80)
        support_services = JSONField()

        class Meta:
            database = db
            table_name = "case_activity"
            indexes = (
                (("date",), False),
                (("household", "date"), False),
                (("staff", "date"), False),
                (("topic", "date"), False),
            )

    db.create_tables([CaseActivity])

    class CaseActivityClientThrough(Model):
        caseactivity = ForeignKeyField(CaseActivity, on_delete="CASCADE")
        client = ForeignKeyField(table("client"), on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "case_activity_client_through"
            indexes = ((("caseactivity", "client"), True),)

    db.create_tables([CaseActivityClientThrough])

    class Appointment(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        client = ForeignKeyField(table("client"), on_delete="RESTRICT")
        kind = CharField(max_length=12, default="appointment")
        due_on = DateField()
        starts_at = TimeField(null=True)
        called_at = DateTimeField(null=True)
        staff = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        about = CharField(null=True, max_length=300)
        done_on = DateField(null=True)
        result = CharField(null=True, max_length=300)

        class Meta:
            database = db
            table_name = "appointment"
            indexes = (
                (("due_on",), False),
                (("done_on", "due_on"), False),
                (("client", "due_on"), False),
            )

    db.create_tables([Appointment])

    class AccessRequest(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        client = ForeignKeyField(table("client"), on_delete="RESTRICT")
        kind = CharField(max_length=12, default="see")
        received_on = DateField()
        due_on = DateField(null=True)
        asked_by_name = CharField(max_length=120)
        identity_checked = CharField(max_length=200)
        asked = TextField()
        state = CharField(max_length=10, default="open")
        answered_on = DateField(null=True)
        answer = TextField(null=True)

        class Meta:
            database = db
            table_name = "access_request"
            indexes = (
                (("received_on",), False),
                (("state", "due_on"), False),
            )

    db.create_tables([AccessRequest])

    class VisitList(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        date = DateField()
        staff = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        state = CharField(max_length=12, default="draft")
        submitted_on = DateField(null=True)
        authorized_by = ForeignKeyField(table("staff"), null=True, on_delete="RESTRICT")
        authorized_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "visit_list"
            indexes = (
                (("date", "staff"), True),
                (("state", "date"), False),
            )

    db.create_tables([VisitList])

    class HomeVisit(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        visit_list = ForeignKeyField(VisitList, on_delete="RESTRICT")
        position = IntegerField(default=1)
        household = ForeignKeyField(table("household"), on_delete="RESTRICT")
        address = CharField(max_length=300)
        start_time = TimeField()
        expected_end = TimeField()
        purpose = TextField()
        risk_answers = JSONField()
        risk_checked_on = DateField(null=True)
        risk_result = CharField(null=True, max_length=80)
        risk_decision = TextField(null=True)
        conditions = TextField(null=True)
        afternoon_exception_by = ForeignKeyField(table("staff"), null=True, on_delete="RESTRICT")
        status = CharField(max_length=80, default="draft")
        checked_in_at = DateTimeField(null=True)
        check_in_method = CharField(null=True, max_length=12)
        note = ForeignKeyField(CaseNote, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "home_visit"
            indexes = (
                (("visit_list", "position"), False),
                (("household", "visit_list"), False),
                (("status", "visit_list"), False),
            )

    db.create_tables([HomeVisit])

    class HomeVisitClientThrough(Model):
        homevisit = ForeignKeyField(HomeVisit, on_delete="CASCADE")
        client = ForeignKeyField(table("client"), on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "home_visit_client_through"
            indexes = ((("homevisit", "client"), True),)

    db.create_tables([HomeVisitClientThrough])

    class EscalationStep(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        visit = ForeignKeyField(HomeVisit, on_delete="CASCADE")
        step = CharField(max_length=80)
        taken_at = DateTimeField()
        by_name = CharField(max_length=120)
        result = CharField(max_length=300)

        class Meta:
            database = db
            table_name = "escalation_step"
            indexes = ((("visit", "step"), True),)

    db.create_tables([EscalationStep])

    class IncidentReport(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        occurred_at = DateTimeField()
        shift_ended_at = DateTimeField()
        submitted_at = DateTimeField()
        type = CharField(max_length=80)
        household = ForeignKeyField(table("household"), null=True, on_delete="RESTRICT")
        people_involved = TextField(null=True)
        what_happened = TextField()
        action_taken = TextField()
        emergency_services = BooleanField(default=False)
        reported_to = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        supervisor_review_on = DateField(null=True)
        warnings_acknowledged = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "incident_report"
            indexes = (
                (("occurred_at",), False),
                (("household", "occurred_at"), False),
                (("supervisor_review_on", "occurred_at"), False),
            )

    db.create_tables([IncidentReport])

    class PrivacyBreach(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        incident = ForeignKeyField(IncidentReport, null=True, on_delete="RESTRICT")
        discovered_at = DateTimeField()
        occurred_at = DateTimeField(null=True)
        description = TextField()
        information_involved = TextField()
        people_affected_count = IntegerField()
        significant_harm_risk = CharField(max_length=4)
        harm_reasons = TextField()
        regulator_told_on = DateField(null=True)
        people_told_on = DateField(null=True)
        steps_taken = TextField()
        closed_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "privacy_breach"
            indexes = (
                (("discovered_at",), False),
                (("closed_on",), False),
            )

    db.create_tables([PrivacyBreach])

    class Booking(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        interpreter = ForeignKeyField(table("interpreter"), on_delete="RESTRICT")
        household = ForeignKeyField(table("household"), on_delete="RESTRICT")
        client = ForeignKeyField(table("client"), null=True, on_delete="RESTRICT")
        date = DateField()
        starts_at = TimeField(null=True)
        setting = CharField(max_length=80)
        minutes = IntegerField(null=True)
        urgent_override_reason = CharField(null=True, max_length=300)

        class Meta:
            database = db
            table_name = "booking"
            indexes = (
                (("date",), False),
                (("interpreter", "date"), False),
                (("household", "date"), False),
            )

    db.create_tables([Booking])

    class CaseAssignment(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(table("household"), on_delete="RESTRICT")
        staff = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        started_on = DateField()
        ended_on = DateField(null=True)
        reason = CharField(null=True, max_length=300)
        no_conflict_declared = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "case_assignment"
            indexes = (
                (("started_on",), False),
                (("household", "started_on"), False),
                (("staff", "ended_on"), False),
            )

    db.create_tables([CaseAssignment])

    class TrainingRecord(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        staff = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        type = CharField(max_length=80)
        done_on = DateField()
        expires_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "training_record"
            indexes = (
                (("done_on",), False),
                (("staff", "type", "done_on"), True),
                (("expires_on",), False),
            )

    db.create_tables([TrainingRecord])

    class FeedbackInvitation(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        code_hash = CharField(unique=True, max_length=64)
        program = ForeignKeyField(table("program"), null=True, on_delete="RESTRICT")
        service_activity = ForeignKeyField(
            table("service_activity"), null=True, on_delete="RESTRICT"
        )
        language = CharField(max_length=12, default="en")
        expires_on = DateField()
        used_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "feedback_invitation"

    db.create_tables([FeedbackInvitation])

    class ClientFeedback(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        collected_on = DateField()
        program = ForeignKeyField(table("program"), null=True, on_delete="RESTRICT")
        service_activity = ForeignKeyField(
            table("service_activity"), null=True, on_delete="RESTRICT"
        )
        nps_score = IntegerField()
        met_need = CharField(null=True, max_length=10)
        respect = IntegerField(null=True)
        understood = IntegerField(null=True)
        improve = TextField(null=True)
        language = CharField(max_length=12, default="en")
        anonymous = BooleanField(default=True)
        given_by = CharField(null=True, max_length=120)
        invitation = ForeignKeyField(
            FeedbackInvitation, unique=True, null=True, on_delete="RESTRICT"
        )

        class Meta:
            database = db
            table_name = "client_feedback"
            indexes = ((("collected_on",), False),)

    db.create_tables([ClientFeedback])

    class RetentionRule(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        record_kind = CharField(unique=True, max_length=20)
        years_after_last_entry = IntegerField(default=7)
        minor_extra_years = IntegerField(default=0)
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "retention_rule"

    db.create_tables([RetentionRule])

    class Disposal(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        file_number = CharField(unique=True, max_length=40)
        last_entry_on = DateField()
        eligible_on = DateField()
        method = CharField(max_length=200)
        confirmed_by_1 = CharField(max_length=120)
        confirmed_by_2 = CharField(null=True, max_length=120)
        disposed_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "disposal"

    db.create_tables([Disposal])

    class Printout(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(table("household"), on_delete="CASCADE")
        client = ForeignKeyField(table("client"), null=True, on_delete="CASCADE")
        kind = CharField(max_length=12)
        printed_on = DateField()

        class Meta:
            database = db
            table_name = "printout"
            indexes = ((("household", "kind", "printed_on"), False),)

    db.create_tables([Printout])

    class PolicyItem(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        topic = CharField(unique=True, max_length=30)
        text = TextField()
        approved_on = DateField(null=True)
        next_review_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "policy_item"

    db.create_tables([PolicyItem])

    class ExportProfile(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        name = CharField(unique=True, max_length=120)
        about = TextField(null=True)
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "export_profile"

    db.create_tables([ExportProfile])

    class ExportColumn(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        profile = ForeignKeyField(ExportProfile, on_delete="CASCADE")
        position = IntegerField(default=1)
        source = CharField(max_length=60)
        heading = CharField(max_length=120)
        is_on = BooleanField(default=True)
        required_if = CharField(null=True, max_length=120)
        codes = JSONField()

        class Meta:
            database = db
            table_name = "export_column"
            indexes = (
                (("profile", "source"), True),
                (("profile", "position"), False),
            )

    db.create_tables([ExportColumn])

    class Submission(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        profile = ForeignKeyField(ExportProfile, on_delete="RESTRICT")
        period_from = DateField()
        period_to = DateField()
        rows = IntegerField()
        checksum = CharField(max_length=64)
        submitted_on = DateField(null=True)
        submitted_to = CharField(null=True, max_length=200)
        remark = CharField(null=True, max_length=300)

        class Meta:
            database = db
            table_name = "submission"

    db.create_tables([Submission])

    staff = table("staff")
    migrator.migrate(
        migrator.add_column("household", "printed_on", DateField(null=True)),
        migrator.add_column(
            "staff",
            "supervisor_id",
            ForeignKeyField(staff, field=staff.id, null=True, on_delete="RESTRICT"),
        ),
        migrator.add_column(
            "staff",
            "languages",
            JSONField(constraints=[SQL("DEFAULT '[]'")]),
            allow_not_null=True,
        ),
        migrator.add_column(
            "staff",
            "works_with_youth_only",
            BooleanField(constraints=[SQL("DEFAULT FALSE")]),
            allow_not_null=True,
        ),
        migrator.add_column(
            "staff",
            "max_clients",
            IntegerField(constraints=[SQL("DEFAULT 60")]),
            allow_not_null=True,
        ),
        migrator.add_column("staff", "confidentiality_signed_on", DateField(null=True)),
        migrator.add_column("staff", "personal_phone", CharField(null=True, max_length=40)),
        migrator.add_column("staff", "home_phone", CharField(null=True, max_length=40)),
        migrator.add_column("staff", "digest", CharField(null=True, max_length=8)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("household", "printed_on"),
        *(migrator.drop_column("staff", name) for name in STAFF),
        *(migrator.drop_table(name) for name in TABLES),
    )
