"""Every table of the portal, in dependency order: the data dictionary of the product.

1. Reference data   TaxonomyList, TaxonomyItem, Language, KeywordCategory, Keyword, AreaOfFocus, TextTemplate, Holiday,
                    Instrument
2. Directory        Staff, Interpreter, Organization, ServiceLocation, Program, ServiceActivity, ServiceReview
3. People           Household, CaseStatusEvent, Client, Guardianship, ConsentRecord, Intake, Attachment
4. Needs            NeedsAssessment, Answer, FactorResult, NeedAlert, Extension, CaseTask
5. Referrals        Referral, DrivingStatement, RecommendedAction, ReferralStatusEvent, MatchRun, WeeklyCheck, SavedFilter
6. Plan             SettlementPlan, Goal, PlanAction, PlanReview, ExitInterview
7. Casework         CaseNote, ConsultedParty, NoteAddendum, Correspondence, CaseActivity, CapacityBuildingActivity,
                    Appointment, AccessRequest
8. Safety           VisitList, HomeVisit, EscalationStep, IncidentReport, PrivacyBreach, Booking
9. Team             CaseAssignment, TrainingRecord
10. Answering       FeedbackInvitation, ClientFeedback, RetentionRule, Disposal, Printout, PolicyItem, ExportProfile,
                    ExportColumn, Submission
11. Sending         OutboxMessage, DistributionLog
12. System          Setting, AgencyClosure, Account, Session, Draft, KeptCount, AuditLog, AuditHead

Labels are plain English marked with N_() and translated where they are shown.  A ``Meta`` says what the screens need:
``section`` (menu), ``label`` (the column a person calls a row by), ``listed``, ``search``, ``filters``, ``sortable``,
``form`` ((title, help, (field, …)), …), ``kept`` (columns the product keeps, never typed), ``natural_key`` (imports),
``personal`` (opening a row is logged), ``bulky`` (columns the audit log names without their values), ``reference``
(cached in memory), ``remembered`` (its pick list is), ``counted`` (kept counters), ``stamp`` (see house).
"""

import datetime
import re
import unicodedata
import uuid
from contextvars import ContextVar
from functools import cache
from urllib.parse import unquote, urlsplit

import peewee
from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CharField,
    DatabaseProxy,
    DateField,
    DateTimeField,
    DecimalField,
    ForeignKeyAccessor,
    IntegerField,
    JSONField,
    ManyToManyField,
    Model,
    SqliteDatabase,
    TextField,
    TimeField,
)
from playhouse.pool import PooledPostgresqlDatabase

database = DatabaseProxy()
language = ContextVar("language", default="en")
LANGUAGES = ("en", "fr")


def N_(text):
    """Mark a text for the message catalogue; it is translated where it is shown."""
    return text


class OneWriter(PooledPostgresqlDatabase):
    """PostgreSQL whose transactions wait for each other from their beginning, as SQLite's IMMEDIATE ones do.

    They all end at the one head row of the audit log, so nothing is slower; but two that lock rows and counters in
    different orders on the way would stop each other.  One with an isolation level of its own only reads.
    """

    def begin(self, isolation_level=None):
        super().begin(isolation_level)
        if isolation_level is None:
            self.cursor().execute("SELECT pg_advisory_xact_lock(20260401)")


class WrongAddress(ValueError):
    """An address that names no database we can open."""


def open_database(url):
    """Point the models at ``sqlite:///path`` or ``postgresql://…``; returns the database.

    SQLite transactions are IMMEDIATE (a read that turns into a write never fails) and fully synchronous: a saved
    record survives a power cut.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        pragmas = {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "synchronous": "full",
            "cache_size": -32000,
            "mmap_size": 1 << 30,
        }
        # sqlite:///relative and sqlite:////absolute, as everywhere else.
        chosen = SqliteDatabase(
            unquote(parts.path[1:]),
            pragmas=pragmas,
            lock_type="IMMEDIATE",
            # Ten thousand rows of a file are written in some fifteen seconds: a save behind them waits, it does not fail.
            timeout=30,
        )
    elif parts.scheme in ("postgresql", "postgres"):
        # Eight worker threads and the clock share the pool; a wait is better than an error.  Compiling a report's
        # statement (jit) takes ten times as long as running it.
        chosen = OneWriter(
            url,
            prefer_psycopg3=True,
            max_connections=24,
            stale_timeout=300,
            timeout=10,
            options="-c jit=off",
        )
    else:
        # The address itself may hold a password.
        raise WrongAddress("DATABASE_URL must begin with sqlite:/// or postgresql://")
    database.initialize(chosen)
    return chosen


def now():
    """The present instant, naive UTC, to the second: the form in which every ``_at`` is stored."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)


# Letters with a stroke or a hook and the like, which are letters of their own to Unicode and accents to those who type;
# and those that an Arabic and a Persian keyboard write as different ones.
FOLDED = str.maketrans(
    dict(zip("łøđðıħŧŋƙɓɗɨə", "loddihtnkbdie", strict=True))
    | dict(zip("یىکةە", "ييكهه", strict=True))
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)


PLAIN_WORDS = re.compile("[a-z0-9]+")


def normalise(text):
    """Words of ``text`` for searching: lower case, no accents, letters and digits only, one space between."""
    if text and text.isascii():
        return " ".join(PLAIN_WORDS.findall(text.lower()))
    plain = unicodedata.normalize("NFKD", text or "").casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(FOLDED)
    return " ".join(
        "".join(
            c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain
        ).split()
    )


# ---- Field types: what a field means decides how it is asked, checked and shown ---------------------------------------


class TermField(CharField):
    """One slug of the taxonomy list ``terms``."""

    def __init__(self, terms, **options):
        self.terms = terms
        super().__init__(max_length=80, **options)


class TermsField(JSONField):
    """A list of slugs of the taxonomy list ``terms``."""

    def __init__(self, terms, **options):
        self.terms = terms
        super().__init__(default=list, **options)


class LinesField(JSONField):
    """A list of short texts, one a line."""

    def __init__(self, **options):
        super().__init__(default=list, **options)


class HoursField(JSONField):
    """Weekly hours: a list of [ISO weekday, "HH:MM" opens, "HH:MM" closes] (R-LOC-3)."""

    def __init__(self, **options):
        super().__init__(default=list, **options)


class LevelsField(JSONField):
    """A set of CLB levels: a sorted list of unique integers 0-12 (R-SA-12)."""

    def __init__(self, **options):
        super().__init__(default=list, **options)


class LanguageField(CharField):
    """One language code."""

    def __init__(self, **options):
        super().__init__(max_length=12, **options)


class LanguageListField(JSONField):
    """Language codes in order of preference."""

    def __init__(self, **options):
        super().__init__(default=list, **options)


class PhoneField(CharField):
    """A telephone number, stored as the field's people write it (519-555-0100, ext. 2)."""

    def __init__(self, **options):
        super().__init__(max_length=40, **options)


class EmailField(CharField):
    """One email address."""

    def __init__(self, **options):
        super().__init__(max_length=254, **options)


class MaskedField(CharField):
    """A number that identifies a person; screens show its last three characters only."""


class PostalCodeField(CharField):
    """A Canadian postal code, stored "A1A 1A1" (R-ORG-3)."""

    def __init__(self, **options):
        super().__init__(max_length=7, **options)


class WebsiteField(CharField):
    """An http or https address."""

    def __init__(self, **options):
        super().__init__(max_length=300, **options)


class DerivedField:
    """What ``records.derive`` works out from the other columns of a row: never asked, shown, exported or logged."""


class SearchField(DerivedField, TextField):
    """The normalised words a row is found by; indexed for word prefixes."""

    def __init__(self):
        super().__init__(default="")


class SortField(DerivedField, CharField):
    """What rows are put in order and compared by for a text people read, called as that column and ``_sorted``.

    The words of the first of the columns ``of`` that is filled in, as ``normalise`` writes them: É stands with E, a
    capital with its small letter, and both databases say the same.  So many letters tell rows apart and fit any index.
    """

    LENGTH = 120

    def __init__(self, *of, index=True):
        self.of = of
        super().__init__(max_length=self.LENGTH, default="", index=index)

    def derived(self, record):
        """The value for ``record``."""
        words = (getattr(record, name) for name in self.of)
        return self.folded(next(filter(None, words), ""))

    def folded(self, text):
        """How a row stands here for which ``text`` is written."""
        return normalise(text)[: self.LENGTH]


def in_order(field):
    """The column that puts rows in the order of ``field`` as people look words up: its SortField, else itself."""
    return field.model._meta.fields.get(f"{field.name}_sorted", field)


class ManyField(ManyToManyField):
    """Rows of another table kept in a through table; carries the same screen facts as a column."""

    def __init__(self, model, verbose_name, help_text=None, null=True, **options):
        super().__init__(model, on_delete="CASCADE", **options)
        self.verbose_name, self.help_text, self.null = verbose_name, help_text, null
        self.choices = self.default = None


class RowAccessor(ForeignKeyAccessor):
    """Follows a foreign key by ``Row.stored``."""

    def get_rel_instance(self, instance):
        followed = instance.__rel__.get(self.name)
        if followed is not None:
            return followed
        key = instance.__data__.get(self.name)
        if key is not None:
            found = self.rel_model.stored(key)
            if found is None:
                raise self.rel_model.DoesNotExist
            instance.__rel__[self.name] = found
        return super().get_rel_instance(instance)


class ForeignKeyField(peewee.ForeignKeyField):
    """A key of another table, whose row stays while it is referred to unless ``on_delete`` says otherwise.

    The other way round a query asks; a row has a ``backref`` only where that says it better.
    """

    accessor_class = RowAccessor

    def __init__(self, model, on_delete="RESTRICT", backref="+", **options):
        super().__init__(model, on_delete=on_delete, backref=backref, **options)


# Columns whose database value is what Python sees; the others are converted when a row is read.
RAW = (CharField, TextField, IntegerField, ForeignKeyField)


class Row(Model):
    """A row with an integer key and nothing else."""

    id = AutoField(verbose_name=N_("Id"))

    class Meta:
        database = database
        legacy_table_names = False
        only_save_dirty = True

    @classmethod
    def stored(cls, key, lock="", only=()):
        """The row of ``key`` as it stands, or None; ``lock`` is the clause that holds it, where the database has one.

        Every page and every save reads rows so: the statement is written once a table, not once a row.  ``only`` names
        the columns, a tuple, where a few are enough to show it.
        """
        return next(cls.read(f'"id" = {database.param} {lock}', key, only=only), None)

    @classmethod
    def stored_by_id(cls, keys, only=()):
        """{id: row} of several rows, in one statement; ``only`` as for ``stored``."""
        keys = tuple(keys)
        marks = ", ".join([database.param] * len(keys))
        found = cls.read(f'"id" IN ({marks})', *keys, only=only) if keys else ()
        return {row.id: row for row in found}

    @classmethod
    def read(cls, where, *values, only=()):
        """Yield the rows for which the SQL ``where`` holds."""
        sql, columns = _reading(cls, only)
        for found in database.execute_sql(f"{sql}{where}", values).fetchall():
            row = cls(__no_default__=True)
            row.__data__ = {
                name: value if read is None or value is None else read(value)
                for (name, read), value in zip(columns, found, strict=True)
            }
            yield row


@cache
def _reading(model, only):
    """(statement up to its condition, [(field name, conversion or None)]) that read the rows of a table."""
    fields = [field for field in model._meta.sorted_fields if not only or field.name in only]
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    sql = f'SELECT {columns} FROM "{model._meta.table_name}" WHERE '
    return sql, [(field.name, reader(field)) for field in fields]


def reader(field):
    """What makes the value of a field of what the database holds, NULL apart; None where the two are the same."""
    if isinstance(field, RAW):
        return None
    is_plain = type(field).python_value is peewee.Field.python_value
    return field.adapt if is_plain else field.python_value


class Record(Row):
    """A row people edit: known everywhere by its UUID, stamped, and versioned against edit conflicts (R-SYS-2)."""

    uuid = CharField(
        max_length=36, unique=True, default=lambda: str(uuid.uuid4()), verbose_name=N_("UUID")
    )
    created_at = DateTimeField(default=now, verbose_name=N_("Created"))
    updated_at = DateTimeField(default=now, verbose_name=N_("Changed"))
    created_by_name = CharField(max_length=120, default="", verbose_name=N_("Created by"))
    updated_by_name = CharField(max_length=120, default="", verbose_name=N_("Changed by"))
    version = IntegerField(default=1, verbose_name=N_("Version"))


class Bilingual:
    """A label in both languages; a missing French one shows the English with a mark (R-TAX-3)."""

    @property
    def label(self):
        if language.get() == "en":
            return self.label_en
        return self.label_fr or f"{self.label_en} (EN)"

    def __str__(self):
        return self.label


# ======================================================================================================================
# 1. Reference data: slugs never change, labels may be edited, items in use are retired (R-TAX)
# ======================================================================================================================


class TaxonomyList(Bilingual, Record):
    """A small list that an administrator edits, such as the cost types."""

    slug = CharField(max_length=80, unique=True, verbose_name=N_("Slug"))
    label_en = CharField(max_length=200, verbose_name=N_("English name"))
    label_fr = CharField(max_length=200, default="", verbose_name=N_("French name"))
    description = TextField(default="", verbose_name=N_("Description"))
    source = CharField(max_length=300, default="", verbose_name=N_("Source"))
    label_en_sorted = SortField("label_en")
    label_fr_sorted = SortField("label_fr", "label_en")

    class Meta:
        section = "administration"
        title = N_("Lists")
        label = "label_en"
        listed = ("label_en", "slug")
        sortable = ("label_en",)
        order = ("label_en",)
        kept = ("description", "source")
        immutable = ("slug",)
        natural_key = ("slug",)
        reference = True


class TaxonomyItem(Bilingual, Record):
    """One choice of a list."""

    list = ForeignKeyField(TaxonomyList, backref="items", verbose_name=N_("List"))
    slug = CharField(max_length=80, verbose_name=N_("Slug"))
    label_en = CharField(max_length=300, verbose_name=N_("English label"))
    label_fr = CharField(max_length=300, default="", verbose_name=N_("French label"))
    order = IntegerField(default=0, verbose_name=N_("Order"))
    extra = JSONField(default=dict, verbose_name=N_("Details"))
    is_active = BooleanField(default=True, verbose_name=N_("In use"))
    label_en_sorted = SortField("label_en")
    label_fr_sorted = SortField("label_fr", "label_en")

    class Meta:
        section = "administration"
        title = N_("List items")
        label = "label_en"
        listed = ("label_en", "label_fr", "list", "slug", "is_active")
        filters = ("list", "is_active")
        sortable = ("label_en",)
        order = ("list", "order")
        kept = ("extra",)
        immutable = ("list", "slug")
        natural_key = ("list", "slug")
        indexes = (
            (("list", "slug"), True),
            (("list", "order", "id"), False),
        )
        reference = True


class Language(Bilingual, Record):
    """A language of service or of a client; ISO 639 code."""

    code = CharField(max_length=12, unique=True, verbose_name=N_("Code"))
    label_en = CharField(max_length=120, verbose_name=N_("English name"))
    label_fr = CharField(max_length=120, default="", verbose_name=N_("French name"))
    is_official = BooleanField(default=False, verbose_name=N_("Official language of Canada"))
    is_signed = BooleanField(default=False, verbose_name=N_("Signed language"))
    order = IntegerField(default=0, verbose_name=N_("Order"))
    is_active = BooleanField(default=True, verbose_name=N_("In use"))
    label_en_sorted = SortField("label_en")
    label_fr_sorted = SortField("label_fr", "label_en")

    class Meta:
        section = "administration"
        title = N_("Languages")
        label = "label_en"
        listed = ("label_en", "label_fr", "code", "is_active")
        filters = ("is_active",)
        sortable = ("label_en",)
        order = ("label_en",)
        immutable = ("code",)
        natural_key = ("code",)
        reference = True


class KeywordCategory(Bilingual, Record):
    """A heading that groups keywords."""

    slug = CharField(max_length=80, unique=True, verbose_name=N_("Slug"))
    label_en = CharField(max_length=200, verbose_name=N_("English label"))
    label_fr = CharField(max_length=200, default="", verbose_name=N_("French label"))
    label_en_sorted = SortField("label_en")
    label_fr_sorted = SortField("label_fr", "label_en")

    class Meta:
        section = "administration"
        title = N_("Keyword categories")
        label = "label_en"
        listed = ("label_en", "label_fr", "slug")
        sortable = ("label_en",)
        order = ("label_en",)
        immutable = ("slug",)
        natural_key = ("slug",)
        reference = True


class Keyword(Bilingual, Record):
    """A word a service is found by; shown as "Category - Term"."""

    slug = CharField(max_length=80, unique=True, verbose_name=N_("Slug"))
    category = ForeignKeyField(KeywordCategory, null=True, verbose_name=N_("Category"))
    term_en = CharField(max_length=200, verbose_name=N_("English term"))
    term_fr = CharField(max_length=200, default="", verbose_name=N_("French term"))
    label_en = CharField(max_length=300, default="", verbose_name=N_("English label"))
    label_fr = CharField(max_length=300, default="", verbose_name=N_("French label"))
    is_active = BooleanField(default=True, verbose_name=N_("In use"))
    search = SearchField()
    label_en_sorted = SortField("label_en")
    label_fr_sorted = SortField("label_fr", "label_en")

    class Meta:
        section = "administration"
        title = N_("Keywords")
        label = "label_en"
        listed = ("label_en", "label_fr", "category", "is_active")
        search = ("label_en", "label_fr", "slug")
        filters = ("category", "is_active")
        sortable = ("label_en",)
        order = ("label_en",)
        kept = ("label_en", "label_fr")
        immutable = ("slug",)
        natural_key = ("slug",)
        reference = True

    def derive(self):
        category = self.category
        self.label_en = f"{category.label_en} - {self.term_en}" if category else self.term_en
        french = self.term_fr and (category.label_fr or category.label_en if category else "-")
        self.label_fr = f"{french} - {self.term_fr}" if french and category else self.term_fr


