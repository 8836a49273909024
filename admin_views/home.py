"""Home: what needs doing today."""

from flask_admin import AdminIndexView, expose

from admin_views.base import PageView


class HomeView(PageView, AdminIndexView):
    """A to-do list for today, each number a link to its list."""

    @expose("/")
    def index(self):
        return self.render("home.html")
