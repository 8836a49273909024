"""The agency's settings: typed values, their defaults and limits from ``seed/settings.yaml``, and the agency's clock.

The environment wins over the screen, and the screen over the default.  Values are remembered per process until the
kept revision of the reference tables moves.
"""

import base64
import datetime
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from cryptography.fernet import Fernet, InvalidToken
from email_validator import EmailNotValidError, validate_email
from flask import current_app, has_app_context, has_request_context
from flask_babel import gettext as _

from forms import choices
from models import Bilingual, Setting, database, language, now
from workflows import records

FILE = Path(__file__).resolve().parent.parent / "seed" / "settings.yaml"
HIDDEN = "hidden"

# Units whose values are whole numbers, each with the least and the most that makes sense.
WHOLE = {
    "days": (0, 3650),
    "business days": (0, 60),
    "hours": (0, 720),
    "minutes": (1, 1440),
    "months": (0, 120),
    "years": (0, 100),
    "people": (1, 1000),
    "clients": (1, 1000),
    "points": (1, 100),
    "percentage points": (0, 100),
    "responses": (1, 1000),
    "port": (1, 65535),
}
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
# Mail services for everybody: to trust one of these domains would be to trust strangers (decision 0.3).
PUBLIC_MAIL = frozenset(
    "gmail.com googlemail.com icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me mail.com zoho.com"
    " yandex.com yandex.ru mail.ru qq.com 163.com 126.com sina.com naver.com web.de msn.com rocketmail.com ymail.com"
    " fastmail.com tutanota.com tuta.com videotron.ca sympatico.ca bell.net rogers.com shaw.ca telus.net cogeco.ca"
    " eastlink.ca sasktel.net mts.net".split()
)
PUBLIC_MAIL_EVERYWHERE = ("hotmail", "outlook", "live", "yahoo", "gmx")  # under many endings
_YES, _NO = ("true", "yes", "on", "1", "y"), ("false", "no", "off", "0", "n", "")


@dataclass(frozen=True)
class Definition(Bilingual):
    """One setting: what it is called, its default and what it may be."""

    key: str
    label_en: str
    label_fr: str
    default: Any
    unit: str
    source: str
    group: str
    least: int | None
    most: int | None
    choices: tuple
    terms: str
    environment: str
    help_en: str
    help_fr: str

    @property
    def help(self):
        """What to know before answering, in the current language; empty when the label says it all."""
        return self.help_fr if language.get() == "fr" else self.help_en

    @property
    def is_secret(self):
        return self.unit == "secret"


@dataclass(frozen=True)
class Group(Bilingual):
    """A heading of the settings screen."""

    slug: str
    label_en: str
    label_fr: str
    definitions: tuple


@cache
def groups():
    """Groups of settings in the order of the screen; the kept ones, which nobody types, are left out."""
    return tuple(group for group in _all_groups() if group.slug != HIDDEN)


@cache
def definitions():
    """{key: Definition} of every setting, those of the product itself included."""
    return {d.key: d for group in _all_groups() for d in group.definitions}


@cache
def _all_groups():
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(
        Group(
            g["group"],
            g["label"]["en"],
            g["label"]["fr"],
            tuple(_definition(g["group"], row) for row in g["settings"]),
        )
        for g in found
    )


def _definition(group, row):
    least, most = WHOLE.get(row["unit"], (None, None))
    return Definition(
        key=row["key"],
        label_en=row["label"]["en"],
        label_fr=row["label"]["fr"],
        default=row["default"],
        unit=row["unit"],
        source=row["source"],
        group=group,
        least=row.get("min", least),
        most=row.get("max", most),
        choices=tuple(row.get("choices", ())),
        terms=row.get("list", ""),
        environment=row.get("environment", ""),
        help_en=row.get("help", {}).get("en", ""),
        help_fr=row.get("help", {}).get("fr", ""),
    )


# ---- Reading ----------------------------------------------------------------------------------------------------------


class _Memory:
    database = None
    revision = None
    values = None


def revision():
    """The kept revision of the reference tables: within a request as it was at its start, which costs no statement."""
    remembered = choices.remembered() if has_request_context() else None
    return choices.revision() if remembered is None else remembered


