"""Whose file a row is in, by numbers alone: what the audit log keeps of a row that is deleted (2.23)."""


def whose(record):
    """{household or client: [id, None]} of a row that goes: nothing else says afterwards whose file it was in (2.23)."""
    for name in ("household", "client"):
        if key := record.__data__.get(name):
            return {name: [key, None]}
    owners = (name for name in ("goal", "note", "visit") if record.__data__.get(name))
    owner = next(owners, None)
    return whose(getattr(record, owner)) if owner else {}