class AreaOfFocus(Bilingual, Record):
    """The one broad purpose of a program; decides which keywords its services may choose (R-PROG-3, R-SA-5)."""

    slug = CharField(max_length=80, unique=True, verbose_name=N_("Slug"))
    label_en = CharField(max_length=300, verbose_name=N_("English label"))
    label_fr = CharField(max_length=300, default="", verbose_name=N_("French label"))
    short_label_en = CharField(max_length=120, verbose_name=N_("English short label"))
    short_label_fr = CharField(max_length=120, default="", verbose_name=N_("French short label"))
    source = CharField(max_length=80, default="", verbose_name=N_("Source"))
    ircc_service = TermField("ircc-services", null=True, verbose_name=N_("IRCC service"))
    cma_topic = TermField("cma-topics", null=True, verbose_name=N_("Case activity topic"))
    default_outcome = TermField("desired-outcomes", null=True, verbose_name=N_("Default outcome"))
    is_active = BooleanField(default=True, verbose_name=N_("In use"))
    keywords = ManyField(Keyword, N_("Keywords"), backref="areas")
    label_en_sorted = SortField("label_en")
    label_fr_sorted = SortField("label_fr", "label_en")

    class Meta:
        section = "administration"
        title = N_("Areas of focus")
        label = "label_en"
        listed = ("label_en", "short_label_en", "is_active")
        filters = ("is_active",)
        sortable = ("label_en",)
        order = ("label_en",)
        immutable = ("slug",)
        natural_key = ("slug",)
        reference = True

    @property
    def short_label(self):
        if language.get() == "en":
            return self.short_label_en
        return self.short_label_fr or f"{self.short_label_en} (EN)"


class TextTemplate(Record):
    """A text the portal shows, prints or sends; agencies may word it differently."""

    slug = CharField(
        max_length=80,
        unique=True,
        choices=(
            ("referral-email-minimal", N_("Email about referrals: number and service only")),
            ("referral-email-full", N_("Email about referrals: name, contact and statements")),
            ("weekly-digest", N_("Weekly digest")),
            ("reminders", N_("Reminders by email")),
            ("confidentiality-statement", N_("Confidentiality statement")),
            ("client-charter", N_("Client charter")),
            ("after-hours-message", N_("After-hours message")),
            ("intake-orientation-checklist", N_("What is explained at the intake")),
            ("visit-risk-checklist", N_("Risk checklist")),
            ("missed-check-in-steps", N_("Steps after a missed check-in")),
            ("feedback-survey", N_("Feedback survey")),
            ("exit-interview", N_("Exit interview")),
            ("records-policy-checklist", N_("Records policy")),
        ),
        verbose_name=N_("Name"),
    )
    note = TextField(default="", verbose_name=N_("What it is for"))
    placeholders = LinesField(verbose_name=N_("Words in braces that are filled in"))
    subject_en = CharField(max_length=300, default="", verbose_name=N_("English subject"))
    subject_fr = CharField(max_length=300, default="", verbose_name=N_("French subject"))
    row_en = TextField(default="", verbose_name=N_("English line for each referral"))
    row_fr = TextField(default="", verbose_name=N_("French line for each referral"))
    body_en = TextField(default="", verbose_name=N_("English text"))
    body_fr = TextField(default="", verbose_name=N_("French text"))
    parts = JSONField(default=dict, verbose_name=N_("Parts"))

    class Meta:
        section = "administration"
        title = N_("Texts")
        label = "slug"
        listed = ("slug",)
        order = ("id",)
        kept = ("parts",)
        immutable = ("slug", "placeholders", "note")
        shipped = ("note",)
        natural_key = ("slug",)
        reference = True

    def __str__(self):
        return self.slug


class Holiday(Bilingual, Record):
    """A statutory holiday as a rule; business days are counted without it in the named provinces."""

    slug = CharField(max_length=80, unique=True, verbose_name=N_("Slug"))
    label_en = CharField(max_length=200, verbose_name=N_("English label"))
    label_fr = CharField(max_length=200, default="", verbose_name=N_("French label"))
    rule = JSONField(default=dict, verbose_name=N_("Rule"))
    provinces = TermsField("provinces", verbose_name=N_("Provinces and territories"))
    is_active = BooleanField(default=True, verbose_name=N_("In use"))

    class Meta:
        section = "administration"
        title = N_("Holidays")
        label = "label_en"
        listed = ("label_en", "label_fr", "provinces", "is_active")
        order = ("id",)
        kept = ("rule",)
        immutable = ("slug",)
        natural_key = ("slug",)
        reference = True


MATRIX, SCORING, ACTIONS, MATCHING = "matrix", "scoring", "actions", "matching"
INSTRUMENTS = (
    (MATRIX, N_("Needs matrix")),
    (SCORING, N_("Scoring")),
    (ACTIONS, N_("Statements, actions and keywords")),
    (MATCHING, N_("Matching")),
)
CURRENT, RETIRED = "current", "retired"


class Instrument(Record):
    """One version of the questions, the scoring, the suggestions or the matching; what is finished keeps its own."""

    kind = CharField(max_length=12, choices=INSTRUMENTS, verbose_name=N_("Kind"))
    name = CharField(max_length=40, verbose_name=N_("Version name"))
    state = CharField(
        max_length=10,
        default="draft",
        choices=(("draft", N_("Draft")), (CURRENT, N_("Current")), (RETIRED, N_("Retired"))),
        verbose_name=N_("State"),
    )
    published_at = DateTimeField(null=True, verbose_name=N_("In force since"))
    published_by_name = CharField(max_length=120, default="", verbose_name=N_("Put in force by"))
    note = CharField(
        max_length=300,
        default="",
        verbose_name=N_("What changed"),
        help_text=N_("For colleagues who wonder later why this version was made."),
    )
    content = JSONField(default=dict, verbose_name=N_("Content"))

    class Meta:
        section = "hidden"
        title = N_("Instruments")
        label = "name"
        listed = ("name", "kind", "state", "published_at", "published_by_name", "note")
        filters = ("kind", "state")
        sortable = ("name",)
        order = ("-id",)
        kept = ("content", "state", "published_at", "published_by_name")
        bulky = ("content",)
        immutable = ("kind", "name")
        natural_key = ("kind", "name")
        indexes = ((("kind", "name"), True), (("kind", "state"), False))
        reference = True

    def __str__(self):
        return self.name

    @classmethod
    def in_force(cls, kind):
        return cls.select().where(cls.kind == kind, cls.state == CURRENT).order_by(cls.id.desc())


# ======================================================================================================================
# 2. Directory: own and partner organizations alike, what they offer and where (decision 0.1)
# ======================================================================================================================

DRAFT, ACTIVE, ARCHIVED = "draft", "active", "archived"
STATES = ((DRAFT, N_("Draft")), (ACTIVE, N_("Active")), (ARCHIVED, N_("Archived")))
IRCC, NON_IRCC = "ircc", "non-ircc"
ONGOING, DATES = "ongoing", "dates"
RECURRING, DIFFERENT_TIMES, ONE_TIME = "recurring", "recurring-different-times", "one-time"
OWN_CONTACT, RECEPTION = "own", "reception"
CONTACT_MODES = (
    (OWN_CONTACT, N_("Contact for this service")),
    (RECEPTION, N_("Use reception contact")),
)
PROVENANCE = (N_("Where this entry comes from"), None, ("source", "source_id", "last_verified_on"))


class Staff(Record):
    """A person who works at this agency; the names offered at "Who is at this screen?"."""

    name = CharField(max_length=120, unique=True, verbose_name=N_("Name"))
    role = TermField("staff-roles", null=True, verbose_name=N_("Role"))
    email = EmailField(null=True, verbose_name=N_("Work email"))
    work_phone = PhoneField(null=True, verbose_name=N_("Work phone"))
    supervisor = ForeignKeyField("self", null=True, verbose_name=N_("Supervisor"))
    languages = LanguageListField(verbose_name=N_("Languages"))
    works_with_youth_only = BooleanField(default=False, verbose_name=N_("Works with youth only"))
    max_clients = IntegerField(
        default=60,
        verbose_name=N_("Most clients"),
        help_text=N_("Clients of all ages; the standard aims at 55 to 60."),
    )
    confidentiality_signed_on = DateField(
        null=True, verbose_name=N_("Confidentiality form signed on")
    )
    personal_phone = PhoneField(
        null=True, verbose_name=N_("Personal cell"), help_text=N_("Only for a missed check-in.")
    )
    home_phone = PhoneField(
        null=True, verbose_name=N_("Home phone"), help_text=N_("Only for a missed check-in.")
    )
    digest = CharField(
        max_length=8,
        null=True,
        choices=(("daily", N_("Every day")), ("weekly", N_("Every week"))),
        verbose_name=N_("Reminders by email"),
        help_text=N_("Numbers only, no names."),
    )
    is_active = BooleanField(default=True, verbose_name=N_("Works here now"))
    search = SearchField()
    name_sorted = SortField("name")

    class Meta:
        section = "administration"
        title = N_("Staff")
        remembered = True
        personal = True
        label = "name"
        listed = ("name", "role", "email", "work_phone", "is_active")
        search = ("name", "email")
        filters = ("role", "is_active")
        sortable = ("name",)
        order = ("name",)
        natural_key = ("name",)
        form = (
            (
                None,
                None,
                ("name", "role", "is_active", ("work_phone", "email"), "supervisor", "digest"),
            ),
            (
                N_("Case work"),
                N_("Needed before a case is assigned."),
                ("confidentiality_signed_on", "languages", "max_clients", "works_with_youth_only"),
            ),
            (
                N_("For a missed check-in"),
                N_("Used only when somebody does not come back from a visit."),
                ("personal_phone", "home_phone"),
            ),
        )

    def __str__(self):
        return self.name


class Interpreter(Record):
    """Somebody who interprets for clients; signs the same confidentiality form as staff (2.21)."""

    name = CharField(max_length=120, unique=True, verbose_name=N_("Name"))
    languages = LanguageListField(verbose_name=N_("Languages"))
    communities = CharField(
        max_length=200,
        null=True,
        verbose_name=N_("Communities"),
        help_text=N_("Some clients ask for somebody who is not from their own community."),
    )
    certified_medical = BooleanField(default=False, verbose_name=N_("Certified for medical"))
    certified_legal = BooleanField(default=False, verbose_name=N_("Certified for legal"))
    confidentiality_signed_on = DateField(
        null=True,
        verbose_name=N_("Confidentiality form signed on"),
        help_text=N_("Same form as staff"),
    )
    last_confidentiality_review_on = DateField(
        null=True, verbose_name=N_("Confidentiality last reviewed on")
    )
    phone = PhoneField(null=True, verbose_name=N_("Phone"))
    is_active = BooleanField(default=True, verbose_name=N_("Works with us now"))
    name_sorted = SortField("name")

    class Meta:
        section = "administration"
        title = N_("Interpreters")
        remembered = True
        label = "name"
        listed = ("name", "languages", "certified_medical", "certified_legal", "phone", "is_active")
        filters = ("certified_medical", "certified_legal", "is_active")
        sortable = ("name",)
        order = ("name",)
        natural_key = ("name",)
        personal = True

    def __str__(self):
        return self.name


class Provenance(Record):
    """Where a directory entry comes from and when it was last checked (decision 0.1)."""

    source = CharField(
        max_length=200,
        null=True,
        verbose_name=N_("Source"),
        help_text=N_("Where this information was found, for a partner’s entry."),
    )
    source_id = CharField(max_length=120, null=True, verbose_name=N_("Id at the source"))
    last_verified_on = DateField(null=True, verbose_name=N_("Last verified on"))


class Organization(Provenance):
    """Our own agency (one row) or a partner we refer to (R-ORG-1)."""

    name = CharField(
        max_length=200, unique=True, verbose_name=N_("Name"), help_text=N_("The public name.")
    )
    is_own = BooleanField(default=False, verbose_name=N_("Our own organization"))
    address = CharField(
        max_length=300, null=True, verbose_name=N_("Address"), help_text=N_("Your main address.")
    )
    city = CharField(max_length=120, null=True, verbose_name=N_("City"))
    province = TermField("provinces", null=True, verbose_name=N_("Province or territory"))
    postal_code = PostalCodeField(null=True, verbose_name=N_("Postal code"))
    phone = PhoneField(
        null=True, verbose_name=N_("Phone"), help_text=N_("Main number the public can call.")
    )
    email = EmailField(null=True, verbose_name=N_("Email"))
    website = WebsiteField(null=True, verbose_name=N_("Website"))
    regions_served = LinesField(
        verbose_name=N_("Regions served"),
        help_text=N_("Parts of your community you serve, one on each line."),
    )
    general_description = TextField(null=True, verbose_name=N_("General description"))
    is_ircc_funded = BooleanField(
        default=False,
        verbose_name=N_("Funded by IRCC"),
        help_text=N_("Immigration, Refugees and Citizenship Canada. Turns on the next four."),
    )
    ircc_services = TermsField("ircc-services", verbose_name=N_("IRCC-funded services"))
    access_supports = TermsField(
        "support-services",
        verbose_name=N_("Access to IRCC-funded settlement services is facilitated"),
        help_text=N_("How access to IRCC-funded services is made easier."),
    )
    special_focus_areas = TermsField(
        "special-focus-areas",
        verbose_name=N_("Special focus areas"),
        help_text=N_("As named in Schedule 1 of your contribution agreement."),
    )
    francophone_association_member = BooleanField(
        default=False, verbose_name=N_("Member of a Francophone association?")
    )
    complete_means = CharField(
        max_length=300,
        null=True,
        verbose_name=N_("What does Complete mean here?"),
        help_text=N_("Shown beside the button, for example: first contact was made."),
    )
    referral_last_checked_on = DateField(null=True, verbose_name=N_("Referrals last checked on"))
    search = SearchField()
    name_sorted = SortField("name")

    class Meta:
        section = "organizations"
        title = N_("Organizations")
        remembered = True
        label = "name"
        listed = ("name", "city", "phone", "email", "last_verified_on")
        search = ("name", "city", "general_description")
        filters = ("is_own", "is_ircc_funded", "province")
        sortable = ("name",)
        order = ("name",)
        kept = ("is_own", "referral_last_checked_on")
        natural_key = ("name",)
        form = (
            (N_("Organization"), None, ("name", "general_description", "regions_served")),
            (
                N_("Address and contact"),
                None,
                ("address", ("city", "province", "postal_code"), "phone", "email", "website"),
            ),
            (
                N_("IRCC funding"),
                None,
                (
                    "is_ircc_funded",
                    "ircc_services",
                    "access_supports",
                    "special_focus_areas",
                    "francophone_association_member",
                ),
            ),
            (N_("Referrals"), None, ("complete_means",)),
            PROVENANCE,
        )

    def __str__(self):
        return self.name

    @classmethod
    def own(cls, only=()):
        return next(cls.read('"is_own" = TRUE', only=only), None)

    @classmethod
    def partners(cls):
        return cls.select().where(cls.is_own == False)  # noqa: E712


class ServiceLocation(Provenance):
    """A place where services happen."""

    organization = ForeignKeyField(Organization, verbose_name=N_("Organization"))
    name = CharField(
        max_length=200, verbose_name=N_("Name"), help_text=N_("Name people would recognize.")
    )
    address = CharField(max_length=300, verbose_name=N_("Address"))
    city = CharField(max_length=120, verbose_name=N_("City"))
    province = TermField("provinces", verbose_name=N_("Province or territory"))
    postal_code = PostalCodeField(verbose_name=N_("Postal code"))
    location_type = TermField(
        "location-types",
        default="primary",
        verbose_name=N_("Type of location"),
        help_text=N_("Itinerant: a place you use part-time or visit."),
    )
    hours = HoursField(verbose_name=N_("Hours of operation"))
    hours_text = CharField(
        max_length=300,
        null=True,
        verbose_name=N_("Hours in words"),
        help_text=N_("Instead of a timetable, for example: by appointment."),
    )
    contact_name = CharField(max_length=120, verbose_name=N_("Contact person"))
    contact_phone = PhoneField(null=True, verbose_name=N_("Contact phone"))
    contact_email = EmailField(
        null=True,
        verbose_name=N_("Contact email"),
        help_text=N_("Fill in the phone, the email or both."),
    )
    accessible_notes = TextField(null=True, verbose_name=N_("Accessibility"))
    transit_notes = TextField(null=True, verbose_name=N_("How to get there"))
    is_confidential = BooleanField(
        default=False,
        verbose_name=N_("Confidential location"),
        help_text=N_("Never leaves in an export, a print for clients or a public page."),
    )
    is_active = BooleanField(
        default=True,
        verbose_name=N_("In use"),
        help_text=N_("A place not in use hides its services from matching."),
    )
    search = SearchField()
    name_sorted = SortField("name")
    city_sorted = SortField("city")

    class Meta:
        section = "directory"
        title = N_("Service Locations")
        remembered = True
        label = "name"
        listed = ("name", "organization", "city", "location_type", "contact_phone", "is_active")
        search = ("name", "address", "city", "contact_name")
        filters = ("organization", "location_type", "is_active")
        sortable = ("name", "city")
        order = ("name",)
        natural_key = ("organization", "name")
        indexes = ((("organization", "name"), True),)
        form = (
            (N_("Place"), None, ("organization", "name", "location_type", "is_active")),
            (N_("Address"), None, ("address", ("city", "province", "postal_code"))),
            (N_("Hours"), None, ("hours", "hours_text")),
            (N_("Contact"), None, ("contact_name", ("contact_phone", "contact_email"))),
            (N_("Getting in"), None, ("accessible_notes", "transit_notes", "is_confidential")),
            PROVENANCE,
        )

    def __str__(self):
        return self.name


