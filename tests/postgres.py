"""A PostgreSQL server for one test session: made in a temporary folder, on a socket nobody else sees, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
max_connections = 120
shared_buffers = 128MB
listen_addresses = ''
"""


def server_programs():
    """The folder that holds initdb and pg_ctl, or None."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = [Path(found).parent] if found else places
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Server:
    """A running server; ``url(name)`` is the address of one of its databases."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with open(self.data / "postgresql.conf", "a") as file:
            file.write(f"{FAST}unix_socket_directories = '{self.folder}'\n")
        self._run("pg_ctl", "start", "-w", "-s", "-l", str(self.folder / "log"))

    def _run(self, program, *arguments):
        command = [str(server_programs() / program), "-D", str(self.data), *arguments]
        as_user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        subprocess.run(
            command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, timeout=60, **as_user
        )

    def url(self, name):
        return address(self.folder, name)

    def stop(self):
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-s")
        shutil.rmtree(self.folder)


def address(folder, name):
    """The DATABASE_URL of a database of the server in ``folder``."""
    return f"postgresql://portal@/{name}?host={folder}"


def copy_database(folder, template, name):
    """Make the database ``name`` afresh as a copy of ``template``."""
    with psycopg.connect(address(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


class KeptDatabase:
    """A copy of the prepared database that one worker keeps from test to test; ``undo`` takes back what a test wrote.

    Copying ninety tables and their indexes for each test would take longer than most tests.  Every row of PostgreSQL
    knows which transaction wrote it (xmin), so what was written since the last ``undo`` is found without triggers; what
    was changed or removed comes back from a second copy of the rows, in the schema "kept".
    """

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.url = address(folder, name)
        self.copy()
        self.prepared = self.contents()

    def copy(self):
        """Make the whole database afresh."""
        copy_database(self.folder, "prepared", self.name)
        # As a replica it checks and cascades nothing: the rows of each table come back on their own.
        self.connection = psycopg.connect(
            self.url, autocommit=True, options="-c session_replication_role=replica"
        )
        self.ask("CREATE SCHEMA kept")
        self.ask("CREATE TABLE kept.sequences AS SELECT * FROM pg_sequences")
        tables = self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        self.rows = {}
        for (table,) in tables:
            self.ask(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')
            self.rows[table] = self.ask(f'SELECT count(*) FROM kept."{table}"')[0][0]
        self.begin()

    def ask(self, sql):
        """The rows that ``sql`` answers with."""
        cursor = self.connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def begin(self):
        """Whatever is written from now on is new."""
        last = self.ask("SELECT pg_current_xact_id()")[0][0]
        self.new = f"xmin::text::bigint > {last}"
        self.shape = self.catalogue()

    def catalogue(self):
        """What tells a changed schema: a new column or index is a row of pg_attribute."""
        return self.ask(
            f"SELECT count(*), count(*) FILTER (WHERE {self.new}) FROM pg_attribute UNION ALL "
            f"SELECT count(*), count(*) FILTER (WHERE {self.new}) FROM pg_constraint"
        )

    def changed(self):
        """Names of the tables in which a row is new or missing."""
        found = " UNION ALL ".join(
            f"SELECT '{table}' FROM \"{table}\" HAVING count(*) <> {rows} OR bool_or({self.new})"
            for table, rows in self.rows.items()
        )
        return [table for (table,) in self.ask(found)]

    def undo(self):
        """Bring the prepared rows and counters back, and end what is still connected; a changed schema is copied anew."""
        self.ask(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if self.catalogue() != self.shape:
            self.connection.close()
            self.copy()
            return
        for table in self.changed():
            self.ask(
                f'DELETE FROM "{table}" WHERE {self.new}; '
                f'INSERT INTO "{table}" SELECT * FROM kept."{table}" AS row '
                f'WHERE NOT EXISTS (SELECT FROM "{table}" WHERE id = row.id)'
            )
        self.ask(
            "SELECT setval(format('%I', sequencename)::regclass, coalesce(kept.last_value, kept.start_value), "
            "kept.last_value IS NOT NULL) FROM pg_sequences AS present JOIN kept.sequences AS kept "
            "USING (schemaname, sequencename) WHERE present.last_value IS DISTINCT FROM kept.last_value"
        )
        self.begin()

    def contents(self):
        """Every row of every table and every counter, as text: what two equal databases have in common."""
        rows = {
            table: sorted(self.ask(f'SELECT "{table}"::text FROM "{table}"')) for table in self.rows
        }
        return rows | {"": self.ask("SELECT * FROM pg_sequences ORDER BY sequencename")}

    def close(self):
        """Everything was always undone, or this session proved nothing."""
        self.undo()
        assert self.contents() == self.prepared, "a test began with other rows than the prepared"
        self.connection.close()
