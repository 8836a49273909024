"""What a referral says why it is made: statements picked at an assessment or suggested, and settlement actions (2.12)."""

from models import DrivingStatement
from workflows import agency_rules, assessments, scoring
from workflows.builder_need import client_of, factors_of, latest_results

BANDS = {"urgent": 0, "high": 1, "moderate": 2}


def first_statements(answers):
    """[{question: value}] of the statements to begin with: those picked at an assessment, else the factor's need."""
    client, factors = client_of(answers), factors_of(answers)
    picked = picked_statements(client, factors)
    results, last = latest_results(client)
    suggestions, found = agency_rules.suggestions(), []
    for factor in factors:
        rows = [row for row in picked if row.factor == factor]
        if rows:
            found += [
                {"statement": row.id, "factor": factor, "kind": row.kind, "text": row.text}
                for row in rows
            ]
            continue
        guidance = suggestions.of(factor)
        text = str(guidance.need) if guidance else ""
        found.append({"statement": "", "factor": factor, "kind": scoring.NEED, "text": text})
    return found or [{"kind": scoring.NEED}]


def picked_statements(client, factors):
    """The newest statement of each kind that was picked at an assessment for these factors, oldest first."""
    rows = (
        DrivingStatement.select()
        .where(
            DrivingStatement.client == client.id,
            DrivingStatement.factor.in_(list(factors) or [""]),
            DrivingStatement.source_assessment.is_null(False),
        )
        .order_by(DrivingStatement.id)
    )
    newest = {(row.factor, row.kind): row for row in rows}
    return sorted(newest.values(), key=lambda row: row.id)


def suggested_actions(answers):
    """([(slug, words)] of the actions to offer, most urgent first; slugs that were chosen at the assessment)."""
    factors = factors_of(answers)
    if not factors:
        return [], []
    _results, last = latest_results(client_of(answers))
    suggestions, shown = agency_rules.suggestions(), {}
    if last is not None:
        instrument = agency_rules.matrix(last.matrix_version)
        result = assessments.result_of(last)
        shown = {
            each.factor: each.actions
            for each in scoring.suggest(suggestions, instrument, result)
            if each.factor in factors
        }
    chosen = last.chosen_actions if last else []
    found = []
    for factor in factors:
        guidance = suggestions.of(factor)
        found += shown.get(factor) or (guidance.actions if guidance else ())
    found.sort(key=lambda action: BANDS.get(action.band, len(BANDS)))
    return (
        [(action.slug, str(action.text)) for action in found],
        [action.slug for action in found if action.slug in chosen],
    )
