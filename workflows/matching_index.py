"""The catalogue of this process: every own and partner service, kept right on every save in every process (decision 0.2).

Each save appends its audit row in the same transaction, so the audit log is the list of what changed: a process keeps
the number of the last row it saw and reads what came since, then loads those services again.  When that row is no
longer there (a restored copy, a transaction taken back) everything is loaded again.
"""

import datetime
import json
import logging
import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from peewee import PeeweeException

from models import (
    ACTIVE,
    ARCHIVED,
    MATCHING,
    ONE_TIME,
    AreaOfFocus,
    Keyword,
    Language,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
    TaxonomyItem,
    database,
)
from workflows import instruments, matching_catalogue, settings
from workflows.matching import Entry
from workflows.matching_scheme import BadScheme, read_scheme
from workflows.rows import through_of

BATCH, CHUNK = 5000, 500
# Beyond this many changed services at once everything is loaded again.
MOST_CHANGED = 2000
SERVICE, KEYWORD = ServiceActivity._meta.table_name, Keyword._meta.table_name
# Whose services are loaded again when a row of these tables was saved.
THEIRS = {
    Program._meta.table_name: Program.id,
    ServiceLocation._meta.table_name: ServiceLocation.id,
    Organization._meta.table_name: Program.organization,
}
# These write many rows and one line of the log.
WHOLE = {("restore", "backup"), ("delete", "example")}
WATCHED = (SERVICE, KEYWORD, *THEIRS, *sorted(entity for _action, entity in WHOLE))
# Every page that matches asks these: they are written as text.
NEWEST = "SELECT id, row_hash FROM audit_log ORDER BY id DESC LIMIT 1"
ROW = "SELECT row_hash FROM audit_log WHERE id = {}"
SINCE = (
    "SELECT entity, entity_id, action, changed_fields FROM audit_log"
    " WHERE id > {} AND id <= {} AND action <> 'view' AND entity IN ({})"
)


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _State:
    """What a process knows: of which database, up to which row of the audit log and revision of the reference data."""

    database: Any
    seen: tuple
    revision: int
    catalogue: matching_catalogue.Catalogue


class _Process:
    """One catalogue for the process; whoever brings it up to date holds the lock, readers never wait for it."""

    lock = threading.Lock()
    state = None
    mending = None


def catalogue():
    """The Catalogue as of now, under the scheme in force; the first call in a process builds it."""
    state = _Process.state
    if not _is_current(state, _newest()):
        with _Process.lock:
            state = _Process.state = _brought_up(_Process.state)
            _mend(state)
    return state.catalogue


def warm(app):
    """Build the catalogue in a thread of its own, so that nobody waits for it; call it when a process begins to serve."""
    thread = threading.Thread(target=_build, args=(app,), name="matching", daemon=True)
    thread.start()
    return thread


def _build(app):
    with app.app_context():
        opened = database.connect(reuse_if_open=True)
        try:
            catalogue()
        except (PeeweeException, instruments.NotThere, BadScheme) as error:
            # Whoever matches first meets the same and is told.
            log.warning("The catalogue of services is not built yet: %s", type(error).__name__)
        finally:
            if opened:
                database.close()


def forget():
    """Drop what this process knows; the next call builds it again."""
    with _Process.lock:
        _Process.state = None


def _is_current(state, newest):
    return (
        state is not None
        and state.database is database.obj
        and state.seen == newest
        and state.revision == settings.revision()
    )


def _scheme(known):
    """The scheme in force with the setting it counts reviews by; ``known`` itself when it is the same."""
    days = settings.value("service_review_days")
    scheme = replace(instruments.parsed(MATCHING, read_scheme), review_days=days)
    return known if scheme == known else scheme


def _newest():
    """(number, seal) of the last row of the audit log."""
    return database.execute_sql(NEWEST).fetchone() or (0, "")