def _stored():
    """{key: stored value}; read again when the revision has moved or the database is another one."""
    stamp = revision()
    if _Memory.values is None or _Memory.revision != stamp or _Memory.database is not database.obj:
        _Memory.values = dict(Setting.select(Setting.key, Setting.value).tuples())
        _Memory.revision, _Memory.database = stamp, database.obj
    return _Memory.values


def from_environment(key):
    """True when an environment variable decides this setting, so that the screen cannot."""
    return _environment(definitions()[key]) is not None


def _environment(definition):
    if not definition.environment or not has_app_context():
        return None
    raw = current_app.config.get(definition.environment)
    return None if raw in (None, "") else raw


def value(key):
    """The typed value of a setting: int, bool, str, datetime.time, list of str; KeyError for an unknown key.

    A secret that can no longer be read (another SECRET_KEY) reads as empty and has to be typed again.
    """
    definition = definitions()[key]
    raw = _environment(definition)
    if raw is not None:
        return _typed(definition, raw)
    stored = _stored()
    if key not in stored:
        return _typed(definition, definition.default)
    if definition.is_secret:
        return _decrypt(stored[key])
    return _typed(definition, stored[key])


def is_set(key):
    """True when a value was chosen, on screen or by the environment; all that may be told of a secret."""
    return from_environment(key) or bool(_stored().get(key))


def _typed(definition, raw):
    if definition.unit in WHOLE:
        return int(raw)
    if definition.unit == "flag":
        return str(raw).lower() in _YES
    if definition.unit == "time":
        return datetime.time.fromisoformat(raw)
    if definition.unit in ("list", "codes"):
        return list(raw)
    return raw


def public_url():
    """The address the portal is found at from outside, without a last slash; empty when nobody said."""
    return (current_app.config.get("PUBLIC_URL") or "").rstrip("/")


def is_hidden(section):
    """True when the agency switched off the menu's ``section``, such as "partners" (screens.md, Menu)."""
    return section in value("menu_hidden")


# ---- Changing ---------------------------------------------------------------------------------------------------------


def change(key, value):
    """Check and save one setting with its audit row; raises records.Refused with a sentence for ``key``."""
    change_all({key: value})


def change_all(values):
    """Check and save several settings in one transaction; raises records.Refused with a Problem for each wrong one.

    Values may be typed or as written on a form.  An empty secret leaves the stored one; None removes the choice, and
    the default holds again.
    """
    problems, checked = [], {}
    for key, raw in values.items():
        definition = definitions()[key]
        if definition.is_secret and raw == "":
            continue
        try:
            checked[key] = None if raw is None else _checked(definition, raw)
        except ValueError as error:
            problems.append(records.Problem(key, str(error)))
    problems += () if problems else _together(checked)
    if problems:
        raise records.Refused(problems)
    with database.atomic():
        for key, cleaned in checked.items():
            _store(definitions()[key], cleaned)
    _Memory.values = None


def _store(definition, cleaned):
    row = Setting.get_or_none(Setting.key == definition.key)
    if row is None and (cleaned is None or cleaned == definition.default):
        return
    row = row or Setting(key=definition.key)
    if definition.is_secret:
        if cleaned is not None and cleaned == _decrypt(row.value):
            return
        cleaned = cleaned and {"encrypted": _fernet().encrypt(cleaned.encode()).decode()}
    elif cleaned is None:
        cleaned = definition.default
    row.value = cleaned
    records.save(row)


def _together(checked):
    """Findings that need two settings: a referral is stale before it is overdue (R-REF-11)."""
    names = ("referral_stale_days", "referral_overdue_days")
    if any(name in checked for name in names):
        stale, overdue = (value(n) if checked.get(n) is None else checked[n] for n in names)
        if stale >= overdue:
            yield records.Problem(
                names[1],
                _(
                    "Enter more days than %(days)s, the number after which a referral is stale.",
                    days=stale,
                ),
            )


def _checked(definition, raw):
    """The value as it is stored; ValueError with a full sentence when it cannot be used."""
    if definition.unit in WHOLE:
        return _whole(definition, raw)
    check = _CHECKS.get(definition.unit)
    return check(definition, raw) if check else raw


