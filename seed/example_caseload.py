"""A plausible caseload for three workers, drawn from words and always the same: rows of the shape of example_families.yaml.

Enough people, levels and activities for the caseload picture and every report to be worth looking at.
"""

import random

from seed import read
from workflows import agency_rules, schedule
from workflows.business_days import ONE_DAY, add_months

FIRST_NUMBER = 101
POINTS = ("a1", "a2", "a3", "a4")
KEPT_UP = 0.85


def rows(on):
    """Yield every case as a row of families; ``on`` is the day on which the example stands."""
    data, chance = read("example_caseload"), random.Random(20260401)  # noqa: S311 -- nothing secret, and always the same
    factors = [factor.slug for factor in agency_rules.matrix().factors]
    number = FIRST_NUMBER
    for worker in data["workers"]:
        for _case in range(worker["cases"]):
            yield _Family(data, chance, on, worker, number, factors).row
            number += 1
    for worker in data["workers"]:
        for _case in range(worker.get("finished", 0)):
            yield _Finished(data, chance, on, worker, number, factors).row
            number += 1


class _Family:
    """One case: who they are, when they came, how their needs changed, and what was done."""

    COUPLES, YOUNGEST = 0.6, 1
    GAIN = (0.2, 0.8)  # of a level, from one point to the next
    PACE = (0.16, 0.09)  # activities a day, in the first three months and later

    def __init__(self, data, chance, on, worker, number, factors):
        self.data, self.chance, self.on, self.factors = data, chance, on, factors
        self.origin = chance.choice(data["origins"])
        self.began = self.day_of_beginning(worker)
        self.ended = 0
        self.anchor = on - ONE_DAY * self.began
        self.row = {
            "number": str(number),
            "case_type": "intensive",
            "began": self.began,
            "worker": worker["name"],
            "interpreter": self.origin.get("interpreter"),
            "address": f"{chance.randint(10, 990)} {chance.choice(data['streets'])}",
            "postal_code": f"T{chance.randint(1, 3)}{chance.choice('ABCEGH')} {chance.randint(1, 9)}{chance.choice('ABCEGH')}{chance.randint(1, 9)}",
            "shared": {
                "immigration_category": "gar",
                "country_of_origin": self.origin["country"],
                "preferred_languages": self.origin["languages"],
            },
            "arrived": self.began + chance.randint(3, 12),
            "acted_on": data["acted_on"],
        }
        self.people()
        self.row["intake"] = {
            "referred_from": "Resettlement Assistance Program",
            "reason": chance.choice(data["reasons"]),
            "urgent_needs": [],
        }
        self.row["assessments"] = [each for code in self.adults for each in self.assessments(code)]
        self.close()
        self.plan()
        self.row["casework"] = {
            "activities": list(self.activities()),
            "notes": list(self.notes()),
            "letters": list(self.letters()),
        }

    def day_of_beginning(self, worker):
        """Long enough ago for the stage of this worker's caseload, never past the twelve months."""
        return self.chance.randint(12, 50 * worker["stage"])

    def close(self):
        """Most cases go on."""

    def people(self):
        chance, family = self.chance, self.chance.choice(self.origin["families"])
        self.adults, children = ["F1"], []
        people = self.row["people"] = {}
        people["F1"] = self.person(family, chance.randint(24, 52), "principal-applicant")
        if chance.random() < 0.6:
            self.adults.append("F2")
            gender = "man" if people["F1"]["gender"] == "woman" else "woman"
            age = people["F1"]["age"] + chance.randint(-5, 5)
            people["F2"] = self.person(family, max(20, age), "spouse-partner", gender)
        for n in range(
            chance.choice((0, 1, 1, 2, 2, 3, 4))
            if len(self.adults) > 1
            else chance.choice((0, 0, 1, 2))
        ):
            code = f"F{3 + n}"
            people[code] = self.person(family, chance.randint(self.YOUNGEST, 16), "child")
            children.append(code)
        self.row["care"] = dict.fromkeys(self.adults, children) if children else {}

    def person(self, family, age, relation, gender=None):
        gender = gender or self.chance.choice(("woman", "man"))
        names = self.origin["women" if gender == "woman" else "men"]
        taken = {each["first_name"] for each in self.row["people"].values()}
        # Drawn from all names, then the next free one: what is drawn after it stays as it was.
        drawn = names.index(self.chance.choice(names))
        facts = {
            "relation": relation,
            "first_name": next(name for name in names[drawn:] + names[:drawn] if name not in taken),
            "last_name": family,
            "age": age,
            "gender": gender,
        }
        if age >= 18:
            level = self.chance.randint(1, 5)
            facts |= {
                "phone": f"403-555-{self.chance.randint(1000, 9999)}",
                "safe_to_call": self.chance.choice(("yes", "yes", "ask-first")),
                "needs_interpreter": level < 4 and "interpreter" in self.origin,
                "clb_en_listening": level,
                "clb_en_speaking": level,
                "education_level": self.chance.choice(
                    ("primary", "secondary", "trades", "college")
                ),
            }
        return facts

    # ---- Needs

    def assessments(self, code):
        """The points that have come, most in their window, each a little better than the one before."""
        strength = self.chance.gauss(2.45, 0.6)
        for point in POINTS:
            window = schedule.window(
                self.anchor, point, agency_rules.calendar(), agency_rules.terms()
            )
            room = max(1, (window.due_on_business_day - window.target).days - 3)
            day = window.target + ONE_DAY * self.chance.randint(1, room)
            if self.chance.random() < 0.07:
                day = window.due_on_business_day + ONE_DAY * self.chance.randint(2, 9)
            if day > self.on:
                # Most of those whose window is open have been done already: the team keeps up.
                room = (self.on - window.opens).days - 1
                if room < 3 or self.chance.random() > KEPT_UP:
                    return
                day = window.opens + ONE_DAY * self.chance.randint(3, room)
            yield {
                "person": code,
                "point": point,
                "day": (self.on - day).days,
                "answers": {factor: self.level(strength) for factor in self.factors},
            }
            strength += self.chance.uniform(*self.GAIN)

    def level(self, strength):
        return min(5, max(1, round(self.chance.gauss(strength, 0.8))))

    def plan(self):
        if self.began < 20:
            return
        chosen = self.chance.sample(self.data["goals"], self.chance.randint(1, 3))
        made = self.began - self.chance.randint(8, 15)
        self.row["plan"] = {
            "made": made,
            "goals": [
                {name: goal[name] for name in ("factor", "term", "title", "status")}
                | {
                    "person": self.chance.choice(self.adults),
                    "by": made - 120,
                    "steps": [self.step(goal, made)],
                }
                for goal in chosen
            ],
            "reviews": list(self.reviews()),
        }

    def step(self, goal, made):
        due = made - 30
        step = {"text": goal["step"], "who": "both", "due": due}
        return {**step, "done": max(due, 1)} if goal["status"] == "met" else step

    def reviews(self):
        for months in (3, 6, 9):
            day = add_months(self.anchor, months)
            if day + 6 * ONE_DAY > self.on:
                return
            yield {
                "day": (self.on - day).days - (0 if self.chance.random() < 0.85 else 5),
                "progress": self.data["notes"]["quarterly-check-in"]["discussed"],
            }

    # ---- What was done

    def activities(self):
        """Two to five a month; the first months see the most."""
        topics = self.data["topics"]
        weights = [topic["weight"] for topic in topics.values()]
        for back in range(self.began - 1, self.ended, -1):
            if self.chance.random() > self.PACE[self.began - back >= 90]:
                continue
            slug = self.chance.choices(list(topics), weights)[0]
            topic = topics[slug]
            together = len(self.adults) > 1 and self.chance.random() < 0.25
            yield {
                "day": back,
                "people": self.adults if together else [self.chance.choice(self.adults)],
                "topic": slug,
                "type": self.chance.choice(topic["types"]),
                "minutes": self.chance.choice(self.data["minutes"]),
                "note": self.chance.choice(topic["remarks"]),
                "mode": self.chance.choice(("in-person", "in-person", "phone")),
            }

    def notes(self):
        yield self.note("intake", self.began, self.adults)
        for each in self.row["assessments"]:
            yield self.note("needs-assessment", each["day"], [each["person"]])
        for each in self.row.get("plan", {}).get("reviews", ()):
            yield self.note("quarterly-check-in", each["day"], self.adults)
        for _n in range(self.chance.randint(0, 2)):
            kind = self.chance.choice(("one-to-one", "phone-message"))
            yield self.note(
                kind,
                self.chance.randint(self.ended + 1, self.began),
                [self.chance.choice(self.adults)],
            )

    def note(self, kind, day, people):
        words = self.data["notes"][kind]
        late = self.chance.choice((0, 0, 0, 1, 1, 3)) if self.chance.random() < 0.93 else 12
        return {
            "type": kind,
            "day": day,
            "written": max(day - late, 0),
            "people": people,
            "reason_for_contact": words["reason"],
            "discussed": words["discussed"],
            "agreed_and_follow_up": words["agreed"],
            "observations": self.chance.choice(self.data["observations"]),
        }

    def letters(self):
        if self.began > 30 and self.chance.random() < 0.3:
            letter = self.chance.choice(self.data["letters"])
            yield {**letter, "day": self.chance.randint(self.ended + 2, self.began), "person": "F1"}


class _Finished(_Family):
    """A case that was closed when its twelve months were over: every point was reached, the last words were said."""

    COUPLES, YOUNGEST = 1, 2  # nobody came before they were born
    GAIN = (-0.05, 0.55)
    PACE = (0.08, 0.03)

    def day_of_beginning(self, worker):
        return self.chance.randint(*worker["finished_after"])

    def close(self):
        self.ended = max(1, min(each["day"] for each in self.row["assessments"]) - 3)
        words = self.chance.choice(self.data["closings"])
        self.row["closed"] = {"day": self.ended, **words["closed"]}
        self.row["exit"] = {"person": "F1", "day": self.ended, **words["exit"]}

    def notes(self):
        yield from super().notes()
        yield self.note("closing", self.ended, self.adults)