def _brought_up(state):
    """The state as of now, from an older one or from nothing."""
    seen, revision = _newest(), settings.revision()
    if state is None or state.database is not database.obj:
        changed = known = None
    else:
        changed = set() if state.seen == seen else _changed_since(state.seen, seen)
        known = state.catalogue.scheme
    scheme = _scheme(known)
    if changed is None or len(changed) > MOST_CHANGED:
        made = matching_catalogue.compile(load(), scheme)
    else:
        found = list(load(changed))
        made = state.catalogue.changed(found, changed - {entry.id for entry in found})
        made = made if scheme is known else made.using(scheme)
    return _State(database.obj, seen, revision, made)


def _mend(state):
    """Make the parts of a catalogue one again, beside the requests, when much has changed."""
    busy = _Process.mending is not None and _Process.mending.is_alive()
    if state.catalogue.is_patched and not busy:
        _Process.mending = threading.Thread(
            target=_make_whole, args=(state.catalogue,), daemon=True
        )
        _Process.mending.start()


def _make_whole(patched):
    """Put one piece in the place of a catalogue of two; when somebody saved meanwhile, again with what is there now."""
    while patched.is_patched:
        whole = patched.whole()
        with _Process.lock:
            state = _Process.state
            if state is None:
                return
            if state.catalogue is patched:
                _Process.state = replace(state, catalogue=whole)
                return
            patched = state.catalogue


# ---- What changed -----------------------------------------------------------------------------------------------------


def _changed_since(seen, newest):
    """Ids of the services that may differ since the row ``seen``; None when nobody can say."""
    number, seal = seen
    if number and database.execute_sql(ROW.format(database.param), (number,)).fetchone() != (seal,):
        return None
    marks = ", ".join([database.param] * (len(WATCHED) + 2))
    first, last, *entities = marks.split(", ")
    sql = SINCE.format(first, last, ", ".join(entities))
    log = database.execute_sql(sql, (number, newest[0], *WATCHED)).fetchall()
    found = {}
    for entity, key, action, changed in log:
        if (action, entity) in WHOLE:
            return None
        # Only a merge moves a keyword's services; its words are no concern of matching.
        if key is not None and (entity != KEYWORD or "merged" in changed):
            found.setdefault(entity, set()).add(key)
    return _services_of(found)


def _services_of(found):
    """Ids of the services that {table: ids} touch."""
    if not found:
        return set()
    services = set(found.get(SERVICE, ()))
    base = ServiceActivity.select(ServiceActivity.id).join(Program).switch(ServiceActivity)
    base = base.join(ServiceLocation)
    for table, column in THEIRS.items():
        for part in _chunks(found.get(table, ())):
            services.update(_firsts(base.where(column.in_(part))))
    links = ServiceActivity.keywords.get_through_model()
    for part in _chunks(found.get(KEYWORD, ())):
        services.update(_firsts(links.select(links.serviceactivity).where(links.keyword.in_(part))))
    return services


def _firsts(query):
    return [row[0] for row in database.execute(query).fetchall()]


def _chunks(keys):
    keys = sorted(keys)
    return [keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK)]


# ---- Services as matching sees them -----------------------------------------------------------------------------------


def load(keys=None):
    """Entry of each service, or of those with these ids; a few statements for each five thousand."""
    if keys is not None:
        for part in _chunks(keys):
            yield from _entries(lambda field, part=part: field.in_(part), CHUNK)[0]
        return
    last, programs = 0, {}
    while True:
        entries, last = _entries(lambda field, after=last: field > after, BATCH, programs)
        yield from entries
        if len(entries) < BATCH:
            return


