"""Reports for sharing: small numbers are hidden, and nobody can work them out from what is shown (domain 8)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from workflows import reports_sharing
from workflows.reports_sharing import to_hide
from workflows.reports_tables import (
    HIDDEN,
    TOTAL,
    Column,
    Figure,
    Grid,
    Line,
    Mean,
    Ratio,
    Table,
)

LEAST = 5


def with_sums(rows, down, across):
    rows = [[*row, sum(row)] if across else list(row) for row in rows]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if down else rows


def equations(height, width, down, across):
    """Lists of (place, sign) that add up to nought."""
    found = []
    if across:
        for r in range(height):
            found.append([((r, c), 1) for c in range(width - 1)] + [((r, width - 1), -1)])
    if down:
        for c in range(width):
            found.append([((r, c), 1) for r in range(height - 1)] + [((height - 1, c), -1)])
    return found


def another_solution(cells, hidden, sums, place, wanted):
    """True when the hidden cells can be filled in so that all sums hold and the one at ``place`` is ``wanted``.

    Whoever looks knows that a hidden number is at least 1; each is tried one below, at and one above what it is.
    """
    order = [place, *sorted(hidden - {place})]

    def holds(values):
        for line in sums:
            unknown = [p for p, _sign in line if p in hidden and p not in values]
            if not unknown:
                total = sum(sign * values.get(p, cells[p]) for p, sign in line)
                if total:
                    return False
        return True

    def fill(n, values):
        if not holds(values):
            return False
        if n == len(order):
            return True
        at = order[n]
        tries = [wanted] if at == place else [cells[at], cells[at] + 1, cells[at] - 1]
        return any(t >= 1 and fill(n + 1, {**values, at: t}) for t in tries)

    return fill(0, {})


def check(rows, down, across):
    numbers = with_sums(rows, down, across)
    hidden = to_hide(numbers, LEAST, down, across)
    if hidden is None:
        return
    cells = {(r, c): n for r, row in enumerate(numbers) for c, n in enumerate(row)}
    assert {place for place, n in cells.items() if 0 < n < LEAST} <= hidden
    sums = equations(len(numbers), len(numbers[0]), down, across)
    for place in hidden:
        others = (cells[place] + 1, cells[place] - 1)
        assert any(another_solution(cells, hidden, sums, place, n) for n in others if n >= 1), place


small = st.integers(0, 9)


@given(st.lists(small, min_size=1, max_size=8))
def test_no_hidden_number_of_a_list_can_be_worked_out_from_its_total(numbers):
    """R-SYS-8, domain 8: complementary suppression."""
    check([[n] for n in numbers], True, False)


@given(st.lists(st.lists(small, min_size=2, max_size=2), min_size=2, max_size=3))
def test_no_hidden_number_of_a_table_can_be_worked_out_from_its_totals(rows):
    check(rows, True, True)


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=3, max_size=3))
def test_a_table_of_larger_numbers_hides_as_safely(rows):
    check(rows, True, True)


def test_a_single_small_number_takes_the_next_larger_one_along():
    assert to_hide(with_sums([[3], [8], [20]], True, False), LEAST, True, False) == {(0, 0), (1, 0)}


def test_hidden_numbers_of_a_line_are_together_no_small_number():
    """One and one of a total of 22 would tell that there are two people in these lines."""
    numbers = with_sums([[1], [1], [20]], True, False)
    assert to_hide(numbers, LEAST, True, False) == {(0, 0), (1, 0), (2, 0)}


def test_large_numbers_and_noughts_stay():
    assert to_hide(with_sums([[0], [5], [20]], True, False), LEAST, True, False) == set()


def test_a_table_of_ones_is_left_out():
    """Everybody could tell that each hidden number is one."""
    assert to_hide(with_sums([[1]] * 6, True, False), LEAST, True, False) is None


def test_what_follows_from_a_hidden_count_is_hidden_too(app):
    columns = (Column("People"), Column("Minutes", "follows"))
    lines = (
        Line("A", (2, 60)),
        Line("B", (9, 90)),
        Line("C", (30, 400)),
        Line("Total", (41, 550), TOTAL),
    )
    shown = reports_sharing.table(Table("t", "T", "", None), Grid("", columns, lines))
    assert [line.cells for line in shown.lines] == [
        (HIDDEN, HIDDEN),
        (HIDDEN, HIDDEN),
        (30, 400),
        (41, 550),
    ]


def test_figures_hide_what_a_few_people_stand_behind(app):
    def shown(value, **more):
        return reports_sharing.figure(Figure("f", "F", "", None, **more), value)

    assert shown(4) is HIDDEN and shown(5) == 5 and shown(0) == 0
    assert shown(4, personal=False) == 4
    assert shown(Ratio(2, 40)) is HIDDEN and shown(Ratio(38, 40)) is HIDDEN
    assert shown(Ratio(20, 40)) == Ratio(20, 40) and shown(Ratio(0, 4)) is HIDDEN
    assert shown(Mean(Decimal("3.0"), 4)) is HIDDEN and shown(Mean(3, 5)) == Mean(3, 5)
    assert shown(Mean(50, 9), least="nps_min_responses") is HIDDEN
    assert shown(Mean(50, 10), least="nps_min_responses") == Mean(50, 10)
