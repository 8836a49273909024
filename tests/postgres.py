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
