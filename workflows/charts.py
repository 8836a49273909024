"""Bars beside the numbers of a table, drawn as SVG by the server; colours are classes of portal.css.

The number stands in the cell before it, so a bar is a picture for the eye alone and hidden from screen readers.
"""

from fractions import Fraction

from markupsafe import Markup

WIDTH, HEIGHT = 240, 12


def bar(value, most):
    """A bar of ``value`` on a scale that ends at ``most``; nothing for what is no number or nought."""
    if not isinstance(value, int) or value <= 0 or most <= 0:
        return ""
    wide = round(float(Fraction(WIDTH * value, most)), 1)
    return _drawing(
        f'<rect class="chart-bar" x="0" y="0" width="{max(1, wide)}" height="{HEIGHT}"/>'
    )


def _drawing(content):
    return Markup(
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true"'
        f' focusable="false">{content}</svg>'
    )
