"""What a finished referral builder writes: changed facts, a consent, the search, the referrals and why (2.12, 2.13)."""

from flask_babel import gettext as _

from forms.formats import whole
from models import (
    INTERNAL,
    OUTBOUND,
    DrivingStatement,
    MatchRun,
    Organization,
    PlanAction,
    RecommendedAction,
    Referral,
)
from workflows import (
    agency_rules,
    assistant,
    attachments,
    audit,
    builder_consent,
    builder_results,
    people,
    people_rules,
    records,
    referrals,
    settings,
)
from workflows.builder_need import client_of, factors_of, kept_targets, latest_results
from workflows.builder_reasons import suggested_actions

SHARING_FORM, SIGNED_FORM = "sharing-form", "signed-form"
CONFIRMED = (people.SIMILAR, people_rules.GUARDIAN_OF_ADULT)
KEPT_RESULTS = 20


def write(answers, draft, form=None):
    """Everything of a finished draft, in the engine's transaction; raises records.Refused.  Returns the ids.

    ``form`` is the bound page of the results, None when none was asked for.
    """
    client = client_of(answers)
    if form is not None:
        _save_facts(client)
    consent = _consent(answers, draft)
    run = _run(answers, client, form) if form is not None else None
    made = [
        _referral(answers, client, target, form, run, consent) for target in kept_targets(answers)
    ]
    _statements(answers, client, made)
    for referral in made:
        _actions(answers, referral)
    _link_step(answers, made)
    attachments.remove(draft)
    return {"referrals": [referral.id for referral in made], "client": client.id}


def _save_facts(client):
    """What was added beside the results goes to the file; ``client`` is as the page of the results has it."""
    try:
        records.save(client, version=client.version, confirmed=CONFIRMED)
    except records.Conflict as conflict:
        words = _("Somebody saved this client’s file at this very moment. Press the button again.")
        raise records.Refused([records.Problem("", words)]) from conflict


def _consent(answers, draft):
    said = answers.get("consent", {})
    consent = builder_consent.signed_now(answers, said)
    if consent is not None:
        many = {"named_organizations": list(said["organizations"])}
        records.save(consent, many, confirmed=CONFIRMED)
        attachments.hand_over(draft, consent, SHARING_FORM, become=SIGNED_FORM)
    return consent


def _run(answers, client, form):
    question = form.question
    results = question.matches(form.whose.data or "all").results(0, KEPT_RESULTS, weak=True)
    overridden = any(excluded for _e, _r, excluded, _in in form.judged.values())
    reason = form.override_reason.data if overridden else None
    assistant.ask_about([reason])
    return MatchRun.create(
        client=client.id,
        need=builder_results.need_facts(question.need)
        | {"factors": list(factors_of(answers)), "supports": list(question.person.supports)},
        by_name=audit.actor.get().name,
        results=[[result.id, result.score, result.band] for result in results],
        scheme_version=question.catalogue.scheme.version,
        override_reason=reason,
    )


def _referral(answers, client, target, form, run, consent):
    today, who, own = settings.today(), audit.actor.get().name, Organization.own()
    referral = Referral(
        direction=INTERNAL if target.is_own else OUTBOUND,
        priority=answers.of("reasons", "priority"),
        client=client,
        level=target.level,
        organization=target.organization,
        program=target.program,
        service_activity=target.service,
        referred_by_name=who,
        referred_by_organization=own.name if own else None,
        referred_on=today,
        received_on=today,
        follow_up_due_on=answers.of("reasons", "follow_up_due_on"),
    )
    if not target.is_own:
        covered = referrals.sharing_consent(client.id, target.organization, today)
        referral.consent_record = covered or consent
    if form is not None and target.service in form.judged:
        _entry, result, excluded, _in = form.judged[target.service]
        scheme = form.question.catalogue.scheme
        referral.match_snapshot = builder_results.snapshot(
            result, excluded, scheme, form.question.need, run.id
        )
    records.save(referral)
    return referral


def _statements(answers, client, made):
    """One statement serves all referrals made here; one picked at an assessment is linked, not written twice."""
    ids = [referral.id for referral in made]
    results, last = latest_results(client)
    for row in answers.of("reasons", "statements"):
        known = _picked(client, row)
        if known is not None and (known.text, known.kind) == (row["text"], row["kind"]):
            linked = records.linked_ids(known, "referrals")
            records.save(known, {"referrals": sorted({*linked, *ids})})
            continue
        factor = row["factor"] or None
        source = known.source_assessment_id if known else last and factor in results and last.id
        statement = DrivingStatement(
            client=client,
            kind=row["kind"],
            factor=factor,
            text=row["text"],
            source_assessment=source or None,
        )
        records.save(statement, {"referrals": ids})


def _picked(client, row):
    return DrivingStatement.get_or_none(
        DrivingStatement.id == whole(row["statement"]), DrivingStatement.client == client.id
    )


def _actions(answers, referral):
    said = answers["reasons"]
    labels = dict(suggested_actions(answers)[0]) | {
        slug: str(action.text) for slug, action in agency_rules.suggestions().actions().items()
    }
    for slug in said.get("suggested") or ():
        if slug in labels:
            records.save(RecommendedAction(referral=referral, action_slug=slug, text=labels[slug]))
    for text in said["own_actions"] or ():
        records.save(RecommendedAction(referral=referral, text=text))


def _link_step(answers, made):
    """The step of a plan that this began with leads to the first referral."""
    key = answers.fixed.get("step")
    step = PlanAction.get_or_none(PlanAction.id == key) if key else None
    if step is None or not made or step.goal.client_id != made[0].client_id:
        return
    step.referral = made[0]
    records.save(step)
