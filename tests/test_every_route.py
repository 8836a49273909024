"""Every route: closed to strangers, deaf to posts without a token, and a GET changes no record."""

import pytest
from case_factories import MAKE
from factories import make_service
from statements import statements
from test_every_screen import ENTITIES, address

# All that may be opened without signing in (screens.md); one-time links carry their own proof.
OPEN = (
    "/sign-in",
    "/who",
    "/sign-out",
    "/language",
    "/setup",
    "/health",
    "/static/",
    "/feedback/",
)
SAMPLES = {"export_type": "csv", "filename": "portal.css"}


def routes(app, method):
    """(address with its placeholders filled in, rule) of every route that takes ``method``."""
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if method in rule.methods:
            values = {name: SAMPLES.get(name, 1) for name in rule.arguments}
            yield adapter.build(rule.endpoint, values, method=method), rule


def is_open(path):
    return path.startswith(OPEN)


def test_a_stranger_is_sent_to_the_sign_in_page_from_every_address(app, anonymous):
    seen = 0
    for path, rule in routes(app, "GET"):
        if is_open(path):
            continue
        response = anonymous.open(path)
        led = response.status_code == 302 and response.headers["Location"].startswith(
            ("/sign-in", "/who")
        )
        assert led or response.status_code in (401, 403, 404), f"{rule}: {response.status}"
        if led:
            seen += 1
    assert seen > len(ENTITIES) * 4


def test_a_stranger_with_a_valid_token_can_post_nowhere(app, anonymous):
    token = anonymous.get("/sign-in").token()
    for path, rule in routes(app, "POST"):
        if is_open(path):
            continue
        with statements() as asked:
            response = anonymous.open(path, "POST", data={"csrf_token": token})
        assert response.status_code in (302, 401, 403, 404), f"{rule}: {response.status}"
        if response.status_code == 302:
            assert response.headers["Location"].startswith(("/sign-in", "/who")), rule
        assert asked.changed() in ([], ["draft"]), rule


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_request_without_a_token_is_refused_everywhere(app, administrator_browser, method):
    for path, rule in routes(app, method):
        with statements() as asked:
            response = administrator_browser.open(path, method)
        assert response.status_code == 400, f"{rule}: {response.status}"
        assert not asked.changed(), f"{rule} wrote to {asked.changed()}"


def test_no_get_changes_a_record(app, administrator_browser):
    """Rows of the audit log and of sessions apart (house.md 4)."""
    make_service()
    for model in ENTITIES:
        row = MAKE[model]()
        for page in (
            "",
            "new/",
            f"edit/?id={row.id}",
            f"details/?id={row.id}",
            f"delete/?id={row.id}",
        ):
            unchanged(administrator_browser, address(model) + page)
    for path, _rule in routes(app, "GET"):
        if not path.startswith("/static/"):
            unchanged(administrator_browser, path)


def unchanged(browser, path):
    with statements() as asked:
        response = browser.open(path)
    assert response.status_code < 500 or path == "/health", f"{path}: {response.status}"
    assert not asked.changed(), f"GET {path} wrote to {asked.changed()}"


def test_a_worker_without_the_administrator_step_is_asked_for_it(app, browser):
    """Decision 0.6: administration asks for the administrator passphrase."""
    asked = [
        path
        for path, _rule in routes(app, "GET")
        if browser.open(path).headers.get("Location", "").startswith("/administrator?")
    ]
    assert "/administration/" in asked or len(asked) > 3


def test_an_address_of_another_site_is_never_followed(app, browser):
    """stack.md 3, S5: ``http:evil.example`` has this site's scheme and no slashes."""
    for target in ("http:evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        token = browser.get("/").token()
        for path in ("/language", "/staff/action/"):
            data = {"csrf_token": token, "language": "en", "next": target, "url": target}
            place = browser.open(path, "POST", data=data).headers.get("Location", "/")
            assert place.startswith("/") and not place.startswith(("//", "/\\")), (path, target)
