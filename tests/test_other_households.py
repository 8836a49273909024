"""No form moves a row into the file of another family: what hangs on it would stay behind (R-CON-7)."""

import pytest
from case_factories import (
    make_goal,
    make_intake,
    make_plan,
    make_plan_action,
    make_plan_review,
)
from factories import (
    make_client,
    make_consent,
    make_driving_statement,
    make_recommended_action,
    make_referral,
)

from workflows import records
from workflows.unsaved import address


@pytest.mark.parametrize(
    ("make", "owner"),
    [
        (make_consent, "client"),
        (make_consent, "household"),
        (make_intake, "household"),
        (make_plan, "household"),
        (make_plan_review, "household"),
        (make_goal, "plan"),
        (make_plan_action, "goal"),
        (make_driving_statement, "client"),
        (make_recommended_action, "referral"),
    ],
)
def test_the_owner_of_a_row_is_not_asked_again_and_not_taken_from_a_forged_form(
    administrator_browser, make, owner
):
    row, other = make(), make()
    page = administrator_browser.get(f"/{address(type(row))}/edit/?id={row.id}")
    form = page.form_for({})
    assert owner not in form.names()
    theirs = str(other.__data__[owner])
    data = {**form.values(), owner: theirs}
    administrator_browser.open(page.path, "POST", data=data)
    assert type(row).get_by_id(row.id).__data__[owner] == row.__data__[owner]


def test_a_step_of_a_plan_points_to_no_referral_of_another_family(app):
    step, referral = make_plan_action(), make_referral(client=make_client())
    step.referral = referral
    with pytest.raises(records.Refused) as refused:
        records.save(step)
    assert [problem.field for problem in refused.value.problems] == ["referral"]


def test_a_step_of_a_plan_points_to_a_referral_of_its_family(app):
    client = make_client()
    make_consent(client)
    step = make_plan_action(goal=make_goal(client=client))
    step.referral = make_referral(client=client)
    records.save(step)
    assert step.referral.client == client