class Program(Provenance):
    """The umbrella name of a group of services and activities."""

    organization = ForeignKeyField(Organization, verbose_name=N_("Organization"))
    name = CharField(max_length=200, verbose_name=N_("Name"))
    description = TextField(
        verbose_name=N_("Description"),
        help_text=N_("Keep it broad; details belong to each service."),
    )
    contact_name = CharField(max_length=120, verbose_name=N_("Contact person"))
    contact_phone = PhoneField(null=True, verbose_name=N_("Contact phone"))
    contact_email = EmailField(
        null=True,
        verbose_name=N_("Contact email"),
        help_text=N_("Fill in the phone, the email or both."),
    )
    languages = ManyField(
        Language,
        N_("Languages of service"),
        null=False,
        backref="programs",
        help_text=N_("Services offer these unless they state their own."),
    )
    funding = TermField(
        "funding-types",
        verbose_name=N_("Funding"),
        help_text=N_("Several funders? Pick one. We only use it to know where we are referring."),
    )
    area_of_focus = ForeignKeyField(
        AreaOfFocus,
        verbose_name=N_("Primary area of focus"),
        help_text=N_("Think broadly: networking and résumé help both sit under labour market."),
    )
    desired_outcomes = TermsField("desired-outcomes", verbose_name=N_("Desired outcomes"))
    is_confidential = BooleanField(
        default=False,
        verbose_name=N_("Confidential program"),
        help_text=N_("Never leaves in an export, a print for clients or a public page."),
    )
    state = CharField(max_length=12, default=DRAFT, choices=STATES, verbose_name=N_("State"))
    search = SearchField()
    name_sorted = SortField("name")

    class Meta:
        section = "directory"
        title = N_("Programs")
        remembered = True
        label = "name"
        listed = ("name", "organization", "area_of_focus", "funding", "state")
        search = ("name", "description", "contact_name")
        filters = ("organization", "area_of_focus", "funding", "state")
        sortable = ("name",)
        order = ("name",)
        kept = ("state",)
        natural_key = ("organization", "name")
        indexes = ((("organization", "name"), True),)
        form = (
            (N_("Program"), None, ("organization", "name", "description")),
            (N_("Contact"), None, ("contact_name", ("contact_phone", "contact_email"))),
            (
                N_("What it is about"),
                None,
                ("funding", "area_of_focus", "desired_outcomes", "languages", "is_confidential"),
            ),
            PROVENANCE,
        )

    def __str__(self):
        return self.name


class ServiceActivity(Provenance):
    """One service, class, activity or event at one place, inside one program (R-SA-1)."""

    program = ForeignKeyField(Program, backref="services", verbose_name=N_("Program"))
    location = ForeignKeyField(ServiceLocation, backref="services", verbose_name=N_("Location"))
    name = CharField(
        max_length=200,
        verbose_name=N_("Name"),
        help_text=N_("Add (Online) for online services; name a range for language classes."),
    )
    description = TextField(
        default="",
        verbose_name=N_("Description"),
        help_text=N_("If times differ by day, list them at the end."),
    )
    state = CharField(max_length=12, default=DRAFT, choices=STATES, verbose_name=N_("State"))
    duration_type = TermField("duration-types", default=ONGOING, verbose_name=N_("Duration"))
    start_date = DateField(null=True, verbose_name=N_("Start date"))
    end_date = DateField(null=True, verbose_name=N_("End date"))
    fiscal_year = CharField(
        max_length=10,
        default="",
        verbose_name=N_("Fiscal year"),
        help_text=N_("1 April to 31 March, for example F2025-2026. Worked out from the dates."),
    )
    schedule_type = TermField("schedule-types", default=RECURRING, verbose_name=N_("Schedule"))
    days = TermsField("weekdays", verbose_name=N_("Available days"))
    start_time = TimeField(null=True, verbose_name=N_("Start time"))
    end_time = TimeField(null=True, verbose_name=N_("End time"))
    schedule_note = CharField(
        max_length=200,
        null=True,
        verbose_name=N_("Extra time"),
        help_text=N_("For example: and Fridays 10:30am–12:00pm."),
    )
    delivery_mode = TermField("delivery-modes", default="in-person", verbose_name=N_("Delivery"))
    languages = ManyField(
        Language,
        N_("Languages of service"),
        backref="services",
        help_text=N_("Leave empty to offer the program’s languages."),
    )
    client_groups = ManyField(TaxonomyItem, N_("Primary client groups"), backref="services")
    groups_exclusive = BooleanField(default=False, verbose_name=N_("Only these groups may attend"))
    keywords = ManyField(
        Keyword, N_("Keywords"), backref="services", help_text=N_("Choose all that apply.")
    )
    contact_mode = CharField(
        max_length=12, default=OWN_CONTACT, choices=CONTACT_MODES, verbose_name=N_("Contact")
    )
    contact_name = CharField(max_length=120, null=True, verbose_name=N_("Contact person"))
    contact_phone = PhoneField(null=True, verbose_name=N_("Contact phone"))
    contact_email = EmailField(null=True, verbose_name=N_("Contact email"))
    min_age = IntegerField(
        null=True, verbose_name=N_("Minimum age"), help_text=N_("Fill in if at least one applies.")
    )
    max_age = IntegerField(null=True, verbose_name=N_("Maximum age"))
    clb_levels = LevelsField(
        verbose_name=N_("CLB preferable"),
        help_text=N_("Canadian Language Benchmarks; 0 means literacy. Empty: no requirement."),
    )
    clb_strict = BooleanField(default=False, verbose_name=N_("Only these CLB levels may attend"))
    min_months_in_canada = IntegerField(null=True, verbose_name=N_("Minimum months in Canada"))
    max_months_in_canada = IntegerField(null=True, verbose_name=N_("Maximum months in Canada"))
    employment_skills = CharField(
        max_length=300, null=True, verbose_name=N_("Employment / occupation skills")
    )
    skills_aptitude = CharField(
        max_length=300, null=True, verbose_name=N_("Skills and aptitude training")
    )
    person_with_disabilities = CharField(
        max_length=300, null=True, verbose_name=N_("Person with disabilities")
    )
    other_keywords = CharField(max_length=300, null=True, verbose_name=N_("Other keywords"))
    focus_group_text = CharField(
        max_length=300, null=True, verbose_name=N_("Ethnic / Cultural / Linguistic Group")
    )
    support_services = TermsField(
        "support-services",
        verbose_name=N_("Support services offered"),
        help_text=N_("Only note that it exists; do not describe it."),
    )
    by_appointment = BooleanField(default=False, verbose_name=N_("By appointment only"))
    cost_type = TermField("cost-types", default="unknown", verbose_name=N_("Cost"))
    cost_cents = IntegerField(null=True, verbose_name=N_("Amount in cents"))
    cost_note = CharField(max_length=200, null=True, verbose_name=N_("About the cost"))
    next_steps = TextField(
        null=True,
        verbose_name=N_("Client’s next steps"),
        help_text=N_("What should the client do next?"),
    )
    desired_outcomes = TermsField("desired-outcomes", verbose_name=N_("Desired outcomes"))
    intake_state = TermField("intake-states", default="open", verbose_name=N_("Intake"))
    clone_group = CharField(max_length=36, null=True, index=True, verbose_name=N_("Copies group"))
    last_reviewed_on = DateField(index=True, verbose_name=N_("Last reviewed on"))
    reviewed_by_name = CharField(max_length=120, default="", verbose_name=N_("Reviewed by"))
    search = SearchField()
    name_sorted = SortField("name")

    class Meta:
        section = "directory"
        title = N_("Services & Activities")
        remembered = True
        label = "name"
        listed = ("name", "program", "location", "delivery_mode", "state", "last_reviewed_on")
        search = ("name", "description", "focus_group_text")
        filters = (
            "program.organization",
            "program",
            "location",
            "program.area_of_focus",
            "state",
            "delivery_mode",
            "fiscal_year",
            "last_reviewed_on",
        )
        sortable = ("name", "last_reviewed_on")
        order = ("name",)
        kept = ("state", "clone_group", "last_reviewed_on", "reviewed_by_name")
        natural_key = ("program", "location", "name")
        indexes = (
            (("program", "location", "name"), False),
            (("state", "name_sorted"), False),
        )
        form = (
            (
                N_("Basics"),
                None,
                (
                    "program",
                    "location",
                    "name",
                    "description",
                    "delivery_mode",
                    "duration_type",
                    ("start_date", "end_date"),
                    "fiscal_year",
                    "client_groups",
                    "groups_exclusive",
                    "languages",
                    "intake_state",
                ),
            ),
            (
                N_("Time / Days"),
                None,
                ("schedule_type", "days", ("start_time", "end_time"), "schedule_note"),
            ),
            (N_("Keywords"), None, ("keywords",)),
            (
                N_("Contact Information"),
                None,
                ("contact_mode", "contact_name", ("contact_phone", "contact_email")),
            ),
            (
                N_("Eligibility"),
                None,
                (
                    ("min_age", "max_age"),
                    "clb_levels",
                    "clb_strict",
                    ("min_months_in_canada", "max_months_in_canada"),
                    "employment_skills",
                    "skills_aptitude",
                    "person_with_disabilities",
                    "other_keywords",
                ),
            ),
            (N_("Specific focus groups"), None, ("focus_group_text",)),
            (N_("Support services"), None, ("support_services",)),
            (
                N_("Additional Information"),
                None,
                (
                    "by_appointment",
                    "cost_type",
                    ("cost_cents", "cost_note"),
                    "next_steps",
                    "desired_outcomes",
                ),
            ),
            PROVENANCE,
        )

    def __str__(self):
        return self.name

    @property
    def contact(self):
        """Name, phone and email to reach; reception copies the location's at display time."""
        holder = self.location if self.contact_mode == RECEPTION else self
        return holder.contact_name, holder.contact_phone, holder.contact_email

    @classmethod
    def placed(cls, *columns):
        """A query of entries joined to their programs and to their places."""
        return cls.select(*columns).join(Program).switch(cls).join(ServiceLocation)

    @classmethod
    def copies_of(cls, service):
        return cls.select().where(cls.clone_group == service.clone_group, cls.id != service.id)


class ServiceReview(Row):
    """One "Still correct" or change of an entry, with the day and who said so (R-SA-15)."""

    entry = ForeignKeyField(
        ServiceActivity, backref="reviews", on_delete="CASCADE", verbose_name=N_("Entry")
    )
    on = DateField(verbose_name=N_("On"))
    by_name = CharField(max_length=120, verbose_name=N_("By"))
    result = CharField(
        max_length=20,
        choices=(("still-correct", N_("Still correct")), ("changed", N_("Changed"))),
        verbose_name=N_("Result"),
    )

    class Meta:
        section = "log"
        title = N_("Service reviews")
        label = "result"
        listed = ("on", "entry", "result", "by_name")
        filters = ("result",)
        order = ("-id",)
        readonly = True

    def __str__(self):
        return f"{self.on} {self.result}"


# ======================================================================================================================
# 3. People: the file of a household, its members and what they agreed to
# ======================================================================================================================

SAFE_ANSWERS = (("yes", N_("Yes")), ("no", N_("No")), ("ask-first", N_("Ask first")))
GIVEN, REFUSED, WITHDRAWN, EXPIRED = "given", "refused", "withdrawn", "expired"
SHARING, EMAIL_DETAILS = "information-sharing", "email-details"
SERVED = ("intake", "open", "extended")  # statuses of a case in which people are assessed
IN_HAND = (*SERVED, "on-hold")  # of one that somebody looks after


class Household(Record):
    """The file of the people who settle together."""

    file_number = CharField(
        max_length=40,
        unique=True,
        verbose_name=N_("File number"),
        help_text=N_("Leave empty and the next number of the year is used."),
    )
    former_numbers = CharField(max_length=400, null=True, verbose_name=N_("Earlier file numbers"))
    case_type = TermField("case-types", default="portal-only", verbose_name=N_("Type of case"))
    status = TermField("case-statuses", default="open", verbose_name=N_("Status"))
    primary_worker = ForeignKeyField(Staff, null=True, verbose_name=N_("Main worker"))
    address = CharField(max_length=300, null=True, verbose_name=N_("Address"))
    city = CharField(max_length=120, null=True, verbose_name=N_("City"))
    province = TermField("provinces", null=True, verbose_name=N_("Province or territory"))
    postal_code = PostalCodeField(null=True, verbose_name=N_("Postal code"))
    safe_address = BooleanField(default=True, verbose_name=N_("Safe to visit"))
    backup_worker = ForeignKeyField(Staff, null=True, verbose_name=N_("Backup worker"))
    no_conflict_declared = BooleanField(
        default=False,
        verbose_name=N_("No conflict of interest declared"),
        help_text=N_(
            "The main worker declares no family, romantic, business or other close tie to this household."
        ),
    )
    anchor_date = DateField(
        null=True,
        verbose_name=N_("First day of the program"),
        help_text=N_("Every needs assessment is counted from this day."),
    )
    anchor_reason = CharField(
        max_length=300, null=True, verbose_name=N_("Why the first day was moved")
    )
    planned_end = DateField(null=True, verbose_name=N_("Planned end"))
    income_source = TermField(
        "income-sources",
        null=True,
        verbose_name=N_("Source of income"),
        help_text=N_("Only if it is needed for a referral."),
    )
    close_date = DateField(null=True, verbose_name=N_("Closed on"))
    close_reason = TermField("case-close-reasons", null=True, verbose_name=N_("Reason for closing"))
    close_summary = TextField(null=True, verbose_name=N_("Closing summary"))
    last_entry_on = DateField(null=True, verbose_name=N_("Latest entry"))
    printed_on = DateField(null=True, verbose_name=N_("File last printed on"))
    legal_hold = BooleanField(default=False, verbose_name=N_("Legal hold"))
    legal_hold_reason = CharField(
        max_length=300, null=True, verbose_name=N_("Reason for the legal hold")
    )
    search = SearchField()

    class Meta:
        section = "clients"
        title = N_("Households")
        assisted = ("close_summary", "anchor_reason", "legal_hold_reason")
        label = "file_number"
        listed = ("file_number", "case_type", "status", "primary_worker", "city")
        search = ("file_number", "former_numbers", "city")
        filters = ("case_type", "status", "primary_worker")
        sortable = ("file_number",)
        order = ("-file_number",)
        kept = ("former_numbers", "anchor_reason", "last_entry_on", "printed_on")
        natural_key = ("file_number",)
        personal = True
        indexes = ((("status", "primary_worker", "id"), False), (("status", "planned_end"), False))
        form = (
            (
                N_("The file"),
                None,
                (
                    "file_number",
                    "case_type",
                    "status",
                    ("primary_worker", "backup_worker"),
                    "no_conflict_declared",
                    ("anchor_date", "planned_end"),
                ),
            ),
            (
                N_("Where they live"),
                None,
                ("address", ("city", "province", "postal_code"), "safe_address"),
            ),
            (N_("Income"), None, ("income_source",)),
            (
                N_("Closing and keeping"),
                None,
                (
                    ("close_date", "close_reason"),
                    "close_summary",
                    "legal_hold",
                    "legal_hold_reason",
                ),
            ),
        )

    def __str__(self):
        return self.file_number


class CaseStatusEvent(Row):
    """One move of a case out of the open and extended ones, or back to them (domain 8)."""

    household = ForeignKeyField(
        Household, backref="status_events", on_delete="CASCADE", verbose_name=N_("Household")
    )
    from_status = TermField("case-statuses", verbose_name=N_("From"))
    to_status = TermField("case-statuses", verbose_name=N_("To"))
    moved_on = DateField(verbose_name=N_("On"))
    at = DateTimeField(default=now, verbose_name=N_("At"))
    by_name = CharField(max_length=120, default="", verbose_name=N_("By"))

    class Meta:
        section = "log"
        title = N_("Case status history")
        label = "to_status"
        listed = ("moved_on", "household", "from_status", "to_status", "by_name")
        filters = ("household", "to_status", "moved_on")
        order = ("-id",)
        readonly = True
        personal = True
        indexes = ((("household", "moved_on"), False),)

    def __str__(self):
        return f"{self.moved_on} {self.to_status}"


