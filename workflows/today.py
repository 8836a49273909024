"""What Home shows besides the numbers: work begun and kept for later, and the newest referrals."""

from models import Draft, Referral

SHOWN = 6


def drafts():
    """Work begun and kept for later, newest first: a draft without a page is a step of something under way, and one
    with a session belongs to that browser alone."""
    return list(
        Draft.select()
        .where(Draft.path != "", Draft.session_token.is_null())
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(SHOWN)
    )


def recent_referrals():
    """(id, client, number, target, status, received on) of the newest referrals."""
    return list(
        Referral.select(
            Referral.id,
            Referral.client_name,
            Referral.number,
            Referral.target_name,
            Referral.status,
            Referral.received_on,
        )
        .order_by(Referral.received_on.desc(), Referral.id.desc())
        .limit(SHOWN)
        .tuples()
    )
