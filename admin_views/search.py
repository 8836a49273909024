"""Search everything: clients, services, referrals (by number too) and partners, from the box in the top bar."""

from flask import redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user

from admin_views.base import PageView
from admin_views.marks import status_pill
from admin_views.secrets import hide, reveal
from forms.formats import date_text
from models import (
    ARCHIVED,
    Client,
    Household,
    Organization,
    Referral,
    ServiceActivity,
    ServiceLocation,
)
from workflows import audit, people, search, settings

SHOWN = 8


class SearchView(PageView):
    """One page of results by kind; the words travel as ciphertext only."""

    def __init__(self):
        super().__init__(endpoint="search", url="/search")

    @expose("/", methods=("GET", "POST"))
    @expose("", methods=("GET", "POST"))
    def index(self):
        if request.method == "POST":
            words = request.form.get("search", "").strip()[:200]
            return redirect(url_for(".index", found=hide(words)) if words else url_for(".index"))
        token = request.args.get("found", "")
        words = reveal(token) if token else ""
        groups = [g for g in self._groups(words, token) if g["lines"]] if words else []
        return self.render(
            "search.html",
            words=words,
            groups=groups,
            recent=recent_clients(),
        )

    def _groups(self, words, token):
        """The kinds of result, those left out that the agency took off its menu."""
        services = url_for("service_activity.index_view")
        kinds = (
            ("clients", _("Clients"), Client, self._clients, url_for("client.index_view")),
            (
                "referrals",
                _("Referrals"),
                Referral,
                self._referrals,
                f"{url_for('referral.index_view')}?status=all",
            ),
            (
                "service-activities",
                _("Services & Activities"),
                ServiceActivity,
                self._services,
                services,
            ),
            (
                "partners",
                _("Partners"),
                Organization,
                self._partners,
                url_for("partners.index_view"),
            ),
        )
        for section, title, model, find, href in kinds:
            if not settings.is_hidden(section):
                yield self._group(title, model, find(words), href, token)

    @staticmethod
    def _group(title, model, lines, list_href, token):
        """One kind of result; what is personal leaves an audit row with its count (R-SYS-5)."""
        if model._meta.table_name in ("client", "referral"):
            audit.record("view", model._meta.table_name, changed={"shown": len(lines[:SHOWN])})
        mark = "&" if "?" in list_href else "?"
        more = len(lines) > SHOWN
        return {
            "title": title,
            "count": f"{SHOWN}+" if more else str(len(lines)),
            "lines": lines[:SHOWN],
            "all_href": f"{list_href}{mark}found={token}" if more else None,
        }

    @staticmethod
    def _clients(words):
        """(address, name, about, pill, second link or None) of each."""
        query = (
            Client.select(Client.id, Client.display_name, Household.file_number)
            .join(Household)
            .where(SearchView._found(words))
            .order_by(Client.display_name_sorted, Client.id)
            .limit(SHOWN + 1)
        )
        return [
            (
                url_for("client.details_view", id=key),
                name,
                _("file %(number)s", number=file),
                "",
                None,
            )
            for key, name, file in query.tuples()
        ]

    @staticmethod
    def _found(words):
        """People by their own words, and by a number of their file, present or earlier."""
        found = search.condition(Client, words, SHOWN + 1)
        if not any(map(str.isdigit, words)):
            return found
        files = Household.select(Household.id).where(search.condition(Household, words))
        return found | Client.household.in_(files)

    @staticmethod
    def _referrals(words):
        query = (
            Referral.select(
                Referral.id,
                Referral.client_name,
                Referral.number,
                Referral.target_name,
                Referral.status,
                Referral.received_on,
            )
            .where(search.condition(Referral, words, SHOWN + 1))
            .order_by(Referral.received_on.desc(), Referral.id.desc())
        )
        return [
            (
                url_for("referral.details_view", id=key),
                name,
                _(
                    "%(number)s, %(service)s, received %(day)s",
                    number=number,
                    service=target,
                    day=date_text(day),
                ),
                status_pill(status),
                (url_for("referral.outcome", id=key), _("Record an outcome")),
            )
            for key, name, number, target, status, day in query.tuples()
        ]

    @staticmethod
    def _services(words):
        query = (
            ServiceActivity.select(
                ServiceActivity.id,
                ServiceActivity.name,
                ServiceLocation.name,
                Organization.name,
                Organization.is_own,
            )
            .join(ServiceLocation)
            .join(Organization)
            .where(
                search.condition(ServiceActivity, words, 4 * SHOWN),
                ServiceActivity.state != ARCHIVED,
            )
            .order_by(Organization.is_own.desc(), ServiceActivity.name, ServiceActivity.id)
            .limit(SHOWN + 1)
        )
        return [
            (
                url_for("service_activity.details_view", id=key),
                name,
                place
                if own
                else _("%(place)s, %(organization)s", place=place, organization=organization),
                "",
                None,
            )
            for key, name, place, organization, own in query.tuples()
        ]

    @staticmethod
    def _partners(words):
        query = (
            Organization.select(Organization.id, Organization.name, Organization.city)
            .where(
                search.condition(Organization, words, SHOWN + 2),
                Organization.is_own == False,  # noqa: E712 - a peewee expression
            )
            .order_by(Organization.name_sorted, Organization.id)
            .limit(SHOWN + 1)
        )
        return [
            (url_for("organization.details_view", id=key), name, city or "", "", None)
            for key, name, city in query.tuples()
        ]


def recent_clients():
    """[(address, name)] of the clients whose page this person opened lately."""
    if settings.is_hidden("clients"):
        return []
    found = people.recent_clients(current_user.working_as)
    return [(url_for("client.details_view", id=key), name) for key, name in found]


PAGES = (SearchView,)
