"""A radar picture of scores from 0 to 100 as plain facts: points on a circle for a template to draw as SVG."""

from dataclasses import dataclass
from math import cos, pi, sin

SIZE, REACH = 340, 130
MIDDLE = SIZE / 2
RINGS = (25, 50, 75, 100)


@dataclass(frozen=True)
class Axis:
    """One spoke: its number, where it ends, where the number stands, and the point of the score (None: no score)."""

    number: int
    x: float
    y: float
    label_x: float
    label_y: float
    dot: tuple | None


@dataclass(frozen=True)
class Radar:
    """The picture: ``rings`` are polygons, ``now`` and ``before`` the polygons of the scores that there are."""

    size: int
    middle: float
    rings: tuple
    axes: tuple
    now: str
    before: str


def radar(scores, before=()):
    """The Radar of ``scores`` and of those of last time, in one order; None where there is no score.

    Returns None with fewer than three scores: they make no shape.
    """
    count = len(scores)
    if sum(score is not None for score in scores) < 3:
        return None
    axes = tuple(
        Axis(
            n + 1,
            *_at(n, count, 100),
            *_at(n, count, 113),
            None if score is None else _at(n, count, score),
        )
        for n, score in enumerate(scores)
    )
    rings = tuple(_polygon([ring] * count) for ring in RINGS)
    earlier = list(before) + [None] * (count - len(before))
    has_shape = sum(score is not None for score in earlier) >= 3
    return Radar(
        SIZE, MIDDLE, rings, axes, _polygon(scores), _polygon(earlier) if has_shape else ""
    )


def _at(number, count, score):
    turn, far = 2 * pi * number / count, REACH * float(score) / 100
    return round(MIDDLE + far * sin(turn), 1), round(MIDDLE - far * cos(turn), 1)


def _polygon(scores):
    points = (_at(n, len(scores), score) for n, score in enumerate(scores) if score is not None)
    return " ".join(f"{x},{y}" for x, y in points)
