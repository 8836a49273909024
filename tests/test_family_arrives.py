"""A family arrives: the whole chain through the screens, from the desk to A5 and the trace of one referral (6.3)."""

from arriving import finish as finish_intake
from arriving import go_on, row, to_people
from builder_rows import catalogue, results, tick
from builder_rows import finish as finish_referrals
from factories import make_staff
from family import ASSESSMENTS, FAMILY, NAMES, check, come_to, reason_of
from prepare import ADMINISTRATOR
from test_needs_matrix import begin as begin_assessment
from test_needs_matrix import walk as walk_assessment

from forms.choices import term_label
from models import Client, Extension, Guardianship, Household, NeedAlert, Referral
from workflows import assessments

PEOPLE = {person["code"]: person for person in FAMILY["people"]}


def intake(browser):
    """The family at the desk: the father first, everybody named, the parents in charge of the two small ones."""
    page = to_people(
        browser, browser.submit(browser.get("/intake/"), "Start"), kind="intensive", first="Omar"
    )
    for number, (code, person) in enumerate(PEOPLE.items()):
        first, last = NAMES[code]
        answers = row(
            number,
            first_name=first,
            last_name=last,
            relation=person["relation"],
            birth_date=person["birth_date"].isoformat(),
        )
        is_last = number == len(PEOPLE) - 1
        page = browser.submit(page, "Continue" if is_last else "Add another person", answers)
    page = go_on(browser, page, "Needed today")
    return finish_intake(browser, page)


def test_a_family_is_followed_from_the_desk_to_a5_and_a_referral_traced_to_its_answer(app, clock):
    """Domain 6.3; R-ASM-2 to R-ASM-8, R-SCO-1 to R-SCO-4."""
    browser = come_to(app, clock, FAMILY["anchor_date"])
    page = intake(browser)
    assert page.heading == "The intake is finished", page.text
    household = Household.get()
    assert household.anchor_date == FAMILY["anchor_date"] and household.status == "open"
    people = {
        code: Client.get(Client.first_name == first) for code, (first, _last) in NAMES.items()
    }
    in_care = {(g.guardian.first_name, g.child.first_name) for g in Guardianship.select()}
    assert {("Omar", "Yusuf"), ("Samira", "Yusuf"), ("Omar", "Noor"), ("Samira", "Noor")} <= in_care

    services, reached = catalogue(), {}
    for example in ASSESSMENTS:
        browser = come_to(app, clock, example["completed_on"])
        point = example["point"]
        if point == "a5" and "a5" not in reached:
            assert assessments.case(household).suggested_on == FAMILY["extension"]["suggested_on"]
            page = browser.get(f"/needs-assessments/case/?id={household.id}")
            assert "suggests going on" in page and "Record a decision" in page
            decide(browser, household)
        page = begin_assessment(browser, people[example["person"]])
        assert page.soup.select_one("[name=point][checked]")["value"] == point
        page = browser.submit(page, "Continue")
        page = walk_assessment(browser, page, example["answers"], reason_of(example))
        made = check(example)
        assert page.path.startswith(f"/needs-assessments/details/?id={made.id}")
        assert f"Need index {made.need_index:.1f} of 100" in page
        reached[point] = assessments.case(household).level
        if (example["person"], example["point"]) == ("P2", "a1"):
            assert NeedAlert.get().question == "health-access"
            refer(browser, people["P2"], services)
    assert reached == FAMILY["expected_household_level"]
    assert Household.get().status == "extended"

    page = browser.get(f"/referrals/trace/?id={Referral.get().id}")
    for words in ("Language", "Very High", "LINC", term_label("referral-outcomes", "enrolled")):
        assert words in page, words


def decide(browser, household):
    """The supervisor's decision through its screen, the administrator passphrase asked first (R-ASM-7)."""
    supervisor = make_staff(role="supervisor", name="Sara Supervisor")
    page = browser.get(f"/extensions/new/?household={household.id}")
    page = browser.submit(page, passphrase=ADMINISTRATOR)
    extension = FAMILY["extension"]
    page = browser.submit(
        page,
        "Save",
        suggested_on=extension["suggested_on"].isoformat(),
        because=extension["because"],
        decision="Approved",
        decided_by=supervisor.name,
        decided_on=extension["approved_on"].isoformat(),
        new_end=extension["new_end"].isoformat(),
    )
    assert Extension.get().new_end == extension["new_end"], page.text


def refer(browser, client, services):
    """One referral from the language factor, with its outcome."""
    page = results(browser, client, "language")
    page = finish_referrals(browser, tick(browser, page, services["S01"]))
    assert "recorded" in page.heading
    referral = Referral.get()
    browser.submit(
        browser.get(f"/referrals/outcome/?id={referral.id}"),
        term_label("referral-outcomes", "enrolled"),
    )
    assert Referral.get().outcome == "enrolled"
