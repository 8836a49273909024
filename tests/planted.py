"""A file with a word of its own in every text of every table that can belong to it, those of tomorrow included."""

import datetime
import random

from case_factories import MAKE
from peewee import (
    BlobField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
    TimeField,
)

from models import (
    SENT,
    TABLES,
    THROUGH,
    Attachment,
    Client,
    Draft,
    Household,
    LanguageField,
    OutboxMessage,
    Record,
    SavedFilter,
    TermField,
    VisitList,
    database,
)
from workflows import file_contents, records, settings

LETTERS = "bcdfghjklmnpqrstvwxz"
# A name beside a stamp is a worker's; the file number stays on purpose; the others are read by the product itself.
NOT_PLANTED = ("created_by_name", "updated_by_name", "file_number", "uuid", "key", "owner_table")


class Planter:
    """Makes rows by their columns; ``words`` is everything it wrote."""

    def __init__(self, people=2, years=9):
        self.chance, self.words, self.rows = random.Random(4), [], {}
        self.people = people
        self.day = settings.today() - datetime.timedelta(days=366 * years)

    def word(self):
        word = "q" + "".join(self.chance.choices(LETTERS, k=9))
        self.words.append(word)
        return word

    def plant(self):
        """One household of so many people with a row of every table for each of them; returns the household."""
        with database.atomic():
            reached = [m for m in TABLES if m in file_contents.tables()]
            for model in reached:
                for number in range(1 if model is Household else self.people):
                    if model not in (Attachment, Draft, SavedFilter):
                        self._row(model, number)
            for through in THROUGH:
                if any(field.rel_model in self.rows for field in _keys(through)):
                    self._row(through, 0)
            self._beside()
        return Household.get_by_id(self.rows[Household][0])

    def _beside(self):
        """What no foreign key leads to: files, drafts, forms kept, saved filters."""
        person, note = self.rows[Client][0], self._of("case_note")
        goal = self._of("goal")
        for key, page in enumerate(
            (
                {"path": "/intake/x/", "answers": {"who": {"client": [str(person)]}}},
                {"path": f"/case-notes/edit/?id={note}", "session_token": "t", "answers": {}},
                {"path": "/case-notes/new/", "session_token": "t", "client": person, "answers": {}},
                {"path": f"/plan-actions/new/?goal={goal}", "session_token": "t", "answers": {}},
                {"path": "/intake/x/who/", "session_token": "t", "answers": {}},
            )
        ):
            page["answers"]["said"] = {"observations": [self.word()]}
            draft = Draft.create(kind=f"kind-{key}", **page)
            self.rows.setdefault(Draft, []).append(draft.id)
        SavedFilter.create(screen="referral", name=self.word(), arguments={"client": str(person)})
        for table, owner in (("client", person), ("case_note", note), ("draft", draft.id)):
            content = b"%PDF-1.4 " + b" ".join(self.word().encode() for _n in range(3))
            Attachment.create(
                kind="scan",
                owner_table=table,
                owner_id=owner,
                name=f"{self.word()}.pdf",
                media_type="application/pdf",
                size=len(content),
                hash="0" * 64,
                content=content,
            )

    def _of(self, table):
        return next(ids[0] for model, ids in self.rows.items() if model._meta.table_name == table)

    def _row(self, model, number):
        values = {
            field: value
            for field in model._meta.sorted_fields
            if (value := self._value(model, field, number)) is not None
        }
        key = model.insert(values).execute()
        self.rows.setdefault(model, []).append(key)
        if column := getattr(model._meta, "counted", None):
            value = getattr(model.get_by_id(key), column)
            records.bump(f"{model._meta.table_name}.{column}", value, 1)

    def _value(self, model, field, number):
        """What stands in a column; None leaves it to its default."""
        if model is Household and field.name == "status":
            return "closed"
        if model is OutboxMessage and field.name == "state":
            return SENT
        if model is Household and field.name == "file_number":
            return "1999-001"
        if isinstance(field, ForeignKeyField):
            return self._other(field, number)
        if field.name in ("id", "version") or field.name in NOT_PLANTED:
            return None
        if isinstance(field, (DateField, DateTimeField)):
            return None if field.name in Record._meta.fields else self._when(field, number)
        return self._plain(field)

    def _when(self, field, number):
        day = self.day - datetime.timedelta(days=number)
        moment = datetime.datetime.combine(day, datetime.time(15))
        return moment if isinstance(field, DateTimeField) else day

    def _plain(self, field):
        if isinstance(field, BlobField):
            return f"Subject: x\r\n\r\n{self.word()}".encode()
        if isinstance(field, JSONField):
            return [self.word()] if field.default is list else {"said": self.word()}
        if isinstance(field, (TermField, LanguageField)) or getattr(field, "choices", None):
            first = (field.choices or [("other", "")])[0][0]
            return None if field.default is not None else first
        if isinstance(field, (BooleanField, TimeField, IntegerField, DecimalField)):
            moment = datetime.time(9) if isinstance(field, TimeField) else 1
            return None if field.null or field.default is not None else moment
        if isinstance(field, TextField) or isinstance(field, CharField) and field.max_length >= 10:
            return self.word()
        return None

    def _other(self, field, number):
        """The key of another row: of this file where its table is, else of any that is there."""
        if own := self.rows.get(field.rel_model):
            return own[min(number, len(own) - 1)]
        if field.rel_model is field.model or field.null:
            return None
        first = field.rel_model.select().order_by(field.rel_model.id).first()
        row = first or MAKE[field.rel_model]()
        if field.rel_model is VisitList:
            VisitList.update(date=self.day).execute()  # the day of a visit is an entry of the file
        return row.id


def _keys(model):
    return [field for field in model._meta.sorted_fields if isinstance(field, ForeignKeyField)]


def left_in(words, folder):
    """[(file, word)] of the words that stand anywhere in the files of a folder."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found += [(path.name, word) for word in words if word.encode() in content]
    return found


def left_in_rows(words):
    """[(table, word)] of the words that a statement can still read."""
    found = []
    for model in (*TABLES, *THROUGH):
        for row in model.select().tuples():
            text = " ".join(
                bytes(v).decode("latin-1") if isinstance(v, (bytes, memoryview)) else str(v)
                for v in row
            )
            found += [(model._meta.table_name, word) for word in words if word in text]
    return found