def _whole(definition, raw):
    text = str(raw).strip()
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
    if number is None or not definition.least <= number <= definition.most:
        raise ValueError(
            _(
                "Enter a whole number from %(least)s to %(most)s.",
                least=definition.least,
                most=definition.most,
            )
        )
    return number


def _flag(_definition, raw):
    text = str(raw).strip().lower()
    if text not in _YES + _NO:
        raise ValueError(_("Choose yes or no."))
    return text in _YES


def _time(_definition, raw):
    text = raw.strftime("%H:%M") if isinstance(raw, datetime.time) else str(raw).strip()
    if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(_("Enter a time such as 16:30."))
    return text.zfill(5)


def _zone(_definition, raw):
    try:
        ZoneInfo(str(raw).strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(_("Choose a time zone from the list, such as America/Toronto.")) from error
    return str(raw).strip()


def _code(definition, raw):
    allowed = definition.choices or [slug for slug, _label in choices.terms(definition.terms)]
    if raw not in allowed:
        raise ValueError(_("Choose one of the list."))
    return raw


def _codes(definition, raw):
    chosen = {raw} if isinstance(raw, str) else set(raw)
    if not chosen <= set(definition.choices):
        raise ValueError(_("Choose from the list."))
    return [code for code in definition.choices if code in chosen]


def _domains(_definition, raw):
    rows = re.split(r"[\s,;]+", raw) if isinstance(raw, str) else raw
    domains = [str(row).strip().lower().lstrip("@") for row in rows]
    domains = list(dict.fromkeys(filter(None, domains)))
    for domain in domains:
        if domain in PUBLIC_MAIL or domain.partition(".")[0] in PUBLIC_MAIL_EVERYWHERE:
            raise ValueError(
                _(
                    "Anybody can have an address at %(domain)s, so it cannot count as your own. Give such an address to"
                    " a program, a location or a staff member instead.",
                    domain=domain[:80],
                )
            )
        if not _DOMAIN.fullmatch(domain):
            raise ValueError(
                _(
                    "%(domain)s is not a domain. Enter the part after the @, such as agency.ca.",
                    domain=domain[:80],
                )
            )
    return domains


def _text(_definition, raw):
    text = str(raw).strip()
    if len(text) > 300 or any(ord(character) < 32 for character in text):
        raise ValueError(_("Enter one line of at most 300 characters."))
    return text


def _host(definition, raw):
    text = _text(definition, raw)
    if text and not _HOST.fullmatch(text):
        raise ValueError(_("Enter the name of the mail server, such as smtp.agency.ca."))
    return text


def _email(definition, raw):
    text = _text(definition, raw)
    if not text:
        return text
    try:
        # The agency's own names (example, test, local) are for its mail server to judge.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(_("Enter one email address, such as referrals@agency.ca.")) from error


_CHECKS = {
    "flag": _flag,
    "time": _time,
    "IANA zone name": _zone,
    "code": _code,
    "codes": _codes,
    "list": _domains,
    "text": _text,
    "folder": _text,
    "host": _host,
    "email": _email,
    "secret": _text,
}


# ---- Secrets ----------------------------------------------------------------------------------------------------------


def _fernet():
    key = current_app.config["SECRET_KEY"]
    material = key.encode() if isinstance(key, str) else key
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"settings:" + material).digest()))


def _decrypt(stored):
    if not stored:
        return ""
    try:
        return _fernet().decrypt(stored["encrypted"].encode()).decode()
    except InvalidToken:
        return ""


# ---- The agency's clock -----------------------------------------------------------------------------------------------


def zone():
    """The agency's time zone."""
    return ZoneInfo(value("timezone"))


def local(instant):
    """A stored instant (naive UTC) as an aware datetime of the agency, for showing."""
    return instant.replace(tzinfo=datetime.UTC).astimezone(zone())


def start_of(day):
    """The instant (naive UTC) at which ``day`` begins where the agency is."""
    midnight = datetime.datetime.combine(day, datetime.time(), zone())
    return midnight.astimezone(datetime.UTC).replace(tzinfo=None)


def on_days(instant, first, last):
    """The condition that a column with instants (naive UTC) lies in these days of the agency, both included."""
    return (instant >= start_of(first)) & (instant < start_of(last + datetime.timedelta(days=1)))


def today():
    """The date it is at the agency; ages and due days count from it."""
    return local(now()).date()
