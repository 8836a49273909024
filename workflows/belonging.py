"""Whose file a row is in, by numbers alone: what the audit log keeps of a row that is deleted (2.23)."""


def whose(record):
    """{household or client: [id, None]} of a row that goes: nothing else says afterwards whose file it was in (2.23)."""
    for name in ("household", "client"):
        if key := record.__data__.get(name):
            return {name: [key, None]}
    # A text may have such a name too, such as the note of a template.
    links = {field.name for field in record._meta.refs}
    owners = (name for name in ("goal", "note", "visit") if name in links)
    owner = next((name for name in owners if record.__data__.get(name)), None)
    return whose(getattr(record, owner)) if owner else {}
