"""A family of the worked examples for ``flask verify``: stored, assessed and followed to its end (domain 6.3)."""

import datetime

from models import CaseActivity, Client, Extension, Guardianship, Household, Staff
from workflows import agency_rules, assessments, reports_casework, schedule, scoring, settings
from workflows.records import save
from workflows.reports_tables import Asked
from workflows.verify_needs import answers_of, result_checks, unknown, window_checks

EXPECTS = (
    "expected_windows",
    "expected_required_points",
    "expected_household_level",
    "expected_plan_reviews",
    "expected_activity_report",
)


def family(data, whole, world):
    """A household from the anchor to the end: windows, required points, assessments, levels, extension, reviews."""
    yield from unknown(data, EXPECTS)
    home = _Home(data)
    for point, expected in data["expected_windows"].items():
        yield from _spaced("window", window_checks(point, expected, home.anchor, home.days))
    # In the order in which they happened; the file may have them by person.
    for example in sorted(data.get("assessments") or (), key=lambda each: each["completed_on"]):
        result = home.complete(example)
        name = f"{example['person']} {example['point']}"
        yield from _spaced(name, result_checks(example["expected"], result))
        yield from _spaced(name, _left_out(example, result))
    for code, expected in (data.get("expected_required_points") or {}).items():
        yield f"{code} required points", expected, home.required(code)
    yield from _skips(data, home)
    for point, expected in (data.get("expected_household_level") or {}).items():
        yield f"household level {point}", expected, home.level(point)
    yield from _extension(data, home)
    yield from _reviews(data, home)
    yield from _notes(data, home.days)
    yield from _activities(data, home)


def _spaced(prefix, checks):
    for part, expected, got in checks:
        yield f"{prefix}{part}", expected, got


class _Home:
    """The household as records; ``done`` is {code: {point: (completed_on, level)}} of what is stored."""

    def __init__(self, data):
        self.anchor, self.terms = data["anchor_date"], agency_rules.terms()
        self.days = agency_rules.calendar(data.get("province"))
        extension = data.get("extension") or {}
        self.new_end = extension.get("new_end") if extension.get("approved_on") else None
        self.worker = Staff(name="Example Worker", role="case-manager")
        save(self.worker)
        self.household = Household(
            file_number=data.get("file_number"),
            case_type=data.get("case_type", assessments.INTENSIVE),
            status="intake",
            anchor_date=self.anchor,
            province=data.get("province"),
        )
        save(self.household)
        self.clients = {p["code"]: self._client(p, data) for p in data["people"]}
        self._take_care(data["people"])
        if self.new_end:
            Extension.create(
                household=self.household,
                because=extension.get("because", ""),
                decision="approved",
                decided_by=self.worker,
                decided_on=extension["approved_on"],
                new_end=self.new_end,
            )
        self.done = {code: {} for code in self.clients}

    def _client(self, person, data):
        client = Client(
            household=self.household,
            relation=person.get("relation", "other-relative"),
            first_name=person["code"],
            last_name="Example",
            birth_date=person.get("birth_date"),
            birth_year_only=person.get("birth_year_only"),
            immigration_category=data.get("immigration_category", "unknown"),
            preferred_languages=["en"],
        )
        save(client, confirmed=("similar-client",))
        return client

    def _take_care(self, people):
        """In the care of the parents are those who are nobody's parent themselves.

        Not saved by the rules, which go by today: some of these children have come of age since.
        """
        parents = {p["code"] for p in people if p.get("parent_or_guardian")}
        for guardian in parents:
            for child in self.clients.keys() - parents:
                Guardianship.create(guardian=self.clients[guardian], child=self.clients[child])

    def complete(self, example):
        """Store one assessment as the wizard does; returns the scoring.Result that is read back."""
        who, on, point = example["person"], example["completed_on"], example["point"]
        instrument, scheme = agency_rules.matrix(), agency_rules.scheme()
        answers = answers_of(instrument, example["answers"])
        facts = agency_rules.facts(self.clients[who], on, _reason(example))
        if on > settings.today():
            # Nobody can store what is still to come; it can be scored all the same.
            result = scoring.assess(instrument, scheme, answers, facts)
        else:
            client = Client.get_by_id(self.clients[who].id)
            row = assessments.complete(client, point, answers, facts, on, self.worker)
            result = assessments.result_of(type(row).get_by_id(row.id))
        self.done[who][point] = (on, result.level)
        return result

    def levels(self, code):
        return {point: level for point, (_day, level) in self.done[code].items()}

    def level(self, upto):
        """The level of the household as it stands at one point (R-ASM-8)."""
        return schedule.household_level([self.levels(code) for code in self.done], upto)

    def required(self, code):
        """The points of one person as the case page has them (R-ASM-4, R-ASM-5)."""
        case = assessments.case(self.household, self.anchor)
        return case.person(self.clients[code].id).required


