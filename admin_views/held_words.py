"""What is held about a person as words: for the print page and the file that answer an access request (issue 10)."""

import json
from itertools import groupby

import peewee
from flask_babel import gettext as _

from admin_views.paper import guarded, linked_words
from admin_views.showing import text_of
from forms.formats import size_text
from models import Client, ForeignKeyField, Household, MaskedField, TermsField
from workflows import agency_rules, case_file, held

OWN = (Client, Household)


def sections(client):
    """[(table in words, [(is_whole, [(label, words)])])] of all that is held, what is empty left out."""
    pieces, files = held.about(client)
    questions, hides = agency_rules.matrix().questions(), case_file.Others(client).are_in
    made = []
    for model, group in groupby(pieces, key=lambda piece: piece.model):
        # What somebody said about themselves is theirs, whoever they name in it.
        named = None if model in OWN else hides
        records = [(piece.is_whole, _pairs(piece, client, questions, named)) for piece in group]
        made.append((_(model._meta.title), records))
    if files:
        listed = [
            (True, [(_("File name"), f"{guarded(row.name, hides)} ({size_text(row.size)})")])
            for row in files
        ]
        made.append((_("Attachments"), listed))
    return made


def _pairs(piece, client, questions, hides):
    """[(label, words)] of one record; a text that names somebody else of the family is left out (R-NOTE-9)."""
    pairs = []
    for field in piece.fields:
        value = piece.row.__data__.get(field.name)
        if _says_whose(field, value, client):
            continue
        words = "" if value is None else _words(piece.row, field, value, client, questions)
        if isinstance(value, (str, dict, list)):
            words = guarded(words, hides)
        if words not in ("", "[]", "{}"):
            pairs.append((_(field.verbose_name), words))
    return pairs + (_many(piece) if piece.is_whole else [])


def _says_whose(field, value, client):
    """True for the columns that only say whose record it is: that stands above them all."""
    if not isinstance(field, ForeignKeyField):
        return False
    target = field.rel_model
    return target is Client and value == client.id or target is Household


def _words(row, field, value, client, questions):
    if isinstance(field, ForeignKeyField):
        return _named(getattr(row, field.name), client)
    if isinstance(field, MaskedField):
        return value  # their own number: they may know it whole
    if field.name == "question" and value in questions:
        return str(questions[value][1].text)
    if isinstance(field, peewee.JSONField) and isinstance(value, dict | list):
        plain = not isinstance(field, TermsField) and any(
            isinstance(each, dict | list) for each in value
        )
        if isinstance(value, dict) or plain:
            return json.dumps(value, ensure_ascii=False)
    return str(text_of(field)(value))


def _named(other, client):
    """What another record is called: of other people nothing but that it is somebody else."""
    if isinstance(other, Client) and other.id != client.id:
        return _("Another person")
    return str(other)


def _many(piece):
    """The chosen rows of other tables, such as the organizations of a consent; people apart."""
    found = []
    for name, field in piece.model._meta.manytomany.items():
        if not field._is_backref and field.rel_model is not Client:
            found += linked_words(piece.row, name)
    return found
