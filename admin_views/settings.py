"""Administration → Settings, with the test message; and Administration → Example agency."""

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import PageView
from forms.settings import TestMessageForm, settings_form
from models import CANCELLED, FAILED, SENT, UNCERTAIN, OutboxMessage, database
from seed import example, example_wipe
from workflows import clock, digest, mail, outbox, records, settings


class SettingsView(PageView):
    """Every adjustable value, in groups; the environment wins over the screen."""

    administration = True

    def __init__(self):
        super().__init__(endpoint="settings", url="/administration/settings", name=_l("Settings"))

    @expose("/", methods=("GET", "POST"))
    def index(self):
        form = self._form(request.form if request.method == "POST" else None)
        if request.method == "POST":
            keys = [name for name in form._fields if not settings.from_environment(name)]
            try:
                settings.change_all({key: form[key].data for key in keys if key in request.form})
            except records.Refused as refused:
                form.tell(refused.problems)
            else:
                flash(_("Saved."), "success")
                if settings.value("weekly_digest") and not (mail.ready() and digest.address()):
                    flash(_("The weekly digest needs a mail server and an address."), "warning")
                return redirect(self.get_url(".index"))
        return self._page(form, TestMessageForm())

    def _form(self, formdata=None):
        definitions = [d for group in settings.groups() for d in group.definitions]
        return settings_form(
            definitions,
            {d.key: settings.value(d.key) for d in definitions},
            {d.key for d in definitions if settings.from_environment(d.key)},
            {d.key for d in definitions if settings.is_set(d.key)},
            formdata,
        )

    def _page(self, form, test):
        sections = [
            (group.label, group.slug, [form[d.key] for d in group.definitions])
            for group in settings.groups()
        ]
        return self.render(
            "settings/settings.html",
            form=form,
            sections=sections,
            test=test,
            mail_ready=mail.ready(),
        ), 422 if form.errors or test.errors else 200

    @expose("/test-message", methods=("POST",))
    def test_message(self):
        """Queue a message to the address given; its way through the outbox is the test."""
        test = TestMessageForm(request.form)
        if not test.validate():
            return self._page(self._form(), test)
        if not mail.ready():
            flash(_("Fill in the mail server and the sender address first, and save."), "warning")
            return redirect(self.get_url(".index"))
        with database.atomic():
            message = outbox.queue(
                test.recipient.data,
                _("Test message of the settlement portal"),
                _("This message shows that the portal can send email. Nothing needs to be done."),
                kind="test",
            )
        clock.wake()
        return redirect(self.get_url(".sent", id=message.id))

    @expose("/test-message/<int(max=2147483647):id>")
    def sent(self, id):
        """What became of the test message, fresh each time the page is loaded."""
        message = OutboxMessage.get_or_none(OutboxMessage.id == id, OutboxMessage.kind == "test")
        if message is None:
            return redirect(self.get_url(".index"))
        return self.render(
            "settings/test_message.html",
            message=message,
            is_sent=message.state == SENT,
            is_over=message.state in (SENT, FAILED, UNCERTAIN, CANCELLED),
            state=_(dict(OutboxMessage.state.choices)[message.state]),
            here=self.get_url(".sent", id=id),
            back_href=self.get_url(".index"),
        )


class ExampleView(PageView):
    """What the example agency is, and the button that removes it."""

    administration = True

    def __init__(self):
        super().__init__(
            endpoint="example", url="/administration/example", name=_l("Example agency")
        )

    @expose("/", methods=("GET", "POST"))
    def index(self):
        if request.method == "POST":
            sure = request.form.get("sure") == "yes"
            if not sure:
                flash(_("Tick the box first: removing cannot be undone."), "warning")
                return redirect(self.get_url(".index"))
            try:
                example_wipe.wipe()
            except example.NotPossible as error:
                flash(str(error), "warning")
            else:
                flash(_("The example agency is gone. The portal is yours now."), "success")
            return redirect("/")
        return self.render("settings/example.html", loaded=bool(settings.value("example_loaded")))


PAGES = (SettingsView, ExampleView)