class Client(Record):
    """A person served."""

    household = ForeignKeyField(Household, backref="clients", verbose_name=N_("Household"))
    relation = TermField(
        "household-relations",
        default="principal-applicant",
        verbose_name=N_("Place in the household"),
    )
    first_name = CharField(max_length=120, verbose_name=N_("First name"))
    last_name = CharField(max_length=120, verbose_name=N_("Last name"))
    preferred_name = CharField(
        max_length=120,
        null=True,
        verbose_name=N_("Preferred name"),
        help_text=N_("Name to use when we call."),
    )
    birth_date = DateField(null=True, verbose_name=N_("Birth date"))
    birth_year_only = IntegerField(
        null=True,
        verbose_name=N_("Birth year"),
        help_text=N_("If only the year is known, enter the year."),
    )
    gender = TermField(
        "genders",
        null=True,
        verbose_name=N_("Gender"),
        help_text=N_("Optional; used for groups that ask for it."),
    )
    phone = PhoneField(null=True, index=True, verbose_name=N_("Phone"))
    email = EmailField(null=True, verbose_name=N_("Email"))
    address = CharField(max_length=300, null=True, verbose_name=N_("Address"))
    municipality = CharField(max_length=120, null=True, verbose_name=N_("Municipality"))
    safe_to_call = CharField(
        max_length=10,
        default="ask-first",
        choices=SAFE_ANSWERS,
        verbose_name=N_("Safe to call"),
        help_text=N_("Could someone else answer or read this?"),
    )
    safe_to_text = CharField(
        max_length=10, default="ask-first", choices=SAFE_ANSWERS, verbose_name=N_("Safe to text")
    )
    safe_to_email = CharField(
        max_length=10, default="ask-first", choices=SAFE_ANSWERS, verbose_name=N_("Safe to email")
    )
    preferred_languages = LanguageListField(
        verbose_name=N_("Preferred languages"), help_text=N_("The first one is used first.")
    )
    needs_interpreter = BooleanField(default=False, verbose_name=N_("Needs an interpreter"))
    interpreter_preference = CharField(
        max_length=200, null=True, verbose_name=N_("Interpreter preference")
    )
    interpreter_not_own_community = BooleanField(
        default=False, verbose_name=N_("Interpreter not from my own community")
    )
    immigration_category = TermField(
        "immigration-categories", default="unknown", verbose_name=N_("Immigration category")
    )
    permanent_residence_date = DateField(
        null=True,
        verbose_name=N_("Permanent resident since"),
        help_text=N_("From the confirmation of permanent residence."),
    )
    arrival_date = DateField(null=True, verbose_name=N_("Arrived in Canada on"))
    country_of_origin = TermField("countries", null=True, verbose_name=N_("Country of origin"))
    funder_client_number = MaskedField(
        max_length=10,
        null=True,
        verbose_name=N_("Funder’s client number"),
        help_text=N_("8 or 10 digits; only the last three are shown afterwards."),
    )
    clb_en_listening = IntegerField(null=True, verbose_name=N_("Listening"))
    clb_en_speaking = IntegerField(null=True, verbose_name=N_("Speaking"))
    clb_en_reading = IntegerField(null=True, verbose_name=N_("Reading"))
    clb_en_writing = IntegerField(null=True, verbose_name=N_("Writing"))
    clb_fr_listening = IntegerField(null=True, verbose_name=N_("Listening (French)"))
    clb_fr_speaking = IntegerField(null=True, verbose_name=N_("Speaking (French)"))
    clb_fr_reading = IntegerField(null=True, verbose_name=N_("Reading (French)"))
    clb_fr_writing = IntegerField(null=True, verbose_name=N_("Writing (French)"))
    clb_assessed_on = DateField(null=True, verbose_name=N_("Language assessed on"))
    education_level = TermField(
        "education-levels", null=True, verbose_name=N_("Highest level of schooling")
    )
    occupation = CharField(max_length=200, null=True, verbose_name=N_("Occupation"))
    seeking_work = CharField(
        max_length=10,
        default="not-asked",
        choices=(("yes", N_("Yes")), ("no", N_("No")), ("not-asked", N_("Not asked"))),
        verbose_name=N_("Looking for work"),
    )
    self_identified_groups = TermsField(
        "client-groups",
        verbose_name=N_("Groups the client belongs to"),
        help_text=N_("Only what the client chooses to say."),
    )
    emergency_contact_name = CharField(
        max_length=200, null=True, verbose_name=N_("Emergency contact")
    )
    emergency_contact_phone = PhoneField(null=True, verbose_name=N_("Their phone"))
    emergency_contact_relation = CharField(
        max_length=120, null=True, verbose_name=N_("Relation to the client")
    )
    accessibility_needs = TextField(
        null=True,
        verbose_name=N_("Accessibility needs"),
        help_text=N_("Practical needs only, never a diagnosis."),
    )
    display_name = CharField(max_length=250, default="", verbose_name=N_("Name"))
    search = SearchField()
    display_name_sorted = SortField("display_name")
    municipality_sorted = SortField("municipality", index=False)

    class Meta:
        section = "clients"
        title = N_("Clients")
        assisted = ("accessibility_needs",)
        label = "display_name"
        listed = ("display_name", "household", "phone", "municipality", "needs_interpreter")
        search = ("last_name", "first_name", "preferred_name", "phone")
        filters = ("household", "municipality", "needs_interpreter")
        sortable = ("display_name",)
        order = ("display_name",)
        kept = ("display_name",)
        personal = True
        indexes = (
            (("last_name", "birth_date"), False),
            (("municipality_sorted", "display_name_sorted"), False),
        )
        form = (
            (
                N_("Person"),
                None,
                (
                    "household",
                    "relation",
                    ("first_name", "last_name"),
                    "preferred_name",
                    ("birth_date", "birth_year_only"),
                    "gender",
                ),
            ),
            (
                N_("Reaching this person"),
                N_("Where and how the client agreed to be reached."),
                (
                    ("phone", "email"),
                    "address",
                    "municipality",
                    "safe_to_call",
                    "safe_to_text",
                    "safe_to_email",
                ),
            ),
            (
                N_("Language"),
                None,
                (
                    "preferred_languages",
                    "needs_interpreter",
                    "interpreter_preference",
                    "interpreter_not_own_community",
                ),
            ),
            (
                N_("Arrival and immigration"),
                None,
                (
                    "immigration_category",
                    ("arrival_date", "permanent_residence_date"),
                    "country_of_origin",
                    "funder_client_number",
                ),
            ),
            (
                N_("Language level (CLB)"),
                N_("From 0 to 12; 0 means literacy. Leave empty what was not assessed."),
                (
                    ("clb_en_listening", "clb_en_speaking", "clb_en_reading", "clb_en_writing"),
                    ("clb_fr_listening", "clb_fr_speaking", "clb_fr_reading", "clb_fr_writing"),
                    "clb_assessed_on",
                ),
            ),
            (
                N_("School, work and groups"),
                None,
                ("education_level", "occupation", "seeking_work", "self_identified_groups"),
            ),
            (
                N_("Emergency contact and practical needs"),
                None,
                (
                    "emergency_contact_name",
                    ("emergency_contact_phone", "emergency_contact_relation"),
                    "accessibility_needs",
                ),
            ),
        )

    def __str__(self):
        return f"{self.preferred_name or self.first_name} {self.last_name}"

    def derive(self):
        self.display_name = f"{self.last_name}, {self.first_name}"


class Guardianship(Record):
    """A child in a person's care; decides factors 13 to 16 and who signs (2.7, R-CON-3)."""

    guardian = ForeignKeyField(Client, on_delete="CASCADE", verbose_name=N_("Parent or guardian"))
    child = ForeignKeyField(Client, on_delete="CASCADE", verbose_name=N_("Child"))

    class Meta:
        section = "clients"
        title = N_("Children in care")
        label = "child"
        listed = ("guardian", "child")
        filters = ("guardian", "child")
        order = ("-id",)
        natural_key = ("guardian", "child")
        personal = True
        indexes = ((("guardian", "child"), True),)

    def __str__(self):
        return f"{self.guardian} – {self.child}"


class ConsentRecord(Record):
    """What a client or guardian agreed to, refused or took back, on one form (R-CON)."""

    household = ForeignKeyField(Household, backref="consents", verbose_name=N_("Household"))
    client = ForeignKeyField(Client, null=True, verbose_name=N_("Client"))
    type = TermField("consent-types", verbose_name=N_("Type of consent"))
    state = TermField("consent-states", default=GIVEN, verbose_name=N_("State"))
    given_on = DateField(verbose_name=N_("Given on"))
    signed_by_name = CharField(max_length=120, verbose_name=N_("Signed by"))
    signer_role = CharField(
        max_length=12,
        default="client",
        choices=(("client", N_("Client")), ("guardian", N_("Guardian")), ("worker", N_("Worker"))),
        verbose_name=N_("Who signed"),
    )
    guardian_relation = CharField(max_length=120, null=True, verbose_name=N_("Guardian’s relation"))
    staff_signer_name = CharField(
        max_length=120,
        null=True,
        verbose_name=N_("Staff member who explained it"),
        help_text=N_("I explained this and the person understood."),
    )
    limits_explained = TermsField(
        "confidentiality-limits", verbose_name=N_("Limits of confidentiality explained")
    )
    language_used = LanguageField(default="en", verbose_name=N_("Language used"))
    interpreter = ForeignKeyField(Interpreter, null=True, verbose_name=N_("Interpreter"))
    copy_given = BooleanField(default=False, verbose_name=N_("Copy handed to the client?"))
    named_organizations = ManyField(
        Organization,
        N_("Organizations named"),
        backref="consents",
        help_text=N_("Required for a sharing consent: who may receive the information."),
    )
    expires_on = DateField(
        null=True,
        verbose_name=N_("Expires on"),
        help_text=N_("A sharing consent lasts twelve months unless you say otherwise."),
    )
    withdrawn_on = DateField(null=True, verbose_name=N_("Withdrawn on"))
    notes = TextField(null=True, verbose_name=N_("Notes"))

    class Meta:
        section = "clients"
        title = N_("Consents")
        assisted = ("notes",)
        label = "type"
        listed = ("given_on", "client", "type", "state", "expires_on")
        filters = ("client", "type", "state")
        sortable = ("given_on",)
        order = ("-given_on",)
        immutable = ("household", "client")
        personal = True
        indexes = (
            (("client", "type", "state"), False),
            (("household", "type"), False),
            (("given_on",), False),
        )

    def __str__(self):
        return f"{self.type} {self.given_on}"


ATTACHMENT_KINDS = (
    ("scan", N_("Scan or photo")),
    ("signed-form", N_("Scan or photo of the signed form")),
    ("consent-form", N_("Signed consent, while the intake is under way")),
    ("charter-form", N_("Signed charter, while the intake is under way")),
    ("sharing-form", N_("Signed sharing consent, while the intake is under way")),
    ("correspondence", N_("Copy of a letter or message")),
    ("training-proof", N_("Proof of training")),
)


MODES = (("in-person", N_("In person")), ("phone", N_("Phone")), ("video", N_("Video")))


class Intake(Record):
    """The first conversation with a household, "D" of the standard (2.9)."""

    household = ForeignKeyField(Household, backref="intakes", verbose_name=N_("Household"))
    intake_date = DateField(verbose_name=N_("Date of intake"))
    worker = ForeignKeyField(Staff, verbose_name=N_("Worker"))
    mode = CharField(max_length=12, default="in-person", choices=MODES, verbose_name=N_("How"))
    interpreter = ForeignKeyField(Interpreter, null=True, verbose_name=N_("Interpreter"))
    referred_from = CharField(max_length=200, null=True, verbose_name=N_("Who sent them to us"))
    reason = TextField(
        null=True,
        verbose_name=N_("Reason for coming"),
        help_text=N_("What brought the family here, in their words."),
    )
    orientation_checklist = JSONField(default=list, verbose_name=N_("Explained at intake"))
    urgent_needs = TermsField("urgent-needs", verbose_name=N_("Needed today?"))
    immediate_actions = TextField(null=True, verbose_name=N_("What we did about it"))
    completed_on = DateField(null=True, verbose_name=N_("Completed on"))

    class Meta:
        section = "clients"
        title = N_("Intakes")
        assisted = ("reason", "immediate_actions")
        own_words = ("reason",)
        label = "intake_date"
        listed = ("intake_date", "household", "worker", "mode", "completed_on")
        filters = ("household", "worker", "intake_date")
        sortable = ("intake_date",)
        order = ("-intake_date",)
        kept = ("orientation_checklist", "completed_on")
        immutable = ("household",)
        personal = True
        indexes = ((("intake_date",), False),)

    def __str__(self):
        return f"{self.intake_date}"


class Attachment(Record):
    """A scan or a photo; the bytes live in the database so that backups and disposal reach them."""

    kind = CharField(max_length=40, choices=ATTACHMENT_KINDS, verbose_name=N_("Kind"))
    owner_table = CharField(max_length=60, verbose_name=N_("Belongs to"))
    owner_id = IntegerField(verbose_name=N_("Record"))
    name = CharField(max_length=200, verbose_name=N_("File name"))
    media_type = CharField(max_length=60, verbose_name=N_("Type"))
    size = IntegerField(verbose_name=N_("Size"))
    hash = CharField(max_length=64, verbose_name=N_("Checksum"))
    content = BlobField(verbose_name=N_("Content"))

    class Meta:
        section = "log"
        title = N_("Attachments")
        label = "name"
        listed = ("name", "kind", "owner_table", "size")
        filters = ("kind",)
        order = ("-id",)
        kept = ("content", "hash")
        readonly = True
        personal = True
        indexes = ((("owner_table", "owner_id"), False),)

    def __str__(self):
        return self.name


# ======================================================================================================================
# 4. Needs: one person's answers at one point of the schedule, and what follows from them
# ======================================================================================================================

RECEIVED, DISTRIBUTED, COMPLETE = "received", "distributed", "complete"
SKIPPED, VOID = "skipped", "void"
ASSESSMENT_STATES = (
    (COMPLETE, N_("Complete")),
    (SKIPPED, N_("Skipped")),
    (VOID, N_("Voided")),
)


class NeedsAssessment(Record):
    """The needs matrix of one adult at one point, with the result as it was worked out then (2.10)."""

    client = ForeignKeyField(Client, verbose_name=N_("Client"))
    point = TermField("assessment-points", verbose_name=N_("Assessment"))
    state = CharField(
        max_length=10, default=COMPLETE, choices=ASSESSMENT_STATES, verbose_name=N_("State")
    )
    completed_on = DateField(null=True, verbose_name=N_("Completed on"))
    due_on = DateField(null=True, verbose_name=N_("Due on"))
    assessor = ForeignKeyField(Staff, verbose_name=N_("Assessor"))
    mode = CharField(max_length=12, default="in-person", choices=MODES, verbose_name=N_("How"))
    interpreter = ForeignKeyField(Interpreter, null=True, verbose_name=N_("Interpreter"))
    skip_reason = TermField("skip-reasons", null=True, verbose_name=N_("Reason for skipping"))
    void_reason = CharField(max_length=300, null=True, verbose_name=N_("Reason for voiding"))
    matrix_version = CharField(max_length=40, default="", verbose_name=N_("Matrix version"))
    scheme_version = CharField(max_length=40, default="", verbose_name=N_("Scoring version"))
    need_index = DecimalField(
        max_digits=4, decimal_places=1, null=True, verbose_name=N_("Need index")
    )
    base_level = TermField("need-levels", null=True, verbose_name=N_("Level from the index"))
    level = TermField("need-levels", null=True, verbose_name=N_("Level of need"))
    critical_questions = JSONField(default=list, verbose_name=N_("Critical answers"))
    is_person_baseline = BooleanField(default=False, verbose_name=N_("First for this person"))
    client_view = TextField(null=True, verbose_name=N_("What matters most to you now?"))
    strengths = TextField(null=True, verbose_name=N_("Strengths"))
    chosen_actions = JSONField(default=list, verbose_name=N_("Chosen actions"))

    class Meta:
        section = "clients"
        title = N_("Needs assessments")
        assisted = ("client_view", "strengths", "void_reason")
        own_words = ("client_view",)
        label = "point"
        called = ("point", "completed_on")
        listed = ("completed_on", "client", "point", "state", "level", "need_index", "assessor")
        filters = ("client", "point", "state", "level", "assessor", "completed_on")
        sortable = ("completed_on",)
        order = ("-completed_on",)
        personal = True
        readonly = True
        indexes = (
            (("client", "point"), False),
            (("client", "state", "completed_on", "point", "level"), False),
            (("state", "level"), False),
            (("completed_on",), False),
            (("due_on",), False),
        )

    def __str__(self):
        return self.point.upper()

    @classmethod
    def standing(cls):
        return cls.select().where(cls.state != VOID)


class Answer(Row):
    """One question's answer: a level from 1 to 5, or nothing when it was not assessed."""

    assessment = ForeignKeyField(
        NeedsAssessment, backref="answers", on_delete="CASCADE", verbose_name=N_("Assessment")
    )
    question = CharField(max_length=80, verbose_name=N_("Question"))
    level = IntegerField(null=True, verbose_name=N_("Level"))
    comment = TextField(null=True, verbose_name=N_("Comment"))

    class Meta:
        section = "hidden"
        title = N_("Answers")
        label = "question"
        listed = ("assessment", "question", "level")
        filters = ("assessment",)
        order = ("-id",)
        readonly = True
        personal = True
        indexes = ((("assessment", "question"), True),)

    def __str__(self):
        return self.question


