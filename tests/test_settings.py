"""Settings: typed, checked, secret where they must be; the environment wins over the screen."""

import datetime

import pytest

from models import AuditLog, Setting
from workflows import records, settings


def refused(key, value):
    with pytest.raises(records.Refused) as caught:
        settings.change(key, value)
    (problem,) = caught.value.problems
    assert problem.field == key
    assert problem.message.endswith(".")
    return problem.message


def test_every_setting_has_a_default_of_its_own_type(app):
    assert len(settings.definitions()) >= 64
    assert settings.value("referral_stale_days") == 7
    assert settings.value("assessment_a6_enabled") is False
    assert settings.value("business_day_ends") == datetime.time(16, 30)
    assert settings.value("email_detail_level") == "full"
    assert settings.value("mail_password") == ""
    assert settings.value("example_loaded") is None


def test_every_default_passes_its_own_check(app):
    stored = {row.key for row in Setting.select()}
    settings.change_all(
        {
            key: definition.default
            for key, definition in settings.definitions().items()
            if key not in stored and not definition.is_secret
        }
    )
    assert {row.key for row in Setting.select()} == stored


def test_settings_are_grouped_for_the_screen_in_both_languages(app):
    groups = settings.groups()
    assert [group.label_en for group in groups] == [
        "Agency",
        "Referrals",
        "Email",
        "Backups",
        "Sign-in",
        "Casework",
    ]
    shown = [definition for group in groups for definition in group.definitions]
    assert "example_loaded" not in {definition.key for definition in shown}
    assert all(definition.label_en and definition.label_fr for definition in shown)


def test_an_unknown_setting_is_a_mistake_of_the_program(app):
    with pytest.raises(KeyError):
        settings.value("referral_stale_day")


def test_a_change_holds_at_once_and_is_audited(app):
    settings.change("referral_stale_days", "5")
    assert settings.value("referral_stale_days") == 5
    row = AuditLog.select().order_by(AuditLog.id.desc()).first()
    assert (row.entity, row.changed_fields["value"]) == ("setting", [None, 5])


def test_saving_the_same_value_again_writes_nothing(app):
    settings.change("referral_stale_days", 5)
    rows = AuditLog.select().count()
    settings.change("referral_stale_days", "5")
    assert AuditLog.select().count() == rows


def test_a_change_of_another_process_is_seen_when_the_revision_moves(app):
    assert settings.value("retention_years") == 7
    Setting.create(key="retention_years", value=9)
    assert settings.value("retention_years") == 7
    records.bump("revision", "reference", 1)
    assert settings.value("retention_years") == 9


def test_taking_a_choice_back_restores_the_default(app):
    settings.change("referral_stale_days", 5)
    settings.change("referral_stale_days", None)
    assert settings.value("referral_stale_days") == 7


@pytest.mark.parametrize("wrong", ["", "-1", "seven", "7.5", "9" * 400, "²", 0, 366])
def test_a_number_out_of_range_is_refused_with_its_limits(app, wrong):
    assert "1 to 365" in refused("referral_stale_days", wrong)
    assert settings.value("referral_stale_days") == 7


def test_a_stale_referral_comes_before_an_overdue_one_r_ref_11(app):
    refused("referral_overdue_days", 7)
    settings.change_all({"referral_stale_days": 3, "referral_overdue_days": 7})
    assert settings.value("referral_overdue_days") == 7


def test_breach_records_are_kept_24_months_at_least_r_inc_3(app):
    refused("breach_record_years", 1)


@pytest.mark.parametrize("wrong", ["Toronto", "", "../../etc/passwd", "America/Nowhere", "\0"])
def test_a_time_zone_has_to_exist(app, wrong):
    refused("timezone", wrong)


@pytest.mark.parametrize("wrong", ["25:00", "4 pm", "16:30:10", ""])
def test_a_time_of_day_has_to_be_one(app, wrong):
    refused("business_day_ends", wrong)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("province", "XX"),
        ("interface_default_language", "de"),
        ("email_detail_level", ""),
        ("mail_security", "ssl"),
        ("single_key_shortcuts", "maybe"),
        ("mail_port", "70000"),
        ("mail_server", "smtp agency"),
        ("mail_server", "smtp.agency.ca\nX: y"),
        ("mail_from", "nobody"),
        ("mail_from", "a@agency.ca\r\nBcc: b@agency.ca"),
        ("backup_dir", "x" * 301),
        ("allowed_email_domains", "agency.ca, not a domain"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(app, key, wrong):
    before = settings.value(key)
    refused(key, wrong)
    assert settings.value(key) == before


def test_domains_are_cleaned_and_stand_once(app):
    settings.change("allowed_email_domains", "@Agency.CA\nagency.ca, partner.example ")
    assert settings.value("allowed_email_domains") == ["agency.ca", "partner.example"]


def test_one_wrong_value_keeps_all_of_them_back(app):
    with pytest.raises(records.Refused) as caught:
        settings.change_all({"retention_years": 9, "mail_port": "x", "timezone": "y"})
    assert {problem.field for problem in caught.value.problems} == {"mail_port", "timezone"}
    assert settings.value("retention_years") == 7


def test_a_secret_is_stored_encrypted_and_never_audited(app):
    settings.change("mail_password", "rain on tin roofs")
    assert settings.value("mail_password") == "rain on tin roofs"
    assert settings.is_set("mail_password")
    stored = str(Setting.get(Setting.key == "mail_password").value)
    assert "rain" not in stored
    row = AuditLog.select().order_by(AuditLog.id.desc()).first()
    assert row.changed_fields["value"] is None


def test_an_empty_secret_leaves_the_stored_one(app):
    settings.change("mail_password", "rain on tin roofs")
    settings.change("mail_password", "")
    assert settings.value("mail_password") == "rain on tin roofs"
    settings.change("mail_password", None)
    assert settings.value("mail_password") == ""
    assert not settings.is_set("mail_password")


def test_a_secret_under_another_key_reads_as_empty(app):
    settings.change("mail_password", "rain on tin roofs")
    app.config["SECRET_KEY"] = "another secret"
    assert settings.value("mail_password") == ""


def test_the_environment_wins_over_the_screen(app):
    settings.change_all({"mail_server": "smtp.agency.ca", "mail_port": 25})
    app.config.update(MAIL_SERVER="smtp.other.ca", MAIL_PORT="465", MAIL_USERNAME="")
    assert settings.value("mail_server") == "smtp.other.ca"
    assert settings.value("mail_port") == 465
    assert settings.from_environment("mail_server")
    assert not settings.from_environment("mail_username")
    assert not settings.from_environment("retention_years")


def test_instants_are_shown_in_the_agencys_time_zone(app):
    settings.change("timezone", "America/Edmonton")
    shown = settings.local(datetime.datetime(2026, 2, 9, 3, 0))
    assert (shown.date(), shown.hour) == (datetime.date(2026, 2, 8), 20)
    assert abs((settings.today() - datetime.datetime.now(datetime.UTC).date()).days) <= 1


@pytest.mark.parametrize("domain", ["gmail.com", "@Hotmail.ca", "yahoo.co.uk", "videotron.ca"])
def test_a_domain_where_anybody_can_have_an_address_is_not_ours(app, domain):
    """Decision 0.3: it would make strangers count as colleagues."""
    with pytest.raises(records.Refused, match="Anybody can have an address"):
        settings.change("allowed_email_domains", ["agency.ca", domain])
    settings.change("allowed_email_domains", ["agency.ca", "liveworks.ca", "yahoovalley.org"])
