"""What counts as a phone number in a form."""

from types import SimpleNamespace

import pytest
from wtforms.validators import ValidationError

from forms.validators import is_phone


@pytest.mark.parametrize(
    "typed",
    [
        "519-555-0100",
        "519-555-0199",
        "(519) 555 0177",
        "519.555.0100",
        "1-800-555-0100",
        "+1 (519) 555-0133",
        "+44 20 7946 0018",
        "011 44 20 7946 0018",
        "519-555-0100 ext. 12",
        "519-555-0100, Extension 12",
        "519-555-0100x12",
        "519-555-0100 #12",
        "519-555-0100 poste 1234",
        "",
        None,
    ],
)
def test_a_number_that_can_be_dialled_is_taken(typed):
    assert is_phone(None, SimpleNamespace(data=typed)) is None


@pytest.mark.parametrize(
    "typed",
    [
        "5550",
        "519-555-01000",
        "+1 519 555",
        "reception",
        "1-800-FLOWERS",
        "call 519-555-0100",
        "519-555-0100 or 519-555-0101",
        "ext. 12",
        "#" * 100_000,
        ", " * 100_000 + "1",
    ],
)
def test_what_cannot_be_dialled_is_refused_with_an_example(app, typed):
    with app.test_request_context(), pytest.raises(ValidationError, match="such as 519-555-0100"):
        is_phone(None, SimpleNamespace(data=typed))


def test_a_wrong_number_is_said_beside_its_field(browser):
    page = browser.submit(browser.get("/my-organization/"), phone="call Ann")
    assert "Enter a phone number with its area code, such as 519-555-0100." in page