def _entries(condition, limit, programs=None):
    """([Entry] of the first ``limit`` services that meet ``condition(id column)``, the last id)."""
    service, program, place = ServiceActivity, Program, ServiceLocation
    rows = database.execute(
        service.select(
            service.id,
            service.name,
            AreaOfFocus.slug,
            service.last_reviewed_on,
            place.name,
            service.state,
            program.state,
            place.is_active,
            Organization.is_own,
            program.funding,
            service.support_services,
            service.groups_exclusive,
            service.intake_state,
            service.delivery_mode,
            place.city,
            Organization.regions_served,
            service.duration_type,
            service.schedule_type,
            service.start_date,
            service.end_date,
            service.fiscal_year,
            service.min_age,
            service.max_age,
            service.clb_levels,
            service.clb_strict,
            program.id,
        )
        .join(program)
        .join(AreaOfFocus)
        .switch(program)
        .join(Organization)
        .switch(service)
        .join(place)
        .where(condition(service.id))
        .order_by(service.id)
        .limit(limit)
    ).fetchall()
    if not rows:
        return [], 0
    ids = rows[0][0], rows[-1][0]
    keywords = _linked(ServiceActivity, "keywords", Keyword.slug, condition, ids)
    languages = _linked(ServiceActivity, "languages", Language.code, condition, ids)
    groups = _linked(ServiceActivity, "client_groups", TaxonomyItem.slug, condition, ids)
    programs = {} if programs is None else programs
    for part in _chunks({row[-1] for row in rows} - programs.keys()):
        own = _linked(Program, "languages", Language.code, lambda field, part=part: field.in_(part))
        programs.update({key: own.get(key, ()) for key in part})
    made = [
        _entry(row, keywords, languages.get(row[0]) or programs[row[-1]], groups) for row in rows
    ]
    return made, ids[1]


def _linked(model, name, label, condition, between=None):
    """{id: labels} of what a through table links to, in a steady order."""
    through, mine, other = through_of(model, name)
    query = (
        through.select(mine, label)
        .join(label.model, on=(other == label.model.id))
        .where(condition(mine))
        .order_by(mine, label)
    )
    if between:
        query = query.where(mine.between(*between))
    found = {}
    for key, value in database.execute(query).fetchall():
        found.setdefault(key, []).append(value)
    return {key: _shared(tuple(values)) for key, values in found.items()}


@lru_cache(maxsize=20_000)
def _shared(values):
    """One tuple for all services that list the same."""
    return values


def _list(value):
    """A JSON list, which SQLite gives as text."""
    return _parsed(value) if isinstance(value, str) else _shared(tuple(value or ()))


@lru_cache(maxsize=20_000)
def _parsed(text):
    return _shared(tuple(json.loads(text) or ()))


def _day(value):
    """A date, which SQLite gives as text."""
    return _date(value) if isinstance(value, str) else value


@lru_cache(maxsize=5000)
def _date(text):
    return datetime.date.fromisoformat(text)


def _entry(row, keywords, languages, groups):
    """The Entry of one row of ``_entries``; a one-time event is over after its only day (R-SA-6)."""
    key, name, area, reviewed, place, state, program_state, is_used, is_own, funding = row[:10]
    supports, exclusive, intake, delivery, city, regions, duration, schedule = row[10:18]
    start, end, year, min_age, max_age, clb, strict, _program = row[18:]
    start, end = _day(start), _day(end)
    return Entry(
        id=key,
        name=name,
        area=area,
        reviewed=_day(reviewed),
        location=place,
        is_active=state == ACTIVE and program_state != ARCHIVED and bool(is_used),
        is_own=bool(is_own),
        funding=funding,
        keywords=keywords.get(key, ()),
        languages=languages,
        supports=_list(supports),
        groups=groups.get(key, ()),
        groups_exclusive=bool(exclusive),
        intake=intake,
        delivery=delivery,
        municipality=city,
        regions=_list(regions),
        duration=duration,
        start=start,
        end=start if schedule == ONE_TIME and end is None else end,
        fiscal_year=year,
        min_age=min_age,
        max_age=max_age,
        clb=_list(clb),
        clb_strict=bool(strict),
    )
