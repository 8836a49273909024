"""Administration → Backups: the copies, one more now, a check, the key, and how to restore in plain words."""

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import PageView
from admin_views.showing import local_text, moment_text
from forms.formats import size_text
from workflows import backup, settings


class BackupsView(PageView):
    """The copies in the backup folder (R-SYS-7)."""

    administration = True

    def __init__(self):
        super().__init__(endpoint="backups", url="/administration/backups", name=_l("Backups"))

    @expose("/")
    def index(self):
        copies = [
            (path.name, local_text(made), size_text(size)) for path, made, size in backup.copies()
        ]
        return self.render(
            "backups/backups.html",
            copies=copies,
            has_key=backup.has_key(),
            last=moment_text(backup.last_good()),
            is_old=backup.is_old(),
            failed=backup.last_failed(),
            folder=backup.folder(),
            is_beside=not settings.value("backup_dir"),
            keep_days=settings.value("backup_keep_days"),
        )

    @expose("/now", methods=("POST",))
    def now(self):
        """Make one copy, read it back, say so."""
        try:
            path = backup.make()
        except backup.BackupFailed as error:
            flash(str(error), "danger")
        else:
            flash(_("The backup is made and was read back: %(name)s", name=path.name), "success")
        return redirect(self.get_url(".index"))

    @expose("/check", methods=("POST",))
    def check(self):
        """Check a copy: whole without the key; with the key opened, and its rows counted."""
        name, words = request.form.get("name", ""), request.form.get("key", "").strip()
        path = next((path for path, _made, _size in backup.copies() if path.name == name), None)
        if path is None:
            abort(404)
        try:
            if words:
                rows = sum(backup.verify(path, words)["rows"].values())
                flash(
                    _(
                        "This copy is good: it opens with the key and holds %(rows)s rows.",
                        rows=f"{rows:,}",
                    ),
                    "success",
                )
            elif backup.look_at(path):
                flash(_("This copy is whole, and the present backup key opens it."), "success")
            else:
                flash(
                    _(
                        "This copy is whole. It was made with an earlier backup key: keep that one too."
                    ),
                    "warning",
                )
        except backup.BackupFailed as error:
            flash(str(error), "danger")
        return redirect(self.get_url(".index"))

    @expose("/key", methods=("GET", "POST"))
    def key(self):
        """Make a backup key; it is shown on the answer to this very POST and never again."""
        if request.method == "GET":
            return self.render("backups/key.html", words=None, has_key=backup.has_key())
        if backup.has_key() and request.form.get("sure") != "yes":
            flash(
                _("Tick the box first: copies made until now keep needing the old key."), "warning"
            )
            return redirect(self.get_url(".key"))
        return self.render("backups/key.html", words=backup.make_key(), has_key=True)


PAGES = (BackupsView,)
