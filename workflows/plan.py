"""The settlement plan: the wizard that makes or changes it, and its steps (2.11)."""

from flask_babel import gettext as _

from forms import plan as pages
from forms.choices import term_label
from forms.formats import date_text, whole
from forms.steps import words_of
from models import (
    ACTIVE,
    COMPLETE,
    N_,
    Client,
    FactorResult,
    Goal,
    NeedsAssessment,
    PlanAction,
    SettlementPlan,
    language,
)
from workflows import agency_rules, assistant, case_rules, engine, records, settings

PRESSING = ("very-high", "high")
OVER = ("met", "dropped")


def active(household):
    """The plan in force of a household (a row or its id), or None."""
    return (
        SettlementPlan.select()
        .where(SettlementPlan.household == household, SettlementPlan.state == ACTIVE)
        .order_by(SettlementPlan.id.desc())
        .first()
    )


def goals(plan):
    """The goals of a plan in the order they were made, those that were dropped last."""
    found = Goal.select().where(Goal.plan == plan.id).order_by(Goal.id)
    return sorted(found, key=lambda goal: goal.status == "dropped")


def actions(plan):
    """{goal id: [PlanAction]} of a plan, in one statement."""
    found = {}
    rows = PlanAction.select().join(Goal).where(Goal.plan == plan.id).order_by(PlanAction.id)
    for action in rows:
        found.setdefault(action.goal_id, []).append(action)
    return found


def factor_labels():
    """{slug: label} of the factors in force, in asking order, and of those that were."""
    return {slug: str(label) for slug, label in agency_rules.matrix().labels().items()}


def _latest(household):
    """{client id: NeedsAssessment} of everybody's latest complete one."""
    done = (
        NeedsAssessment.select()
        .join(Client)
        .where(Client.household == household, NeedsAssessment.state == COMPLETE)
        .order_by(NeedsAssessment.completed_on, NeedsAssessment.id)
    )
    return {assessment.client_id: assessment for assessment in done}


def picked(household, factor):
    """Slugs of the actions of a factor that were ticked at the latest assessments, for the steps of a goal."""
    guidance = _guidance(factor)
    known = {action.slug for action in guidance.actions} if guidance else ()
    chosen = {slug for one in _latest(household).values() for slug in one.chosen_actions or ()}
    return sorted(chosen & set(known))


def _guidance(factor):
    """The Guidance of a factor, or None."""
    if not factor:
        return None
    return agency_rules.suggestions().of(factor)


def pressing(household):
    """[(client, factor slug, level)] of the factors that came out high at everyone's latest assessment."""
    ids = [assessment.id for assessment in _latest(household).values()]
    rows = (
        FactorResult.select(FactorResult, NeedsAssessment, Client)
        .join(NeedsAssessment)
        .join(Client)
        .where(FactorResult.assessment.in_(ids), FactorResult.level.in_(PRESSING))
        .order_by(FactorResult.score.desc(), FactorResult.id)
    )
    return [(row.assessment.client, row.factor, row.level) for row in rows]


