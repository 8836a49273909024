"""At most five statements for a list and six for a form, those of session and audit apart (stack.md 9)."""

from case_factories import MAKE
from statements import statements
from test_every_screen import address, every_editable_entity, every_entity

LIST, FORM = 5, 6


def warm(browser, path):
    """Reference data is read into memory once a process, not for each page."""
    browser.open(path)


@every_entity
def test_a_list_asks_at_most_five_statements(administrator_browser, model):
    for _n in range(3):
        MAKE[model]()
    warm(administrator_browser, address(model))
    with statements() as asked:
        administrator_browser.open(address(model))
    assert len(asked.counted()) <= LIST, "\n".join(asked.counted())


@every_editable_entity
def test_a_form_asks_at_most_six_statements(administrator_browser, model):
    path = f"{address(model)}edit/?id={MAKE[model]().id}"
    warm(administrator_browser, path)
    with statements() as asked:
        administrator_browser.open(path)
    assert len(asked.counted()) <= FORM, "\n".join(asked.counted())
