"""The ``flask`` commands: each calls a function of workflows or seed, prints what it did and exits with 0 or 1."""

import functools

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _
from peewee import OperationalError

import models
import seed
from admin_views import data_commands
from admin_views.data_commands import act_as
from models import ADMINISTRATOR, SHARED
from seed import example, example_wipe, start
from workflows import checks, passphrases, records, schema


@click.command("upgrade")
@with_appcontext
def upgrade():
    """Create the database or bring it up to this version, its reference data too."""
    names = schema.upgrade()
    act_as("flask upgrade")
    seed.load()
    if names:
        checks.catch_up()
    data_commands.speak()
    lines = (_("Applied %(name)s.", name=name) for name in names)
    click.echo("\n".join(lines) or _("The database is up to date."))


@click.command("seed")
@click.option("--force-labels", is_flag=True, help="Take back labels that people edited.")
@with_appcontext
def load_reference(force_labels):
    """Load or update the reference data: lists, keywords, languages, holidays, texts."""
    schema.upgrade()
    act_as("flask seed")
    click.echo(seed.describe(seed.load(force_labels)))


@click.command("init")
@click.option("--agency", required=True, help="Name of your agency.")
@click.option("--province", required=True, help="Province or territory, such as ON.")
@click.option("--passphrase", required=True, help="The shared passphrase, 15 characters or more.")
@click.option("--admin-passphrase", help="Made and printed once when it is not given.")
@click.option("--timezone", help="Such as America/Toronto; else that of the province.")
@click.option(
    "--email-domain", "domains", multiple=True, help="A domain of your own mail, such as agency.ca."
)
@click.option("--language", default="en", type=click.Choice(["en", "fr"]), show_default=True)
@click.option("--example", "with_example", is_flag=True, help="Start with the example agency.")
@with_appcontext
def init(agency, province, passphrase, admin_passphrase, timezone, domains, language, with_example):
    """Set the portal up without the set-up page."""
    schema.upgrade()
    models.language.set(language)
    administrator = admin_passphrase or passphrases.suggest()
    try:
        backup_key = start.start(
            agency,
            province.upper(),
            passphrase,
            administrator,
            language,
            timezone,
            domains,
            with_example,
        )
    except (start.AlreadySetUp, example.NotPossible) as error:
        raise click.ClickException(str(error)) from error
    except records.Refused as refused:
        sentences = (f"{problem.field}: {problem.message}" for problem in refused.problems)
        raise click.ClickException("\n".join(sentences)) from refused
    click.echo(_("%(agency)s is ready.", agency=agency))
    click.echo(_("Backup key, shown only now; without it no backup opens: %(key)s", key=backup_key))
    if not admin_passphrase:
        click.echo(_("Administrator passphrase, shown only now: %(words)s", words=administrator))


@click.command("reset-passphrase")
@click.option(
    "--administrator", "kind", flag_value=ADMINISTRATOR, help="The administrator passphrase."
)
@click.option(
    "--shared",
    "kind",
    flag_value=SHARED,
    default=True,
    help="The shared passphrase (the usual one).",
)
@click.option("--passphrase", help="The new one; made and printed once when it is not given.")
@with_appcontext
def reset_passphrase(kind, passphrase):
    """Give the portal a new passphrase and sign every screen out."""
    act_as("flask reset-passphrase")
    chosen = passphrase or passphrases.suggest()
    try:
        ended = passphrases.change(kind, chosen)
    except records.Refused as refused:
        raise click.ClickException(str(refused)) from refused
    if not passphrase:
        click.echo(_("The new passphrase, shown only now: %(words)s", words=chosen))
    click.echo(_("Changed. Screens signed out: %(count)s.", count=ended))


@click.command("example")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the example is set on; today unless given.",
)
@click.option("--wipe", is_flag=True, help="Remove the example and all that was made with it.")
@with_appcontext
def example_agency(as_of, wipe):
    """Load the example agency, or remove it."""
    act_as("flask example")
    try:
        if wipe:
            example_wipe.wipe()
            click.echo(_("The example agency is gone."))
        else:
            example.load(as_of.date() if as_of else None, families=True, caseload=True)
            click.echo(_("The example agency is loaded. Nobody in it is real."))
    except example.NotPossible as error:
        raise click.ClickException(str(error)) from error


UNUSABLE = "Look at INSTANCE and DATABASE_URL: the folder and the database must be there, whole, and open for writing."


def speaking(callback):
    """``callback`` of a command, which ends with a sentence where the database cannot be opened or written."""

    @functools.wraps(callback)
    def run(*arguments, **options):
        try:
            return callback(*arguments, **options)
        except OperationalError as error:
            raise click.ClickException(f"{error}\n{UNUSABLE}") from error

    return run


COMMANDS = [example_agency, upgrade, load_reference, init, reset_passphrase]
EVERY = (*COMMANDS, *data_commands.COMMANDS)
for command in EVERY:
    command.callback = speaking(command.callback)


def init_app(app):
    """Register every command."""
    for command in EVERY:
        app.cli.add_command(command)
