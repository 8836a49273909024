"""What every answer carries, and what no answer tells."""

import re

from factories import make_client

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def test_every_kind_of_answer_carries_the_strict_policy(browser, anonymous):
    answers = [
        browser.open("/"),
        browser.open("/no-such-page"),
        browser.open("/staff/export/csv/"),
        browser.open("/staff/new/", "POST"),
        anonymous.open("/sign-in"),
        anonymous.open("/referrals/"),
        anonymous.open("/health"),
        anonymous.open("/static/portal.css"),
    ]
    assert len({answer.status_code for answer in answers}) >= 4
    for answer in answers:
        headers = answer.headers
        assert headers["Content-Security-Policy"] == POLICY, answer.request.path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_pages_are_never_kept_by_the_browser_but_static_files_may_be(browser):
    assert browser.open("/").headers["Cache-Control"] == "no-store"
    assert "no-store" not in browser.open("/static/portal.css").headers.get("Cache-Control", "")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(anonymous):
    cookie = anonymous.open("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_no_address_or_title_holds_a_name(browser):
    client = make_client(first_name="Secretly", last_name="Unnamed")
    for path in (
        "/clients/",
        f"/clients/details/?id={client.id}",
        f"/clients/edit/?id={client.id}",
    ):
        page = browser.get(path)
        assert "Unnamed" not in page.title and "Secretly" not in page.title, path
        addresses = [a["href"] for a in page.soup.select("a[href]")]
        mine = [a for a in addresses if not a.startswith(("mailto:", "tel:"))]
        assert not [a for a in mine if re.search("unnamed|secretly", a, re.IGNORECASE)], path


def test_every_static_file_a_page_asks_for_is_our_own(browser):
    page = browser.get("/")
    for element in page.soup.select("script[src], link[href], img[src]"):
        source = element.get("src") or element.get("href")
        assert source.startswith("/"), source
        assert browser.open(source).status_code == 200, source
