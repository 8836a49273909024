"""Signing in, who is at the screen, the administrator step, signed-in screens (R-SYS-1, R-SYS-3, R-SYS-4, decisions 0.5 and 0.6)."""

import pytest
from browser import Browser
from prepare import ADMINISTRATOR, PASSPHRASE, sign_in
from statements import statements

import models
from models import Account, AuditLog, Draft, Organization, Session, Staff
from workflows import accounts, passphrases, records, unsaved

OPEN = ("/sign-in", "/health")
HOSTILE = (
    "http:evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:1",
)
NEW = "four herons over a frozen lake"


def audited(*actions):
    rows = AuditLog.select().where(AuditLog.action.in_(actions)).order_by(AuditLog.id)
    return [(row.action, row.working_as_name, row.entity) for row in rows]


def enter(app, passphrase=PASSPHRASE, status=200, address="127.0.0.1"):
    """A browser of somebody at ``address`` after one try, and the page it got."""
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser, browser.submit(browser.get("/sign-in"), passphrase=passphrase, status=status)


# ---- Doors -----------------------------------------------------------------------------------------------------------


def test_a_stranger_opens_nothing_but_the_doors(app, anonymous):
    opened = []
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            path = app.url_map.bind("").build(rule.endpoint, dict.fromkeys(rule.arguments, "1"))
            response = anonymous.open(path)
            if response.status_code not in (302, 308, 403, 404):
                opened.append(path)
            elif response.status_code == 302:
                assert response.location.partition("?")[0] in ("/sign-in", "/who"), path
    assert sorted(opened) == sorted(OPEN)


def test_a_post_without_a_token_changes_nothing(app, browser):
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            path = app.url_map.bind("").build(
                rule.endpoint, dict.fromkeys(rule.arguments, "1"), method="POST"
            )
            assert browser.open(path, "POST", data={"name": "Nobody"}).status_code in (400, 404), (
                path
            )
    assert browser.get("/").path == "/"


def test_signing_in_asks_for_the_passphrase_then_a_name_then_opens_the_page_asked_for(
    app, anonymous
):
    page = anonymous.get("/clients/?size=20")
    assert page.heading == "Sign in"
    page = anonymous.submit(page, passphrase=f" {PASSPHRASE} ")
    assert page.heading == "Who is at this screen?" and "label, not proof" in page
    assert anonymous.open("/clients/").location.startswith("/who")
    assert anonymous.submit(page, name="Amina Warsame").path == "/clients/?size=20"


@pytest.mark.parametrize("target", HOSTILE)
def test_no_address_leads_to_another_site(app, browser, administrator_browser, target):
    token = browser.get("/").token()
    for path in ("/who", "/language"):
        answers = {"csrf_token": token, "name": "Test Worker", "language": "fr", "next": target}
        response = browser.open(path, "POST", query_string={"next": target}, data=answers)
        assert response.location == "/"
    page = browser.get("/administrator")
    answers = {"csrf_token": page.token(), "passphrase": ADMINISTRATOR}
    response = browser.open("/administrator", "POST", query_string={"next": target}, data=answers)
    assert response.location == "/"


def test_the_cookie_of_before_signing_in_is_worth_nothing_after(app, anonymous):
    page = anonymous.get("/sign-in")
    before = anonymous.cookies()["portal"]
    anonymous.submit(anonymous.submit(page, passphrase=PASSPHRASE), name="Amina")
    assert Browser(app, {"portal": before}).open("/").location.startswith("/sign-in")
    stored = {row.token_hash for row in Session.select()}
    with anonymous.client.session_transaction() as cookie:
        assert cookie["_user_id"] not in stored


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(app, browser):
    copy = browser.cookies()
    page = browser.submit(browser.get("/"), button="Sign out")
    assert page.heading == "Sign in"
    assert Browser(app, copy).get("/").heading == "Sign in"


# ---- Wrong tries (R-SYS-4 as decision 0.5 has it) --------------------------------------------------------------------


def test_wrong_tries_wait_longer_and_longer_and_at_most_25_seconds(app, clock):
    waits = []
    for _try in range(7):
        _browser, page = enter(app, "not the right passphrase")
        assert page.errors == ["This is not the passphrase. Check it and try again."]
        response = enter(app, "not the right passphrase", 429)[1].response
        waits.append(int(response.headers["Retry-After"]))
        clock.forward(seconds=waits[-1])
    assert waits == [1, 2, 4, 8, 16, 25, 25]


