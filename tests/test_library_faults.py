"""Faults of the pinned libraries that the portal works around, each shown on the stock class in a tiny application.

When one of these fails after an upgrade, the fault is gone: take the workaround named in its docstring away, then the test.
"""

import smtplib
import socket
import ssl
import subprocess
import threading

import flask_admin
import flask_mail
import peewee
import pytest
import wtforms
from flask import Flask
from flask_admin.contrib.peewee import ModelView
from flask_babel import Babel
from smtp_server import Listening, PostOffice
from statements import statements
from werkzeug.exceptions import BadRequestKeyError
from wtfpeewee.orm import model_form

database = peewee.DatabaseProxy()
pytestmark = pytest.mark.filterwarnings("default")


class Table(peewee.Model):
    class Meta:
        database = database


class Agency(Table):
    name = peewee.CharField(unique=True)


class Service(Table):
    name = peewee.CharField()
    agency = peewee.ForeignKeyField(Agency, on_delete="RESTRICT", backref="services")
    details = peewee.JSONField(default=dict)


class Visit(Table):
    service = peewee.ForeignKeyField(Service, on_delete="RESTRICT", backref="visits")
    agency = peewee.ForeignKeyField(Agency, on_delete="RESTRICT", backref="visits")
    kind = peewee.CharField(default="a", choices=(("a", "First"), ("b", "Second")))
    at = peewee.DateTimeField(null=True)
    topics = None


class Topic(Table):
    name = peewee.CharField()
    services = peewee.ManyToManyField(Service, backref="topics")


TABLES = (Agency, Service, Visit, Topic, Topic.services.get_through_model())


@pytest.fixture
def tables(tmp_path):
    database.initialize(
        peewee.SqliteDatabase(str(tmp_path / "tiny.db"), pragmas={"foreign_keys": 1})
    )
    database.create_tables(TABLES)
    agency = Agency.create(name="One")
    service = Service.create(name="Class", agency=agency)
    for _n in range(3):
        Visit.create(service=service, agency=agency)
    yield database
    database.close()


def client_of(*views):
    app = Flask("tiny")
    app.config.update(SECRET_KEY="k", TESTING=True, PROPAGATE_EXCEPTIONS=True)
    Babel(app)
    admin = flask_admin.Admin(app)
    for view in views:
        admin.add_view(view)
    return app.test_client()


def view(model, **attributes):
    """A stock ModelView of ``model`` with these class attributes."""
    return type(f"{model.__name__}View", (ModelView,), attributes)(
        model, endpoint=model.__name__.lower()
    )


# ---- Flask-Admin's peewee backend (stack.md 1) -------------------------------------------------------------------------


def test_deleting_takes_restricted_children_along(tables):
    """Fault 1. We: EntityView.delete_view goes through records.delete, which never recurses."""
    client_of(view(Agency)).post("/admin/agency/delete/", data={"id": 1})
    assert Agency.select().count() == Service.select().count() == Visit.select().count() == 0


def test_a_list_asks_one_query_for_every_foreign_key_cell(tables):
    """Fault 10. We: admin_views.listing selects rows and labels as tuples in one statement."""
    client = client_of(view(Visit, column_list=("service", "agency")))
    with statements() as asked:
        client.get("/admin/visit/")
    assert len([s for s in asked.sql if s.startswith("SELECT")]) >= 2 + 3


def test_a_filter_over_a_foreign_key_is_refused(tables):
    """Fault 7. We: admin_views.listing.field_filter."""
    with pytest.raises(Exception, match="Unsupported filter type"):
        view(Visit, column_filters=("service",))


def test_a_dotted_path_is_refused_as_a_filter(tables):
    """Fault 6. We: Meta.filters takes "program.organization"."""
    with pytest.raises(Exception, match="service.name"):
        view(Visit, column_filters=("service.name",))


def test_many_to_many_never_reaches_the_form(tables):
    """Fault 8. We: forms.fields.question builds it, records.save writes the through rows."""
    form = view(Topic, form_columns=("name", "services"))._create_form_class
    assert not hasattr(form, "services")


def test_a_huge_page_number_is_an_error(tables):
    """Fault 15. We: paging by key, and every number out of an address goes through listing.whole."""
    client = client_of(view(Visit))
    with pytest.raises(OverflowError):
        client.get("/admin/visit/?page=99999999999999999999")


