"""What clients answer when they are asked how it was, as figures (2.22, section 11 of the domain)."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workflows.scoring import round_half_up

LOWEST, PASSIVE, PROMOTER, HIGHEST = 0, 7, 9, 10


@dataclass(frozen=True)
class Score:
    """How many would recommend the agency; ``nps`` is None where there are too few replies to show it."""

    promoters: int
    passives: int
    detractors: int
    nps: Decimal | None


def net_promoter_score(scores, least):
    """The Score of a list of whole numbers from 0 to 10, hidden under ``least`` replies (setting nps_min_responses).

    NPS = 100 × (promoters − detractors) ÷ replies, promoters being 9–10 and detractors 0–6: the definition of the
    reports (domain, “Outcomes and feedback”), from -100 to 100.  A half is rounded up to the next whole number, the
    way net promoter scores are quoted.  Raises ValueError for anything that is no such number.
    """
    for each in scores:
        if type(each) is not int or not LOWEST <= each <= HIGHEST:
            raise ValueError(f"{each!r} is no score from {LOWEST} to {HIGHEST}")
    found = Counter((each >= PASSIVE) + (each >= PROMOTER) for each in scores)
    nps = None
    if scores and len(scores) >= least:
        nps = round_half_up(Fraction(100 * (found[2] - found[0]), len(scores)), 0)
    return Score(found[2], found[1], found[0], nps)
