"""The writing assistant reads along while somebody types (R-NOTE-5)."""

from flask import request
from flask_admin import expose

from admin_views.assisting import SEVERITIES, drawn
from admin_views.base import PageView
from forms.fields import LONG_TEXT
from workflows import assistant


class LookView(PageView):
    """The text comes in the body of a request of its own; nothing of it is kept, logged or sent on."""

    def __init__(self):
        super().__init__(endpoint="writing", url="/writing")

    @expose("/")
    def index(self):
        """What the assistant looks for, so that nobody has to find out by being corrected."""
        rows = [
            (*SEVERITIES[severity], message, suggestion)
            for severity, message, suggestion in assistant.rules()
        ]
        return self.render("writing.html", rows=rows)

    @expose("/look/", methods=("POST",))
    def look(self):
        """What to write instead, as a part of a page; empty when there is nothing to say."""
        return str(drawn(request.form.get("text", "")[:LONG_TEXT], "own" in request.form))


PAGES = (LookView,)