class FactorResult(Row):
    """What one factor came to."""

    assessment = ForeignKeyField(
        NeedsAssessment, backref="factors", on_delete="CASCADE", verbose_name=N_("Assessment")
    )
    factor = CharField(max_length=80, verbose_name=N_("Settlement factor"))
    applicable = BooleanField(default=True, verbose_name=N_("Applies"))
    not_applicable_reason = CharField(max_length=80, null=True, verbose_name=N_("Why it does not"))
    score = DecimalField(max_digits=4, decimal_places=1, null=True, verbose_name=N_("Score"))
    level = TermField("need-levels", null=True, verbose_name=N_("Level of need"))

    class Meta:
        section = "hidden"
        title = N_("Factor results")
        label = "factor"
        listed = ("assessment", "factor", "applicable", "score", "level")
        filters = ("assessment", "level")
        order = ("-id",)
        readonly = True
        personal = True
        indexes = ((("assessment", "factor"), True),)

    def __str__(self):
        return self.factor


class NeedAlert(Record):
    """A critical answer that somebody must act on within a business day (R-SCO-3)."""

    client = ForeignKeyField(Client, verbose_name=N_("Client"))
    assessment = ForeignKeyField(
        NeedsAssessment, on_delete="CASCADE", verbose_name=N_("Assessment")
    )
    question = CharField(max_length=80, verbose_name=N_("Question"))
    due_on = DateField(verbose_name=N_("Act by"))
    done_on = DateField(null=True, verbose_name=N_("Done on"))
    what_was_done = TextField(null=True, verbose_name=N_("What was done"))

    class Meta:
        section = "clients"
        title = N_("Alerts")
        assisted = ("what_was_done",)
        label = "due_on"
        listed = ("due_on", "client", "question", "done_on")
        filters = ("client", "due_on")
        sortable = ("due_on",)
        order = ("due_on",)
        kept = ("question",)
        immutable = ("client", "assessment", "due_on")
        personal = True
        indexes = ((("done_on", "due_on"), False), (("due_on",), False))

    def __str__(self):
        return str(self.due_on)


class Extension(Record):
    """A supervisor's answer to whether a case may go on past twelve months (R-ASM-7)."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    suggested_on = DateField(null=True, verbose_name=N_("Suggested on"))
    because = TextField(verbose_name=N_("Because"))
    decision = CharField(
        max_length=10,
        choices=(("approved", N_("Approved")), ("refused", N_("Refused"))),
        verbose_name=N_("Decision"),
    )
    decided_by = ForeignKeyField(Staff, verbose_name=N_("Supervisor"))
    decided_on = DateField(verbose_name=N_("Decided on"))
    new_end = DateField(null=True, verbose_name=N_("New end"))

    class Meta:
        section = "clients"
        title = N_("Extensions")
        assisted = ("because",)
        label = "decided_on"
        listed = ("decided_on", "household", "decision", "decided_by", "new_end")
        filters = ("household", "decision")
        sortable = ("decided_on",)
        order = ("-decided_on",)
        immutable = ("household", "decision", "new_end")
        personal = True
        indexes = ((("decided_on",), False),)

    def __str__(self):
        return f"{self.decision} {self.decided_on}"


FOLLOW_UP, ASSESSMENT, EXTENSION, REVIEW = "follow-up", "assessment", "extension", "plan-review"
CASE_TASKS = (
    (ASSESSMENT, N_("Needs assessment")),
    (FOLLOW_UP, N_("Follow-up assessment")),
    (REVIEW, N_("Plan review")),
    (EXTENSION, N_("Decision on an extension")),
)


class CaseTask(Row):
    """What the schedule of a case asks for next; kept beside the rows it is counted from, never typed (R-ASM)."""

    household = ForeignKeyField(Household, on_delete="CASCADE", verbose_name=N_("Household"))
    client = ForeignKeyField(Client, null=True, on_delete="CASCADE", verbose_name=N_("Client"))
    kind = CharField(max_length=12, choices=CASE_TASKS, verbose_name=N_("What is due"))
    point = TermField("assessment-points", null=True, verbose_name=N_("Assessment"))
    opens_on = DateField(verbose_name=N_("Open from"))
    due_on = DateField(verbose_name=N_("Due on"))

    class Meta:
        section = "clients"
        title = N_("Due in cases")
        label = "kind"
        listed = ("kind", "client", "household", "point", "opens_on", "due_on")
        filters = ("kind", "household.primary_worker", "household", "opens_on", "due_on")
        sortable = ("due_on",)
        order = ("due_on",)
        readonly = True
        personal = True
        indexes = (
            # Home counts along this one alone: those open now come first among those not overdue.
            (("kind", "due_on", "opens_on"), False),
            (("due_on",), False),
        )

    def __str__(self):
        return f"{self.kind} {self.due_on}"


# ======================================================================================================================
# 5. Referrals: two truths, the receiver's bookkeeping (status) and what became of the client (outcome) (decision 0.7)
# ======================================================================================================================

INBOUND, INTERNAL, OUTBOUND = "inbound", "internal", "outbound"
TO_ORGANIZATION, TO_PROGRAM, TO_SERVICE = "organization", "program", "service-activity"
PENDING = "pending"


class Referral(Record):
    """One client sent to one service, program or organization, for a reason."""

    number = CharField(max_length=20, unique=True, verbose_name=N_("Number"))
    direction = TermField("referral-directions", default=INBOUND, verbose_name=N_("Direction"))
    priority = TermField("referral-priorities", default="normal", verbose_name=N_("Priority"))
    client = ForeignKeyField(Client, null=True, verbose_name=N_("Client"))
    client_name = CharField(max_length=250, default="", verbose_name=N_("Client"))
    inbound_name = CharField(max_length=200, null=True, verbose_name=N_("Person’s name"))
    inbound_phone = PhoneField(null=True, verbose_name=N_("Person’s phone"))
    inbound_email = EmailField(null=True, verbose_name=N_("Person’s email"))
    inbound_language = LanguageField(null=True, verbose_name=N_("Person’s language"))
    inbound_interpreter = BooleanField(default=False, verbose_name=N_("Needs an interpreter"))
    inbound_age = IntegerField(null=True, verbose_name=N_("Person’s age"))
    level = TermField("referral-levels", default=TO_SERVICE, verbose_name=N_("Referred to"))
    organization = ForeignKeyField(Organization, verbose_name=N_("Organization"))
    program = ForeignKeyField(Program, null=True, verbose_name=N_("Program"))
    service_activity = ForeignKeyField(
        ServiceActivity, null=True, verbose_name=N_("Service or activity")
    )
    location = ForeignKeyField(ServiceLocation, null=True, verbose_name=N_("Location"))
    target_name = CharField(max_length=300, default="", verbose_name=N_("Referred to"))
    referred_by_name = CharField(max_length=120, verbose_name=N_("Referred by"))
    referred_by_organization = CharField(
        max_length=200, null=True, verbose_name=N_("Their organization")
    )
    referred_on = DateField(verbose_name=N_("Referred on"))
    received_on = DateField(
        verbose_name=N_("Received on"), help_text=N_("The day it reached us; ages count from it.")
    )
    status = TermField("referral-statuses", default=RECEIVED, verbose_name=N_("Status"))
    sending = BooleanField(default=False, verbose_name=N_("Sending"))
    last_sent_at = DateTimeField(null=True, verbose_name=N_("Last sent"))
    outcome = TermField("referral-outcomes", default=PENDING, verbose_name=N_("Outcome"))
    outcome_on = DateField(null=True, verbose_name=N_("Outcome on"))
    follow_up_due_on = DateField(null=True, verbose_name=N_("Follow up by"))
    follow_up_notes = TextField(null=True, verbose_name=N_("Follow-up notes"))
    consent_record = ForeignKeyField(ConsentRecord, null=True, verbose_name=N_("Sharing consent"))
    duplicate_of = ForeignKeyField(
        "self", null=True, on_delete="SET NULL", verbose_name=N_("Same as")
    )
    match_snapshot = JSONField(null=True, verbose_name=N_("Match"))
    search = SearchField()

    class Meta:
        section = "referrals"
        title = N_("Referrals")
        assisted = ("follow_up_notes",)
        label = "number"
        listed = (
            "client_name",
            "number",
            "service_activity",
            "location",
            "status",
            "priority",
            "received_on",
        )
        search = ("number", "client_name", "target_name", "location")
        filters = (
            "location",
            "service_activity",
            "program",
            "status",
            "direction",
            "priority",
            "flag",
            "received_on",
        )
        sortable = ("received_on",)
        order = ("-received_on",)
        kept = (
            "number",
            "client_name",
            "target_name",
            "status",
            "sending",
            "last_sent_at",
            "match_snapshot",
            "duplicate_of",
            "organization",
        )
        natural_key = ("number",)
        personal = True
        counted = "status"
        # Every filter of the list ends in (received_on, id): a page is one short walk along an index.
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

    def __str__(self):
        return self.number

    @classmethod
    def open(cls):
        return cls.select().where(cls.status != COMPLETE)

    def derive(self):
        self.client_name = self.client.display_name if self.client else self.inbound_name or ""
        deepest = self.service_activity or self.program or self.organization
        self.target_name = deepest.name
        self.number = self.number or None


class DrivingStatement(Record):
    """A short rationale for a referral: a need, strength, preference or constraint."""

    client = ForeignKeyField(Client, null=True, verbose_name=N_("Client"))
    kind = TermField("driving-statement-kinds", default="need", verbose_name=N_("Kind"))
    factor = CharField(max_length=80, null=True, verbose_name=N_("Settlement factor"))
    text = CharField(
        max_length=300,
        verbose_name=N_("Driving statement"),
        help_text=N_("Why this referral, in one or two plain sentences."),
    )
    source_assessment = ForeignKeyField(
        NeedsAssessment,
        null=True,
        backref="statements",
        on_delete="SET NULL",
        verbose_name=N_("From the assessment"),
    )
    referrals = ManyField(Referral, N_("Referrals"), backref="driving_statements")

    class Meta:
        section = "referrals"
        title = N_("Driving statements")
        assisted = ("text",)
        label = "text"
        listed = ("text", "kind", "client")
        filters = ("kind", "client")
        order = ("-id",)
        kept = ("factor", "source_assessment")
        immutable = ("client",)
        personal = True

    def __str__(self):
        return self.text


class RecommendedAction(Record):
    """A recommended settlement action that goes with a referral."""

    referral = ForeignKeyField(
        Referral, backref="actions", on_delete="CASCADE", verbose_name=N_("Referral")
    )
    action_slug = CharField(max_length=80, null=True, verbose_name=N_("Action code"))
    text = CharField(max_length=300, verbose_name=N_("Settlement action"))
    done = BooleanField(default=False, verbose_name=N_("Done"))

    class Meta:
        section = "referrals"
        title = N_("Settlement actions")
        assisted = ("text",)
        label = "text"
        listed = ("text", "referral", "done")
        filters = ("referral", "done")
        order = ("-id",)
        kept = ("action_slug",)
        immutable = ("referral",)
        personal = True

    def __str__(self):
        return self.text


class ReferralStatusEvent(Row):
    """One move of a referral from a status to another (R-REF-1)."""

    referral = ForeignKeyField(
        Referral, backref="events", on_delete="CASCADE", verbose_name=N_("Referral")
    )
    from_status = TermField("referral-statuses", null=True, verbose_name=N_("From"))
    to_status = TermField("referral-statuses", verbose_name=N_("To"))
    at = DateTimeField(default=now, verbose_name=N_("At"))
    by_name = CharField(max_length=120, verbose_name=N_("By"))
    reason = CharField(max_length=300, default="", verbose_name=N_("Reason"))

    class Meta:
        section = "log"
        title = N_("Status history")
        label = "to_status"
        listed = ("at", "referral", "from_status", "to_status", "by_name", "reason")
        filters = ("referral", "to_status")
        order = ("-id",)
        readonly = True
        personal = True

    def __str__(self):
        return f"{self.at:%Y-%m-%d} {self.to_status}"


class MatchRun(Row):
    """One search for services for a client: what was asked, what came, and an override with its reason (section 7)."""

    client = ForeignKeyField(Client, on_delete="CASCADE", verbose_name=N_("Client"))
    need = JSONField(default=dict, verbose_name=N_("Need"))
    at = DateTimeField(default=now, verbose_name=N_("At"))
    by_name = CharField(max_length=120, default="", verbose_name=N_("By"))
    results = JSONField(default=list, verbose_name=N_("Results"))
    scheme_version = CharField(max_length=40, verbose_name=N_("Matching version"))
    override_reason = CharField(
        max_length=300, null=True, verbose_name=N_("Reason for choosing it all the same")
    )

    class Meta:
        section = "log"
        title = N_("Searches for services")
        label = "at"
        listed = ("at", "client", "by_name", "scheme_version", "override_reason")
        filters = ("client", "at")
        order = ("-id",)
        readonly = True
        personal = True
        indexes = ((("at",), False),)

    def __str__(self):
        return f"{self.at:%Y-%m-%d}"


class WeeklyCheck(Row):
    """The day somebody went through the referral list (R-REF-12)."""

    on = DateField(index=True, verbose_name=N_("On"))
    by_name = CharField(max_length=120, verbose_name=N_("By"))
    open_received = IntegerField(verbose_name=N_("Received and open"))
    stale = IntegerField(verbose_name=N_("Waiting a week or more"))

    class Meta:
        section = "log"
        title = N_("Weekly checks")
        label = "on"
        listed = ("on", "by_name", "open_received", "stale")
        order = ("-id",)
        readonly = True

    def __str__(self):
        return str(self.on)


class SavedFilter(Record):
    """A named set of list filters, kept for everyone (R-REF-10)."""

    screen = CharField(max_length=60, verbose_name=N_("List"))
    name = CharField(max_length=80, verbose_name=N_("Name"))
    arguments = JSONField(default=dict, verbose_name=N_("Filters"))

    class Meta:
        section = "administration"
        title = N_("Saved filters")
        remembered = True
        label = "name"
        listed = ("name", "screen")
        filters = ("screen",)
        order = ("id",)
        kept = ("arguments",)
        immutable = ("screen",)
        natural_key = ("screen", "name")
        indexes = ((("screen", "name"), True),)

    def __str__(self):
        return self.name


# ======================================================================================================================
# 6. Plan: what the client wants to reach, and who does what by when (2.11)
# ======================================================================================================================


class SettlementPlan(Record):
    """The goals and actions a household chose."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    created_on = DateField(verbose_name=N_("Made on"))
    agreed_with_client_on = DateField(null=True, verbose_name=N_("Agreed with the client on"))
    copy_given = BooleanField(default=False, verbose_name=N_("Copy handed to the client?"))
    state = CharField(
        max_length=10,
        default=ACTIVE,
        choices=((DRAFT, N_("Draft")), (ACTIVE, N_("Active")), ("closed", N_("Closed"))),
        verbose_name=N_("State"),
    )

    class Meta:
        section = "clients"
        title = N_("Settlement plans")
        label = "created_on"
        called = ("created_on", "state")
        listed = ("created_on", "household", "state", "agreed_with_client_on", "copy_given")
        filters = ("household", "state")
        sortable = ("created_on",)
        order = ("-created_on",)
        immutable = ("household",)
        personal = True
        indexes = ((("created_on",), False), (("household", "state"), False))

    def __str__(self):
        return str(self.created_on)


class Goal(Record):
    """One thing a client wants to reach, in the client's own words."""

    plan = ForeignKeyField(SettlementPlan, verbose_name=N_("Settlement plan"))
    client = ForeignKeyField(Client, verbose_name=N_("Client"))
    factor = CharField(max_length=80, null=True, verbose_name=N_("Settlement factor"))
    title = CharField(
        max_length=300, verbose_name=N_("Goal"), help_text=N_("Use the client’s own words")
    )
    term = TermField("plan-goal-terms", default="short", verbose_name=N_("Short or long term"))
    target_date = DateField(null=True, verbose_name=N_("By when"))
    set_by_client = BooleanField(default=True, verbose_name=N_("The client chose this goal"))
    status = TermField("goal-statuses", default="not-started", verbose_name=N_("How it stands"))

    class Meta:
        section = "clients"
        title = N_("Goals")
        assisted = ("title",)
        own_words = ("title",)
        label = "title"
        listed = ("title", "client", "term", "target_date", "status")
        filters = ("plan", "client", "term", "status")
        sortable = ("target_date",)
        order = ("target_date",)
        kept = ("factor",)
        immutable = ("plan",)
        personal = True
        indexes = ((("target_date",), False), (("client", "status"), False))

    def __str__(self):
        return self.title


class PlanAction(Record):
    """One step towards a goal."""

    goal = ForeignKeyField(Goal, on_delete="CASCADE", verbose_name=N_("Goal"))
    action_slug = CharField(max_length=80, null=True, verbose_name=N_("Action code"))
    text = CharField(max_length=300, verbose_name=N_("Step"))
    who = CharField(
        max_length=10,
        default="client",
        choices=(
            ("client", N_("Client")),
            ("worker", N_("Worker")),
            ("both", N_("Both")),
            ("partner", N_("Partner")),
        ),
        verbose_name=N_("Who"),
    )
    due_on = DateField(null=True, verbose_name=N_("By when"))
    done_on = DateField(null=True, verbose_name=N_("Done on"))
    referral = ForeignKeyField(
        Referral,
        null=True,
        backref="plan_actions",
        on_delete="SET NULL",
        verbose_name=N_("Referral"),
    )

    class Meta:
        section = "clients"
        title = N_("Steps of plans")
        assisted = ("text",)
        label = "text"
        listed = ("text", "goal", "who", "due_on", "done_on")
        filters = ("goal", "who")
        sortable = ("due_on",)
        order = ("due_on",)
        kept = ("action_slug",)
        immutable = ("goal",)
        personal = True
        indexes = ((("done_on", "due_on"), False), (("due_on",), False))

    def __str__(self):
        return self.text