def test_the_right_passphrase_also_waits_and_then_opens(app, clock):
    enter(app, "not the right passphrase")
    _browser, page = enter(app, status=429)
    assert "wait 1 second," in page.errors[0]
    clock.forward(seconds=1)
    assert enter(app)[1].heading == "Who is at this screen?"
    assert Account.get(Account.kind == "shared").failures == 0


def test_a_strangers_tries_from_many_addresses_are_slowed_but_lock_nobody_out(app, clock):
    for n in range(6):
        enter(app, "not the right passphrase", address=f"203.0.113.{n}")
        clock.forward(seconds=passphrases.delay(n + 1))
    enter(app, "not the right passphrase", address="203.0.113.50")
    enter(app, "not the right passphrase", 429, address="203.0.113.99")
    assert enter(app, address="127.0.0.1")[1].heading == "Who is at this screen?"


def test_failed_and_good_sign_ins_are_in_the_audit_log_without_what_was_typed(app, clock):
    enter(app, "a secret mistyped here")
    clock.forward(seconds=2)
    enter(app)
    assert audited("sign-in", "sign-in-failed")[-2:] == [
        ("sign-in-failed", "", "account"),
        ("sign-in", "", "account"),
    ]
    everything = str([row.__data__ for row in AuditLog.select()])
    assert "mistyped" not in everything and PASSPHRASE not in everything


# ---- How long a session lasts ----------------------------------------------------------------------------------------


def test_a_screen_left_for_thirty_minutes_is_signed_out(app, clock):
    browser = sign_in(app)
    clock.forward(minutes=29)
    assert browser.get("/").path == "/"
    clock.forward(minutes=29)
    assert browser.get("/").path == "/"
    clock.forward(minutes=31)
    assert browser.get("/").heading == "Sign in"


def test_a_screen_in_constant_use_is_signed_out_after_twelve_hours(app, clock):
    browser = sign_in(app)
    for _step in range(25):
        clock.forward(minutes=28)
        assert browser.open("/").status_code == 200
    clock.forward(minutes=21)
    assert browser.get("/").heading == "Sign in"


def test_the_last_use_is_written_at_most_once_a_minute(app, browser, clock):
    clock.forward(minutes=2)
    browser.get("/")
    first = Session.select(Session.seen_at).order_by(Session.seen_at.desc()).scalar()
    clock.forward(seconds=50)
    browser.get("/")
    assert Session.select(Session.seen_at).order_by(Session.seen_at.desc()).scalar() == first


# ---- Who is at the screen (R-SYS-1, R-SYS-3) -------------------------------------------------------------------------


def test_two_screens_work_at_once_each_under_its_own_name(app):
    """R-SYS-1 and R-SYS-3: the label is stamped on what is saved and on the audit row."""
    first, second = sign_in(app, "Amina Warsame"), sign_in(app, "Lucas Moreau")
    forms = first.get("/organizations/new/"), second.get("/organizations/new/")
    assert "Amina Warsame" in forms[0] and "Lucas Moreau" in forms[1]
    second.submit(forms[1], name="Partner of Lucas")
    first.submit(forms[0], name="Partner of Amina")
    for name in ("Amina", "Lucas"):
        saved = Organization.get(Organization.name == f"Partner of {name}")
        row = AuditLog.get(AuditLog.entity == "organization", AuditLog.entity_id == saved.id)
        assert saved.created_by_name.startswith(name) and row.working_as_name.startswith(name)


def test_the_name_switches_without_signing_out_and_a_new_one_joins_the_staff(app, browser):
    page = browser.submit(browser.get("/who"), name="  Grace   Okafor ")
    assert "Grace Okafor" in page
    assert Staff.get(Staff.name == "Grace Okafor").created_by_name == "Grace Okafor"
    browser.submit(browser.get("/who"), name="grace OKAFOR")
    assert Staff.select().where(Staff.name.contains("okafor")).count() == 1
    browser.submit(browser.get("/who"), button="Test Worker")
    assert "Test Worker" in browser.get("/")


def test_a_name_of_somebody_who_left_is_refused_in_plain_words(app, browser):
    records.save(Staff(name="Old Hand", is_active=False))
    page = browser.submit(browser.get("/who"), name="old hand")
    assert page.errors and "no longer working here" in page.errors[0]


# ---- The administrator step (decision 0.6) ---------------------------------------------------------------------------


def test_administration_asks_for_its_passphrase_once_in_fifteen_minutes(app, browser, clock):
    page = browser.get("/keywords/")
    assert page.heading == "Administrator passphrase"
    assert browser.submit(page, passphrase=PASSPHRASE).errors
    clock.forward(seconds=2)
    assert browser.submit(page, passphrase=ADMINISTRATOR).path == "/keywords/"
    clock.forward(minutes=14)
    assert browser.get("/administration/").heading == "Administration"
    clock.forward(minutes=2)
    assert browser.get("/administration/").heading == "Administrator passphrase"