class Plan(engine.Workflow):
    """Make the plan, or go through it again."""

    name = "plan"
    title = N_("Settlement plan")
    intro = N_(
        "Goals in the client’s own words, and who does what by when. An existing plan is opened again."
    )
    check_lead = N_("Read the plan to the client before you save it.")
    finish_label = N_("Save the plan")
    steps = {
        "who": pages.WhoForm,
        "goals": pages.GoalsForm,
        "steps": engine.Each(
            lambda answers: [(goal["number"], goal) for goal in answers.of("goals", "goals", [])],
            pages.StepsForm,
        ),
        "agreement": pages.AgreementForm,
    }

    def about(self, draft):
        raw = draft.answers.get("who", {}).get("client", [""])[-1]
        client = Client.stored(whole(raw) or 0)
        return client.display_name if client else ""

    def held(self, answers, slug, passed):
        """The steps to a goal go with it: the next one typed under its number begins without any.

        A page that was only left, not answered, is asked again: it may have shown what a colleague wrote meanwhile.
        """
        if passed is None and slug in answers and "offered" in answers[slug]:
            answers[slug].pop(engine.DONE, None)
        if slug != "goals":
            return answers
        there = {name.split("-")[1] for name in answers["goals"] if name.endswith("-row")}
        return {
            page: raw
            for page, raw in answers.items()
            if not page.startswith("steps-") or page.removeprefix("steps-") in there
        }

    def initial(self, page, answers, draft):
        if page.step == "goals":
            client = self._client(answers)
            first = self._first_goals(client)
            return {
                "goals": first,
                "offered": _listed({r["goal"]: r for r in first if "goal" in r}),
            }
        if page.step == "steps":
            client = self._client(answers)
            first = _first_actions(client, page.item["goal"])
            return {
                "actions": first,
                "offered": _listed({row["action"]: row for row in first}),
                "suggested": picked(client.household_id, page.item["factor"]),
            }
        if page.step == "agreement":
            return {"agreed_with_client_on": settings.today()}
        return {}

    @staticmethod
    def _client(answers):
        return Client.stored(answers.of("who", "client"))

    @staticmethod
    def _first_goals(client):
        found = [row for row in _goals_there(client).values() if row["status"] not in OVER]
        return found or [{"client": client.id if client else None}]

    def prepare(self, page, answers, draft):
        if page.step == "goals":
            client = self._client(answers)
            household = client.household_id if client else None
            people = [
                (one.id, str(one))
                for one in Client.select().where(Client.household == household).order_by(Client.id)
            ]
            labels, retired = factor_labels(), dict(agency_rules.matrix().retired)
            for form in page.form.goals.forms:
                form.client.choices = people
                form.factor.choices = [("", "")] + [
                    (slug, words)
                    for slug, words in labels.items()
                    if slug not in retired or slug == form.factor.data
                ]
                if not form.goal.data:
                    del form.status  # a new goal has not begun
        if page.step == "steps":
            guidance = _guidance(page.item["factor"])
            page.form.suggested.choices = [
                (action.slug, str(action.text)) for action in (guidance.actions if guidance else ())
            ]
            if not page.form.suggested.choices:
                del page.form.suggested

    def facts(self, page, answers, draft):
        client = self._client(answers)
        if page.step != "goals" or client is None:
            return {}
        labels = factor_labels()
        return {
            "pressing": [
                (str(person), labels.get(factor, factor), level, term_label("need-levels", level))
                for person, factor, level in pressing(client.household_id)
            ],
            "has_plan": active(client.household_id) is not None,
        }

    def examine(self, page, answers, draft):
        if page.step == "goals":
            today = settings.today()
            for form in page.form.goals.forms:
                late = form.target_date.data and form.target_date.data < today
                if late and not form.goal.data:
                    form.target_date.errors = [_("Choose a day that is still to come.")]
                    page.form.goals.errors = [_("A day is in the past.")]
        if page.step in ("goals", "steps"):
            self._compare(page, *self._there(page, answers))

    def _there(self, page, answers):
        """(the question with the id of a row, {id: {question: value}} of what stands in the plan now)."""
        client = self._client(answers)
        if page.step == "goals":
            return "goal", _goals_there(client)
        return "action", {row["action"]: row for row in _first_actions(client, page.item["goal"])}

    def theirs(self, page, answers, raw, chosen):
        """R-SYS-2: the rows ``chosen`` ("id,id") as a colleague left them; what else was typed stays."""
        key, there = self._there(page, answers)
        rows = f"{key}s"
        numbers = {
            whole(values[-1]): name.split("-")[1]
            for name, values in raw.items()
            if name.startswith(f"{rows}-") and name.endswith(f"-{key}") and values
        }
        following = max((int(n) for n in numbers.values() if n.isdecimal()), default=-1) + 1
        for one in _read(chosen):
            number = numbers.get(one)
            if number is None:
                number, following = following, following + 1
            mine = f"{rows}-{number}-"
            raw = {name: values for name, values in raw.items() if not name.startswith(mine)}
            if one in there:
                told = {name: _typed(value) for name, value in there[one].items()}
                raw |= {f"{mine}{name}": values for name, values in {"row": ["1"], **told}.items()}
        return raw

    def _compare(self, page, key, there):
        """R-SYS-2: say what a colleague changed since the page was begun; who goes on after that has seen it."""
        was, rows = _read(page.form.offered.data), page.form[f"{key}s"]
        moved = {one for one, mark in was.items() if engine.moved(mark, _mark(there.get(one)))}
        typed = {whole(row[key].data): row for row in rows.forms}
        told = [_tell(typed[one], there.get(one)) for one in sorted(moved & set(typed))]
        name = "title" if key == "goal" else "text"
        removed = [
            _("“%(title)s”, which you removed, was changed meanwhile.", title=there[one][name])
            for one in sorted(moved & set(there) - set(typed))
        ]
        if any(told) or removed:
            page.form.offered.data = _listed(there, was)
            again = _(
                "The plan was changed at another desk after you began. Look at both versions, mend what is to be mended"
                " and press Continue: then what stands on this page is kept."
            )
            rows.errors = [*rows.errors, again, *removed]
            page.form.of_colleague = ",".join(map(str, sorted(moved & (set(typed) | set(there)))))

    def finish(self, answers, draft):
        client = self._client(answers)
        plan = active(client.household_id) or SettlementPlan(
            household=client.household_id, created_on=settings.today()
        )
        plan.agreed_with_client_on = answers.of("agreement", "agreed_with_client_on")
        plan.copy_given = answers.of("agreement", "copy_given")
        records.save(plan)
        kept = set()
        for given in answers.of("goals", "goals"):
            goal = _goal(plan, given)
            kept.add(goal.id)
            steps = answers[f"steps-{given['number']}"]
            _save_actions(goal, given["factor"], steps)
        removed = set(_read(answers.of("goals", "offered"))) - kept
        for goal in goals(plan):
            # What a colleague added since then was never on these pages, and stays.
            if goal.id in removed and goal.status not in OVER:
                goal.status = "dropped"
                records.save(goal)
        return {"plan": plan.id, "client": client.id}

    def done(self, facts):
        plan = SettlementPlan.get_by_id(facts["plan"])
        waiting = [day for day, row in case_rules.reviews(plan.household) if row is None]
        sentences = [_("The plan of file %(number)s is saved.", number=plan.household.file_number)]
        if waiting:
            sentences.append(_("Its next review is due on %(day)s.", day=date_text(waiting[0])))
        return engine.Done(
            _("The plan is saved"),
            tuple(sentences),
            (
                (_("Print the client’s copy"), f"/settlement-plans/print/?id={plan.id}"),
                (_("Open the plan"), f"/settlement-plans/details/?id={plan.id}"),
                (_("Open the file"), f"/households/details/?id={plan.household_id}"),
            ),
        )


