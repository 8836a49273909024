"""Administration: the way to everything an administrator looks after, signed-in screens and passphrases."""

from flask import current_app, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from admin_views.base import PageView
from admin_views.listing import whole
from admin_views.showing import moment_text
from forms.accounts import PassphraseForm
from workflows import accounts, passphrases, policy, records

# (group, ((label, address, one line on it), …)); what has no page in this copy is left out.
GROUPS = (
    (
        _l("What people choose from"),
        (
            (_l("Keywords"), "/keywords/", _l("The words services are found by.")),
            (
                _l("Keyword categories"),
                "/keyword-categories/",
                _l("The headings that group keywords."),
            ),
            (
                _l("Lists"),
                "/taxonomy-lists/",
                _l("Every other list, such as costs and eligibility."),
            ),
            (
                _l("Areas of focus"),
                "/areas-of-focus/",
                _l("The purposes of programs, and the keywords of each."),
            ),
            (_l("Languages"), "/languages/", _l("Languages of service and of clients.")),
            (
                _l("Needs matrix"),
                "/administration/needs-matrix/",
                _l("Questions, scoring, suggestions and matching, in versions."),
            ),
        ),
    ),
    (
        _l("Words and days"),
        (
            (_l("Texts"), "/texts/", _l("What emails and printed pages say.")),
            (_l("Holidays"), "/holidays/", _l("Statutory holidays of your province.")),
            (_l("Agency closures"), "/agency-closures/", _l("Other days on which you are closed.")),
        ),
    ),
    (
        _l("People and screens"),
        (
            (_l("Staff"), "/staff/", _l("The names offered at “Who is at this screen?”.")),
            (
                _l("Interpreters"),
                "/interpreters/",
                _l("Languages, certificates, and the signed form."),
            ),
            (_l("Training"), "/training-records/", _l("Trainings and checks, with their proof.")),
            (
                _l("Signed-in screens"),
                "/administration/screens",
                _l("Who is signed in where; sign one out."),
            ),
            (
                _l("Passphrases"),
                "/administration/passphrases",
                _l("Change the shared or the administrator’s."),
            ),
            (_l("Saved filters"), "/saved-filters/", _l("Named views of the referral list.")),
        ),
    ),
    (
        _l("Keeping records"),
        (
            (
                _l("Files to dispose of"),
                "/retention/",
                _l("Closed files whose time is over, and those under legal hold."),
            ),
            (
                _l("Retention rules"),
                "/retention-rules/",
                _l("How long each kind of record is kept."),
            ),
            (_l("Disposals"), "/disposals/", _l("What is kept of files that were disposed of.")),
            (
                _l("Records policy"),
                "/policy-items/",
                _l("Seven topics your agency decides, to print and to review."),
            ),
        ),
    ),
    (
        _l("Running the portal"),
        (
            (
                _l("Settings"),
                "/administration/settings",
                _l("Agency, referrals, mail, reminders, backup folder."),
            ),
            (_l("Outbox"), "/outbox/", _l("What was sent, what waits, what failed.")),
            (_l("Audit log"), "/audit-log/", _l("Who looked at or changed what, and when.")),
            (
                _l("Backups"),
                "/administration/backups",
                _l("Make one now, check one, see when the last good one was."),
            ),
            (
                _l("Export profiles"),
                "/export-profiles/",
                _l("Columns and codes of the service record for each funder."),
            ),
            (_l("Import"), "/administration/import", _l("Bring in data from another directory.")),
            (
                _l("Example agency"),
                "/administration/example",
                _l("Load it to try things out, or remove it."),
            ),
        ),
    ),
)
PATHS = tuple(path for _group, links in GROUPS for _label, path, _about in links)


class AdministrationView(PageView):
    """The index page and what belongs to no table."""

    administration = True

    def __init__(self):
        super().__init__(
            endpoint="administration", url="/administration", name=_l("Administration")
        )

    @expose("/")
    def index(self):
        routes = current_app.url_map.bind("")
        groups = [
            (title, [link for link in links if routes.test(link[1], "GET")])
            for title, links in GROUPS
        ]
        return self.render("accounts/administration.html", groups=groups, nudges=policy.nudges())

    @expose("/leave", methods=("POST",))
    def leave(self):
        """End the administrator step before its 15 minutes are over."""
        accounts.leave_step(current_user.row)
        flash(_("The administrator step has ended on this screen."), "success")
        return redirect("/")

    @expose("/screens", methods=("GET", "POST"))
    def screens(self):
        """Signed-in screens, each with "Sign out that one"."""
        mine = current_user.session_id
        if request.method == "POST":
            key = whole(request.form.get("screen"))
            if key == mine:
                flash(
                    _("This is the screen you are at. Use “Sign out” at the top instead."),
                    "warning",
                )
            elif key and accounts.end(key):
                flash(_("That screen is signed out."), "success")
            else:
                flash(_("That screen was signed out already."), "info")
            return redirect(self.get_url(".screens"))
        rows = [
            {
                "id": row.id,
                "name": row.working_as or _("Nobody named yet"),
                "started": moment_text(row.started_at),
                "seen": moment_text(row.seen_at),
                "where": row.address,
                "browser": row.browser,
                "is_mine": row.id == mine,
            }
            for row in accounts.live()
        ]
        return self.render("accounts/screens.html", rows=rows)

    @expose("/passphrases", methods=("GET", "POST"))
    def passphrases(self):
        """Change a passphrase; every other screen is signed out."""
        form = PassphraseForm(request.form)
        if request.method == "POST" and form.validate():
            try:
                passphrases.change(
                    form.kind.data, form.passphrase.data, keep=current_user.session_id
                )
            except records.Refused as refused:
                form.problem("passphrase", str(refused))
            else:
                flash(
                    _("The passphrase is changed, and every other screen is signed out."), "success"
                )
                flash(passphrases.hint(form.passphrase.data), "info")
                return redirect(self.get_url(".index"))
        return self.render(
            "accounts/passphrases.html",
            form=form,
            suggestion=passphrases.suggest(),
            cancel_href=self.get_url(".index"),
        )


PAGES = (AdministrationView,)
