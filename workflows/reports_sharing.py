"""Reports for sharing: small numbers are hidden, and others with them, so that none can be worked out (domain 8).

A table with totals is a set of equations.  A hidden number stays hidden when there is another set of numbers with the same
totals and the same shown cells in which it is larger or smaller.  With cells as the edges of a graph (a row's node to
its column's node, totals closing the circle) that other set is a circle of hidden cells through it, along which one is
added forwards and taken away backwards.  Where there is none, the cheapest such circle is hidden as well.
"""

import heapq
from dataclasses import replace

from workflows import settings
from workflows.reports_tables import AVERAGE, COUNT, FOLLOWS, HIDDEN, PART, TOTAL, Mean, Ratio

FREE = "free"
# Nobody expects a nought to be hidden, so it is the last to be taken.
COST_OF_NOUGHT = 1_000_000


def is_small(number, least):
    """True for what a shared report hides by itself: from 1 up to, not including, ``least``."""
    return 0 < number < least


def figure(found, value):
    """``value`` of the Figure ``found`` as a shared report shows it."""
    least = settings.value(found.least)
    if not found.personal or value is None:
        return value
    if isinstance(value, Ratio):
        few = value.whole < least or is_small(value.part, least)
        return HIDDEN if few or is_small(value.whole - value.part, least) else value
    if isinstance(value, Mean):
        return HIDDEN if value.base < least else value
    return HIDDEN if is_small(value, least) else value


def table(found, grid):
    """``grid`` of the Table ``found`` as a shared report shows it; None when it has to be left out."""
    if found.listing:
        return None
    if not found.personal:
        return grid
    least = settings.value("small_cell_min")
    places = [n for n, column in enumerate(grid.columns) if column.kind == COUNT]
    rows = [n for n, line in enumerate(grid.lines) if line.kind in (PART, TOTAL)]
    totals = bool(rows) and grid.lines[rows[-1]].kind == TOTAL
    if found.needs and grid.lines[rows[-1]].cells[0] < settings.value(found.needs):
        return None
    groups = [places] if grid.sums else [[place] for place in places]
    hidden = set()
    for group in groups:
        numbers = [[grid.lines[row].cells[place] or 0 for place in group] for row in rows]
        found_there = to_hide(numbers, least, totals, grid.sums)
        if found_there is None:
            return None
        hidden |= {(rows[r], group[c]) for r, c in found_there}
    return replace(grid, lines=_masked(grid, hidden, rows[-1] if totals else None))


def _masked(grid, hidden, total):
    """The lines with the cells at these places, and all that follows from them, hidden."""
    hidden = set(hidden)
    for n, line in enumerate(grid.lines):
        if line.kind == AVERAGE:
            hidden |= {(n, c) for c in range(len(grid.columns)) if (total, c) in hidden}
        for c, column in enumerate(grid.columns):
            if column.kind == FOLLOWS and (n, column.of) in hidden:
                hidden.add((n, c))
    return tuple(
        replace(
            line,
            cells=tuple(
                HIDDEN if (n, c) in hidden else value for c, value in enumerate(line.cells)
            ),
        )
        for n, line in enumerate(grid.lines)
    )


def to_hide(numbers, least, total_row, total_column):
    """The places (row, column) to hide in rows of whole numbers, or None when only leaving it all out would help.

    ``total_row`` and ``total_column`` say that the last row and column are sums.  The total of everything stays: it
    stands elsewhere as a figure.  Hidden cells of a line with a shown total add up to ``least`` at the least.
    """
    cells = {(r, c): n for r, row in enumerate(numbers) for c, n in enumerate(row)}
    hidden = {place for place, number in cells.items() if is_small(number, least)}
    if not hidden or not (total_row or total_column):
        return hidden
    graph = _Graph(cells, len(numbers), len(numbers[0]), total_row, total_column)
    while True:
        more = _too_few_together(graph, hidden, least)
        if more is None:
            more = graph.unprotected(hidden)
        if more is None:
            return hidden
        if not more:
            return None
        hidden |= more


def _too_few_together(graph, hidden, least):
    """One more cell of a line whose hidden ones add up to less than ``least``; None when every line is fine."""
    for parts, total in graph.lines:
        mine = [place for place in parts if place in hidden]
        if not mine or total in hidden:
            continue
        if sum(graph.cells[place] for place in mine) < least:
            shown = [p for p in parts if p not in hidden and graph.cells[p]]
            if shown:
                return {min(shown, key=lambda place: (graph.cells[place], place))}
    return None


class _Graph:
    """The cells of a table as edges from a row's node to a column's; totals lead back."""

    def __init__(self, cells, height, width, total_row, total_column):
        self.cells, self.lines, self.ends = cells, [], {}
        last_row, last_column = height - 1, width - 1
        rows = range(height - 1 if total_row else height)
        columns = range(width - 1 if total_column else width)
        row_node = {r: ("row", r) if total_column else FREE for r in rows}
        column_node = {c: ("column", c) if total_row else FREE for c in columns}
        # With both kinds of totals the total of everything leads from the one back to the other.
        both = total_row and total_column
        self.kept = (
            {(last_row, last_column)} if both else {(last_row, c) for c in columns if total_row}
        )
        for r in rows:
            for c in columns:
                self.ends[r, c] = (row_node[r], column_node[c])
            if total_column:
                self.ends[r, last_column] = ("totals" if both else FREE, row_node[r])
                self.lines.append(([(r, c) for c in columns], (r, last_column)))
        if total_row:
            for c in columns:
                self.ends[last_row, c] = (column_node[c], "sums" if both else FREE)
                self.lines.append(([(r, c) for r in rows], (last_row, c)))
        if both:
            self.ends[last_row, last_column] = ("sums", "totals")
            self.lines.append(([(r, last_column) for r in rows], (last_row, last_column)))
            self.lines.append(([(last_row, c) for c in columns], (last_row, last_column)))
        self.steps = {}
        for place, (tail, head) in self.ends.items():
            self.steps.setdefault(tail, []).append((head, place, True))
            self.steps.setdefault(head, []).append((tail, place, False))

    def unprotected(self, hidden):
        """What to hide besides so that the first hidden cell that could be worked out cannot be; None when none can.

        An empty set says that nothing would help.
        """
        for place in sorted(hidden):
            tail, head = self.ends[place]
            found = [self._circle(head, tail, place, hidden)]
            if cells_above_one(self.cells[place]):
                found.append(self._circle(tail, head, place, hidden))
            found = [circle for circle in found if circle is not None]
            if not found:
                return set()
            cost, more = min(found, key=lambda circle: circle[0])
            if cost:
                return more
        return None

    def _circle(self, start, end, but, hidden):
        """(cost, places that would have to be hidden) of the cheapest way, or None; never through the cell itself."""
        best, queue, number = {start: 0}, [(0, 0, start, ())], 0
        while queue:
            cost, _number, node, way = heapq.heappop(queue)
            if node == end:
                return cost, {place for place in way if place not in hidden}
            if cost > best[node]:
                continue
            for other, place, forwards in self.steps[node]:
                open_way = forwards or cells_above_one(self.cells[place])
                if place == but or not open_way or (place in self.kept and place not in hidden):
                    continue
                price = cost + (0 if place in hidden else self.cells[place] or COST_OF_NOUGHT)
                if price < best.get(other, float("inf")):
                    best[other], number = price, number + 1
                    heapq.heappush(queue, (price, number, other, (*way, place)))
        return None


def cells_above_one(number):
    """True when one can be taken away and the cell still holds somebody: everybody knows that a hidden one does."""
    return number > 1
