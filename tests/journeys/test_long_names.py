"""Names of sixty letters without a gap, in several scripts, in a household of fifteen: no page is wider than its window."""

import lived_in
import pytest
from factories import make_client, make_household
from prepare import ADMINISTRATOR, PASSPHRASE, make_worker
from served import Served, command

pytestmark = pytest.mark.journey
NAMES = ("Ng", "ሰላም", "محمد", "Ковальчук-Шевченко", "O’Brien", "W" * 60)


def test_a_name_of_one_long_word_pushes_nothing_off_the_page(tmp_path, window):
    given = ("--agency", "Lakeshore Newcomer Centre", "--province", "ON")
    secret = ("--passphrase", PASSPHRASE, "--admin-passphrase", ADMINISTRATOR)
    command(tmp_path, "init", *given, *secret)
    with lived_in.inside(tmp_path):
        make_worker()
        house = make_household()
        people = [
            make_client(house, first_name=NAMES[n % 6], last_name=NAMES[n % 6]) for n in range(15)
        ]
        client = people[5].id
    with Served(tmp_path, CLOCK="0") as portal:
        window.goto(f"{portal.url}/sign-in")
        window.fill("[name=passphrase]", PASSPHRASE)
        window.click("main button[type=submit]")
        window.click("main .name-list button:has-text('Test Worker')")
        window.wait_for_url(f"{portal.url}/")
        # Home comes last: it shows who was opened lately.
        for path in (
            f"/households/details/?id={house.id}",
            "/clients/",
            f"/clients/details/?id={client}",
            f"/clients/edit/?id={client}",
            "/",
        ):
            window.goto(portal.url + path)
            for width in (320, 900, 1200):
                window.set_viewport_size({"width": width, "height": 900})
                wide = window.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{path} is {wide} wide in a window of {width}"
