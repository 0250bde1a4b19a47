"""Write files and folders whole or not at all, and sweep up after stopped runs."""

import contextlib
import io
import itertools
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# Of this process. Were a number given twice, a thread that sweeps up its own folder
# would sweep up that of another, of the same name once the first was moved away.
_NUMBERS = itertools.count()


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Give a place to write to, and move what was written into the place of a file.

    The old file stays whole until then: a full disk, an error or a kill never leaves
    half of the new one in its place. What stopped runs left is removed first.

    Parameters
    ----------
    path
        The file, made or replaced; its folder is made too.

    Yields
    ------
    part
        The file to write in full, of the same ending; whoever writes closes it.

    Raises
    ------
    OSError
        If it cannot be moved into place.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "sites.csv"
    ...     with whole_file(file) as part:
    ...         _ = part.write_text("whole", encoding="utf-8")
    ...     file.read_text("utf-8"), len(list(Path(folder).iterdir()))
    ('whole', 1)
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in leftovers(path, "part"):
        remove(left)
    part = next(one for one in _names(path, "part", path.suffix) if not one.exists())
    try:
        yield part
        part.replace(path)
    except BaseException:
        remove(part)
        raise


@contextlib.contextmanager
def whole_bytes(path: Path) -> Iterator[io.BytesIO]:
    """
    Give a place in memory to write to, and write it to a file at one stroke.

    For writers that, on a full disk, leave parts in a temporary folder or complain
    after they have failed.

    Parameters
    ----------
    path
        The file, made or replaced; its folder is made too.

    Yields
    ------
    content
        What the file is to hold.

    Raises
    ------
    OSError
        If it cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "sites.xlsx"
    ...     with whole_bytes(file) as content:
    ...         _ = content.write(b"whole")
    ...     file.read_bytes()
    b'whole'
    """
    content = io.BytesIO()
    yield content
    with whole_file(path) as part:
        part.write_bytes(content.getbuffer())


@contextlib.contextmanager
def passing_folder(target: Path) -> Iterator[Path]:
    """
    Make a folder beside another for this run alone; remove what stays of it.

    Parameters
    ----------
    target
        The folder that it is to become, or to fill; its parent is made if need be.

    Yields
    ------
    folder
        The new folder, empty.

    Raises
    ------
    OSError
        If it cannot be made.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with passing_folder(Path(folder) / "results") as staging:
    ...         staging.is_dir()
    ...     staging.exists()
    True
    False
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in leftovers(target, "part"):
        remove(left)
    staging = next(one for one in _names(target, "part") if _made(one))
    try:
        yield staging
    finally:
        remove(staging)


def passing_path(target: Path, word: str) -> Path:
    """
    Name a file or folder beside another that is not there yet.

    Parameters
    ----------
    target
        The file or folder beside which it lies.
    word
        What it is for, such as ``old``.

    Returns
    -------
    path
        A hidden name with the machine and the process.

    Examples
    --------
    >>> passing_path(Path("nowhere/results"), "old").name.startswith(".results.old-")
    True
    """
    return next(one for one in _names(target, word) if not one.exists())


def leftovers(target: Path, word: str) -> list[Path]:
    """
    List what runs of this machine that were stopped left beside a file or folder.

    Parameters
    ----------
    target
        The file or folder.
    word
        What it was for, as in `passing_path`.

    Returns
    -------
    paths
        Sorted; none of a run that is still alive.

    Raises
    ------
    OSError
        If the folder that holds it cannot be listed.

    Examples
    --------
    >>> leftovers(Path("results").absolute(), "part")
    []
    """
    form = re.compile(rf"{re.escape(_prefix(target, word))}(\d+)-\d+(\.\w+)?")
    found = ((one, form.fullmatch(one.name)) for one in target.parent.iterdir())
    return sorted(one for one, own in found if own and not is_running(int(own[1])))


def remove(path: Path) -> None:
    """
    Remove a file or folder; what cannot be removed stays.

    Parameters
    ----------
    path
        The file or folder; it need not be there.

    Examples
    --------
    >>> remove(Path("nowhere"))
    """
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def is_running(process: int) -> bool:
    """
    Tell whether a process of this machine is alive.

    Parameters
    ----------
    process
        Its number.

    Returns
    -------
    alive
        True also where that cannot be found out.

    Examples
    --------
    >>> is_running(os.getpid())
    True
    """
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 (there is no such library elsewhere)

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, 0, process)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _names(target: Path, word: str, ending: str = "") -> Iterator[Path]:
    """Yield names beside a file or folder that no other thread of this run has."""
    for number in _NUMBERS:
        name = f"{_prefix(target, word)}{os.getpid()}-{number}{ending}"
        yield target.parent / name


def _prefix(target: Path, word: str) -> str:
    """Begin the name of what passes; processes are known on one machine only."""
    machine = re.sub(r"[^A-Za-z0-9]", "", platform.node()) or "local"
    return f".{target.name}.{word}-{machine}-"


def _made(folder: Path) -> bool:
    """Make a folder; tell whether it was not there before."""
    # Not tempfile: its folders can be read by one user only.
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True
