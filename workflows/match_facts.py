"""What matching is asked with, from the tables: the need of a factor, and what is known of a client on a day."""

import datetime

from forms import choices
from models import ACTIONS, Client, database
from workflows import eligibility, instruments, settings
from workflows.business_days import age, birth_day
from workflows.matching import Need, Note, Person

NOT_STATED = "not-stated"


def need_of(*factors):
    """The Need of one or more factors of the needs matrix, by the suggestions in force (R-ASM, domain 7).

    Of two factors the better area and the greater weight of a keyword counts; a factor nobody knows adds nothing.
    """
    rows = {row["factor"]: row for row in instruments.in_force(ACTIONS)["factors"]}
    known = [rows[factor] for factor in factors if factor in rows]
    primary = dict.fromkeys(area for row in known for area in row["areas"].get("primary", ()))
    secondary = dict.fromkeys(area for row in known for area in row["areas"].get("secondary", ()))
    weights = {}
    for row in known:
        for keyword in row["keywords"]:
            slug, weight = keyword["slug"], keyword["weight"]
            weights[slug] = max(weight, weights.get(slug, 0))
    return Need(
        tuple(primary),
        tuple(area for area in secondary if area not in primary),
        tuple(weights.items()),
        factors[0] if factors else None,
    )


def already_referred(client, services, on):
    """{service id: Note} of those services the client was referred to within the days of a duplicate (R-REF-9)."""
    first = on - datetime.timedelta(days=settings.value("referral_duplicate_days"))
    keys, mark = list(services) or [0], database.param
    sql = (
        "SELECT service_activity_id, received_on, status FROM referral"
        f" WHERE client_id = {mark} AND received_on BETWEEN {mark} AND {mark}"
        f" AND service_activity_id IN ({', '.join([mark] * len(keys))})"
        " ORDER BY received_on, id"
    )
    rows = database.execute_sql(sql, (client.id, first, on, *keys)).fetchall()
    return {
        key: Note("warn-duplicate", {"date": _day(received), "status": status})
        for key, received, status in rows
    }


def _day(value):
    """A date, which SQLite gives as text."""
    return datetime.date.fromisoformat(value) if isinstance(value, str) else value


# ---- What is known of a client ----------------------------------------------------------------------------------------


def person_of(client, on, supports=()):
    """Person for ``client`` on the day ``on``, who needs these supports; two statements."""
    category = client.immigration_category
    rules = {category: choices.term_extra("immigration-categories", category)}
    belongs, unknown = groups_of(client, on)
    born = birth_day(client.birth_date, client.birth_year_only)
    return Person(
        age=age(born, on),
        is_age_estimated=client.birth_date is None and born is not None,
        eligibility=eligibility.eligible(rules, category, client.permanent_residence_date, on),
        clb_en=_lower(client.clb_en_listening, client.clb_en_speaking),
        clb_fr=_lower(client.clb_fr_listening, client.clb_fr_speaking),
        languages=tuple(client.preferred_languages),
        needs_interpreter=client.needs_interpreter,
        groups=belongs,
        unknown_groups=unknown,
        municipality=client.municipality or client.household.city or None,
        supports=tuple(supports),
    )


def _lower(listening, speaking):
    """The level for matching; None unless both are known (domain 5)."""
    return None if listening is None or speaking is None else min(listening, speaking)


def groups_of(client, on):
    """(groups the client belongs to, groups nobody can tell), slugs of the list ``client-groups``, by their tests.

    What a client did not say about belonging to a group is not known: it is only what the client chooses to say.
    """
    household = _Household(client, on)
    belongs, unknown = set(client.self_identified_groups), set()
    for slug in choices.slugs("client-groups"):
        test = choices.term_extra("client-groups", slug).get("test", "")
        answer = _passes(test, client, on, household)
        if answer:
            belongs.add(slug)
        elif answer is None:
            unknown.add(slug)
    return frozenset(belongs), frozenset(unknown - belongs)


def _passes(test, client, on, household):
    """True, False, or None when nobody can tell."""
    kind, _sign, value = test.replace("=", ":", 1).partition(":")
    if kind == "always":
        return True
    if kind == "gender":
        known = client.gender and client.gender != NOT_STATED
        return client.gender == value if known else None
    if kind == "age":
        years = age(birth_day(client.birth_date, client.birth_year_only), on)
        least, _dash, most = value.partition("-")
        return None if years is None else int(least) <= years <= int(most or 200)
    if kind == "language":
        return value in client.preferred_languages if client.preferred_languages else None
    if kind in ("immigration", "immigration-group"):
        facts = choices.term_extra("immigration-categories", client.immigration_category)
        group = facts.get("group", "unknown")
        if group == "unknown":
            return None
        return value == (client.immigration_category if kind == "immigration" else group)
    if kind == "household":
        return household.has_minor if value == "has-minor" else household.is_single_parent
    if value == "seeking-work":
        return {"yes": True, "no": False}.get(client.seeking_work)
    return None


class _Household:
    """What the birth dates of a household tell: True, False, or None when one that decides is missing."""

    def __init__(self, client, on):
        rows = Client.read(
            f'"household_id" = {database.param}',
            client.household_id,
            only=("birth_date", "birth_year_only"),
        )
        ages = [age(birth_day(row.birth_date, row.birth_year_only), on) for row in rows]
        minors = sum(years is not None and years < 18 for years in ages)
        adults = sum(years is not None and years >= 18 for years in ages)
        is_whole = None not in ages
        self.has_minor = True if minors else False if is_whole else None
        if not is_whole:
            self.is_single_parent = False if adults > 1 else None
        else:
            self.is_single_parent = minors > 0 and adults == 1
