"""The operating-system user the servers run as.

PostgreSQL refuses to run as root. For anybody else the servers run as that person; for root they run as a
system user of their own, which must be able to reach the state directory and the binaries.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYSTEM_USER = "shangban-servers"
FALLBACK_USER = "nobody"


@dataclass(frozen=True)
class Identity:
    """Who runs the servers; ``switch`` holds the extra arguments of ``subprocess.run``."""

    uid: int
    gid: int
    switch: dict[str, Any]


def server_identity() -> Identity:
    """Return the user of the servers, creating the system user when we are root."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid(), {})
    entry = _system_user()
    return Identity(entry.pw_uid, entry.pw_gid, {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"})


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if shutil.which("useradd") is None:
            return pwd.getpwnam(FALLBACK_USER)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    subprocess.run(command, check=True, capture_output=True)
    return pwd.getpwnam(SYSTEM_USER)


def private_directory(path: Path, identity: Identity) -> None:
    """Create ``path`` with mode 0700 for the server user; refuse somebody else's directory or a link.

    The check matters in the shared temp directory, where another user could have put the path first.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {identity.uid, os.geteuid()}:
        raise PermissionError(f"{path} belongs to somebody else; remove it or choose another STATE_DIR")
    if found.st_uid != identity.uid:
        os.chown(path, identity.uid, identity.gid)
    path.chmod(0o700)


def open_the_way(path: Path, identity: Identity) -> None:
    """Let the system user pass through the directories above ``path`` (search only, nothing becomes readable)."""
    if not identity.switch:
        return
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def make_executable_for(root: Path, probe: Path, identity: Identity) -> None:
    """Make the installed binaries under ``root`` readable for the system user when ``probe`` does not run yet."""
    if not identity.switch:
        return
    open_the_way(root, identity)
    try:
        subprocess.run([probe, "--version"], check=True, capture_output=True, **identity.switch)
    except (PermissionError, subprocess.CalledProcessError):
        for path in [root, *root.rglob("*")]:
            if not path.is_symlink():
                wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or os.access(path, os.X_OK) else 0)
                path.chmod(path.stat().st_mode | wanted)
