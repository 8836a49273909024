"""Tables of the wizards: needs assessments, plans, intakes, matching; the rest of the client and the case file."""

from peewee import (
    SQL,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Client(Model):
        class Meta:
            database = db
            table_name = "client"

    class Household(Model):
        class Meta:
            database = db
            table_name = "household"

    class Referral(Model):
        class Meta:
            database = db
            table_name = "referral"

    class Staff(Model):
        class Meta:
            database = db
            table_name = "staff"

    class Interpreter(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        name = CharField(unique=True, max_length=120)
        languages = JSONField()
        communities = CharField(null=True, max_length=200)
        certified_medical = BooleanField(default=False)
        certified_legal = BooleanField(default=False)
        confidentiality_signed_on = DateField(null=True)
        last_confidentiality_review_on = DateField(null=True)
        phone = CharField(null=True, max_length=40)
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "interpreter"

    db.create_tables([Interpreter])

    class NeedsAssessment(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        client = ForeignKeyField(Client, on_delete="RESTRICT")
        point = CharField(max_length=80)
        state = CharField(max_length=10, default="complete")
        completed_on = DateField(null=True)
        assessor = ForeignKeyField(Staff, on_delete="RESTRICT")
        mode = CharField(max_length=12, default="in-person")
        interpreter = ForeignKeyField(Interpreter, null=True, on_delete="RESTRICT")
        skip_reason = CharField(null=True, max_length=80)
        void_reason = CharField(null=True, max_length=300)
        matrix_version = CharField(max_length=40, default="")
        scheme_version = CharField(max_length=40, default="")
        need_index = DecimalField(null=True, max_digits=4, decimal_places=1)
        base_level = CharField(null=True, max_length=80)
        level = CharField(null=True, max_length=80)
        critical_questions = JSONField()
        is_person_baseline = BooleanField(default=False)
        client_view = TextField(null=True)
        strengths = TextField(null=True)
        chosen_actions = JSONField()

        class Meta:
            database = db
            table_name = "needs_assessment"
            indexes = (
                (("client", "point"), False),
                (("state", "level"), False),
                (("completed_on",), False),
            )

    db.create_tables([NeedsAssessment])

    class Answer(Model):
        assessment = ForeignKeyField(NeedsAssessment, on_delete="CASCADE")
        question = CharField(max_length=80)
        level = IntegerField(null=True)
        comment = TextField(null=True)

        class Meta:
            database = db
            table_name = "answer"
            indexes = ((("assessment", "question"), True),)

    db.create_tables([Answer])

    class Extension(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(Household, on_delete="RESTRICT")
        suggested_on = DateField(null=True)
        because = TextField()
        decision = CharField(max_length=10)
        decided_by = ForeignKeyField(Staff, on_delete="RESTRICT")
        decided_on = DateField()
        new_end = DateField(null=True)

        class Meta:
            database = db
            table_name = "extension"
            indexes = ((("decided_on",), False),)

    db.create_tables([Extension])

    class CaseTask(Model):
        household = ForeignKeyField(Household, on_delete="CASCADE")
        client = ForeignKeyField(Client, null=True, on_delete="CASCADE")
        kind = CharField(max_length=12)
        point = CharField(null=True, max_length=80)
        opens_on = DateField()
        due_on = DateField()

        class Meta:
            database = db
            table_name = "case_task"
            indexes = (
                (("kind", "due_on", "opens_on"), False),
                (("due_on",), False),
            )

    db.create_tables([CaseTask])

    class FactorResult(Model):
        assessment = ForeignKeyField(NeedsAssessment, on_delete="CASCADE")
        factor = CharField(max_length=80)
        applicable = BooleanField(default=True)
        not_applicable_reason = CharField(null=True, max_length=80)
        score = DecimalField(null=True, max_digits=4, decimal_places=1)
        level = CharField(null=True, max_length=80)

        class Meta:
            database = db
            table_name = "factor_result"
            indexes = ((("assessment", "factor"), True),)

    db.create_tables([FactorResult])

    class SettlementPlan(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(Household, on_delete="RESTRICT")
        created_on = DateField()
        agreed_with_client_on = DateField(null=True)
        copy_given = BooleanField(default=False)
        state = CharField(max_length=10, default="active")

        class Meta:
            database = db
            table_name = "settlement_plan"
            indexes = ((("created_on",), False), (("household", "state"), False))

    db.create_tables([SettlementPlan])

    class Goal(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        plan = ForeignKeyField(SettlementPlan, on_delete="RESTRICT")
        client = ForeignKeyField(Client, on_delete="RESTRICT")
        factor = CharField(null=True, max_length=80)
        title = CharField(max_length=300)
        term = CharField(max_length=80, default="short")
        target_date = DateField(null=True)
        set_by_client = BooleanField(default=True)
        status = CharField(max_length=80, default="not-started")

        class Meta:
            database = db
            table_name = "goal"
            indexes = ((("target_date",), False), (("client", "status"), False))

    db.create_tables([Goal])

    class Guardianship(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        guardian = ForeignKeyField(Client, on_delete="CASCADE")
        child = ForeignKeyField(Client, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "guardianship"
            indexes = ((("guardian", "child"), True),)

    db.create_tables([Guardianship])

    class Instrument(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        kind = CharField(max_length=12)
        name = CharField(max_length=40)
        state = CharField(max_length=10, default="draft")
        published_at = DateTimeField(null=True)
        published_by_name = CharField(max_length=120, default="")
        note = CharField(max_length=300, default="")
        content = JSONField()

        class Meta:
            database = db
            table_name = "instrument"
            indexes = ((("kind", "name"), True), (("kind", "state"), False))

    db.create_tables([Instrument])

    class Intake(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(Household, on_delete="RESTRICT")
        intake_date = DateField()
        worker = ForeignKeyField(Staff, on_delete="RESTRICT")
        mode = CharField(max_length=12, default="in-person")
        interpreter = ForeignKeyField(Interpreter, null=True, on_delete="RESTRICT")
        referred_from = CharField(null=True, max_length=200)
        reason = TextField(null=True)
        orientation_checklist = JSONField()
        urgent_needs = JSONField()
        immediate_actions = TextField(null=True)
        completed_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "intake"
            indexes = ((("intake_date",), False),)

    db.create_tables([Intake])

    class MatchRun(Model):
        client = ForeignKeyField(Client, on_delete="CASCADE")
        need = JSONField()
        at = DateTimeField()
        by_name = CharField(max_length=120, default="")
        results = JSONField()
        scheme_version = CharField(max_length=40)
        override_reason = CharField(null=True, max_length=300)

        class Meta:
            database = db
            table_name = "match_run"
            indexes = ((("at",), False),)

    db.create_tables([MatchRun])

    class NeedAlert(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        client = ForeignKeyField(Client, on_delete="RESTRICT")
        assessment = ForeignKeyField(NeedsAssessment, on_delete="CASCADE")
        question = CharField(max_length=80)
        due_on = DateField()
        done_on = DateField(null=True)
        what_was_done = TextField(null=True)

        class Meta:
            database = db
            table_name = "need_alert"
            indexes = ((("done_on", "due_on"), False), (("due_on",), False))

    db.create_tables([NeedAlert])

    class PlanAction(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        goal = ForeignKeyField(Goal, on_delete="CASCADE")
        action_slug = CharField(null=True, max_length=80)
        text = CharField(max_length=300)
        who = CharField(max_length=10, default="client")
        due_on = DateField(null=True)
        done_on = DateField(null=True)
        referral = ForeignKeyField(Referral, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "plan_action"
            indexes = ((("done_on", "due_on"), False), (("due_on",), False))

    db.create_tables([PlanAction])

    class PlanReview(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(Household, on_delete="RESTRICT")
        due_on = DateField()
        done_on = DateField(null=True)
        progress = TextField(null=True)
        goals_changed = TextField(null=True)

        class Meta:
            database = db
            table_name = "plan_review"
            indexes = (
                (("household", "due_on"), True),
                (("done_on", "due_on"), False),
                (("due_on",), False),
            )

    db.create_tables([PlanReview])

    migrator.migrate(
        migrator.add_column(
            "household",
            "backup_worker_id",
            ForeignKeyField(Staff, field=Staff.id, null=True, on_delete="RESTRICT"),
        )
    )
    migrator.migrate(
        migrator.add_column(
            "household",
            "no_conflict_declared",
            BooleanField(constraints=[SQL("DEFAULT FALSE")]),
            allow_not_null=True,
        )
    )
    migrator.migrate(migrator.add_column("household", "anchor_date", DateField(null=True)))
    migrator.migrate(migrator.add_column("household", "planned_end", DateField(null=True)))
    migrator.migrate(
        migrator.add_column("household", "income_source", CharField(null=True, max_length=80))
    )
    migrator.migrate(migrator.add_column("household", "close_date", DateField(null=True)))
    migrator.migrate(
        migrator.add_column("household", "close_reason", CharField(null=True, max_length=80))
    )
    migrator.migrate(migrator.add_column("household", "close_summary", TextField(null=True)))
    migrator.migrate(migrator.add_column("household", "last_entry_on", DateField(null=True)))
    migrator.migrate(
        migrator.add_column(
            "household",
            "legal_hold",
            BooleanField(constraints=[SQL("DEFAULT FALSE")]),
            allow_not_null=True,
        )
    )
    migrator.migrate(
        migrator.add_column("household", "legal_hold_reason", CharField(null=True, max_length=300))
    )
    migrator.migrate(
        migrator.add_column(
            "client",
            "immigration_category",
            CharField(max_length=80, constraints=[SQL("DEFAULT 'unknown'")]),
            allow_not_null=True,
        )
    )
    migrator.migrate(
        migrator.add_column("client", "permanent_residence_date", DateField(null=True))
    )
    migrator.migrate(migrator.add_column("client", "arrival_date", DateField(null=True)))
    migrator.migrate(
        migrator.add_column("client", "country_of_origin", CharField(null=True, max_length=80))
    )
    migrator.migrate(
        migrator.add_column("client", "funder_client_number", CharField(null=True, max_length=10))
    )
    migrator.migrate(migrator.add_column("client", "clb_en_listening", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_en_speaking", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_en_reading", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_en_writing", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_fr_listening", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_fr_speaking", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_fr_reading", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_fr_writing", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("client", "clb_assessed_on", DateField(null=True)))
    migrator.migrate(
        migrator.add_column("client", "education_level", CharField(null=True, max_length=80))
    )
    migrator.migrate(
        migrator.add_column("client", "occupation", CharField(null=True, max_length=200))
    )
    migrator.migrate(
        migrator.add_column(
            "client",
            "seeking_work",
            CharField(max_length=10, constraints=[SQL("DEFAULT 'not-asked'")]),
            allow_not_null=True,
        )
    )
    migrator.migrate(
        migrator.add_column(
            "client",
            "self_identified_groups",
            JSONField(constraints=[SQL("DEFAULT '[]'")]),
            allow_not_null=True,
        )
    )
    migrator.migrate(
        migrator.add_column(
            "client", "emergency_contact_name", CharField(null=True, max_length=200)
        )
    )
    migrator.migrate(
        migrator.add_column(
            "client", "emergency_contact_phone", CharField(null=True, max_length=40)
        )
    )
    migrator.migrate(
        migrator.add_column(
            "client", "emergency_contact_relation", CharField(null=True, max_length=120)
        )
    )
    migrator.migrate(migrator.add_column("client", "accessibility_needs", TextField(null=True)))
    migrator.migrate(
        migrator.add_column(
            "consent_record", "staff_signer_name", CharField(null=True, max_length=120)
        )
    )
    migrator.migrate(
        migrator.add_column(
            "consent_record",
            "limits_explained",
            JSONField(constraints=[SQL("DEFAULT '[]'")]),
            allow_not_null=True,
        )
    )
    migrator.migrate(
        migrator.add_column(
            "consent_record",
            "interpreter_id",
            ForeignKeyField(Interpreter, field=Interpreter.id, null=True, on_delete="RESTRICT"),
        )
    )
    migrator.migrate(
        migrator.add_column(
            "draft",
            "client_id",
            ForeignKeyField(Client, field=Client.id, null=True, on_delete="SET NULL"),
        )
    )
    migrator.migrate(migrator.add_column("draft", "finished_at", DateTimeField(null=True)))
    migrator.migrate(
        migrator.add_column(
            "driving_statement",
            "source_assessment_id",
            ForeignKeyField(
                NeedsAssessment, field=NeedsAssessment.id, null=True, on_delete="SET NULL"
            ),
        )
    )
    migrator.migrate(migrator.add_index("household", ("status", "primary_worker_id", "id")))


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("driving_statement", "driving_statement_source_assessment_id")
    )
    migrator.migrate(migrator.drop_index("draft", "draft_client_id"))
    migrator.migrate(migrator.drop_index("consent_record", "consent_record_interpreter_id"))
    migrator.migrate(migrator.drop_index("household", "household_status_primary_worker_id_id"))
    migrator.migrate(migrator.drop_index("household", "household_backup_worker_id"))
    migrator.migrate(migrator.drop_column("driving_statement", "source_assessment_id"))
    migrator.migrate(migrator.drop_column("draft", "finished_at"))
    migrator.migrate(migrator.drop_column("draft", "client_id"))
    migrator.migrate(migrator.drop_column("consent_record", "interpreter_id"))
    migrator.migrate(migrator.drop_column("consent_record", "limits_explained"))
    migrator.migrate(migrator.drop_column("consent_record", "staff_signer_name"))
    migrator.migrate(migrator.drop_column("client", "accessibility_needs"))
    migrator.migrate(migrator.drop_column("client", "emergency_contact_relation"))
    migrator.migrate(migrator.drop_column("client", "emergency_contact_phone"))
    migrator.migrate(migrator.drop_column("client", "emergency_contact_name"))
    migrator.migrate(migrator.drop_column("client", "self_identified_groups"))
    migrator.migrate(migrator.drop_column("client", "seeking_work"))
    migrator.migrate(migrator.drop_column("client", "occupation"))
    migrator.migrate(migrator.drop_column("client", "education_level"))
    migrator.migrate(migrator.drop_column("client", "clb_assessed_on"))
    migrator.migrate(migrator.drop_column("client", "clb_fr_writing"))
    migrator.migrate(migrator.drop_column("client", "clb_fr_reading"))
    migrator.migrate(migrator.drop_column("client", "clb_fr_speaking"))
    migrator.migrate(migrator.drop_column("client", "clb_fr_listening"))
    migrator.migrate(migrator.drop_column("client", "clb_en_writing"))
    migrator.migrate(migrator.drop_column("client", "clb_en_reading"))
    migrator.migrate(migrator.drop_column("client", "clb_en_speaking"))
    migrator.migrate(migrator.drop_column("client", "clb_en_listening"))
    migrator.migrate(migrator.drop_column("client", "funder_client_number"))
    migrator.migrate(migrator.drop_column("client", "country_of_origin"))
    migrator.migrate(migrator.drop_column("client", "arrival_date"))
    migrator.migrate(migrator.drop_column("client", "permanent_residence_date"))
    migrator.migrate(migrator.drop_column("client", "immigration_category"))
    migrator.migrate(migrator.drop_column("household", "legal_hold_reason"))
    migrator.migrate(migrator.drop_column("household", "legal_hold"))
    migrator.migrate(migrator.drop_column("household", "last_entry_on"))
    migrator.migrate(migrator.drop_column("household", "close_summary"))
    migrator.migrate(migrator.drop_column("household", "close_reason"))
    migrator.migrate(migrator.drop_column("household", "close_date"))
    migrator.migrate(migrator.drop_column("household", "income_source"))
    migrator.migrate(migrator.drop_column("household", "planned_end"))
    migrator.migrate(migrator.drop_column("household", "anchor_date"))
    migrator.migrate(migrator.drop_column("household", "no_conflict_declared"))
    migrator.migrate(migrator.drop_column("household", "backup_worker_id"))
    migrator.migrate(migrator.drop_table("plan_review"))
    migrator.migrate(migrator.drop_table("plan_action"))
    migrator.migrate(migrator.drop_table("need_alert"))
    migrator.migrate(migrator.drop_table("match_run"))
    migrator.migrate(migrator.drop_table("intake"))
    migrator.migrate(migrator.drop_table("instrument"))
    migrator.migrate(migrator.drop_table("guardianship"))
    migrator.migrate(migrator.drop_table("goal"))
    migrator.migrate(migrator.drop_table("settlement_plan"))
    migrator.migrate(migrator.drop_table("factor_result"))
    migrator.migrate(migrator.drop_table("case_task"))
    migrator.migrate(migrator.drop_table("extension"))
    migrator.migrate(migrator.drop_table("answer"))
    migrator.migrate(migrator.drop_table("needs_assessment"))
    migrator.migrate(migrator.drop_table("interpreter"))