class PlanReview(Record):
    """Looking at the plan together, every three months (R-ASM-9)."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    due_on = DateField(verbose_name=N_("Due on"))
    done_on = DateField(null=True, verbose_name=N_("Done on"))
    progress = TextField(null=True, verbose_name=N_("Progress"))
    goals_changed = TextField(null=True, verbose_name=N_("What changed in the goals"))

    class Meta:
        section = "clients"
        title = N_("Plan reviews")
        assisted = ("progress", "goals_changed")
        label = "due_on"
        listed = ("due_on", "household", "done_on")
        filters = ("household", "due_on")
        sortable = ("due_on",)
        order = ("-due_on",)
        immutable = ("household",)
        personal = True
        natural_key = ("household", "due_on")
        indexes = (
            (("household", "due_on"), True),
            (("done_on", "due_on"), False),
            (("due_on",), False),
        )

    def __str__(self):
        return str(self.due_on)


class ExitInterview(Record):
    """What an adult says when the case closes; the wording of the questions is a text of the agency (2.22)."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    client = ForeignKeyField(Client, verbose_name=N_("Client"))
    date = DateField(verbose_name=N_("Date of the interview"))
    independent = IntegerField(null=True, verbose_name=N_("Handles daily life alone (1 to 5)"))
    goals = TextField(null=True, verbose_name=N_("Goals reached and next"))
    where_next = TextField(null=True, verbose_name=N_("Where to go for help from now on"))
    most_useful = TextField(null=True, verbose_name=N_("What helped the most"))
    missing = TextField(null=True, verbose_name=N_("What was missing"))
    nps = IntegerField(null=True, verbose_name=N_("Would recommend us (0 to 10)"))
    consent_to_contact = BooleanField(
        default=False, verbose_name=N_("We may get in touch in six months")
    )
    final_level = TermField("need-levels", null=True, verbose_name=N_("Level at the end"))
    goals_met = IntegerField(null=True, verbose_name=N_("Goals met"))
    open_referrals = IntegerField(null=True, verbose_name=N_("Referrals still open"))

    class Meta:
        section = "clients"
        title = N_("Exit interviews")
        assisted = ("goals", "where_next", "most_useful", "missing")
        own_words = ("goals", "where_next", "most_useful", "missing")
        label = "date"
        listed = ("date", "client", "household", "independent", "nps", "consent_to_contact")
        filters = ("household", "client", "date", "consent_to_contact")
        sortable = ("date",)
        order = ("-date",)
        kept = ("final_level", "goals_met", "open_referrals")
        immutable = ("household", "client")
        personal = True
        indexes = ((("date",), False),)

    def __str__(self):
        return str(self.date)


# ======================================================================================================================
# 7. Casework: what was said, written and done with and for a household
# ======================================================================================================================


ON_TARGET, ON_TIME, LATE = "on-target", "on-time", "late"
TIMELINESS = ((ON_TARGET, N_("On target")), (ON_TIME, N_("On time")), (LATE, N_("Late")))


class CaseNote(Record):
    """A dated record of a contact, an observation or an action about a client (2.14)."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    clients = ManyField(
        Client,
        N_("Who it is about"),
        backref="case_notes",
        help_text=N_("Choose the person; choose family only for family matters."),
    )
    is_family_matter = BooleanField(default=False, verbose_name=N_("A matter of the whole family"))
    type = TermField("case-note-types", verbose_name=N_("Type of note"))
    contact_on = DateField(verbose_name=N_("Date of the contact"))
    written_on = DateField(
        verbose_name=N_("Written on"),
        help_text=N_(
            "Of a note from paper: the day it was written. It counts as in time by the day it is typed in here."
        ),
    )
    author = ForeignKeyField(
        Staff, backref="case_notes", on_delete="RESTRICT", verbose_name=N_("Written by")
    )
    mode = CharField(max_length=12, null=True, choices=MODES, verbose_name=N_("How"))
    reason_for_contact = TextField(verbose_name=N_("Reason for the contact"))
    observations = TextField(
        null=True,
        verbose_name=N_("What was observed"),
        help_text=N_("How the client appeared. Use: appeared, seemed, stated."),
    )
    discussed = TextField(null=True, verbose_name=N_("What was discussed"))
    agreed_and_follow_up = TextField(
        null=True, verbose_name=N_("What was agreed, and what follows")
    )
    client_words = TextField(
        null=True,
        verbose_name=N_("The client’s own words"),
        help_text=N_("Exact words in quotation marks."),
    )
    target_on = DateField(null=True, verbose_name=N_("Best written by"))
    due_on = DateField(null=True, verbose_name=N_("Due on"))
    timeliness = CharField(
        max_length=10, null=True, choices=TIMELINESS, verbose_name=N_("Written in time")
    )
    warnings_acknowledged = IntegerField(default=0, verbose_name=N_("Writing hints kept"))

    class Meta:
        section = "clients"
        title = N_("Case notes")
        assisted = (
            "reason_for_contact",
            "observations",
            "client_words",
            "discussed",
            "agreed_and_follow_up",
        )
        label = "contact_on"
        called = ("type", "contact_on")
        listed = ("contact_on", "household", "type", "author", "written_on", "timeliness")
        filters = ("household", "type", "author", "timeliness", "contact_on")
        sortable = ("contact_on",)
        order = ("-contact_on",)
        kept = ("target_on", "due_on", "timeliness", "warnings_acknowledged")
        immutable = ("household",)
        personal = True
        form = (
            (
                N_("The contact"),
                None,
                (
                    "household",
                    "clients",
                    "is_family_matter",
                    "type",
                    ("contact_on", "written_on"),
                    ("author", "mode"),
                ),
            ),
            (
                N_("The note"),
                N_("Facts, in the third person. Describe; do not judge."),
                (
                    "reason_for_contact",
                    "observations",
                    "client_words",
                    "discussed",
                    "agreed_and_follow_up",
                ),
            ),
        )
        indexes = (
            (("contact_on",), False),
            (("household", "contact_on"), False),
            (("author", "contact_on"), False),
            (("timeliness", "contact_on"), False),
        )

    def __str__(self):
        return str(self.contact_on)


class ConsultedParty(Record):
    """Somebody who was consulted about a file, as a note records it (R-NOTE-4)."""

    note = ForeignKeyField(CaseNote, on_delete="CASCADE", verbose_name=N_("Case note"))
    who = CharField(max_length=200, verbose_name=N_("Who was consulted"))
    role = CharField(max_length=200, null=True, verbose_name=N_("Their role"))
    consulted_on = DateField(verbose_name=N_("Consulted on"))

    class Meta:
        section = "clients"
        title = N_("Consulted parties")
        label = "who"
        listed = ("consulted_on", "who", "role", "note")
        filters = ("note",)
        order = ("-id",)
        immutable = ("note",)
        personal = True
        indexes = ((("note", "consulted_on"), False),)

    def __str__(self):
        return self.who


class NoteAddendum(Record):
    """What is added to a note once it is locked; the note itself stays as it was (2.14)."""

    note = ForeignKeyField(CaseNote, on_delete="CASCADE", verbose_name=N_("Case note"))
    written_on = DateField(verbose_name=N_("Written on"))
    author = ForeignKeyField(Staff, verbose_name=N_("Written by"))
    text = TextField(verbose_name=N_("Addition"))
    warnings_acknowledged = IntegerField(default=0, verbose_name=N_("Writing hints kept"))

    class Meta:
        section = "clients"
        title = N_("Additions to notes")
        assisted = ("text",)
        label = "written_on"
        listed = ("written_on", "note", "author")
        filters = ("note", "author")
        order = ("-id",)
        kept = ("warnings_acknowledged",)
        immutable = ("note",)
        personal = True
        indexes = ((("note", "written_on"), False),)

    def __str__(self):
        return str(self.written_on)


INCOMING, OUTGOING = "in", "out"
AWAITING, SIGNED, LETTER_SENT, FILED = "awaiting-signature", "signed", "sent", "filed"
RECORDED = "recorded"  # what needs no signature begins so


class Correspondence(Record):
    """A letter, message or call to or from somebody about a household (2.15, R-COR)."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    client = ForeignKeyField(Client, null=True, verbose_name=N_("Client"))
    direction = CharField(
        max_length=4,
        default=OUTGOING,
        choices=((OUTGOING, N_("From us")), (INCOMING, N_("To us"))),
        verbose_name=N_("Direction"),
    )
    channel = TermField("correspondence-channels", verbose_name=N_("How"))
    who = CharField(max_length=200, verbose_name=N_("To or from whom"))
    who_is_external = BooleanField(default=True, verbose_name=N_("Outside this agency"))
    on_behalf_of_client = BooleanField(default=True, verbose_name=N_("On behalf of the client"))
    occurred_at = DateTimeField(verbose_name=N_("When"))
    purpose = CharField(max_length=300, verbose_name=N_("Purpose"))
    content = TextField(verbose_name=N_("Content"), help_text=N_("Only what the file needs"))
    supervisor_signer = ForeignKeyField(Staff, null=True, verbose_name=N_("Signed by (supervisor)"))
    signed_on = DateField(null=True, verbose_name=N_("Signed on"))
    state = CharField(
        max_length=20,
        default=DRAFT,
        choices=(
            (DRAFT, N_("Draft")),
            (RECORDED, N_("Recorded")),
            (AWAITING, N_("Waiting for a signature")),
            (SIGNED, N_("Signed")),
            (LETTER_SENT, N_("Sent")),
            (FILED, N_("Filed")),
        ),
        verbose_name=N_("State"),
    )
    warnings_acknowledged = IntegerField(default=0, verbose_name=N_("Writing hints kept"))

    class Meta:
        section = "clients"
        title = N_("Correspondence")
        assisted = ("purpose", "content")
        label = "purpose"
        listed = ("occurred_at", "household", "direction", "channel", "who", "state")
        filters = ("household", "client", "direction", "channel", "state")
        sortable = ("occurred_at",)
        order = ("-occurred_at",)
        kept = ("supervisor_signer", "signed_on", "state", "warnings_acknowledged")
        immutable = ("household",)
        personal = True
        form = (
            (
                N_("Who and when"),
                None,
                (
                    "household",
                    "client",
                    "direction",
                    "channel",
                    "who",
                    "who_is_external",
                    "on_behalf_of_client",
                    "occurred_at",
                ),
            ),
            (N_("What"), None, ("purpose", "content")),
        )
        indexes = (
            (("occurred_at",), False),
            (("household", "occurred_at"), False),
            (("state", "occurred_at"), False),
        )

    def __str__(self):
        return self.purpose


class CaseActivity(Record):
    """Anything a worker does with or for clients, under one of eleven topics (2.16, R-ACT)."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    clients = ManyField(Client, N_("With or for whom"), backref="case_activities", null=False)
    date = DateField(verbose_name=N_("Date"))
    topic = TermField("cma-topics", verbose_name=N_("Topic"))
    type = TermField("case-activity-types", verbose_name=N_("Type of activity"))
    minutes = IntegerField(verbose_name=N_("Minutes"))
    staff = ForeignKeyField(Staff, verbose_name=N_("Staff member"))
    location = ForeignKeyField(ServiceLocation, null=True, verbose_name=N_("Service location"))
    mode = CharField(max_length=12, null=True, choices=MODES, verbose_name=N_("How"))
    referral = ForeignKeyField(
        Referral, null=True, on_delete="SET NULL", verbose_name=N_("Referral")
    )
    note = TextField(null=True, verbose_name=N_("Remark"))
    ircc_service = TermField(
        "ircc-services",
        null=True,
        verbose_name=N_("Funder’s service"),
        help_text=N_("For the service record; left empty it follows from the topic."),
    )
    support_services = TermsField("support-services", verbose_name=N_("Supports used"))

    class Meta:
        section = "clients"
        title = N_("Activities")
        assisted = ("note",)
        label = "date"
        listed = ("date", "household", "topic", "type", "minutes", "staff")
        filters = ("household", "topic", "type", "staff", "location", "date")
        sortable = ("date",)
        order = ("-date",)
        immutable = ("household",)
        personal = True
        form = (
            (
                N_("What was done"),
                None,
                ("household", "clients", ("date", "minutes"), "topic", "type"),
            ),
            (N_("Details"), None, ("staff", ("location", "mode"), "note")),
            (N_("For the funder"), None, ("ircc_service", "support_services")),
        )
        indexes = (
            (("date", "minutes"), False),
            (("household", "date"), False),
            (("staff", "date"), False),
            (("topic", "date"), False),
        )

    def __str__(self):
        return str(self.date)


class CapacityBuildingActivity(Record):
    """Work that helps the community serve newcomers better; the standard asks that it be recorded (2.19)."""

    date = DateField(verbose_name=N_("Date"))
    type = TermField("capacity-building-types", verbose_name=N_("Type"))
    partners = CharField(max_length=300, verbose_name=N_("Partners"), help_text=N_("With whom."))
    objective = TextField(
        verbose_name=N_("Objective"), help_text=N_("Which barrier are we removing?")
    )
    outcome = TextField(null=True, verbose_name=N_("What came of it"))
    attendees = IntegerField(null=True, verbose_name=N_("People who attended"))
    minutes = IntegerField(verbose_name=N_("Minutes"))
    staff = ForeignKeyField(Staff, verbose_name=N_("Staff member"))
    location = ForeignKeyField(ServiceLocation, null=True, verbose_name=N_("Service location"))
    area_of_focus = ForeignKeyField(AreaOfFocus, null=True, verbose_name=N_("Area of focus"))

    class Meta:
        section = "clients"
        title = N_("Capacity building")
        label = "date"
        called = ("date", "type")
        listed = ("date", "type", "partners", "staff", "attendees", "minutes")
        filters = ("type", "staff", "location", "area_of_focus", "date")
        sortable = ("date",)
        order = ("-date",)
        form = (
            (N_("What was done"), None, (("date", "minutes"), "type", "partners", "objective")),
            (N_("Details"), None, ("staff", "location", "area_of_focus", "attendees", "outcome")),
        )
        indexes = ((("date",), False), (("type", "date"), False), (("staff", "date"), False))

    def __str__(self):
        return str(self.date)


class Appointment(Record):
    """A call to return or a meeting with a client on a day (R-STAFF-2: calls are returned within 24 to 48 hours)."""

    client = ForeignKeyField(Client, verbose_name=N_("Client"))
    kind = CharField(
        max_length=12,
        default="appointment",
        choices=(("appointment", N_("Appointment")), ("call-back", N_("Call to return"))),
        verbose_name=N_("Kind"),
    )
    due_on = DateField(verbose_name=N_("On"))
    starts_at = TimeField(null=True, verbose_name=N_("At"))
    called_at = DateTimeField(
        null=True,
        verbose_name=N_("They called at"),
        help_text=N_("For a call to return: when the client left the message."),
    )
    staff = ForeignKeyField(Staff, verbose_name=N_("Staff member"))
    about = CharField(max_length=300, null=True, verbose_name=N_("What it is about"))
    done_on = DateField(null=True, verbose_name=N_("Done on"))
    result = CharField(max_length=300, null=True, verbose_name=N_("What came of it"))

    class Meta:
        section = "clients"
        title = N_("Calls and appointments")
        assisted = ("about", "result")
        label = "due_on"
        called = ("kind", "due_on")
        listed = ("due_on", "starts_at", "client", "kind", "staff", "done_on")
        filters = ("client", "kind", "staff", "due_on")
        sortable = ("due_on",)
        order = ("due_on",)
        personal = True
        indexes = (
            (("due_on",), False),
            (("done_on", "due_on"), False),
            (("client", "due_on"), False),
        )

    def __str__(self):
        return str(self.due_on)


class AccessRequest(Record):
    """A client asks to see or to correct what is held about them; there are 30 days to answer."""

    client = ForeignKeyField(Client, verbose_name=N_("Client"))
    kind = CharField(
        max_length=12,
        default="see",
        choices=(("see", N_("To see the record")), ("correct", N_("To correct the record"))),
        verbose_name=N_("What is asked"),
    )
    received_on = DateField(verbose_name=N_("Asked on"))
    due_on = DateField(null=True, verbose_name=N_("To answer by"))
    asked_by_name = CharField(max_length=120, verbose_name=N_("Asked by"))
    identity_checked = CharField(
        max_length=200,
        verbose_name=N_("How we know who is asking"),
        help_text=N_("For example: known to the worker, or a photo card was shown."),
    )
    asked = TextField(verbose_name=N_("What exactly"))
    state = CharField(
        max_length=10,
        default="open",
        choices=(
            ("open", N_("Open")),
            ("answered", N_("Answered")),
            ("refused", N_("Refused in part or whole")),
        ),
        verbose_name=N_("State"),
    )
    answered_on = DateField(null=True, verbose_name=N_("Answered on"))
    answer = TextField(null=True, verbose_name=N_("What was given or changed, or why not"))

    class Meta:
        section = "clients"
        title = N_("Access requests")
        assisted = ("asked", "answer")
        own_words = ("asked",)
        label = "received_on"
        called = ("kind", "received_on")
        listed = ("received_on", "client", "kind", "due_on", "state", "answered_on")
        filters = ("client", "kind", "state")
        sortable = ("received_on",)
        order = ("-received_on",)
        kept = ("due_on",)
        immutable = ("client",)
        personal = True
        indexes = ((("received_on",), False), (("state", "due_on"), False))

    def __str__(self):
        return str(self.received_on)


# ======================================================================================================================
# 8. Safety: visits to homes, what went wrong, and what got out
# ======================================================================================================================


class VisitList(Record):
    """The visits of one worker on one day, in their order; a supervisor authorizes them (2.17, R-VISIT-1)."""

    date = DateField(verbose_name=N_("Day"))
    staff = ForeignKeyField(Staff, verbose_name=N_("Staff member"))
    state = CharField(
        max_length=12,
        default=DRAFT,
        choices=(
            (DRAFT, N_("Draft")),
            ("submitted", N_("Waiting for a supervisor")),
            ("authorized", N_("Authorized")),
        ),
        verbose_name=N_("State"),
    )
    submitted_on = DateField(null=True, verbose_name=N_("Submitted on"))
    authorized_by = ForeignKeyField(Staff, null=True, verbose_name=N_("Authorized by"))
    authorized_on = DateField(null=True, verbose_name=N_("Authorized on"))

    class Meta:
        section = "clients"
        title = N_("Visit lists")
        label = "date"
        listed = ("date", "staff", "state", "authorized_by")
        filters = ("staff", "state", "date")
        sortable = ("date",)
        order = ("-date",)
        kept = ("state", "submitted_on", "authorized_by", "authorized_on")
        natural_key = ("date", "staff")
        indexes = ((("date", "staff"), True), (("state", "date"), False))

    def __str__(self):
        return str(self.date)


class HomeVisit(Record):
    """One visit of a day's list: where, why, how safe, and that the worker came back (2.17, R-VISIT)."""

    visit_list = ForeignKeyField(VisitList, verbose_name=N_("Visit list"))
    position = IntegerField(default=1, verbose_name=N_("Place in the day"))
    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    clients = ManyField(Client, N_("Who will be visited"), backref="home_visits")
    address = CharField(max_length=300, verbose_name=N_("Address"))
    start_time = TimeField(verbose_name=N_("Starts at"))
    expected_end = TimeField(verbose_name=N_("Ends at about"))
    purpose = TextField(
        verbose_name=N_("Purpose"), help_text=N_("Visits are planned in order and in the morning.")
    )
    risk_answers = JSONField(default=dict, verbose_name=N_("Risk checklist"))
    risk_checked_on = DateField(null=True, verbose_name=N_("Checklist filled in on"))
    risk_result = TermField("visit-risk-results", null=True, verbose_name=N_("Risk"))
    risk_decision = TextField(
        null=True, verbose_name=N_("Supervisor’s decision on what is unknown")
    )
    conditions = TextField(null=True, verbose_name=N_("Conditions"))
    afternoon_exception_by = ForeignKeyField(
        Staff, null=True, verbose_name=N_("Later start allowed by")
    )
    status = TermField("visit-statuses", default="draft", verbose_name=N_("Status"))
    checked_in_at = DateTimeField(null=True, verbose_name=N_("Checked in at"))
    check_in_method = CharField(
        max_length=12,
        null=True,
        choices=(
            ("phone", N_("Phone")),
            ("text", N_("Text message")),
            ("office", N_("In the office")),
        ),
        verbose_name=N_("How they checked in"),
    )
    note = ForeignKeyField(CaseNote, null=True, on_delete="SET NULL", verbose_name=N_("Case note"))

    class Meta:
        section = "clients"
        title = N_("Home visits")
        assisted = ("purpose", "risk_decision", "conditions")
        label = "address"
        listed = ("visit_list", "position", "household", "start_time", "risk_result", "status")
        filters = ("visit_list", "household", "risk_result", "status")
        order = ("-id",)
        kept = (
            "risk_answers",
            "risk_checked_on",
            "risk_result",
            "status",
            "checked_in_at",
            "check_in_method",
            "note",
        )
        immutable = ("household",)
        personal = True
        indexes = (
            (("visit_list", "position"), False),
            (("household", "visit_list"), False),
            (("status", "visit_list"), False),
        )

    def __str__(self):
        return self.address


