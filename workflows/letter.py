"""The text of an email with referrals: what it may name, and what it keeps back (R-REF-4, R-CLI-2, decision 0.1)."""

from flask_babel import gettext as _

from forms.choices import language_label, term_label
from forms.validators import clean_line
from models import FULL, MINIMAL, Organization, RecommendedAction, Referral
from workflows import audit, settings, texts

TEMPLATES = {MINIMAL: "referral-email-minimal", FULL: "referral-email-full"}


def written(chosen, detail, internal):
    """(subject, text, what is left out) in the agency's language; only safe facts reach a subject."""
    spoken = settings.value("interface_default_language")
    own = Organization.own(only=("name", "email", "phone"))
    organization = clean_line(own.name) if own else ""
    said, slug = [], TEMPLATES[detail]
    public = settings.public_url()
    with texts.in_language(spoken):
        facts = {"count": len(chosen), "organization": organization}
        subject = texts.subject(slug, spoken, **facts)
        more = _details(chosen) if detail == FULL else {}
        rows = []
        for referral in chosen:
            row, notes = _row(referral, internal, more.get(referral.id))
            rows.append(texts.row(slug, spoken, **row))
            said += notes
        text = texts.body(
            slug,
            spoken,
            **facts,
            sender=clean_line(audit.actor.get().name) or organization,
            reply_phone=own and (own.phone or own.email) or "",
            portal_link=f"{public}/referrals/" if public and internal else "",
            rows="\n".join(rows),
        )
    return subject, text, tuple(said)


def _row(referral, internal, more):
    """The facts of one line, and sentences on what is left out."""
    target, place, notes = referral.target_name, referral.location, []
    service, program = referral.service_activity, referral.program
    hidden = any(entry and entry.is_confidential for entry in (program, place))
    place = place.name if place else referral.organization.name
    if hidden and not internal:
        target, place = _("confidential"), _("confidential")
        notes.append(
            _("%(number)s: the place is confidential and is not named.", number=referral.number)
        )
    row = {
        "number": referral.number,
        "service_activity": clean_line(service.name if service and not hidden else target),
        "location": clean_line(place),
        "received_on": referral.received_on.isoformat(),
        "priority": term_label("referral-priorities", referral.priority),
    }
    if more is not None:
        phone, note = _phone(referral)
        notes += [note] if note else []
        person = referral.client
        spoken = person.preferred_languages[:1] if person else [referral.inbound_language]
        interpreter = person.needs_interpreter if person else referral.inbound_interpreter
        row |= {
            "client_name": clean_line(str(person) if person else referral.inbound_name or ""),
            "client_phone": phone,
            "language": language_label(spoken[0]) if spoken and spoken[0] else _("not known"),
            "interpreter": _("yes") if interpreter else _("no"),
            "driving_statements": "; ".join(more[0]) or _("none"),
            "actions": "; ".join(more[1]) or _("none"),
        }
    return row, notes


def _phone(referral):
    """(the phone as it may be used, what is left out): a channel that is not safe is never offered (R-CLI-2)."""
    client = referral.client
    number = clean_line(client.phone if client else referral.inbound_phone) or ""
    if not client or not number:
        return number or _("no phone recorded"), ""
    call, text = client.safe_to_call, client.safe_to_text
    if call == "no" and text == "no":
        note = _(
            "%(number)s: the phone is left out; it is not safe to use.", number=referral.number
        )
        return _("do not phone or text"), note
    if call == "no":
        note = _("%(number)s: it is not safe to call this client.", number=referral.number)
        return _("%(phone)s (text only, do not call)", phone=number), note
    if call == "ask-first":
        return _("%(phone)s (ask first if it is a good moment)", phone=number), ""
    if text == "no":
        return _("%(phone)s (call only, do not text)", phone=number), ""
    return number, ""


def _details(chosen):
    """{referral id: (driving statements, open actions)} in two statements, however many referrals."""
    found = {referral.id: ([], []) for referral in chosen}
    ids = list(found)
    through = Referral.driving_statements.get_through_model()
    statement = through.drivingstatement.rel_model
    rows = (
        through.select(through.referral, statement.text)
        .join(statement)
        .where(through.referral.in_(ids))
        .order_by(statement.id)
    )
    for key, text in rows.tuples():
        found[key][0].append(clean_line(text))
    rows = RecommendedAction.select(RecommendedAction.referral, RecommendedAction.text).where(
        RecommendedAction.referral.in_(ids),
        RecommendedAction.done == False,  # noqa: E712
    )
    for key, text in rows.order_by(RecommendedAction.id).tuples():
        found[key][1].append(clean_line(text))
    return found
