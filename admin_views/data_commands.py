"""The ``flask`` commands for data in and out, backups and looking after the portal."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from peewee import DatabaseError

from forms import choices
from models import language
from seed import scratch
from workflows import (
    audit,
    backup,
    checks,
    clock,
    exports,
    imports,
    restore,
    running,
    settings,
    sheets,
    verify,
)

MARKS = {checks.GOOD: "ok  ", checks.NOTE: "note", checks.BAD: "BAD "}


def act_as(name):
    """Audit rows of a command carry the command's name, and it speaks the language of the agency."""
    audit.actor.set(audit.Actor(name))
    choices.refresh(choices.revision())
    speak()


def speak():
    """Go on in the language of the agency."""
    try:
        language.set(settings.value("interface_default_language"))
    except DatabaseError:
        # No tables yet, or a damaged file: what the command is there to say can be said in English.
        language.set("en")


def _screen(name):
    """The EntityView of an address or a table name; a usage error that lists the names."""
    views = {v.slug: v for v in current_app.extensions["admin"][0]._views if hasattr(v, "slug")}
    by_table = {v.model._meta.table_name: v for v in views.values()}
    found = views.get(name) or by_table.get(name.replace("-", "_"))
    if found is None:
        known = ", ".join(sorted(views))
        raise click.UsageError(
            _("There is no “%(name)s”. Choose one of: %(known)s", name=name, known=known)
        )
    return found


def _folder_check(path):
    if path.parent.is_dir():
        return path
    raise click.ClickException(
        _("There is no folder %(folder)s. Make it first.", folder=path.parent)
    )


@click.command("export")
@click.argument("entity")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Where to write; else named by entity and day.",
)
@click.option("--xlsx", "kind", flag_value="xlsx", help="An Excel file of at most 10,000 rows.")
@click.option(
    "--csv", "kind", flag_value="csv", default=True, help="A CSV file of any size (the usual one)."
)
@with_appcontext
def export_rows(entity, output, kind):
    """Write all rows of ENTITY, such as service-activities, as a spreadsheet."""
    act_as("flask export")
    view, everything = _screen(entity), exports.Selection()
    path = _folder_check(output or Path(exports.file_name(view.model, view.slug, kind)))
    found, rows = exports.columns(view.model), exports.count(view.model, everything)
    try:
        file = exports.xlsx_file(view.model, everything, found) if kind == "xlsx" else None
    except exports.TooManyRows as error:
        raise click.ClickException(str(error)) from error
    exports.record_export(view.model, rows)
    body = exports.chunks(file) if file else exports.csv_stream(view.model, everything, found)
    pages = rows // exports.PAGE + 2
    with (
        open(path, "wb") as target,
        click.progressbar(body, length=pages, label=_("Exporting")) as parts,
    ):
        for part in parts:
            target.write(part)
    click.echo(_("%(rows)s rows written to %(file)s.", rows=rows, file=path))
    if exports.is_confidential(view.model):
        click.echo(exports.confidentiality_line())


@click.command("import")
@click.argument("entity")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Only say what would happen.")
@click.option("--accept", is_flag=True, help="Answer yes where the form would ask “Are you sure?”.")
@with_appcontext
def import_rows(entity, file, only_check, accept):
    """Import the rows of FILE (CSV or Excel) into ENTITY, all or nothing."""
    act_as("flask import")
    view = _screen(entity)
    if view.readonly or not imports.is_importable(view.model):
        words = _("%(name)s is written by the portal only and cannot be imported.", name=view.slug)
        raise click.ClickException(words)
    try:
        rows = sheets.read(file.read_bytes())
    except sheets.Unreadable as error:
        raise click.ClickException(str(error)) from error
    # The screens make addresses for their own pages, so they are asked as if one of them were open.
    with current_app.test_request_context(f"{view.url}/"):
        reading = imports.Reading(
            view, rows, imports.guess(view, next(r for r in rows if r)), accept
        )
        lines = _with_bar(
            _("Checking"), len(reading.rows), lambda bar: imports.preview(reading, bar)
        )
        wrong = any(line.state == imports.WRONG for line in lines)
        for line in lines:
            if line.state == imports.WRONG:
                click.echo(
                    _("line %(number)s: %(text)s", number=line.number, text=line.text), err=True
                )
        click.echo(
            _(
                "%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(wrong)s wrong",
                **imports.counts(lines),
            )
        )
        if only_check or wrong:
            if wrong and not only_check:
                click.echo(
                    _(
                        "Nothing was imported. Mend or remove the rows above; a file is imported whole or not at all."
                    ),
                    err=True,
                )
            sys.exit(1 if wrong else 0)
        try:
            _with_bar(_("Importing"), len(lines), lambda bar: imports.run(reading, bar))
        except imports.Stopped as error:
            raise click.ClickException(str(error)) from error
    click.echo(_("Imported."))


