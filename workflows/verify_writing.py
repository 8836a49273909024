"""Worked examples of words for ``flask verify``: the writing assistant, and what clients' replies come to."""

import dataclasses

from workflows import settings
from workflows.feedback import net_promoter_score
from workflows.verify_needs import UNKNOWN
from workflows.writing import look, own_rules


def writing(data, whole, world):
    """``writing_vectors``: which rules speak about a text in a language (R-NOTE-5, R-NOTE-7)."""
    for number, vector in enumerate(data, 1):
        marks = look(vector["text"], vector["lang"], own_rules())
        yield number, vector["expect"], {mark.rule for mark in marks}


def nps(data, whole, world):
    """``nps_vector``: promoters, passives, detractors and the score of a list of replies."""
    found = net_promoter_score(data["scores"], settings.value("nps_min_responses"))
    got = dataclasses.asdict(found)
    for name, expected in data.items():
        if name != "scores":
            yield name, expected, got.get(name, UNKNOWN)
