"""Whom the embedded server runs as. PostgreSQL refuses to run as root, so root hands it to a plain user."""

import os
import pwd
import stat
from pathlib import Path
from typing import Any

PLAIN_USERS = ("postgres", "nobody")


def identity(folder: Path) -> dict[str, Any]:
    """Arguments for ``subprocess`` that make the child the owner of ``folder``; none unless we are root."""
    if os.geteuid() != 0:
        return {}
    owner = folder.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def hand_over(folder: Path, programs: Path) -> None:
    """As root: give a new, root-owned ``folder`` to a plain user and let that user reach it and ``programs``.

    Widens permissions by the least that does: the traverse bit on parents, read on the wheel's own files.
    """
    if os.geteuid() != 0:
        return
    if folder.stat().st_uid == 0:
        plain = _plain_user()
        os.chown(folder, plain.pw_uid, plain.pw_gid)
    for parent in {*folder.parents, *programs.parents}:
        _widen(parent, stat.S_IXOTH)
    if not programs.stat().st_mode & stat.S_IROTH or not (programs / "bin").stat().st_mode & stat.S_IROTH:
        for path in (programs, *programs.rglob("*")):
            if not path.is_symlink():
                _widen(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or path.stat().st_mode & 0o100 else 0))


def private_folder(folder: Path, owner_of: Path) -> None:
    """Make ``folder``, open to nobody but the owner of ``owner_of``; refuse one that somebody else put there."""
    owner = owner_of.stat()
    try:
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, owner.st_uid, owner.st_gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.st_uid or found.st_mode & 0o077:
            raise PermissionError(f"{folder} belongs to somebody else") from None


def _plain_user() -> pwd.struct_passwd:
    for name in PLAIN_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PermissionError("root needs a plain user named postgres or nobody to run the server")


def _widen(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)