class EscalationStep(Record):
    """One of the steps taken when a worker did not check in after a visit (R-VISIT-5)."""

    visit = ForeignKeyField(HomeVisit, on_delete="CASCADE", verbose_name=N_("Home visit"))
    step = CharField(max_length=80, verbose_name=N_("Step"))
    taken_at = DateTimeField(default=now, verbose_name=N_("Taken at"))
    by_name = CharField(max_length=120, verbose_name=N_("By"))
    result = CharField(max_length=300, verbose_name=N_("Result"))

    class Meta:
        section = "log"
        title = N_("Missed check-ins")
        assisted = ("result",)
        label = "step"
        listed = ("taken_at", "visit", "step", "by_name", "result")
        filters = ("visit",)
        order = ("-id",)
        readonly = True
        personal = True
        indexes = ((("visit", "step"), True),)

    def __str__(self):
        return self.step


class IncidentReport(Record):
    """Something that went wrong, reported before the shift ends (2.18, R-INC-1)."""

    occurred_at = DateTimeField(verbose_name=N_("When it happened"))
    shift_ended_at = DateTimeField(verbose_name=N_("End of the shift"))
    submitted_at = DateTimeField(default=now, verbose_name=N_("Reported at"))
    type = TermField("incident-types", verbose_name=N_("Type of incident"))
    household = ForeignKeyField(Household, null=True, verbose_name=N_("Household"))
    people_involved = TextField(null=True, verbose_name=N_("People involved"))
    what_happened = TextField(
        verbose_name=N_("What happened"), help_text=N_("Facts, in order, no opinions")
    )
    action_taken = TextField(verbose_name=N_("What was done"))
    emergency_services = BooleanField(default=False, verbose_name=N_("Emergency services came"))
    reported_to = ForeignKeyField(Staff, verbose_name=N_("Reported to (supervisor)"))
    supervisor_review_on = DateField(null=True, verbose_name=N_("Reviewed by the supervisor on"))
    warnings_acknowledged = IntegerField(default=0, verbose_name=N_("Writing hints kept"))

    class Meta:
        section = "clients"
        title = N_("Incident reports")
        assisted = ("people_involved", "what_happened", "action_taken")
        label = "occurred_at"
        listed = ("occurred_at", "type", "household", "reported_to", "supervisor_review_on")
        filters = ("type", "household", "reported_to", "occurred_at")
        sortable = ("occurred_at",)
        order = ("-occurred_at",)
        kept = ("submitted_at", "supervisor_review_on", "warnings_acknowledged")
        immutable = ("shift_ended_at",)
        personal = True
        form = (
            (
                N_("When and what"),
                None,
                ("occurred_at", "shift_ended_at", "type", "household", "people_involved"),
            ),
            (
                N_("What happened"),
                None,
                ("what_happened", "action_taken", "emergency_services", "reported_to"),
            ),
        )
        indexes = (
            (("occurred_at",), False),
            (("household", "occurred_at"), False),
            (("supervisor_review_on", "occurred_at"), False),
        )

    def __str__(self):
        return f"{self.occurred_at:%Y-%m-%d}"


class PrivacyBreach(Record):
    """Personal information that was lost, stolen or seen by the wrong people (2.18, R-INC-2, R-INC-3)."""

    incident = ForeignKeyField(IncidentReport, null=True, verbose_name=N_("Incident report"))
    discovered_at = DateTimeField(verbose_name=N_("Discovered"))
    occurred_at = DateTimeField(null=True, verbose_name=N_("Happened"))
    description = TextField(verbose_name=N_("What happened"))
    information_involved = TextField(null=True, verbose_name=N_("What information"))
    people_affected_count = IntegerField(null=True, verbose_name=N_("How many people"))
    significant_harm_risk = CharField(
        max_length=4,
        null=True,
        choices=(("yes", N_("Yes")), ("no", N_("No"))),
        verbose_name=N_("Real risk of significant harm"),
    )
    harm_reasons = TextField(null=True, verbose_name=N_("Why"))
    regulator_told_on = DateField(null=True, verbose_name=N_("Regulator told on"))
    people_told_on = DateField(null=True, verbose_name=N_("People told on"))
    steps_taken = TextField(verbose_name=N_("Steps taken"))
    closed_on = DateField(null=True, verbose_name=N_("Closed on"))

    class Meta:
        section = "clients"
        title = N_("Privacy breaches")
        assisted = ("description", "information_involved", "harm_reasons", "steps_taken")
        label = "discovered_at"
        listed = ("discovered_at", "people_affected_count", "significant_harm_risk", "closed_on")
        filters = ("significant_harm_risk", "discovered_at")
        sortable = ("discovered_at",)
        order = ("-discovered_at",)
        immutable = ("incident",)
        personal = True
        indexes = ((("discovered_at",), False), (("closed_on",), False))

    def __str__(self):
        return f"{self.discovered_at:%Y-%m-%d}"


class Booking(Record):
    """An interpreter for a household on a day (2.21, R-INT)."""

    interpreter = ForeignKeyField(Interpreter, verbose_name=N_("Interpreter"))
    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    client = ForeignKeyField(Client, null=True, verbose_name=N_("Client"))
    date = DateField(verbose_name=N_("Date"))
    starts_at = TimeField(null=True, verbose_name=N_("At"))
    setting = TermField("interpreter-settings", verbose_name=N_("Setting"))
    minutes = IntegerField(null=True, verbose_name=N_("Minutes"))
    urgent_override_reason = CharField(
        max_length=300,
        null=True,
        verbose_name=N_("Reason for an urgent exception"),
        help_text=N_("Only when somebody without the certificate has to interpret."),
    )

    class Meta:
        section = "clients"
        title = N_("Interpreter bookings")
        assisted = ("urgent_override_reason",)
        label = "date"
        called = ("date", "setting")
        listed = ("date", "starts_at", "interpreter", "household", "setting", "minutes")
        filters = ("interpreter", "household", "setting", "date")
        sortable = ("date",)
        order = ("-date",)
        immutable = ("household",)
        personal = True
        indexes = (
            (("date",), False),
            (("interpreter", "date"), False),
            (("household", "date"), False),
        )

    def __str__(self):
        return str(self.date)


# ======================================================================================================================
# 9. Team: who looks after whom, and what they were trained for
# ======================================================================================================================


class CaseAssignment(Record):
    """Who was the main worker of a household, from when to when (2.20)."""

    household = ForeignKeyField(Household, verbose_name=N_("Household"))
    staff = ForeignKeyField(Staff, verbose_name=N_("Staff member"))
    started_on = DateField(verbose_name=N_("From"))
    ended_on = DateField(null=True, verbose_name=N_("To"))
    reason = CharField(max_length=300, null=True, verbose_name=N_("Reason"))
    no_conflict_declared = BooleanField(
        default=False,
        verbose_name=N_("No conflict of interest declared"),
        help_text=N_("No family, romantic, business or other close tie."),
    )

    class Meta:
        section = "clients"
        title = N_("Case assignments")
        assisted = ("reason",)
        label = "started_on"
        listed = ("started_on", "household", "staff", "ended_on", "reason")
        filters = ("household", "staff", "started_on")
        sortable = ("started_on",)
        order = ("-started_on",)
        immutable = ("household", "staff")
        personal = True
        indexes = (
            (("started_on",), False),
            (("household", "started_on"), False),
            (("staff", "ended_on"), False),
        )

    def __str__(self):
        return str(self.started_on)


class TrainingRecord(Record):
    """A training or a check that a member of staff has done (2.20, R-STAFF-1)."""

    staff = ForeignKeyField(Staff, verbose_name=N_("Staff member"))
    type = TermField("training-types", verbose_name=N_("Training"))
    done_on = DateField(verbose_name=N_("Done on"))
    expires_on = DateField(null=True, verbose_name=N_("Valid until"))

    class Meta:
        section = "administration"
        title = N_("Training")
        label = "type"
        listed = ("done_on", "staff", "type", "expires_on")
        filters = ("staff", "type", "expires_on")
        sortable = ("done_on",)
        order = ("-done_on",)
        natural_key = ("staff", "type", "done_on")
        personal = True
        indexes = (
            (("done_on",), False),
            (("staff", "type", "done_on"), True),
            (("expires_on",), False),
        )

    def __str__(self):
        return self.type


# ======================================================================================================================
# 10. Answering for it: feedback, keeping and disposing, what was printed and submitted
# ======================================================================================================================


class FeedbackInvitation(Record):
    """An invitation to say what a service was like; it brings one answer and names nobody (2.22)."""

    code_hash = CharField(max_length=64, unique=True, verbose_name=N_("Code"))
    program = ForeignKeyField(Program, null=True, verbose_name=N_("Program"))
    service_activity = ForeignKeyField(
        ServiceActivity, null=True, verbose_name=N_("Service or activity")
    )
    language = LanguageField(default="en", verbose_name=N_("Language"))
    expires_on = DateField(verbose_name=N_("Open until"))
    used_on = DateField(null=True, verbose_name=N_("Answered on"))

    class Meta:
        section = "log"
        title = N_("Feedback invitations")
        label = "expires_on"
        listed = ("created_at", "program", "service_activity", "expires_on", "used_on")
        filters = ("program", "service_activity")
        order = ("-id",)
        kept = ("code_hash",)
        readonly = True

    def __str__(self):
        return str(self.expires_on)


class ClientFeedback(Record):
    """What somebody said about a service; anonymous unless they chose otherwise (2.22)."""

    collected_on = DateField(verbose_name=N_("Collected on"))
    program = ForeignKeyField(Program, null=True, verbose_name=N_("Program"))
    service_activity = ForeignKeyField(
        ServiceActivity, null=True, verbose_name=N_("Service or activity")
    )
    nps_score = IntegerField(verbose_name=N_("Would recommend us (0 to 10)"))
    met_need = CharField(
        max_length=10,
        null=True,
        choices=(("fully", N_("Fully")), ("partly", N_("Partly")), ("not-yet", N_("Not yet"))),
        verbose_name=N_("Did it meet the need"),
    )
    respect = IntegerField(null=True, verbose_name=N_("Treated with respect (1 to 5)"))
    understood = IntegerField(null=True, verbose_name=N_("A language I understand (1 to 5)"))
    improve = TextField(null=True, verbose_name=N_("What should we change?"))
    language = LanguageField(default="en", verbose_name=N_("Language"))
    anonymous = BooleanField(default=True, verbose_name=N_("Anonymous"))
    given_by = CharField(max_length=120, null=True, verbose_name=N_("Name, if they gave it"))
    invitation = ForeignKeyField(
        FeedbackInvitation, null=True, unique=True, verbose_name=N_("Invitation")
    )

    class Meta:
        section = "clients"
        title = N_("Feedback")
        assisted = ("improve",)
        own_words = ("improve",)
        label = "collected_on"
        listed = ("collected_on", "program", "service_activity", "nps_score", "met_need")
        filters = ("program", "service_activity", "collected_on", "met_need")
        sortable = ("collected_on",)
        order = ("-collected_on",)
        kept = ("invitation",)
        personal = True
        indexes = ((("collected_on",), False),)

    def __str__(self):
        return str(self.collected_on)


RECORD_KINDS = (
    ("case", N_("Case files")),
    ("referral-only", N_("People who were only referred")),
    ("staff", N_("Staff records")),
    ("breach", N_("Privacy breach records")),
    ("audit", N_("Audit log")),
)


class RetentionRule(Record):
    """How long records of a kind are kept after their latest entry (2.24)."""

    record_kind = CharField(
        max_length=20, unique=True, choices=RECORD_KINDS, verbose_name=N_("Records")
    )
    years_after_last_entry = IntegerField(
        default=7, verbose_name=N_("Years after the latest entry")
    )
    minor_extra_years = IntegerField(
        default=0,
        verbose_name=N_("More years after a child comes of age"),
        help_text=N_("0 means the same time for everybody."),
    )
    is_active = BooleanField(default=True, verbose_name=N_("In force"))

    class Meta:
        section = "administration"
        title = N_("Retention rules")
        label = "record_kind"
        listed = ("record_kind", "years_after_last_entry", "minor_extra_years", "is_active")
        order = ("id",)
        immutable = ("record_kind",)
        natural_key = ("record_kind",)

    def __str__(self):
        return self.record_kind


class Disposal(Record):
    """What stays of a file that was disposed of: that it existed, and who confirmed its end; no personal data (2.24)."""

    file_number = CharField(max_length=40, unique=True, verbose_name=N_("File number"))
    last_entry_on = DateField(verbose_name=N_("Latest entry"))
    eligible_on = DateField(verbose_name=N_("Could be disposed of from"))
    method = CharField(max_length=200, verbose_name=N_("How"))
    confirmed_by_1 = CharField(max_length=120, verbose_name=N_("First confirmation"))
    confirmed_by_2 = CharField(max_length=120, null=True, verbose_name=N_("Second confirmation"))
    also_confirmed_by = LinesField(verbose_name=N_("Further confirmations"))
    disposed_on = DateField(null=True, verbose_name=N_("Disposed of on"))

    class Meta:
        section = "log"
        title = N_("Disposals")
        label = "file_number"
        listed = ("disposed_on", "file_number", "last_entry_on", "confirmed_by_1", "confirmed_by_2")
        order = ("-id",)
        readonly = True

    def __str__(self):
        return self.file_number


