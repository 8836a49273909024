"""The tables of the first release, frozen: independent of the models of later ones."""

from peewee import (
    BlobField,
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


def up(migrator, db):
    class Account(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        kind = CharField(unique=True, max_length=15)
        password_hash = CharField(max_length=200)
        changed_on = DateField()
        failures = IntegerField(default=0)
        failed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "account"

    db.create_tables([Account])

    class AgencyClosure(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        date = DateField(unique=True)
        label = CharField(max_length=120)

        class Meta:
            database = db
            table_name = "agency_closure"

    db.create_tables([AgencyClosure])

    class AreaOfFocus(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        slug = CharField(unique=True, max_length=80)
        label_en = CharField(index=True, max_length=300)
        label_fr = CharField(max_length=300, default="")
        short_label_en = CharField(max_length=120)
        short_label_fr = CharField(max_length=120, default="")
        source = CharField(max_length=80, default="")
        ircc_service = CharField(null=True, max_length=80)
        cma_topic = CharField(null=True, max_length=80)
        default_outcome = CharField(null=True, max_length=80)
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "area_of_focus"

    db.create_tables([AreaOfFocus])

    class KeywordCategory(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        slug = CharField(unique=True, max_length=80)
        label_en = CharField(max_length=200)
        label_fr = CharField(max_length=200, default="")

        class Meta:
            database = db
            table_name = "keyword_category"

    db.create_tables([KeywordCategory])

    class Keyword(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        slug = CharField(unique=True, max_length=80)
        category = ForeignKeyField(KeywordCategory, null=True, on_delete="RESTRICT")
        term_en = CharField(max_length=200)
        term_fr = CharField(max_length=200, default="")
        label_en = CharField(index=True, max_length=300, default="")
        label_fr = CharField(max_length=300, default="")
        is_active = BooleanField(default=True)
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "keyword"

    db.create_tables([Keyword])

    class AreaOfFocusKeywordThrough(Model):
        areaoffocus = ForeignKeyField(AreaOfFocus, on_delete="CASCADE")
        keyword = ForeignKeyField(Keyword, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "area_of_focus_keyword_through"
            indexes = ((("areaoffocus", "keyword"), True),)

    db.create_tables([AreaOfFocusKeywordThrough])

    class Attachment(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        kind = CharField(max_length=40)
        owner_table = CharField(max_length=60)
        owner_id = IntegerField()
        name = CharField(max_length=200)
        media_type = CharField(max_length=60)
        size = IntegerField()
        hash = CharField(max_length=64)
        content = BlobField()

        class Meta:
            database = db
            table_name = "attachment"
            indexes = ((("owner_table", "owner_id"), False),)

    db.create_tables([Attachment])

    class AuditHead(Model):
        count = IntegerField(default=0)
        last_hash = CharField(max_length=64, default="")
        seal = CharField(max_length=64, default="")

        class Meta:
            database = db
            table_name = "audit_head"

    db.create_tables([AuditHead])

    class AuditLog(Model):
        at = DateTimeField(index=True)
        working_as_name = CharField(max_length=120, default="")
        ip = CharField(max_length=60, default="")
        action = CharField(max_length=16)
        entity = CharField(max_length=60, default="")
        entity_id = IntegerField(null=True)
        changed_fields = JSONField()
        reason = CharField(max_length=300, default="")
        row_hash = CharField(max_length=64, default="")

        class Meta:
            database = db
            table_name = "audit_log"
            indexes = ((("entity", "entity_id", "id"), False), (("action", "id"), False))

    db.create_tables([AuditLog])

    class Staff(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        name = CharField(unique=True, max_length=120)
        role = CharField(null=True, max_length=80)
        email = CharField(null=True, max_length=254)
        work_phone = CharField(null=True, max_length=40)
        is_active = BooleanField(default=True)
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "staff"

    db.create_tables([Staff])

    class Household(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        file_number = CharField(unique=True, max_length=40)
        case_type = CharField(max_length=80, default="portal-only")
        status = CharField(max_length=80, default="open")
        primary_worker = ForeignKeyField(Staff, null=True, on_delete="RESTRICT")
        address = CharField(null=True, max_length=300)
        city = CharField(null=True, max_length=120)
        province = CharField(null=True, max_length=80)
        postal_code = CharField(null=True, max_length=7)
        safe_address = BooleanField(default=True)
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "household"

    db.create_tables([Household])

    class Client(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(Household, on_delete="RESTRICT")
        relation = CharField(max_length=80, default="principal-applicant")
        first_name = CharField(max_length=120)
        last_name = CharField(max_length=120)
        preferred_name = CharField(null=True, max_length=120)
        birth_date = DateField(null=True)
        birth_year_only = IntegerField(null=True)
        gender = CharField(null=True, max_length=80)
        phone = CharField(index=True, null=True, max_length=40)
        email = CharField(null=True, max_length=254)
        address = CharField(null=True, max_length=300)
        municipality = CharField(null=True, max_length=120)
        safe_to_call = CharField(max_length=10, default="ask-first")
        safe_to_text = CharField(max_length=10, default="ask-first")
        safe_to_email = CharField(max_length=10, default="ask-first")
        preferred_languages = JSONField()
        needs_interpreter = BooleanField(default=False)
        interpreter_preference = CharField(null=True, max_length=200)
        interpreter_not_own_community = BooleanField(default=False)
        display_name = CharField(index=True, max_length=250, default="")
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "client"
            indexes = (
                (("last_name", "birth_date"), False),
                (("municipality", "display_name"), False),
            )

    db.create_tables([Client])

    class ConsentRecord(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(Household, on_delete="RESTRICT")
        client = ForeignKeyField(Client, null=True, on_delete="RESTRICT")
        type = CharField(max_length=80)
        state = CharField(max_length=80, default="given")
        given_on = DateField()
        signed_by_name = CharField(max_length=120)
        signer_role = CharField(max_length=12, default="client")
        guardian_relation = CharField(null=True, max_length=120)
        language_used = CharField(max_length=12, default="en")
        copy_given = BooleanField(default=False)
        expires_on = DateField(null=True)
        withdrawn_on = DateField(null=True)
        notes = TextField(null=True)

        class Meta:
            database = db
            table_name = "consent_record"
            indexes = (
                (("client", "type", "state"), False),
                (("household", "type"), False),
                (("given_on",), False),
            )

    db.create_tables([ConsentRecord])

    class Organization(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        source = CharField(null=True, max_length=200)
        source_id = CharField(null=True, max_length=120)
        last_verified_on = DateField(null=True)
        name = CharField(unique=True, max_length=200)
        is_own = BooleanField(default=False)
        address = CharField(null=True, max_length=300)
        city = CharField(null=True, max_length=120)
        province = CharField(null=True, max_length=80)
        postal_code = CharField(null=True, max_length=7)
        phone = CharField(null=True, max_length=40)
        email = CharField(null=True, max_length=254)
        website = CharField(null=True, max_length=300)
        regions_served = JSONField()
        general_description = TextField(null=True)
        is_ircc_funded = BooleanField(default=False)
        ircc_services = JSONField()
        access_supports = JSONField()
        special_focus_areas = JSONField()
        francophone_association_member = BooleanField(default=False)
        complete_means = CharField(null=True, max_length=300)
        referral_last_checked_on = DateField(null=True)
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "organization"

    db.create_tables([Organization])

    class ConsentRecordOrganizationThrough(Model):
        consentrecord = ForeignKeyField(ConsentRecord, on_delete="CASCADE")
        organization = ForeignKeyField(Organization, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "consent_record_organization_through"
            indexes = ((("consentrecord", "organization"), True),)

    db.create_tables([ConsentRecordOrganizationThrough])

    class Program(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        source = CharField(null=True, max_length=200)
        source_id = CharField(null=True, max_length=120)
        last_verified_on = DateField(null=True)
        organization = ForeignKeyField(Organization, on_delete="RESTRICT")
        name = CharField(max_length=200)
        description = TextField()
        contact_name = CharField(max_length=120)
        contact_phone = CharField(null=True, max_length=40)
        contact_email = CharField(null=True, max_length=254)
        funding = CharField(max_length=80)
        area_of_focus = ForeignKeyField(AreaOfFocus, on_delete="RESTRICT")
        desired_outcomes = JSONField()
        is_confidential = BooleanField(default=False)
        state = CharField(max_length=12, default="draft")
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "program"
            indexes = ((("organization", "name"), True), (("name",), False))

    db.create_tables([Program])

    class ServiceLocation(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        source = CharField(null=True, max_length=200)
        source_id = CharField(null=True, max_length=120)
        last_verified_on = DateField(null=True)
        organization = ForeignKeyField(Organization, on_delete="RESTRICT")
        name = CharField(max_length=200)
        address = CharField(max_length=300)
        city = CharField(max_length=120)
        province = CharField(max_length=80)
        postal_code = CharField(max_length=7)
        location_type = CharField(max_length=80, default="primary")
        hours = JSONField()
        hours_text = CharField(null=True, max_length=300)
        contact_name = CharField(max_length=120)
        contact_phone = CharField(null=True, max_length=40)
        contact_email = CharField(null=True, max_length=254)
        accessible_notes = TextField(null=True)
        transit_notes = TextField(null=True)
        is_confidential = BooleanField(default=False)
        is_active = BooleanField(default=True)
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "service_location"
            indexes = ((("organization", "name"), True), (("name",), False), (("city",), False))

    db.create_tables([ServiceLocation])

    class ServiceActivity(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        source = CharField(null=True, max_length=200)
        source_id = CharField(null=True, max_length=120)
        last_verified_on = DateField(null=True)
        program = ForeignKeyField(Program, on_delete="RESTRICT")
        location = ForeignKeyField(ServiceLocation, on_delete="RESTRICT")
        name = CharField(max_length=200)
        description = TextField(default="")
        state = CharField(max_length=12, default="draft")
        duration_type = CharField(max_length=80, default="ongoing")
        start_date = DateField(null=True)
        end_date = DateField(null=True)
        fiscal_year = CharField(max_length=10, default="")
        schedule_type = CharField(max_length=80, default="recurring")
        days = JSONField()
        start_time = TimeField(null=True)
        end_time = TimeField(null=True)
        schedule_note = CharField(null=True, max_length=200)
        delivery_mode = CharField(max_length=80, default="in-person")
        groups_exclusive = BooleanField(default=False)
        contact_mode = CharField(max_length=12, default="own")
        contact_name = CharField(null=True, max_length=120)
        contact_phone = CharField(null=True, max_length=40)
        contact_email = CharField(null=True, max_length=254)
        min_age = IntegerField(null=True)
        max_age = IntegerField(null=True)
        clb_levels = JSONField()
        clb_strict = BooleanField(default=False)
        min_months_in_canada = IntegerField(null=True)
        max_months_in_canada = IntegerField(null=True)
        employment_skills = CharField(null=True, max_length=300)
        skills_aptitude = CharField(null=True, max_length=300)
        person_with_disabilities = CharField(null=True, max_length=300)
        other_keywords = CharField(null=True, max_length=300)
        focus_group_text = CharField(null=True, max_length=300)
        support_services = JSONField()
        by_appointment = BooleanField(default=False)
        cost_type = CharField(max_length=80, default="unknown")
        cost_cents = IntegerField(null=True)
        cost_note = CharField(null=True, max_length=200)
        next_steps = TextField(null=True)
        desired_outcomes = JSONField()
        intake_state = CharField(max_length=80, default="open")
        clone_group = CharField(index=True, null=True, max_length=36)
        last_reviewed_on = DateField(index=True)
        reviewed_by_name = CharField(max_length=120, default="")
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "service_activity"
            indexes = (
                (("program", "location", "name"), False),
                (("name",), False),
                (("state", "name"), False),
            )

    db.create_tables([ServiceActivity])

    class Referral(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        number = CharField(unique=True, max_length=20)
        direction = CharField(max_length=80, default="inbound")
        priority = CharField(max_length=80, default="normal")
        client = ForeignKeyField(Client, null=True, on_delete="RESTRICT")
        client_name = CharField(max_length=250, default="")
        inbound_name = CharField(null=True, max_length=200)
        inbound_phone = CharField(null=True, max_length=40)
        inbound_email = CharField(null=True, max_length=254)
        inbound_language = CharField(null=True, max_length=12)
        inbound_interpreter = BooleanField(default=False)
        inbound_age = IntegerField(null=True)
        level = CharField(max_length=80, default="service-activity")
        organization = ForeignKeyField(Organization, on_delete="RESTRICT")
        program = ForeignKeyField(Program, null=True, on_delete="RESTRICT")
        service_activity = ForeignKeyField(ServiceActivity, null=True, on_delete="RESTRICT")
        location = ForeignKeyField(ServiceLocation, null=True, on_delete="RESTRICT")
        target_name = CharField(max_length=300, default="")
        referred_by_name = CharField(max_length=120)
        referred_by_organization = CharField(null=True, max_length=200)
        referred_on = DateField()
        received_on = DateField()
        status = CharField(max_length=80, default="received")
        sending = BooleanField(default=False)
        last_sent_at = DateTimeField(null=True)
        outcome = CharField(max_length=80, default="pending")
        outcome_on = DateField(null=True)
        follow_up_due_on = DateField(null=True)
        follow_up_notes = TextField(null=True)
        consent_record = ForeignKeyField(ConsentRecord, null=True, on_delete="RESTRICT")
        duplicate_of = ForeignKeyField("self", null=True, on_delete="SET NULL")
        match_snapshot = JSONField(null=True)
        search = TextField(default="")

        class Meta:
            database = db
            table_name = "referral"
            indexes = (
                (("received_on", "id"), False),
                (("status", "received_on", "id"), False),
                (("location", "received_on", "id"), False),
                (("location", "status", "received_on", "id"), False),
                (("service_activity", "received_on", "id"), False),
                (("program", "received_on", "id"), False),
                (("direction", "received_on", "id"), False),
                (("priority", "received_on", "id"), False),
                (("client", "received_on", "id"), False),
                (("status", "outcome", "last_sent_at"), False),
                (("follow_up_due_on", "id"), False),
            )

    db.create_tables([Referral])

    class OutboxMessage(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        batch_id = CharField(index=True, max_length=36)
        kind = CharField(max_length=12)
        message_id = CharField(unique=True, max_length=200)
        recipient = CharField(max_length=254)
        subject = CharField(max_length=300)
        content = BlobField(null=True)
        state = CharField(max_length=12, default="queued")
        attempts = IntegerField(default=0)
        waiting_since = DateTimeField()
        due_at = DateTimeField()
        claimed_by = CharField(max_length=36, default="")
        sending_since = DateTimeField(null=True)
        finished_at = DateTimeField(null=True)
        error = TextField(default="")
        by_name = CharField(max_length=120)

        class Meta:
            database = db
            table_name = "outbox_message"
            indexes = ((("state", "due_at"), False), (("state", "id"), False))

    db.create_tables([OutboxMessage])

    class DistributionLog(Model):
        referral = ForeignKeyField(Referral, on_delete="RESTRICT")
        message = ForeignKeyField(OutboxMessage, null=True, on_delete="RESTRICT")
        batch_id = CharField(index=True, max_length=36)
        channel = CharField(max_length=80)
        destination = CharField(index=True, max_length=254)
        detail_level = CharField(max_length=8)
        sent_at = DateTimeField()
        by_name = CharField(max_length=120)
        result = CharField(max_length=80)
        error = TextField(default="")

        class Meta:
            database = db
            table_name = "distribution_log"

    db.create_tables([DistributionLog])

    class Draft(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        key = CharField(unique=True, max_length=36)
        kind = CharField(max_length=40)
        path = CharField(max_length=300, default="")
        answers = JSONField()
        session_token = CharField(index=True, null=True, max_length=64)

        class Meta:
            database = db
            table_name = "draft"
            indexes = ((("kind", "updated_at"), False),)

    db.create_tables([Draft])

    class DrivingStatement(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        client = ForeignKeyField(Client, null=True, on_delete="RESTRICT")
        kind = CharField(max_length=80, default="need")
        factor = CharField(null=True, max_length=80)
        text = CharField(max_length=300)

        class Meta:
            database = db
            table_name = "driving_statement"

    db.create_tables([DrivingStatement])

    class DrivingStatementReferralThrough(Model):
        drivingstatement = ForeignKeyField(DrivingStatement, on_delete="CASCADE")
        referral = ForeignKeyField(Referral, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "driving_statement_referral_through"
            indexes = ((("drivingstatement", "referral"), True),)

    db.create_tables([DrivingStatementReferralThrough])

    class Holiday(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        slug = CharField(unique=True, max_length=80)
        label_en = CharField(max_length=200)
        label_fr = CharField(max_length=200, default="")
        rule = JSONField()
        provinces = JSONField()
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "holiday"

    db.create_tables([Holiday])

    class KeptCount(Model):
        name = CharField(max_length=60)
        key = CharField(max_length=80)
        n = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "kept_count"
            indexes = ((("name", "key"), True),)

    db.create_tables([KeptCount])

    class Language(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        code = CharField(unique=True, max_length=12)
        label_en = CharField(index=True, max_length=120)
        label_fr = CharField(max_length=120, default="")
        is_official = BooleanField(default=False)
        is_signed = BooleanField(default=False)
        order = IntegerField(default=0)
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "language"

    db.create_tables([Language])

    class ProgramLanguageThrough(Model):
        program = ForeignKeyField(Program, on_delete="CASCADE")
        language = ForeignKeyField(Language, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "program_language_through"
            indexes = ((("program", "language"), True),)

    db.create_tables([ProgramLanguageThrough])

    class RecommendedAction(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        referral = ForeignKeyField(Referral, on_delete="CASCADE")
        action_slug = CharField(null=True, max_length=80)
        text = CharField(max_length=300)
        done = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "recommended_action"

    db.create_tables([RecommendedAction])

    class ReferralStatusEvent(Model):
        referral = ForeignKeyField(Referral, on_delete="CASCADE")
        from_status = CharField(null=True, max_length=80)
        to_status = CharField(max_length=80)
        at = DateTimeField()
        by_name = CharField(max_length=120)
        reason = CharField(max_length=300, default="")

        class Meta:
            database = db
            table_name = "referral_status_event"

    db.create_tables([ReferralStatusEvent])

    class SavedFilter(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        screen = CharField(max_length=60)
        name = CharField(max_length=80)
        arguments = JSONField()

        class Meta:
            database = db
            table_name = "saved_filter"
            indexes = ((("screen", "name"), True),)

    db.create_tables([SavedFilter])

    class ServiceActivityKeywordThrough(Model):
        serviceactivity = ForeignKeyField(ServiceActivity, on_delete="CASCADE")
        keyword = ForeignKeyField(Keyword, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "service_activity_keyword_through"
            indexes = ((("serviceactivity", "keyword"), True),)

    db.create_tables([ServiceActivityKeywordThrough])

    class ServiceActivityLanguageThrough(Model):
        serviceactivity = ForeignKeyField(ServiceActivity, on_delete="CASCADE")
        language = ForeignKeyField(Language, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "service_activity_language_through"
            indexes = ((("serviceactivity", "language"), True),)

    db.create_tables([ServiceActivityLanguageThrough])

    class TaxonomyList(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        slug = CharField(unique=True, max_length=80)
        label_en = CharField(max_length=200)
        label_fr = CharField(max_length=200, default="")
        description = TextField(default="")
        source = CharField(max_length=300, default="")

        class Meta:
            database = db
            table_name = "taxonomy_list"

    db.create_tables([TaxonomyList])

    class TaxonomyItem(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        list = ForeignKeyField(TaxonomyList, on_delete="RESTRICT")
        slug = CharField(max_length=80)
        label_en = CharField(max_length=300)
        label_fr = CharField(max_length=300, default="")
        order = IntegerField(default=0)
        extra = JSONField()
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "taxonomy_item"
            indexes = (
                (("list", "slug"), True),
                (("list", "order", "id"), False),
                (("label_en",), False),
            )

    db.create_tables([TaxonomyItem])

    class ServiceActivityTaxonomyItemThrough(Model):
        serviceactivity = ForeignKeyField(ServiceActivity, on_delete="CASCADE")
        taxonomyitem = ForeignKeyField(TaxonomyItem, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "service_activity_taxonomy_item_through"
            indexes = ((("serviceactivity", "taxonomyitem"), True),)

    db.create_tables([ServiceActivityTaxonomyItemThrough])

    class ServiceReview(Model):
        entry = ForeignKeyField(ServiceActivity, on_delete="CASCADE")
        on = DateField()
        by_name = CharField(max_length=120)
        result = CharField(max_length=20)

        class Meta:
            database = db
            table_name = "service_review"

    db.create_tables([ServiceReview])

    class Session(Model):
        token_hash = CharField(unique=True, max_length=64)
        started_at = DateTimeField()
        seen_at = DateTimeField()
        working_as = CharField(max_length=120, default="")
        admin_until = DateTimeField(null=True)
        address = CharField(max_length=60, default="")
        browser = CharField(max_length=120, default="")
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "session"

    db.create_tables([Session])

    class Setting(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        key = CharField(unique=True, max_length=80)
        value = JSONField(null=True)

        class Meta:
            database = db
            table_name = "setting"

    db.create_tables([Setting])

    class TextTemplate(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        slug = CharField(unique=True, max_length=80)
        note = TextField(default="")
        placeholders = JSONField()
        subject_en = CharField(max_length=300, default="")
        subject_fr = CharField(max_length=300, default="")
        row_en = TextField(default="")
        row_fr = TextField(default="")
        body_en = TextField(default="")
        body_fr = TextField(default="")
        parts = JSONField()

        class Meta:
            database = db
            table_name = "text_template"

    db.create_tables([TextTemplate])

    class WeeklyCheck(Model):
        on = DateField(index=True)
        by_name = CharField(max_length=120)
        open_received = IntegerField()
        stale = IntegerField()

        class Meta:
            database = db
            table_name = "weekly_check"

    db.create_tables([WeeklyCheck])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("weekly_check"))
    migrator.migrate(migrator.drop_table("text_template"))
    migrator.migrate(migrator.drop_table("setting"))
    migrator.migrate(migrator.drop_table("session"))
    migrator.migrate(migrator.drop_table("service_review"))
    migrator.migrate(migrator.drop_table("service_activity_taxonomy_item_through"))
    migrator.migrate(migrator.drop_table("taxonomy_item"))
    migrator.migrate(migrator.drop_table("taxonomy_list"))
    migrator.migrate(migrator.drop_table("service_activity_language_through"))
    migrator.migrate(migrator.drop_table("service_activity_keyword_through"))
    migrator.migrate(migrator.drop_table("saved_filter"))
    migrator.migrate(migrator.drop_table("referral_status_event"))
    migrator.migrate(migrator.drop_table("recommended_action"))
    migrator.migrate(migrator.drop_table("program_language_through"))
    migrator.migrate(migrator.drop_table("language"))
    migrator.migrate(migrator.drop_table("kept_count"))
    migrator.migrate(migrator.drop_table("holiday"))
    migrator.migrate(migrator.drop_table("driving_statement_referral_through"))
    migrator.migrate(migrator.drop_table("driving_statement"))
    migrator.migrate(migrator.drop_table("draft"))
    migrator.migrate(migrator.drop_table("distribution_log"))
    migrator.migrate(migrator.drop_table("outbox_message"))
    migrator.migrate(migrator.drop_table("referral"))
    migrator.migrate(migrator.drop_table("service_activity"))
    migrator.migrate(migrator.drop_table("service_location"))
    migrator.migrate(migrator.drop_table("program"))
    migrator.migrate(migrator.drop_table("consent_record_organization_through"))
    migrator.migrate(migrator.drop_table("organization"))
    migrator.migrate(migrator.drop_table("consent_record"))
    migrator.migrate(migrator.drop_table("client"))
    migrator.migrate(migrator.drop_table("household"))
    migrator.migrate(migrator.drop_table("staff"))
    migrator.migrate(migrator.drop_table("audit_log"))
    migrator.migrate(migrator.drop_table("audit_head"))
    migrator.migrate(migrator.drop_table("attachment"))
    migrator.migrate(migrator.drop_table("area_of_focus_keyword_through"))
    migrator.migrate(migrator.drop_table("keyword"))
    migrator.migrate(migrator.drop_table("keyword_category"))
    migrator.migrate(migrator.drop_table("area_of_focus"))
    migrator.migrate(migrator.drop_table("agency_closure"))
    migrator.migrate(migrator.drop_table("account"))
