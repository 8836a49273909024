"""The families of the example agency: the worked example from intake to A5, and one for every other state of a case.

``load`` is called while ``seed.example`` loads, after the directory; seed/example_wipe.py takes all of it away again.
"""

import datetime
from io import BytesIO

from models import (
    MATCHING,
    SHARING,
    AreaOfFocus,
    CapacityBuildingActivity,
    Client,
    ConsentRecord,
    Extension,
    Goal,
    Guardianship,
    Household,
    Intake,
    Interpreter,
    MatchRun,
    NeedAlert,
    Organization,
    PlanAction,
    PlanReview,
    RecommendedAction,
    Referral,
    ServiceLocation,
    SettlementPlan,
    Staff,
)
from seed import example_caseload, example_casework, example_days, read
from seed.example_scan import signed_form
from workflows import (
    agency_rules,
    assessments,
    attachments,
    audit,
    builder_results,
    case_rules,
    engine,
    instruments,
    intake,
    match_facts,
    matching_catalogue,
    matching_index,
    matching_scheme,
    people_rules,
    records,
    schedule,
    settings,
)
from workflows import (
    caseload as workload,
)
from workflows.business_days import ONE_DAY, add_months
from workflows.matching import Asked

INTAKE, ON_HOLD, STUB = "intake", "on-hold", "consent-refused"
# One worker of the example has more clients than one should: the caseload page shows it.
CONFIRMED = ("similar-client", workload.PAST_THE_MOST)


def load(loading, caseload=False):
    """Save the families through the rules, for the example that ``loading`` has loaded so far; ``caseload`` adds many more.

    Returns the ids of the interpreters: they belong to no family.
    """
    data = read("example_families")
    families = _Families(loading, data["told_on"])
    families.load_interpreters(data["interpreters"])
    for family in data["families"]:
        families.load_family(family)
    if caseload:
        loading.load_staff(read("example_caseload")["staff"])
        for family in example_caseload.rows(families.as_of):
            families.load_family(family)
    families.load_draft(data["draft"])
    families.load_capacity_building(data["capacity_building"])
    if caseload:
        loading.apart = example_days.load(families)
    return [row.id for row in families.interpreters.values()]