class Printout(Record):
    """A file, its notes or a person's record was printed; the paper file is older than that no more (R-NOTE-8)."""

    household = ForeignKeyField(Household, on_delete="CASCADE", verbose_name=N_("Household"))
    client = ForeignKeyField(Client, null=True, on_delete="CASCADE", verbose_name=N_("Client"))
    kind = CharField(
        max_length=12,
        choices=(
            ("file", N_("Whole file")),
            ("notes", N_("Case note summary")),
            ("person", N_("One person’s record")),
        ),
        verbose_name=N_("What was printed"),
    )
    printed_on = DateField(verbose_name=N_("Printed on"))

    class Meta:
        section = "log"
        title = N_("Printouts")
        label = "printed_on"
        listed = ("printed_on", "household", "client", "kind", "created_by_name")
        filters = ("household", "client", "kind")
        order = ("-id",)
        readonly = True
        personal = True
        indexes = ((("household", "kind", "printed_on"), False),)

    def __str__(self):
        return str(self.printed_on)


class PolicyItem(Record):
    """What the agency decided about one of the seven topics of its records policy (2.25)."""

    topic = CharField(
        max_length=30,
        unique=True,
        choices=(
            ("use-disclosure", N_("How client information may be used or shared")),
            ("retention-disposal", N_("How long files are kept and how they are destroyed")),
            ("security", N_("Security of electronic information")),
            ("emergency-access", N_("Access to records in a client emergency")),
            ("backup", N_("Data backup system")),
            ("access-logging", N_("How access is logged and monitored")),
            ("breach", N_("How a privacy breach is managed")),
        ),
        verbose_name=N_("Topic"),
    )
    text = TextField(verbose_name=N_("What we do"))
    approved_on = DateField(null=True, verbose_name=N_("Approved on"))
    next_review_on = DateField(null=True, verbose_name=N_("To be reviewed on"))

    class Meta:
        section = "administration"
        title = N_("Records policy")
        label = "topic"
        listed = ("topic", "approved_on", "next_review_on")
        order = ("id",)
        immutable = ("topic",)
        natural_key = ("topic",)

    def __str__(self):
        return self.topic


class ExportProfile(Record):
    """One shape of the service record: which columns a funder wants, under which names (domain 8)."""

    name = CharField(max_length=120, unique=True, verbose_name=N_("Name"))
    about = TextField(null=True, verbose_name=N_("What it is for"))
    is_active = BooleanField(default=True, verbose_name=N_("In use"))
    name_sorted = SortField("name")

    class Meta:
        section = "administration"
        title = N_("Export profiles")
        label = "name"
        listed = ("name", "about", "is_active")
        order = ("name",)
        natural_key = ("name",)
        shipped = ("name", "about")

    def __str__(self):
        return self.name


class ExportColumn(Record):
    """One column of an export profile: where its value comes from and when it must be there (domain 8)."""

    profile = ForeignKeyField(ExportProfile, on_delete="CASCADE", verbose_name=N_("Export profile"))
    position = IntegerField(default=1, verbose_name=N_("Order"))
    source = CharField(max_length=60, verbose_name=N_("Value"))
    heading = CharField(max_length=120, verbose_name=N_("Heading in the file"))
    is_on = BooleanField(default=True, verbose_name=N_("In the file"))
    required_if = CharField(
        max_length=120,
        null=True,
        verbose_name=N_("Required"),
        help_text=N_(
            "“always”, or a condition such as service_kind=support; empty means optional."
        ),
    )
    codes = LinesField(verbose_name=N_("Codes"), help_text=N_("One on a line: our value = theirs."))

    class Meta:
        section = "administration"
        title = N_("Columns of exports")
        label = "heading"
        listed = ("position", "source", "heading", "is_on", "required_if", "profile")
        filters = ("profile", "is_on")
        order = ("position", "id")
        natural_key = ("profile", "source")
        indexes = ((("profile", "source"), True), (("profile", "position"), False))

    def __str__(self):
        return self.heading


class Submission(Record):
    """A service record that was made and what was handed in (domain 8)."""

    profile = ForeignKeyField(ExportProfile, verbose_name=N_("Export profile"))
    period_from = DateField(verbose_name=N_("From"))
    period_to = DateField(verbose_name=N_("To"))
    rows = IntegerField(verbose_name=N_("Rows"))
    checksum = CharField(max_length=64, verbose_name=N_("Checksum"))
    submitted_on = DateField(null=True, verbose_name=N_("Handed in on"))
    submitted_to = CharField(max_length=200, null=True, verbose_name=N_("Handed in to"))
    remark = CharField(max_length=300, null=True, verbose_name=N_("Remark"))

    class Meta:
        section = "log"
        title = N_("Submissions")
        label = "period_to"
        listed = ("created_at", "profile", "period_from", "period_to", "rows", "submitted_on")
        filters = ("profile",)
        order = ("-id",)
        readonly = True

    def __str__(self):
        return str(self.period_to)


# ======================================================================================================================
# 11. Sending: a message is queued with its records, and is sent, failed or uncertain (decision 0.4)
# ======================================================================================================================

QUEUED, SENDING, SENT = "queued", "sending", "sent"
FAILED, UNCERTAIN, CANCELLED, VOIDED = "failed", "uncertain", "cancelled", "voided"
OUTBOX_STATES = (
    (QUEUED, N_("Waiting to be sent")),
    (SENDING, N_("Sending")),
    (SENT, N_("Sent")),
    (UNCERTAIN, N_("Not sure it arrived")),
    (FAILED, N_("Failed")),
    (CANCELLED, N_("Cancelled")),
)
MINIMAL, FULL = "minimal", "full"
DETAIL_LEVELS = ((MINIMAL, N_("Minimal")), (FULL, N_("Full")))


class OutboxMessage(Record):
    """One email to one recipient: exact bytes and Message-ID fixed when it is queued."""

    batch_id = CharField(max_length=36, index=True, verbose_name=N_("Batch"))
    kind = CharField(
        max_length=12,
        choices=(
            ("referral", N_("Referrals")),
            ("test", N_("Test message")),
            ("digest", N_("Weekly digest")),
            ("reminder", N_("Reminders")),
        ),
        verbose_name=N_("Kind"),
    )
    message_id = CharField(max_length=200, unique=True, verbose_name=N_("Message-ID"))
    recipient = EmailField(verbose_name=N_("To"))
    subject = CharField(max_length=300, verbose_name=N_("Subject"))
    content = BlobField(null=True, verbose_name=N_("Message"))
    state = CharField(
        max_length=12, default=QUEUED, choices=OUTBOX_STATES, verbose_name=N_("State")
    )
    attempts = IntegerField(default=0, verbose_name=N_("Attempts"))
    waiting_since = DateTimeField(default=now, verbose_name=N_("Waiting since"))
    due_at = DateTimeField(default=now, verbose_name=N_("Next attempt"))
    claimed_by = CharField(max_length=36, default="", verbose_name=N_("Sending process"))
    sending_since = DateTimeField(null=True, verbose_name=N_("Sending since"))
    finished_at = DateTimeField(null=True, verbose_name=N_("Finished"))
    error = TextField(default="", verbose_name=N_("What went wrong"))
    by_name = CharField(max_length=120, verbose_name=N_("Sent by"))
    follow_up_on = DateField(null=True, verbose_name=N_("Ask what became of it on"))

    class Meta:
        section = "log"
        title = N_("Outbox")
        label = "subject"
        listed = ("created_at", "recipient", "subject", "state", "attempts", "by_name")
        filters = ("state", "kind", "created_at")
        order = ("-id",)
        kept = ("content",)
        readonly = True
        personal = True
        counted = "state"
        indexes = ((("state", "due_at"), False), (("state", "id"), False))

    def __str__(self):
        return self.subject


class DistributionLog(Row):
    """One referral in one sending, by email or another way; rows are never removed (2.13)."""

    referral = ForeignKeyField(Referral, verbose_name=N_("Referral"))
    message = ForeignKeyField(OutboxMessage, null=True, verbose_name=N_("Message"))
    batch_id = CharField(max_length=36, index=True, verbose_name=N_("Batch"))
    channel = TermField("distribution-channels", verbose_name=N_("Channel"))
    destination = CharField(max_length=254, index=True, verbose_name=N_("Destination"))
    detail_level = CharField(max_length=8, choices=DETAIL_LEVELS, verbose_name=N_("Detail"))
    sent_at = DateTimeField(default=now, verbose_name=N_("At"))
    by_name = CharField(max_length=120, verbose_name=N_("By"))
    result = TermField("distribution-results", verbose_name=N_("Result"))
    error = TextField(default="", verbose_name=N_("Remark, or what went wrong"))

    class Meta:
        section = "log"
        title = N_("Distribution log")
        label = "destination"
        listed = (
            "sent_at",
            "referral",
            "channel",
            "destination",
            "detail_level",
            "result",
            "by_name",
        )
        filters = ("referral", "channel", "result", "sent_at")
        order = ("-id",)
        readonly = True
        personal = True

    def __str__(self):
        return f"{self.sent_at:%Y-%m-%d} {self.destination}"


# ======================================================================================================================
# 12. System
# ======================================================================================================================


class Setting(Record):
    """One adjustable value of the agency; the default and its source come with the product."""

    key = CharField(max_length=80, unique=True, verbose_name=N_("Key"))
    value = JSONField(null=True, verbose_name=N_("Value"))

    class Meta:
        section = "hidden"
        title = N_("Settings")
        label = "key"
        listed = ("key", "value")
        order = ("key",)
        natural_key = ("key",)
        reference = True

    def __str__(self):
        return self.key


class AgencyClosure(Record):
    """A day on which the agency is closed; it does not count as a business day."""

    date = DateField(unique=True, verbose_name=N_("Date"))
    label = CharField(max_length=120, verbose_name=N_("Reason"))

    class Meta:
        section = "administration"
        title = N_("Agency closures")
        label = "label"
        listed = ("date", "label")
        sortable = ("date",)
        order = ("-date",)
        natural_key = ("date",)

    def __str__(self):
        return f"{self.date} {self.label}"


SHARED, ADMINISTRATOR = "shared", "administrator"


class Account(Record):
    """One of the two passphrases: the shared login and the administrator's (decisions 0.5, 0.6)."""

    kind = CharField(
        max_length=15,
        unique=True,
        choices=((SHARED, N_("Shared")), (ADMINISTRATOR, N_("Administrator"))),
        verbose_name=N_("Kind"),
    )
    password_hash = CharField(max_length=200, verbose_name=N_("Passphrase hash"))
    changed_on = DateField(verbose_name=N_("Changed on"))
    failures = IntegerField(default=0, verbose_name=N_("Wrong tries"))
    failed_at = DateTimeField(null=True, verbose_name=N_("Last wrong try"))

    class Meta:
        section = "hidden"
        title = N_("Accounts")
        label = "kind"
        listed = ("kind", "changed_on")
        order = ("id",)

    def __str__(self):
        return self.kind


class Session(Row):
    """A screen that is signed in; only a hash of its secret is kept."""

    token_hash = CharField(max_length=64, unique=True, verbose_name=N_("Token"))
    started_at = DateTimeField(default=now, verbose_name=N_("Signed in"))
    seen_at = DateTimeField(default=now, verbose_name=N_("Last used"))
    working_as = CharField(max_length=120, default="", verbose_name=N_("Working as"))
    admin_until = DateTimeField(null=True, verbose_name=N_("Administrator until"))
    address = CharField(max_length=60, default="", verbose_name=N_("Address"))
    browser = CharField(max_length=120, default="", verbose_name=N_("Browser"))
    ended_at = DateTimeField(null=True, verbose_name=N_("Ended"))

    class Meta:
        section = "hidden"
        title = N_("Signed-in screens")
        label = "working_as"
        listed = ("working_as", "started_at", "seen_at", "address", "browser")
        order = ("-id",)

    def __str__(self):
        return self.working_as


class Draft(Record):
    """Work begun and not finished: raw submitted values, offered again to whoever may continue it."""

    key = CharField(max_length=36, unique=True, default=lambda: str(uuid.uuid4()))
    kind = CharField(max_length=40, verbose_name=N_("Kind"))
    path = CharField(max_length=300, default="", verbose_name=N_("Page"))
    answers = JSONField(default=dict, verbose_name=N_("Answers"))
    session_token = CharField(max_length=64, null=True, index=True, verbose_name=N_("Session"))
    client = ForeignKeyField(Client, null=True, on_delete="SET NULL", verbose_name=N_("Client"))
    finished_at = DateTimeField(null=True, verbose_name=N_("Finished"))

    class Meta:
        section = "hidden"
        title = N_("Drafts")
        label = "kind"
        listed = ("kind", "updated_at", "created_by_name")
        order = ("-id",)
        personal = True
        indexes = ((("kind", "updated_at"), False),)

    def __str__(self):
        return self.kind


class KeptCount(Row):
    """A counter kept beside the rows it counts, in the same transaction; ``flask recount`` must agree."""

    name = CharField(max_length=60, verbose_name=N_("Counter"))
    key = CharField(max_length=80, verbose_name=N_("Of"))
    n = IntegerField(default=0, verbose_name=N_("Count"))

    class Meta:
        section = "hidden"
        title = N_("Counters")
        label = "name"
        listed = ("name", "key", "n")
        order = ("id",)
        indexes = ((("name", "key"), True),)

    def __str__(self):
        return f"{self.name} {self.key}"


AUDIT_ACTIONS = (
    ("view", N_("View")),
    ("create", N_("Create")),
    ("update", N_("Change")),
    ("delete", N_("Delete")),
    ("export", N_("Export")),
    ("import", N_("Import")),
    ("print", N_("Print")),
    ("email", N_("Email")),
    ("sign-in", N_("Sign in")),
    ("sign-in-failed", N_("Failed sign-in")),
    ("restore", N_("Restore")),
)


class AuditLog(Row):
    """Who did what to which record: append-only, each row sealed to the one before (2.23)."""

    at = DateTimeField(default=now, index=True, verbose_name=N_("At"))
    working_as_name = CharField(max_length=120, default="", verbose_name=N_("Working as"))
    ip = CharField(max_length=60, default="", verbose_name=N_("Address"))
    action = CharField(max_length=16, choices=AUDIT_ACTIONS, verbose_name=N_("Action"))
    entity = CharField(max_length=60, default="", verbose_name=N_("Record type"))
    entity_id = IntegerField(null=True, verbose_name=N_("Record"))
    changed_fields = JSONField(default=dict, verbose_name=N_("Changed"))
    reason = CharField(max_length=300, default="", verbose_name=N_("Reason"))
    row_hash = CharField(max_length=64, default="", verbose_name=N_("Seal"))

    class Meta:
        section = "log"
        title = N_("Audit log")
        label = "action"
        listed = ("at", "working_as_name", "action", "entity", "entity_id", "changed_fields")
        filters = ("action", "entity", "at")
        order = ("-id",)
        readonly = True
        indexes = ((("entity", "entity_id", "id"), False), (("action", "id"), False))

    def __str__(self):
        return f"{self.action} {self.entity} {self.entity_id or ''}".strip()


class AuditHead(Row):
    """One row: how many audit rows there are and the last seal, so that a cut tail shows."""

    count = IntegerField(default=0, verbose_name=N_("Rows"))
    last_hash = CharField(max_length=64, default="", verbose_name=N_("Last seal"))
    seal = CharField(max_length=64, default="", verbose_name=N_("Seal of this row"))

    class Meta:
        section = "hidden"
        title = N_("Audit head")
        label = "count"
        listed = ("count",)
        order = ("id",)

    def __str__(self):
        return str(self.count)


TABLES = (
    TaxonomyList,
    TaxonomyItem,
    Language,
    KeywordCategory,
    Keyword,
    AreaOfFocus,
    TextTemplate,
    Holiday,
    Instrument,
    Staff,
    Interpreter,
    Organization,
    ServiceLocation,
    Program,
    ServiceActivity,
    ServiceReview,
    Household,
    CaseStatusEvent,
    Client,
    Guardianship,
    ConsentRecord,
    Intake,
    Attachment,
    NeedsAssessment,
    Answer,
    FactorResult,
    NeedAlert,
    Extension,
    CaseTask,
    Referral,
    DrivingStatement,
    RecommendedAction,
    ReferralStatusEvent,
    MatchRun,
    WeeklyCheck,
    SavedFilter,
    SettlementPlan,
    Goal,
    PlanAction,
    PlanReview,
    ExitInterview,
    CaseNote,
    ConsultedParty,
    NoteAddendum,
    Correspondence,
    CaseActivity,
    CapacityBuildingActivity,
    Appointment,
    AccessRequest,
    VisitList,
    HomeVisit,
    EscalationStep,
    IncidentReport,
    PrivacyBreach,
    Booking,
    CaseAssignment,
    TrainingRecord,
    FeedbackInvitation,
    ClientFeedback,
    RetentionRule,
    Disposal,
    Printout,
    PolicyItem,
    ExportProfile,
    ExportColumn,
    Submission,
    OutboxMessage,
    DistributionLog,
    Setting,
    AgencyClosure,
    Account,
    Session,
    Draft,
    KeptCount,
    AuditLog,
    AuditHead,
)
THROUGH = tuple(
    field.get_through_model()
    for model in TABLES
    for field in model._meta.manytomany.values()
    if not field._is_backref
)