@pytest.mark.parametrize("path", ["/outbox/", "/distribution-log/", "/referral-status-events/"])
def test_everyone_signed_in_reads_what_was_sent_and_what_became_of_it(app, browser, path):
    assert browser.get(path).path == path


@pytest.mark.parametrize(
    "path", ["/audit-log/", "/staff/", "/taxonomy-lists/", "/administration/screens"]
)
def test_the_rest_of_administration_is_closed_to_the_shared_passphrase(app, browser, path):
    assert browser.get(path).heading == "Administrator passphrase"


def test_the_step_can_be_left_early(app, administrator_browser):
    page = administrator_browser.get("/administration/")
    administrator_browser.submit(page, button="Leave administration")
    assert administrator_browser.get("/administration/").heading == "Administrator passphrase"


def test_another_screen_can_be_signed_out(app, administrator_browser, browser):
    page = administrator_browser.get("/administration/screens")
    assert any("This screen" in row[-1] for row in page.rows)
    page = administrator_browser.submit(
        page, button=page.soup.select_one("main button[name=screen]").get("value")
    )
    assert page.notices == ["That screen is signed out."]
    assert browser.get("/").heading == "Sign in"


def test_changing_the_passphrase_signs_every_other_screen_out(app, administrator_browser, browser):
    page = administrator_browser.get("/administration/passphrases")
    page = administrator_browser.submit(page, kind="shared", passphrase=NEW, again=NEW)
    assert "The passphrase is changed" in page.notices[0]
    assert browser.get("/").heading == "Sign in"
    assert administrator_browser.get("/").path == "/"
    assert enter(app, NEW)[1].heading == "Who is at this screen?"


@pytest.mark.parametrize(
    "passphrase",
    [
        "fourteen chars",
        "password password",
        "welcome to canada",
        "aaaaaaaaaaaaaaaaaaaa",
        "x" * 1001,
        ADMINISTRATOR,
    ],
)
def test_a_short_a_common_and_the_other_passphrase_are_refused(
    app, administrator_browser, passphrase
):
    page = administrator_browser.get("/administration/passphrases")
    page = administrator_browser.submit(
        page, kind="shared", passphrase=passphrase, again=passphrase
    )
    assert page.errors


@pytest.mark.parametrize(
    "passphrase",
    ["un orme dans la prairie", "冬の湖に四羽の鷺がいる朝のこと", "w" * 3 + " tundra kite 9 lamp"],
)
def test_any_letters_make_a_passphrase(app, passphrase):
    assert passphrases.problem(passphrase) is None


def test_suggestions_are_long_accepted_and_never_the_same(app):
    made = [passphrase for _n in range(40) for passphrase in passphrases.suggest_two()]
    assert len(set(made)) == 80
    assert all(passphrases.problem(passphrase) is None for passphrase in made)


# ---- Health ----------------------------------------------------------------------------------------------------------


def test_health_tells_strangers_nothing_but_that_all_is_well(app, anonymous, browser):
    assert anonymous.open("/health").json == {"status": "ok"}
    assert set(browser.open("/health").json["checks"]) == {"database", "outbox", "disk"}


# ---- Rooms that purge ------------------------------------------------------------------------------------------------


def test_old_sessions_and_drafts_nobody_came_back_for_are_removed(app, browser, clock):
    unsaved.keep("a browser", unsaved.EXPIRED, "/clients/new/", {"first_name": ["Typed"]})
    clock.forward(days=6)
    assert unsaved.purge() == 0 and Draft.select().count() == 1
    clock.forward(days=2)
    assert unsaved.purge() == 1
    clock.forward(days=90)
    accounts.purge()
    assert Session.select().count() == 0


def test_finding_the_screen_and_the_reference_revision_is_one_statement(app, browser):
    browser.get("/who")
    with statements() as asked:
        browser.open("/who")
    read = [sql for sql in asked.sql if not sql.startswith("PRAGMA")]
    assert len(read) == 2 and "session" in read[0] and "kept_count" in read[0], read


@pytest.mark.sqlite_only
def test_health_fails_when_the_database_cannot_be_written(app, anonymous):
    models.database.obj.pragma("query_only", 1, permanent=True)
    models.database.close()
    response = anonymous.open("/health")
    assert (response.status_code, response.json) == (503, {"status": "failing"})