class _Families:
    def __init__(self, loading, told_on):
        self.loading, self.as_of = loading, min(loading.as_of, settings.today())
        # Whole weeks, so that what was done on a working day still was.
        self.shift = ONE_DAY * ((self.as_of - told_on).days // 7 * 7)
        self.interpreters, self.files = {}, {}
        self.calendar = agency_rules.calendar()

    def on(self, when):
        """The day of a date or of a number of days before the as-of date (a working day, if past)."""
        if not isinstance(when, int):
            return when + self.shift
        day = self.as_of - ONE_DAY * when
        while when > 0 and not self.calendar.is_business_day(day):
            day -= ONE_DAY
        return day

    def days(self, when):
        """As the referrals of the example count: days before its date."""
        return (self.loading.as_of - self.on(when)).days

    def turn_to(self, number):
        """Go on with a family that is loaded, the one whose file number ends so."""
        key, self.members, self.worker = self.files[number]
        self.household = Household.get_by_id(key)

    def staff(self, name):
        return Staff.get(Staff.name == name)

    def load_interpreters(self, rows):
        for row in rows:
            signed = self.on(row["signed"])
            facts = {name: value for name, value in row.items() if name != "signed"}
            interpreter = Interpreter(confidentiality_signed_on=signed, **facts)
            records.save(interpreter)
            self.interpreters[row["name"]] = interpreter

    def load_capacity_building(self, rows):
        """At a place of the example, with which it is taken away again."""
        own = ServiceLocation.organization == Organization.own()
        place = ServiceLocation.select().where(own).order_by(ServiceLocation.id).first()
        for row in rows:
            facts = {name: row[name] for name in row.keys() - {"day", "by", "area"}}
            area = AreaOfFocus.get(AreaOfFocus.slug == row["area"])
            records.save(
                CapacityBuildingActivity(
                    date=self.on(row["day"]),
                    staff=self.staff(row["by"]),
                    location=place,
                    area_of_focus=area,
                    **facts,
                )
            )

    def load_family(self, row):
        began = self.on(row["began"])
        number = f"{began.year}-{row['number']}"
        if row.get("status") == STUB:
            self.household = Household(file_number=number, status=STUB)
            records.save(self.household)
            self.loading.households.append(self.household.id)
            return
        self.row, self.began, self.worker = row, began, self.staff(row["worker"])
        self.interpreter = self.interpreters.get(row.get("interpreter"))
        self.members, self.assessed, self.sent = {}, {}, {}
        self.load_household(number)
        self.load_people()
        self.files[row["number"]] = self.household.id, self.members, self.worker
        self.load_forms()
        self.load_intake()
        if row.get("status") != INTAKE:
            self.change(status=case_rules.OPEN)
        for assessment in row.get("assessments", ()):
            self.load_assessment(assessment)
        self.load_picked()
        self.act_on_alerts()
        self.load_extension()
        for referral in row.get("referrals", ()):
            self.load_referral(referral)
        self.load_plan()
        example_casework.load(self, row)
        if row.get("status") == ON_HOLD:
            self.change(status=ON_HOLD)
        example_casework.load_exit(self, row.get("exit"))
        if "closed" in row:
            closed = row["closed"]
            self.change(
                status=case_rules.CLOSED,
                close_date=self.on(closed["day"]),
                close_reason=closed["reason"],
                close_summary=closed["summary"],
            )

    # ---- The file and its people

    def load_household(self, number):
        row, backup = self.row, self.row.get("backup")
        is_intensive = row["case_type"] == case_rules.INTENSIVE
        self.household = Household(
            file_number=number,
            case_type=row["case_type"],
            status=INTAKE,
            primary_worker=self.worker,
            backup_worker=self.staff(backup) if backup else None,
            no_conflict_declared=True,
            anchor_date=self.began if is_intensive else None,
            address=row.get("address"),
            postal_code=row.get("postal_code"),
            city="Calgary",
            province="AB",
        )
        records.save(self.household, confirmed=CONFIRMED)
        self.loading.households.append(self.household.id)

    def change(self, **values):
        self.household = Household.get_by_id(self.household.id)
        for name, value in values.items():
            setattr(self.household, name, value)
        records.save(self.household, confirmed=CONFIRMED)

    def load_people(self):
        for code, said in self.row["people"].items():
            facts = {name: v for name, v in said.items() if name not in ("age", "signed")}
            for name, value in facts.items():
                facts[name] = self.on(value) if isinstance(value, datetime.date) else value
            if "birth_date" not in facts:
                facts["birth_date"] = add_months(self.as_of, -12 * said["age"]) - 40 * ONE_DAY
            client = Client(
                household=self.household,
                address=self.household.address,
                municipality="Calgary",
                arrival_date=self.on(self.row["arrived"]),
                **self.row["shared"],
                **facts,
            )
            records.save(client, confirmed=CONFIRMED)
            self.members[code] = client
        for adult, children in self.row.get("care", {}).items():
            for child in children:
                link = Guardianship(guardian=self.members[adult], child=self.members[child])
                records.save(link)

    def load_forms(self):
        """What each adult signed, the charter with its scan, and who may be told what (R-CON-1, R-CON-4, R-CON-6)."""
        first = next(iter(self.members.values()))
        for code, client in self.members.items():
            day = self.on(self.row["people"][code].get("signed", self.row["began"]))
            if people_rules.is_minor(client, day) is False:
                self.sign(client, people_rules.CONFIDENTIALITY, day)
                self.sign(client, people_rules.COLLECTION, day)
        if self.row.get("status") != INTAKE:
            charter = self.sign(first, people_rules.CHARTER, self.began)
            lines = (str(first), self.household.file_number, self.began.isoformat())
            scan = signed_form("Client charter – example", (*lines, "Nobody here is real."))
            attachments.store("signed-form", charter, BytesIO(scan), "charter.pdf")
        sharing = self.row.get("sharing", {"people": ()})
        for code in sharing["people"]:
            named = [self.loading.organizations[name].id for name in sharing["organizations"]]
            consent = self.sign(self.members[code], SHARING, self.on(sharing["day"]), named)
            self.loading.consents[self.members[code].id] = consent

    def sign(self, client, kind, day, named=()):
        consent = ConsentRecord(
            household=self.household,
            client=client,
            type=kind,
            given_on=day,
            signed_by_name=str(client),
            staff_signer_name=self.worker.name,
            language_used=client.preferred_languages[0],
            interpreter=self.interpreter if client.needs_interpreter else None,
            copy_given=True,
        )
        if kind == people_rules.CONFIDENTIALITY:
            consent.limits_explained = list(agency_rules.details("confidentiality-limits"))
        if kind == SHARING:
            consent.expires_on = self.loading.last_day()
        records.save(consent, many={"named_organizations": named})
        return consent

    def load_intake(self):
        is_done = self.row.get("status") != INTAKE
        explained = [slug for slug, _label in intake.orientation()]
        visit = Intake(
            household=self.household,
            intake_date=self.began,
            worker=self.worker,
            interpreter=self.interpreter,
            orientation_checklist=explained if is_done else explained[:2],
            completed_on=self.began if is_done else None,
            **self.row["intake"],
        )
        records.save(visit)

    # ---- Needs

    def load_assessment(self, row):
        client, day = Client.get_by_id(self.members[row["person"]].id), self.on(row["day"])
        asked = agency_rules.facts(client, day, row.get("not_seeking"))
        self.assessed[row["person"], row["point"]] = assessments.complete(
            client,
            row["point"],
            _levels(row["answers"]),
            asked,
            day,
            self.worker,
            interpreter=self.interpreter if client.needs_interpreter else None,
            client_view=row.get("client_view"),
            strengths=row.get("strengths"),
        )

    def load_picked(self):
        guidance = agency_rules.suggestions()
        for row in self.row.get("picked", ()):
            needs = [("need", factor) for factor in row["needs"]]
            statements = [
                (factor, kind, str(getattr(guidance.of(factor), kind))) for kind, factor in needs
            ]
            assessment = self.assessed[row["person"], row["point"]]
            assessments.pick(assessment, statements, row["actions"])

    def act_on_alerts(self):
        done = self.row.get("acted_on", {})
        ids = [row.id for row in self.assessed.values()]
        for alert in NeedAlert.select().where(NeedAlert.assessment.in_(ids)):
            words = done if isinstance(done, str) else done.get(alert.question)
            # What is said of all of a case was done by now; one answer may wait for its day.
            if words and (alert.due_on <= self.as_of or isinstance(done, str)):
                alert.done_on, alert.what_was_done = min(alert.due_on, self.as_of), words
                records.save(alert)

    def load_extension(self):
        row = self.row.get("extension")
        if row is None:
            return
        extension = Extension(
            household=Household.get_by_id(self.household.id),
            suggested_on=self.assessed["P2", "a4"].completed_on,
            because=row["because"],
            decision="approved",
            decided_by=Staff.get(Staff.role == case_rules.SUPERVISOR),
            decided_on=self.on(row["decided_on"]),
            new_end=schedule.latest_end(self.began, agency_rules.terms()),
        )
        records.save(extension)

    # ---- Referrals and plan

    def load_referral(self, row):
        """A referral as those of the triage week, led to by an assessment: its statement, its actions."""
        client = self.members[row["person"]]
        key = f"{self.row['number']}-{row['person']}"
        self.loading.clients[key] = client
        said = {name: self.days(row[name]) for name in ("distributed", "completed")}
        plain = {"client": key, "received": self.days(row["day"]), "by": self.worker.name}
        found = {"match_snapshot": self.match(client, row)}
        self.loading.load_referral({**row, **plain, **said, **found, "actions": ()})
        referral = Referral.get(Referral.number == row["number"])
        labels = agency_rules.suggestions().actions()
        for slug in row["actions"]:
            text = str(labels[slug].text)
            action = RecommendedAction(referral=referral, action_slug=slug, text=text, done=True)
            records.save(action)
        for statement in self.assessed[row["person"], row["point"]].statements:
            if statement.factor == row["factor"]:
                records.save(statement, {"referrals": [referral.id]})
        self.sent[row["number"]] = referral

    def match(self, client, row):
        """The search that led to the service, kept as the referral builder keeps it; returns the referral's part."""
        day, need = self.on(row["day"]), match_facts.need_of(row["factor"])
        person = match_facts.person_of(Client.get_by_id(client.id), day)
        scheme = instruments.parsed(MATCHING, matching_scheme.read_scheme)
        # The process's own catalogue is left alone: this load may still be taken back.
        catalogue = matching_catalogue.compile(matching_index.load(), scheme)
        results = catalogue.match(need, person, day).results(0, 20, weak=True)
        run = MatchRun.create(
            client=client,
            need=builder_results.need_facts(need),
            at=datetime.datetime.combine(day, datetime.time(17)),
            by_name=self.worker.name,
            results=[[result.id, result.score, result.band] for result in results],
            scheme_version=scheme.version,
        )
        entry = catalogue.entry(self.loading.find_service(row).id)
        asked = Asked(scheme, need, person, day)
        result, excluded = asked.result(entry), asked.exclusion(entry)
        return builder_results.snapshot(result, excluded, scheme, need, run.id)

    def load_plan(self):
        row = self.row.get("plan")
        if row is None:
            return
        made = self.on(row["made"])
        plan = SettlementPlan(
            household=self.household, created_on=made, agreed_with_client_on=made, copy_given=True
        )
        records.save(plan)
        for goal in row["goals"]:
            self.load_goal(plan, goal)
        house = Household.get_by_id(self.household.id)
        due = [day for day, _review in case_rules.reviews(house)]
        for day, review in zip(due, row["reviews"], strict=False):
            records.save(
                PlanReview(
                    household=house,
                    due_on=day,
                    done_on=self.on(review["day"]),
                    progress=review["progress"],
                    goals_changed=review.get("changed"),
                )
            )

    def load_goal(self, plan, row):
        goal = Goal(
            plan=plan,
            client=self.members[row["person"]],
            factor=row["factor"],
            title=row["title"],
            term=row["term"],
            target_date=self.on(row["by"]),
            status=row["status"],
        )
        records.save(goal)
        for step in row["steps"]:
            records.save(
                PlanAction(
                    goal=goal,
                    text=step["text"],
                    who=step["who"],
                    due_on=self.on(step["due"]),
                    done_on=self.on(step["done"]) if "done" in step else None,
                    referral=self.sent.get(step.get("referral")),
                )
            )

    # ---- Work that waits

    def load_draft(self, row):
        """An intake somebody has begun: the first page, not passed yet."""
        token = audit.actor.set(audit.Actor(row["by"]))
        try:
            engine.start(intake.NewIntake(), {"desk": {n: [v] for n, v in row["desk"].items()}})
        finally:
            audit.actor.reset(token)


def _levels(answers):
    """{question slug: level}: of a factor one level for each question or one for all; ``else`` for what is not named."""
    found = {}
    for factor in agency_rules.matrix().factors:
        given = answers.get(factor.slug, answers.get("else"))
        if given is None:
            continue
        several = given if isinstance(given, list) else [given] * len(factor.questions)
        found |= {q.slug: level for q, level in zip(factor.questions, several, strict=True)}
    return found
