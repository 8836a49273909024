"""The level of need over time as a small stair for each adult: plain numbers for a template to draw as SVG (R-ASM-8)."""

from dataclasses import dataclass

from forms import choices

LEVELS = ("low", "moderate-to-low", "moderate", "high", "very-high")
LEFT, RIGHT, TOP, STEP, ACROSS = 172, 16, 12, 20, 44


@dataclass(frozen=True)
class Stair:
    """The picture of one person: ``rows`` (y, words) of the levels, ``columns`` (x, words) of the points, the ``path``
    through the dots [(x, y, words)]."""

    width: int
    height: int
    right: int
    rows: tuple
    columns: tuple
    path: str
    dots: tuple


def stair(levels, points):
    """The Stair of ``levels`` {point: level} over ``points`` in order; None when nothing was assessed."""
    done = [(n, point, levels[point]) for n, point in enumerate(points) if levels.get(point)]
    if not done:
        return None
    floor = TOP + STEP * (len(LEVELS) - 1)
    width = LEFT + ACROSS * max(len(points) - 1, 1) + RIGHT
    dots = tuple(
        (LEFT + ACROSS * n, floor - STEP * LEVELS.index(level), point.upper(), _words(level))
        for n, point, level in done
    )
    path, last = [], None
    for x, y, _point, _level in dots:
        path += [f"{x},{last}"] if last is not None else []
        path.append(f"{x},{y}")
        last = y
    return Stair(
        width,
        floor + 28,
        width - RIGHT,
        tuple((floor - STEP * n, _words(level)) for n, level in enumerate(LEVELS)),
        tuple((LEFT + ACROSS * n, point.upper()) for n, point in enumerate(points)),
        " ".join(path),
        dots,
    )


def _words(level):
    return choices.term_label("need-levels", level)
