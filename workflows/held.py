"""Everything that is held about one person, found by the foreign keys of all tables: a new table comes along by itself.

A record about several people, or about a family of several, is listed by what and when alone (R-NOTE-9): what others
said, and the papers of others, are theirs.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from peewee import BlobField, DateField, DateTimeField, ForeignKeyField

from models import (
    TABLES,
    THROUGH,
    Client,
    DerivedField,
    Draft,
    Household,
    IncidentReport,
    Record,
    TermField,
)
from workflows import attachments, references

# In these other people are named as a matter of course, whoever lives in the household.
NAMES_OTHERS = (IncidentReport, Draft)
UNSAID = tuple(name for name in Record._meta.fields if name != "created_at")
WHAT_AND_WHEN = (DateField, DateTimeField, TermField)


@dataclass(frozen=True)
class Piece:
    """One record: ``is_whole`` is False when it is about others too, and ``fields`` are then only what and when."""

    row: Any
    is_whole: bool = True

    @property
    def model(self):
        return type(self.row)

    @property
    def fields(self):
        meta = self.model._meta
        if not self.is_whole:
            names = dict.fromkeys((*meta.listed, "created_at"))
            listed = (meta.fields[name] for name in names if name in meta.fields)
            return [field for field in listed if isinstance(field, WHAT_AND_WHEN)]
        unseen = (DerivedField, BlobField)
        return [
            field
            for field in meta.sorted_fields
            if field.name not in UNSAID and not isinstance(field, unseen)
        ]


def about(client):
    """[Piece] of all that is held about ``client``, in the order of the tables, and [Attachment] without its content."""
    others = Client.select().where(Client.household == client.household_id, Client.id != client.id)
    alone = not others.exists()
    found = {(Client, client.id): Piece(client)}
    household = Household.get_by_id(client.household_id)
    found[Household, household.id] = Piece(household, alone)
    for field in references.columns(Client):
        _add(found, _linked(field, client, alone))
    for field in references.columns(Household):
        if field.model is not Client:
            _add(found, _of_the_family(field, household, alone))
    for piece in [*found.values()]:
        if piece.is_whole and piece.model not in (Client, Household):
            _add(found, _parts(piece))
    ordered = sorted(found, key=lambda key: (TABLES.index(key[0]), key[1]))
    pieces = [found[key] for key in ordered]
    return pieces, _attached(pieces)


def _add(found, pieces):
    for piece in pieces:
        key = (piece.model, piece.row.id)
        # Whatever is about somebody else by one of its links stays so.
        if key not in found or not piece.is_whole:
            found[key] = piece


def _linked(field, client, alone):
    """The records that name the person: in a column, or among several people."""
    if field.model not in THROUGH:
        whole = field.model not in NAMES_OTHERS
        return [Piece(row, whole) for row in field.model.select().where(field == client.id)]
    through, owner = field.model, _owner(field)
    mine = through.select(owner).where(field == client.id)
    rows = through.select(owner, field).where(owner.in_(mine)).tuples()
    people = defaultdict(set)
    for key, person in rows:
        people[key].add(person)
    records = owner.rel_model.select().where(owner.rel_model.id.in_(list(people)))
    return [Piece(row, len(people[row.id]) == 1 and (alone or not _of_all(row))) for row in records]


def _of_all(row):
    """True for a matter of the whole family, whoever of it is named."""
    return getattr(row, "is_family_matter", False)


def _owner(field):
    """The other column of a through table."""
    links = [each for each in field.model._meta.sorted_fields if isinstance(each, ForeignKeyField)]
    return next(each for each in links if each is not field)


def _of_the_family(field, household, alone):
    """The records of the household that name nobody in it; those of a person alone are that person's."""
    model = field.model
    if model in THROUGH:
        return []
    query = model.select().where(field == household.id)
    for link in references.columns(Client):
        if link.model is model:
            query = query.where(link.is_null())
        elif link.model in THROUGH and _owner(link).rel_model is model:
            query = query.where(model.id.not_in(link.model.select(_owner(link))))
    whole = alone and model not in NAMES_OTHERS
    return [Piece(row, whole) for row in query]


def _parts(piece):
    """Rows that are part of a record and belong to nobody by themselves: answers, statements, steps, additions."""
    own = {field.model for target in (Client, Household) for field in references.columns(target)}
    for field in references.columns(piece.model):
        if field.model not in own and field.model not in THROUGH:
            for row in field.model.select().where(field == piece.row.id):
                yield Piece(row)


def _attached(pieces):
    """The files of the whole records, without their content: those of a family or of several may be anybody's."""
    return [file for piece in pieces if piece.is_whole for file in attachments.of(piece.row)]