def _goals_there(client):
    """{id: first answers of its row} of the goals of the plan in force."""
    known = client and active(client.household_id)
    return {
        goal.id: {
            "goal": goal.id,
            "title": goal.title,
            "client": goal.client_id,
            "factor": goal.factor,
            "term": goal.term,
            "target_date": goal.target_date,
            "set_by_client": goal.set_by_client,
            "status": goal.status,
        }
        for goal in (goals(known) if known else [])
    }


def _first_actions(client, goal):
    plan = client and active(client.household_id)
    if plan is None or whole(goal) is None:
        return []
    mine = PlanAction.select().join(Goal).where(Goal.id == whole(goal), Goal.plan == plan.id)
    rows = mine.order_by(PlanAction.id)
    return [
        {
            "action": row.id,
            "text": row.text,
            "who": row.who,
            "due_on": row.due_on,
            "done_on": row.done_on,
        }
        for row in rows
    ]


def _goal(plan, given):
    """The goal of one row, new or changed; one of another plan is never touched."""
    goal = None
    if whole(given["goal"]) is not None:
        goal = Goal.get_or_none(Goal.id == whole(given["goal"]), Goal.plan == plan.id)
    goal = goal or Goal(plan=plan)
    for name in ("title", "client", "factor", "term", "target_date", "set_by_client", "status"):
        if name in given:
            setattr(goal, name, given[name])
    records.save(goal)
    return goal


GONE = "gone"


def _mark(row):
    """A short mark of a goal or step, to notice that somebody else changed it meanwhile (R-SYS-2)."""
    return engine.seal({name: str(value) for name, value in row.items()}) if row else GONE


def _listed(there, was=()):
    """ "id:mark" of what stands there, and of what stood there before."""
    return ",".join(f"{one}:{_mark(there.get(one))}" for one in was or there)


def _read(text):
    """{id: mark} of ``_listed``; drafts of earlier versions have ids alone."""
    parts = (part.partition(":") for part in (text or "").split(","))
    return {whole(one): mark for one, _colon, mark in parts if whole(one) is not None}


def _typed(value):
    """A stored value as a form would send it."""
    if value is None or value is False:
        return []
    return ["y" if value is True else str(value)]


def _tell(mine, theirs):
    """Say beside each question of a row what stands in the plan now; False when it is what the row says too."""
    if theirs is None:
        mine.problem(mine.lines[0], _("This was removed meanwhile. Keep it to make it anew."))
        return True
    other, before = type(mine)(data=theirs), len(mine.errors)
    for field in mine:
        beside = other[field.short_name]
        if hasattr(field, "choices"):
            beside.choices = field.choices
        if words_of(field) != words_of(beside):
            words = words_of(beside)[0][1] or "–"
            mine.problem(
                field.short_name, _("Changed meanwhile. There it now says: %(words)s", words=words)
            )
    return len(mine.errors) > before


def _save_actions(goal, factor, said):
    """Bring a goal's steps to what was ``said`` on its page; a suggestion that is a step already is not added twice."""
    suggested, rows = said.get("suggested") or (), said["actions"]
    known = {row.id: row for row in PlanAction.select().where(PlanAction.goal == goal.id)}
    used = {row.action_slug for row in known.values() if row.action_slug}
    kept = set()
    for given in rows:
        number = given["action"]
        row = known.get(whole(number))
        row = row or PlanAction(goal=goal)
        for name in ("text", "who", "due_on", "done_on"):
            setattr(row, name, given[name])
        records.save(row)
        kept.add(row.id)
    for row in known.values():
        if row.id in set(_read(said["offered"])) - kept and row.done_on is None:
            records.delete(row)
    guidance = _guidance(factor)
    for action in guidance.actions if guidance else ():
        if action.slug in suggested and action.slug not in used:
            records.save(
                PlanAction(goal=goal, action_slug=action.slug, text=str(action.text), who="both"),
                confirmed=(assistant.WRITING,),
            )


def tick(action, today):
    """Mark a step as done today, or as not done after all."""
    action.done_on = None if action.done_on else today
    return records.save(action)


def print_language(client):
    """The language of the client's copy: the first preferred one the portal has texts in, else the page's."""
    spoken = [code for code in client.preferred_languages if code in ("en", "fr")]
    return spoken[0] if spoken else language.get()
