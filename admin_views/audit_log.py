"""The audit log in words: which kind of record and which fields, called what the screens call them."""

from flask_babel import gettext as _

from admin_views.base import EntityView
from admin_views.listing import Filter
from admin_views.showing import text_of
from models import N_, TABLES, AuditLog, TermField, normalise

ENTITIES = {model._meta.table_name: model for model in TABLES}
# What is written about that is no table.
OTHERS = {
    "reference_data": N_("Reference data"),
    "backup": N_("Backups"),
    "example": N_("Example agency"),
}
# What is counted or noted beside the fields of a record.
NOTED = {"shown": N_("Rows shown"), "rows": N_("Rows"), "new": N_("New"), "changed": N_("Changed")}


def entity_words(name):
    """The title of a kind of record; the name itself when nobody knows it any more."""
    known = ENTITIES.get(name)
    return _(known._meta.title) if known else _(OTHERS[name]) if name in OTHERS else name


def field_words(name, entity=""):
    """What the form of ``entity``, or of the first record that has such a field, calls a field."""
    if name in NOTED:
        return _(NOTED[name])
    own = [ENTITIES[entity]] if entity in ENTITIES else []
    for model in (*own, *TABLES):
        field = model._meta.fields.get(name) or model._meta.manytomany.get(name)
        if field is not None:
            return _(field.verbose_name or name)
    return name


def changed_words(changed, entity=""):
    """The fields of a row of the log, with old and new value where they are kept."""
    model = ENTITIES.get(entity)
    found = []
    for name, values in (changed or {}).items():
        label = field_words(name, entity)
        if isinstance(values, list) and len(values) == 2:
            field = model and model._meta.fields.get(name)
            words = (
                text_of(field)
                if isinstance(field, TermField) or getattr(field, "choices", None)
                else str
            )
            old, new = ("–" if value in (None, "") else words(value) for value in values)
            label = _("%(label)s: %(old)s → %(new)s", label=label, old=old, new=new)
        found.append(label)
    return "; ".join(found)


class AuditLogView(EntityView):
    """Who looked at or changed what, and when; nothing here can be changed."""

    def derived_filters(self):
        """The kind of record is chosen from a list of titles."""
        return [
            Filter(
                "entity",
                one.label,
                "choice",
                lambda value: AuditLog.entity == value,
                self._entities,
            )
            if one.name == "entity"
            else one
            for one in super().derived_filters()
        ]

    @staticmethod
    def _entities():
        known = [(name, entity_words(name)) for name in (*ENTITIES, *OTHERS)]
        return sorted(known, key=lambda pair: normalise(pair[1]))

    def cell(self, name):
        if name == "entity":
            return entity_words
        if name == "changed_fields":
            value_of = AuditLog.changed_fields.python_value
            return lambda value: ", ".join(map(field_words, value_of(value) or ()))
        return super().cell(name)

    def fact(self, record, name):
        label, words = super().fact(record, name)
        if name == "entity":
            return label, entity_words(record.entity)
        if name == "changed_fields":
            return label, changed_words(record.changed_fields, record.entity)
        return label, words


VIEWS = {AuditLog: AuditLogView}