def _with_bar(label, length, work):
    """Do ``work(progress)`` under a progress bar; ``progress`` is told how many are done."""
    with click.progressbar(length=length, label=label) as bar:
        return work(lambda done: bar.update(done - bar.pos))


@click.command("backup")
@click.option("--new-key", is_flag=True, help="Make a new backup key first and print it.")
@with_appcontext
def back_up(new_key):
    """Make a backup now, read it back, and remove copies that are too old."""
    act_as("flask backup")
    if new_key:
        click.echo(
            _(
                "Backup key, shown only now; without it no backup opens: %(key)s",
                key=backup.make_key(),
            )
        )
    try:
        click.echo(_("Made and read back: %(name)s", name=backup.make()))
    except backup.BackupFailed as error:
        raise click.ClickException(str(error)) from error


KEY = click.option(
    "--key", prompt="Backup key", hide_input=True, help="Asked for when it is not given."
)
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command("verify-backup")
@FILE
@KEY
@with_appcontext
def verify_backup(file, key):
    """Open the backup FILE with the printed key and count its rows; changes nothing."""
    speak()
    try:
        facts = backup.verify(file, key)
    except backup.BackupFailed as error:
        raise click.ClickException(str(error)) from error
    rows = sum(facts["rows"].values())
    click.echo(
        _("This copy is good: made %(when)s UTC, %(rows)s rows.", when=facts["made_at"], rows=rows)
    )


@click.command("restore")
@FILE
@KEY
@click.option(
    "--force",
    is_flag=True,
    help="Restore although the portal runs or the database is not empty; it is kept as long as a backup.",
)
@with_appcontext
def restore_backup(file, key, force):
    """Put the backup FILE in place of the present database.  Stop the portal first."""
    audit.actor.set(audit.Actor("flask restore"))
    speak()
    try:
        facts, kept = restore.restore(file, key, force)
    except backup.BackupFailed as error:
        raise click.ClickException(str(error)) from error
    click.echo(_("Restored the copy of %(when)s UTC.", when=facts["made_at"]))
    if kept:
        click.echo(_("What was there is kept in %(name)s.", name=kept))


@click.command("check")
@with_appcontext
def check():
    """Look whether everything is as it should be; exit code 1 when something has to be done."""
    speak()
    found = list(checks.look())
    for finding in found:
        click.echo(f"{MARKS[finding.state]}  {finding.text}")
    sys.exit(any(finding.state == checks.BAD for finding in found))


@click.command("recount")
@with_appcontext
def recount():
    """Compare the kept counters with the rows and mend what differs; exit code 1 when something did."""
    act_as("flask recount")
    found = checks.recount()
    for name, key, kept, real in found:
        words = _(
            "%(name)s %(key)s: said %(kept)s, is %(real)s; mended.",
            name=name,
            key=key,
            kept=kept,
            real=real,
        )
        click.echo(words)
    click.echo(
        _("Counters mended: %(count)s.", count=len(found)) if found else _("The counters agree.")
    )
    sys.exit(bool(found))


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def verify_examples(file):
    """Try the worked examples of FILE (YAML) on what the portal really does; changes nothing.

    Prints each difference and how many values passed and failed.  Exit code 1 when one failed, 2 when the file cannot
    be read.  Needs no database; where there is one, its own thresholds and instruments are used.
    """
    try:
        content = verify.read(file)
    except verify.Unreadable as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    own = scratch.own_rules(current_app.config["DATABASE_URL"])
    if own:
        # Asking for the language where there is no database would make an empty one.
        speak()
    for line in scratch.describe(own):
        click.echo(line)
    with scratch.world(own) as world:
        report = verify.run(content, world, click.echo)
    # The same in both languages: programs read this line.
    click.echo(f"{report.passed} passed, {report.failed} failed")
    sys.exit(bool(report.failed))


@click.command("clock")
@with_appcontext
def run_clock():
    """Send what is due and do the daily jobs until stopped; for installations with several servers."""
    with running.announced():
        clock.run_forever(current_app._get_current_object())


COMMANDS = [
    export_rows,
    import_rows,
    back_up,
    verify_backup,
    restore_backup,
    check,
    recount,
    verify_examples,
    run_clock,
]
