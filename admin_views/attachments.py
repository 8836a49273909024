"""Scans and photos on screen: added on the page of their record, opened with an audit row, deleted."""

import io

from flask import flash, redirect, request, send_file, url_for
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.base import EntityView
from admin_views.guard import is_local
from admin_views.showing import moment_text
from forms.formats import size_text
from models import Attachment
from workflows import attachments, audit, records

# A file never runs anything here, whatever a browser makes of it.
LOCKED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def listed(owner, back, kind=None):
    """[(name, address, size, who, when, address that deletes)] of a record's files; ``back`` is the page to return to."""
    return [
        (
            row.name,
            url_for("attachment.open_view", id=row.id),
            size_text(row.size),
            row.created_by_name,
            moment_text(row.created_at),
            url_for("attachment.delete_view", id=row.id, url=back),
        )
        for row in attachments.of(owner, kind)
    ]


class Attaching:
    """Mixin of EntityView: the files of a record on its page."""

    attachment_kind = "scan"
    attachment_title = ""
    attachment_help = ""

    def details_facts(self, record):
        here = self.at("details", record.id)
        return {
            **super().details_facts(record),
            "files": listed(record, here, self.attachment_kind),
            "attach_href": self.at("attach", record.id),
            "attach_title": self.attachment_title,
            "attach_help": self.attachment_help,
            "accepted": attachments.ACCEPTED,
            "asks_removed": self.attachment_kind in attachments.RECEIVED,
        }

    @expose("/attach/", methods=("GET", "POST"))
    def attach_view(self):
        """Add one file to the record; the page says what is wrong with a file that is not taken."""
        record, problem = self.found(), None
        if request.method == "POST":
            file = request.files.get("file")
            try:
                if file is None or not file.filename:
                    raise attachments.Unacceptable(_("Choose a file first."))
                attachments.ask_for_redaction(
                    self.attachment_kind, "diagnosis_removed" in request.form
                )
                attachments.store(self.attachment_kind, record, file.stream, file.filename)
            except attachments.Unacceptable as error:
                problem = str(error)
            else:
                flash(_("The file is kept with this record."), "success")
                return redirect(self.at("details", record.id))
        return self.render(
            "people/attach.html",
            title=self.attachment_title,
            help=self.attachment_help,
            problem=problem,
            attach_href=self.at("attach", record.id),
            accepted=attachments.ACCEPTED,
            asks_removed=self.attachment_kind in attachments.RECEIVED,
            cancel_href=self.at("details", record.id),
        ), 200 if problem is None else 422


class AttachmentView(EntityView):
    """Every file that is kept, for looking; each is added and used on the page of its record."""

    def page_title(self, record):
        return _("Attachment")

    def toolbar(self, record):
        links = [(_("Open it"), self.get_url(".open_view", id=record.id))]
        page = self._owner_page(record)
        if page:
            links.append((_("The record it belongs to"), page))
        return links

    @expose("/open/")
    def open_view(self):
        """The file itself: a picture shows, a PDF is downloaded; each opening is an audit row (R-SYS-5)."""
        attachment = self.found()
        audit.record("view", "attachment", attachment.id)
        response = send_file(
            io.BytesIO(attachment.content),
            mimetype=attachment.media_type,
            # Browsers show no PDF in a sandbox, and a PDF gets no page without one.
            as_attachment=attachment.media_type == attachments.PDF,
            download_name=attachment.name,
            max_age=0,
            etag=False,
        )
        response.headers["Content-Security-Policy"] = LOCKED
        response.headers["Cache-Control"] = "no-store"
        return response

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self):
        """Ask on a page of its own, delete, and go back to the record."""
        attachment = self.found()
        given = request.values.get("url", "")
        back = given if is_local(given) else self._owner_page(attachment) or self.at()
        if request.method == "POST":
            try:
                records.delete(attachment)
                flash(_("The file is deleted."), "success")
            except records.Refused as refused:
                flash(" ".join(str(p.message) for p in refused.problems), "danger")
            return redirect(back)
        return self.render(
            "admin/delete.html",
            title=_("Delete %(name)s?", name=attachment.name),
            page_title=_("Delete"),
            message=_(
                "The file will be gone for everyone. Keep it when the paper it shows is thrown away."
            ),
            uses=[],
            posted=[("url", back)],
            cancel_href=back,
        )

    def _owner_page(self, attachment):
        """The address of the record a file belongs to; None when that has no page, as a draft has none."""
        owner = attachments.owner_of(attachment)
        if owner is None or getattr(owner._meta, "section", "hidden") in ("hidden", "log"):
            return None
        return url_for(f"{attachment.owner_table}.details_view", id=owner.id)


VIEWS = {Attachment: AttachmentView}
