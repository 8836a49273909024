"""Keeping what is typed and pressing a button at the same moment: nobody is their own colleague."""

import pytest
from prepare import PASSPHRASE, SECRET
from served import Served

pytestmark = pytest.mark.journey

# The answer to what is kept arrives late, as on a slow line; the server has stored it by then.
SLOW = """
const real = window.fetch;
window.fetch = async (...given) => {
  const answer = await real(...given);
  await new Promise((done) => setTimeout(done, 1500));
  return answer;
};
"""


@pytest.fixture
def portal(app, tmp_path):
    with Served(tmp_path, SECRET_KEY=SECRET, CLOCK="0") as served:
        yield served


def test_a_button_pressed_while_the_page_is_kept_goes_on_and_loses_nothing(portal, window):
    window.add_init_script(SLOW)
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    window.click("main button[type=submit]")
    window.click("main .name-list button >> nth=0")
    window.wait_for_url(f"{portal.url}/")
    window.goto(f"{portal.url}/intake/")
    window.click("main .start-form button")
    window.wait_for_selector("[name=first_name]")
    window.fill("[name=first_name]", "Amal")
    window.fill("[name=last_name]", "Nour")
    with window.expect_response(lambda r: r.request.headers.get("x-autosave") == "1"):
        window.select_option("[name=language_used]", "ar")
    window.fill("[name=last_name]", "Noor")
    window.click("main form.step .actions-bar .btn-primary")
    window.wait_for_url("**/limits")
    window.go_back()
    assert window.input_value("[name=last_name]") == "Noor"