def _reason(example):
    reasons = {row["factor"]: row.get("reason") for row in example.get("not_applicable") or ()}
    return reasons.get("employment") or example.get("not_seeking")


def _left_out(example, result):
    if "not_applicable" not in example:
        return
    rows = example["not_applicable"] or ()
    expected = {row["factor"]: str(row.get("reason")).replace(" ", "-") for row in rows}
    got = {each.factor: each.reason for each in result.factors if not each.applies}
    yield " not applicable", dict(sorted(expected.items())), dict(sorted(got.items()))


def _skips(data, home):
    skipped = {code: [] for code in home.clients}
    for skip in data.get("skips") or ():
        who, point = skip["person"], skip["point"]
        reason = skip.get("reason", schedule.LOW_NEED)
        got = schedule.may_skip(point, home.levels(who), skipped[who], reason, home.required(who))
        if got:
            skipped[who].append(point)
        yield f"{who} skips {point}", skip["expected_allowed"], got


def _extension(data, home):
    extension = data.get("extension")
    if not extension:
        return
    level = home.level("a4")
    suggested = schedule.suggests_extension(level)
    days = [done["a4"][0] for done in home.done.values() if "a4" in done]
    latest = schedule.latest_end(home.anchor, home.terms)
    got = {
        "suggested_on": max(days, default=None) if suggested else None,
        "because": f"household level {level} at A4" if suggested else None,
        "standard_end": schedule.standard_end(home.anchor, home.terms),
        "latest_allowed_end": latest,
    }
    for name, value in got.items():
        if name in extension:
            yield f"extension {name}", extension[name], value
    if home.new_end:
        yield "extension new_end allowed", True, home.new_end <= latest


def _reviews(data, home):
    """The reviews of the standard length are compared, and those of the extension where the example lists them."""
    if "expected_plan_reviews" not in data:
        return
    expected = data["expected_plan_reviews"]
    got = schedule.plan_reviews(home.anchor, None, home.terms)
    if len(expected) > len(got):
        got = schedule.plan_reviews(home.anchor, home.new_end, home.terms)
    yield "plan reviews", expected, got


def _notes(data, days):
    for number, note in enumerate(data.get("case_note_due") or (), 1):
        for name, key in (("target", "target"), ("limit", "due")):
            if name in note:
                count = settings.value(f"case_note_{key}_business_days")
                yield f"case note {number} {name}", note[name], days.add(note["contact"], count)


def _activities(data, home):
    """Each activity is stored as the screen does; its level is compared, and the report of them all (8, R-ACT-2)."""
    for number, example in enumerate(data.get("activities") or (), 1):
        if "expected_level" in example:
            got = schedule.level_on(home.done[example["person"]], example["date"])
            level = got or reports_casework.NOT_ASSESSED
            yield f"activity {number} level", example["expected_level"], level
        client = home.clients[example["person"]]
        row = CaseActivity(household=home.household, staff=home.worker)
        for name in ("date", "topic", "type", "minutes"):
            setattr(row, name, example[name])
        save(row, {"clients": [client.id]})
    expected = data.get("expected_activity_report") or {}
    got = _report(home) if expected else {}
    for level, numbers in expected.items():
        for name, number in numbers.items():
            yield f"activity report {level} {name}", number, got.get(level, {}).get(name, 0)


def _report(home):
    """{level, or "total": {"clients", "activities", "minutes"}} of the worker's activities on all days."""
    today = settings.today()
    asked = Asked(datetime.date.min, today, today, worker=home.worker.id)
    found = {
        level: dict(zip(("clients", "activities", "minutes"), numbers[:3], strict=True))
        for level, numbers in reports_casework.work(asked).items()
    }
    everything = dict(
        zip(("activities", "minutes"), reports_casework.agency_work(asked), strict=True)
    )
    return found | {"total": found.get(reports_casework.AGENCY, {}) | everything}
