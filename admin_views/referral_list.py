"""The Referral List: what is not complete first, one page of it in four statements (R-REF-10)."""

from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup

from admin_views.base import EntityView
from admin_views.listing import Filter, Listing, field_filter
from admin_views.marks import FLAG_WORDS, raw_flags, status_and_mark, trouble
from admin_views.showing import as_text, cells, one_line, text_of
from admin_views.words import plain as _
from forms import choices
from forms.formats import date_text
from models import (
    COMPLETE,
    DISTRIBUTED,
    N_,
    QUEUED,
    RECEIVED,
    Organization,
    Referral,
    SavedFilter,
    normalise,
)
from workflows import audit, engine, flags, records, referrals, settings
from workflows.distribute import Distribute

ALL = "all"
SCREEN = "referral"
COLUMNS = (
    ("client_name", None),
    ("number", None),
    ("target_name", None),
    ("location", "name"),
    ("status", None),
    ("priority", None),
    ("received_on", None),
    ("sending", None),
    ("outcome", None),
    ("last_sent_at", None),
)
NAMES = ("id", *(name for name, _label in COLUMNS))
SHOWN = (
    "client_name",
    "number",
    "target_name",
    "status",
    "priority",
    "flag",
    "received_on",
)

# All that the flag of a complete referral depends on.
FINISHED = (COMPLETE, None, None, None)


def _service(pair):
    """What the client is sent to, and under it where that is."""
    service, place = pair
    return (
        Markup('{}<br><span class="muted small">{}</span>').format(service, place)
        if place
        else service
    )


def _day(day):
    return one_line(date_text(day))


class StatusFilter(Filter):
    """A status; "all" is no condition but lifts the default."""

    def value(self, args):
        asked = super().value(args)
        return None if asked == ALL else asked