def test_sorting_by_an_unsortable_column_is_an_error(tables):
    """Fault 15. We: an unknown sort is ignored (Listing._order)."""
    client = client_of(view(Visit, column_list=("kind", "service"), column_sortable_list=("kind",)))
    with pytest.raises(KeyError):
        client.get("/admin/visit/?sort=1")


def test_an_unknown_id_in_an_ajax_picker_is_an_error(tables):
    """Fault 13. We: forms.fields.PickerField turns it into a message beside the field."""
    ajax = {"service": {"fields": ("name",)}}
    client = client_of(view(Visit, form_ajax_refs=ajax))
    with pytest.raises(peewee.DoesNotExist):
        client.post("/admin/visit/new/", data={"service": "999", "agency": "1", "kind": "a"})


def test_an_ajax_lookup_gives_as_many_rows_as_it_is_asked_for(tables):
    """Fault 14. We: EntityView.lookup_view, at most twenty, words in the body."""
    Service.insert_many([{"name": f"Class {n}", "agency": 1} for n in range(300)]).execute()
    client = client_of(view(Visit, form_ajax_refs={"service": {"fields": ("name",)}}))
    address = "/admin/visit/ajax/lookup/?name=service&offset=0&query=Class"
    assert len(client.get(f"{address}&limit=1000000").json) == 301


def test_an_ajax_lookup_without_words_is_an_error(tables):
    """Fault 14. We: EntityView.lookup_view takes no words for empty ones."""
    client = client_of(view(Visit, form_ajax_refs={"service": {"fields": ("name",)}}))
    with pytest.raises((AttributeError, TypeError, ValueError, BadRequestKeyError)):
        client.get("/admin/visit/ajax/lookup/?name=service")


def test_a_view_that_meets_a_type_error_is_called_again_with_cls(tables):
    """Fault 19. We: EntityView and PageView override _run_view."""

    class Wrong(flask_admin.BaseView):
        @flask_admin.expose("/")
        def index(self):
            raise TypeError("the real reason")

    with pytest.raises(TypeError) as raised:
        client_of(Wrong(endpoint="wrong")).get("/admin/wrong/")
    assert "the real reason" not in str(raised.value) and "cls" in str(raised.value)


def test_a_form_writes_every_column_and_the_last_of_two_editors_wins(tables):
    """Fault 22. We: Meta.only_save_dirty, a version column and records.Conflict."""
    service = Service.get_by_id(1)
    Service.update(details={"kept": "by somebody else"}).execute()
    service.name = "Renamed"
    service.save()
    assert Service.get_by_id(1).details == {}


def test_after_wrong_json_the_form_shows_the_old_value(tables):
    """Fault 16. We: forms.fields.JsonTextField keeps what was typed."""
    client = client_of(view(Service))
    answer = client.post(
        "/admin/service/edit/?id=1", data={"name": "Class", "details": "{typed", "agency": "1"}
    )
    assert "{typed" not in answer.get_data(as_text=True)


def test_a_date_and_time_is_asked_with_an_obsolete_control(tables):
    """Fault 17. We: forms.fields asks with datetime-local; wtforms stays below 3.4."""
    form = view(Visit)._create_form_class()
    assert form.at.widget.__class__.__name__ == "DateTimePickerWidget"
    assert wtforms.__version__.startswith("3.3.")


def test_the_csv_export_lets_formulas_through(tables):
    """Security S8. We: workflows.exports.guard puts an apostrophe before them."""
    Agency.create(name='=HYPERLINK("http://evil.example")')
    client = client_of(view(Agency, can_export=True))
    answer = client.get("/admin/agency/export/csv/").get_data(as_text=True)
    assert '"=HYPERLINK' in answer


def test_a_post_needs_no_token(tables):
    """Security S1. We: Flask-WTF's CSRFProtect on everything, and never SecureForm beside it (S2)."""
    client_of(view(Agency)).post("/admin/agency/new/", data={"name": "Planted"})
    assert Agency.get_or_none(Agency.name == "Planted")


def test_a_return_address_of_the_sites_own_scheme_leaves_the_site(tables):
    """Security S5. We: EntityView.return_url accepts one leading slash only."""
    client = client_of(view(Agency))
    answer = client.post("/admin/agency/new/?url=http:evil.example", data={"name": "Two"})
    assert "evil.example" in answer.headers["Location"]


