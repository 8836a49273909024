"""What the framework does once instead of for each request must not outlive its truth."""

import datetime

import pytest
import time_machine

NOW = datetime.datetime(2026, 3, 2, 15, tzinfo=datetime.UTC)


def opened(application, cookie):
    """The session of a request that brings ``cookie``."""
    headers = {"Cookie": f"portal={cookie}"}
    with application.test_request_context("/", headers=headers) as context:
        return context.session


def sealed(application, **kept):
    return application.session_interface.signer.dumps(kept)


def test_a_cookie_whose_seal_was_examined_before_still_grows_old(application):
    with time_machine.travel(NOW) as clock:
        cookie = sealed(application, language="fr")
        assert opened(application, cookie)["language"] == "fr"
        clock.shift(application.permanent_session_lifetime + datetime.timedelta(minutes=1))
        assert not opened(application, cookie)


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: "x" + c, lambda c: ""])
def test_a_cookie_that_is_not_ours_opens_an_empty_session(application, change):
    cookie = sealed(application, language="fr")
    assert opened(application, cookie)
    assert not opened(application, change(cookie))


def test_what_one_request_changes_in_its_session_no_other_sees(application):
    cookie = sealed(application, _flashes=[("success", "Saved.")], setup={"agency": "One"})
    first = opened(application, cookie)
    first["_flashes"].append(("danger", "Mine alone"))
    first["setup"]["agency"] = "Two"
    second = opened(application, cookie)
    assert [words for _kind, words in second["_flashes"]] == ["Saved."]
    assert second["setup"] == {"agency": "One"}


def test_every_template_sees_the_same_globals(application):
    one, other = (application.jinja_env.get_template(f"admin/{n}.html") for n in ("edit", "list"))
    assert one.globals is other.globals is application.jinja_env.globals