class ReferralList(EntityView):
    """Tick, email, complete; filters for everybody, kept by name."""

    list_template = "referrals/list.html"
    row_data = "data-referral-id"
    new_label = N_("Record a received referral")
    actions = (
        ("email", N_("Email Selected Referrals"), "btn-primary"),
        ("complete", N_("Mark selected as complete"), ""),
    )

    # ---- Filters -----------------------------------------------------------------------------------------------------

    def derived_filters(self):
        def plain(name):
            return field_filter(Referral, name)

        status = plain("status")
        return (
            plain("location"),
            plain("service_activity"),
            plain("program"),
            StatusFilter("status", status.label, "choice", status.condition, status.options),
            plain("direction"),
            plain("priority"),
            Filter("flag", N_("Flag"), "choice", self._flagged, self._flags),
            plain("received_on"),
            plain("follow_up_due_on"),
            plain("client"),
            plain("organization"),
        )

    @staticmethod
    def _flagged(name):
        known = name if name in flags.FLAGS else flags.NEW
        return flags.flag_condition(known, settings.today())

    @staticmethod
    def _flags():
        return [(name, _(words)) for name, words in FLAG_WORDS.items()]

    def shows_open(self, listing):
        """True while nothing in the address asks for complete referrals."""
        return not any(listing.args.get(name) for name in ("status", "flag", "client"))

    def limits(self, listing):
        return [Referral.status != COMPLETE] if self.shows_open(listing) else []

    def known_count(self, listing):
        if listing.active or not self.shows_open(listing):
            return None
        counts = records.kept_counts(Referral)
        return counts.get(RECEIVED, 0) + counts.get(DISTRIBUTED, 0)

    def page_views(self, listing):
        asked = {
            k: v for k, v in listing.args.items() if k not in ("before", "after", "sort", "size")
        }
        asked = {k: v for k, v in asked.items() if v}
        ready = [(_("Not complete"), {}), (_("All"), {"status": ALL})]
        saved = choices.memo(("saved filters", SCREEN), self._saved)
        return [
            (name, f"?{urlencode(arguments)}", arguments == asked)
            for name, arguments in ready + saved
        ]

    @staticmethod
    def _saved():
        query = SavedFilter.select(SavedFilter.name, SavedFilter.arguments)
        rows = query.where(SavedFilter.screen == SCREEN).tuples()
        return sorted(rows, key=lambda row: normalise(row[0]))

    # ---- The page ----------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self):
        listing = Listing(self, request.args.to_dict())
        rows, previous, following = listing.page(COLUMNS)
        page = cells(self._formats(), self._shaped(rows) if rows else [])
        audit.record("view", SCREEN, changed={"shown": len(rows)})
        facts = self.list_facts(listing, SHOWN, page, previous, following)
        facts |= {
            "title": _("Referral List"),
            "complete_means": choices.memo("complete means", self._complete_means),
            "all_href": f"?status={ALL}" if listing.args.get("status") != ALL else None,
            "savable": [
                (name, value)
                for name, value in listing.args.items()
                if value and name in ("status", "sort", *self._asked_names())
            ],
        }
        return self.render(self.list_template, **facts)

    def panel_filters(self, listing):
        """Without the client, who is searched for, and with what no status means."""
        filters = listing.filter_facts()
        status = next(fact for fact in filters if fact["name"] == "status")
        status["any"] = _("Not complete")
        status["options"].append((ALL, _("All"), listing.args.get("status") == ALL))
        return [fact for fact in filters if fact["name"] != "client"]

    def _asked_names(self):
        return [n for one in self.filters.values() if one.name != "client" for n in one.names]

    @staticmethod
    def _shaped(rows):
        """The columns of SHOWN, the ids first; what a cell is made of stands together."""
        columns = dict(zip(NAMES, zip(*rows, strict=True), strict=True))
        found = trouble(columns["id"])
        marks = [
            QUEUED if sending else found.get(key)
            for key, sending in zip(columns["id"], columns["sending"], strict=True)
        ]
        columns["target_name"] = zip(columns["target_name"], columns["location"], strict=True)
        columns["status"], statuses = zip(columns["status"], marks, strict=True), columns["status"]
        waits = (columns["outcome"], columns["received_on"], columns["last_sent_at"])
        columns["flag"] = [
            (status, *others) if status != COMPLETE else FINISHED
            for status, *others in zip(statuses, *waits, strict=True)
        ]
        return [columns[name] for name in ("id", *SHOWN)]

    @staticmethod
    def _formats():
        priority = text_of(Referral._meta.fields["priority"])
        flag = raw_flags(settings.today())
        return [as_text, as_text, _service, status_and_mark, priority, flag, _day]

    def _heading(self, listing, name):
        if name == "flag":
            return (_("Flag"), None, "", False)
        label, href, direction, shape = super()._heading(listing, name)
        if name == "target_name":
            return (_("Service"), href, direction, "roomy")
        return (label, href, direction, shape)

    def _search_facts(self, listing):
        placeholder = _("Client name or referral number")
        return super()._search_facts(listing) | {"placeholder": placeholder}

    @staticmethod
    def _complete_means():
        own = Organization.own()
        return own.complete_means if own else ""

    def empty(self):
        return {
            "title": _("No referral is waiting"),
            "text": _(
                "Referrals that are not complete are listed here. “All” shows the others too."
            ),
            "href": self.get_url(".create_view"),
            "label": _(self.new_label),
        }

    # ---- Bulk steps --------------------------------------------------------------------------------------------------

    def do_email(self, ids):
        """To the pages that choose the address and show what leaves; nothing is sent from here (R-REF-2)."""
        known = {"rowid": list(map(str, ids)), "destination": request.form.getlist("destination")}
        draft = engine.start(Distribute(), {"referrals": known})
        return redirect(draft.path)

    def do_complete(self, ids):
        """R-REF-7: complete without asking for an outcome, then offer one."""
        done = referrals.complete(ids)
        if not done:
            flash(_("These referrals were complete already."), "info")
            return None
        return redirect(url_for(".completed", id=done))

    @expose("/save-filters/", methods=("POST",))
    def save_filters(self):
        """Keep the filters that are on under a name, for everybody (R-REF-10)."""
        name = " ".join(request.form.get("name", "").split())[:80]
        allowed = {"status", "sort", *self._asked_names()}
        arguments = {k: v for k, v in request.form.items() if k in allowed and v}
        here = f"{self.get_url('.index_view')}?{urlencode(arguments)}"
        if not name:
            flash(_("Give the filters a name first."), "warning")
            return redirect(here)
        saved = SavedFilter.get_or_none(SavedFilter.screen == SCREEN, SavedFilter.name == name)
        saved = saved or SavedFilter(screen=SCREEN, name=name)
        saved.arguments = arguments
        records.save(saved)
        flash(_("Saved as “%(name)s” for everybody.", name=name), "success")
        return redirect(here)