# ---- wtf-peewee --------------------------------------------------------------------------------------------------------


def test_a_required_field_is_not_marked_as_data_required(tables):
    """Fault 23. We: our own converter uses InputRequired, templates read field.flags.required."""
    names = [type(v).__name__ for v in model_form(Agency)(None).name.validators]
    assert "DataRequired" not in names and "InputRequired" not in names


# ---- Flask-Mail against a real server (stack.md 8) ---------------------------------------------------------------------


def mail_of(port, **config):
    app = Flask("tiny mail")
    app.config.update(
        MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_DEFAULT_SENDER="a@a.example", **config
    )
    return app, flask_mail.Mail(app)


def send(app, mail, **message):
    with app.app_context():
        mail.send(
            flask_mail.Message("Subject", **{"recipients": ["b@b.example"], "body": "x"} | message)
        )


def test_a_long_line_is_sent_as_it_is_and_refused(tables):
    """We: workflows.mail writes quoted-printable, no line over 78 characters."""
    with Listening(PostOffice()) as server:
        with pytest.raises(smtplib.SMTPDataError):
            send(*mail_of(server.port), body="x" * 2000)


def test_a_refused_recipient_among_several_is_lost_without_a_trace():
    """We: one recipient a message, a row of the outbox for each."""
    office = PostOffice(**{"refused@b.example": "refuse"})
    with Listening(office) as server:
        send(*mail_of(server.port), recipients=["b@b.example", "refused@b.example"])
    assert [recipient for recipient, _bytes in office.mail] == ["b@b.example"]


def test_a_server_that_never_answers_is_waited_for_without_end():
    """We: workflows.mail's own connection has a timeout."""
    listener = socket.create_server(("127.0.0.1", 0))
    app, mail = mail_of(listener.getsockname()[1])
    ended = threading.Event()

    def attempt():
        try:
            send(app, mail)
        except OSError:
            ended.set()

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    assert not ended.wait(1.5)
    peer, _address = listener.accept()
    peer.close()
    listener.close()
    assert ended.wait(120)
    thread.join()


def test_a_certificate_of_another_host_is_accepted(tmp_path):
    """We: workflows.mail passes ssl.create_default_context()."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=elsewhere.example -keyout k.pem -out c.pem"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    office = PostOffice()
    with Listening(office, tls_context=context) as server:
        send(*mail_of(server.port, MAIL_USE_TLS=True))
    assert len(office.mail) == 1


def test_no_recipient_is_only_an_assertion():
    """We: the address is checked before a message is made (gone under python -O)."""
    with Listening(PostOffice()) as server, pytest.raises(AssertionError):
        send(*mail_of(server.port), recipients=[])


def test_a_local_part_that_is_not_ascii_is_an_error():
    """We: addresses are checked in forms.validators before they come here."""
    with (
        Listening(PostOffice()) as server,
        pytest.raises((UnicodeEncodeError, smtplib.SMTPException)),
    ):
        send(*mail_of(server.port), recipients=["jürgen@b.example"])


def test_testing_keeps_mail_from_being_sent():
    """We: the tests with a real server set MAIL_SUPPRESS_SEND to False."""
    office = PostOffice()
    with Listening(office) as server:
        app, mail = mail_of(server.port, TESTING=True)
        send(app, mail)
    assert office.mail == []


# ---- peewee and SQLite -------------------------------------------------------------------------------------------------


def test_a_read_that_becomes_a_write_fails_at_once_without_immediate(tmp_path):
    """stack.md 6. We: models.open_database uses lock_type="IMMEDIATE"; test_concurrency shows what it gives."""
    path = str(tmp_path / "deferred.db")
    one = peewee.SqliteDatabase(path, pragmas={"journal_mode": "wal"}, timeout=5)
    two = peewee.SqliteDatabase(path, pragmas={"journal_mode": "wal"}, timeout=5)
    one.execute_sql("CREATE TABLE t (n INTEGER)")
    one.execute_sql("INSERT INTO t VALUES (1)")
    with pytest.raises(peewee.OperationalError, match="locked"), one.atomic():
        one.execute_sql("SELECT n FROM t").fetchall()
        two.execute_sql("UPDATE t SET n = 2")
        one.execute_sql("UPDATE t SET n = 3")
    one.close()
    two.close()
