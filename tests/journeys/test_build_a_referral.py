"""A referral is built in a real browser, in both languages: every page clean, the list ranked anew as facts are typed."""

import pytest
from conftest import look_at, press  # the one beside this file
from prepare import ADMINISTRATOR, PASSPHRASE
from served import Served, command
from test_new_intake import go_on, sign_in, speak

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """The example agency, served."""
    folder = tmp_path_factory.mktemp("builder")
    given = ("--agency", "Lakeshore Newcomer Centre", "--province", "ON", "--example")
    secret = ("--passphrase", PASSPHRASE, "--admin-passphrase", ADMINISTRATOR)
    command(folder, "init", *given, *secret)
    with Served(folder, CLOCK="0") as served:
        yield served


def begin(portal, window):
    """From a client's page to the need."""
    window.goto(f"{portal.url}/clients/")
    press(window, "main tbody th a >> nth=0")
    press(window, "form[action='/referral-builder/'] button")
    window.wait_for_selector("[name=how]")


def walk(portal, window, seen):
    """The whole builder with one own and one partner's service; ``seen(window, page)`` looks at every page."""
    begin(portal, window)
    seen(window, "need")
    window.check("[name=how][value=free]")
    window.fill("[name=keywords-query]", "conv")
    seen(window, "need-free")
    window.check("[name=how][value=factors]")
    for factor in ("language", "employment", "legal-immigration"):
        box = window.locator(f"[name=factors][value={factor}]")
        if box.count():
            box.check()
    go_on(window)
    window.wait_for_selector("#results")
    seen(window, "results")
    window.check("ol.result-list [name=services] >> nth=0")
    press(window, "button[value=whose-partners]")
    partners = window.locator("ol.result-list [name=services]")
    if partners.count():
        partners.first.check()
    seen(window, "partners")
    go_on(window)
    window.wait_for_selector("[name=statements-0-text]")
    seen(window, "reasons")
    go_on(window)
    if window.url.endswith("/consent"):
        seen(window, "consent")
        go_on(window)
    window.wait_for_url("**/check")
    seen(window, "check")
    window.click("main .actions-bar .btn-primary")
    window.wait_for_url("**/done")
    seen(window, "done")
    press(window, "a[href*='/handout/']")
    seen(window, "handout")
    window.go_back()
    press(window, "a[href*='/referrals/trace/']")
    seen(window, "trace")


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_page_of_the_builder_is_clean_in_both_sizes(portal, window, code):
    sign_in(portal, window)
    speak(window, portal, code)
    found = []
    walk(portal, window, lambda page, name: found.extend(look_at(page)))
    assert not found, "\n".join(found)


def test_the_list_is_ranked_anew_while_somebody_types_and_keeps_the_ticks(portal, window):
    sign_in(portal, window)
    speak(window, portal, "en")
    begin(portal, window)
    window.check("[name=factors][value=language]")
    go_on(window)
    window.wait_for_selector("#results")
    first = window.locator("ol.result-list [name=services]").first
    first.check()
    key = first.get_attribute("value")
    with window.expect_response(lambda answer: answer.request.method == "POST"):
        window.check("[name=supports] >> nth=0")
    # What the answer held is put into the page a moment after it came.
    window.wait_for_selector("#results >> text=/Does not offer|Offers what is needed/")
    window.wait_for_selector(f"#service-{key}:checked")
    assert window.locator("[name=supports]").first.is_checked()
    window.wait_for_selector("[data-saved]:has-text('Saved')")
    go_on(window)
    window.wait_for_selector("[name=statements-0-text]")
