"""Arrays kept on disk between runs: found again by key, and never believed damaged."""

import contextlib
import functools
import hashlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from circle.shipped import PACKAGE, shipped_folder

FOLDER_NAME: Final = ".circle-cache"
SWITCH: Final = "CIRCLE_CACHE"
KEPT_ENTRIES: Final = 24
# Rises whenever entries are laid out otherwise, so that older ones are passed over.
FORMAT: Final = 2

# An entry is these letters, the digest and the length of a JSON object, the object, and
# the bytes of all arrays, whose digest stands in the object. Nothing in it could run.
_MAGIC = b"circle cache\n"
_DIGEST_BYTES, _LENGTH_BYTES = hashlib.sha256().digest_size, 8
# Kinds of numbers and truths: what is but its bytes, and so may be kept.
PLAIN_KINDS: Final = "biuf"
_DAMAGED = "its checksum does not fit"
# What comes of an entry that another program has made up.
_FAULTS = ArithmeticError, LookupError, MemoryError, TypeError, ValueError
_SUFFIX = ".cache"
_HALF_WRITTEN = ".part"
# A run that has written nothing for an hour longer than another has died.
_ABANDONED_S = 3600.0
_OFF = frozenset({"off", "no", "false", "0"})
_ON = frozenset({"", "on", "yes", "true", "1"})

# Of whatever type it was written with.
Array = NDArray[Any]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """What one entry of a cache holds."""

    arrays: Mapping[str, Array]
    """Name to array; no arrays of objects."""
    facts: Mapping[str, Any]
    """Name to anything that JSON can write."""


def cache_folder(data: Path) -> Path | None:
    """
    Choose the folder in which to keep what is built from a folder of inputs.

    Parameters
    ----------
    data
        The folder of the inputs.

    Returns
    -------
    folder
        ``.circle-cache`` in the folder of the inputs. Where nothing can be written
        there, and for the demo district that comes with circle, a folder of its own
        in the user's cache folder. The folder that the environment names in
        ``CIRCLE_CACHE`` goes before both. None where none can be written to, or
        where the environment says ``CIRCLE_CACHE=off``.
    """
    said = os.environ.get(SWITCH, "").strip()
    if said.lower() in _OFF:
        return None
    if said.lower() not in _ON:
        named = Path(said).expanduser().absolute()
        return named if _writable(named) else None
    data = data.resolve()
    own = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    places = [data / FOLDER_NAME, _user_folder() / own]
    # What circle brings along stays as it was brought.
    if data.is_relative_to(PACKAGE) or data == shipped_folder("demo_district"):
        del places[0]
    return next((one for one in places if _writable(one)), None)


def make_key(*parts: object) -> str:
    """
    Make one key of everything that an entry depends on.

    Parameters
    ----------
    *parts
        Anything whose text tells it from others, such as hashes and settings.

    Returns
    -------
    key
        64 hexadecimal digits.

    Examples
    --------
    >>> make_key("a", "bc") == make_key("ab", "c")
    False
    """
    text = json.dumps([FORMAT, sys.byteorder, *map(str, parts)])
    return hashlib.sha256(text.encode()).hexdigest()


def hash_files(path: Path, *, with_siblings: bool = False) -> str:
    """
    Hash an input file with all that belongs to it.

    Parameters
    ----------
    path
        The file, or a folder that holds one layer in many files.
    with_siblings
        Whether files of the same name but another ending belong to it, as those of
        a shapefile do.

    Returns
    -------
    digest
        SHA-256 of names and contents, 64 hexadecimal digits.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    whole = hashlib.sha256()
    for one in sorted(_files_of(path, with_siblings)):
        with one.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{one.relative_to(path.parent).as_posix()}\n{content}\n".encode())
    return whole.hexdigest()


@functools.cache
def library_version(library: str) -> str:
    """
    Give the version of a library, as a part of keys.

    Parameters
    ----------
    library
        Its name as it is installed by.

    Returns
    -------
    version
        Name and version; the name alone where it is not there.

    Examples
    --------
    >>> library_version("no such library")
    'no such library'
    """
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return library


def read_entry(folder: Path | None, name: str, *, key: str) -> Kept | None:
    """
    Read an entry, if it is there and whole.

    Parameters
    ----------
    folder
        The cache; None for none.
    name
        What kind of thing is kept, such as ``streets``.
    key
        What it depends on; see `make_key`.

    Returns
    -------
    kept
        The entry, or None where there is none that can be trusted. A damaged one is
        told in the log.
    """
    if folder is None:
        return None
    path = _entry(folder, name, key)
    try:
        with path.open("rb") as file:
            kept = _read_whole(file, key)
        os.utime(path)  # the entries used last are the last to be removed
    except FileNotFoundError:
        return None
    except PermissionError as error:
        _log.info("cache: %s cannot be read (%s); building anew", path.name, error)
        return None
    except (OSError, *_FAULTS) as error:
        _log.warning("cache: %s is damaged (%s); building anew", path.name, error)
        return None
    _log.info("cache: read %s", path.name)
    return kept


def write_entry(folder: Path | None, name: str, kept: Kept, *, key: str) -> None:
    """
    Write an entry in one stroke, and remove those not used for longest.

    Parameters
    ----------
    folder
        The cache; None for none.
    name
        What kind of thing is kept.
    kept
        What to keep.
    key
        What it depends on; see `make_key`.

    Notes
    -----
    The entry is written under another name, forced to disk and then renamed, so that
    other runs see all of it or nothing. A cache that cannot be written to is told in
    the log and is no reason to stop.
    """
    if folder is None:
        return
    path = _entry(folder, name, key)
    try:
        _write_whole(path, kept, key)
        _remove_oldest(folder, path)
    except OSError as error:
        _log.warning("cache: %s cannot be written (%s)", path.name, error)


def _user_folder() -> Path:
    """Give the folder in which this system keeps caches of a user."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "service-circle"


def _writable(folder: Path) -> bool:
    """Tell whether files can be made in a folder; make it if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError:
        return False
    return True


def _files_of(path: Path, with_siblings: bool) -> Iterator[Path]:
    """Yield the files that an input consists of."""
    if path.is_dir():
        yield from (one for one in path.rglob("*") if one.is_file())
        return
    yield path
    if with_siblings:
        for one in path.parent.iterdir():
            belongs = one.name.startswith((f"{path.stem}.", f"{path.name}-"))
            if one != path and belongs and one.is_file():
                yield one


def _entry(folder: Path, name: str, key: str) -> Path:
    """Give the path of an entry."""
    return folder / f"{name}-{key[:24]}{_SUFFIX}"


def _read_whole(file: BufferedReader, key: str) -> Kept:
    """
    Read an open entry and check that it is what was written for this key.

    Raises
    ------
    ValueError
        If it is not.
    """
    about = _read_about(file)
    if about["key"] != key:
        message = "it was made for something else"
        raise ValueError(message)
    digest, arrays = hashlib.sha256(), {}
    for name, dtype, shape in about["arrays"]:
        arrays[name] = np.empty(shape, np.dtype(dtype))
        room = _bytes_of(arrays[name])
        if file.readinto(room) != len(room):
            raise ValueError(_DAMAGED)
        digest.update(room)
    if file.read(1) or digest.hexdigest() != about["sha256"]:
        raise ValueError(_DAMAGED)
    return Kept(arrays, about["facts"])


def _read_about(file: BufferedReader) -> dict[str, Any]:
    """
    Read what an entry says of itself, and check it before anything is made of it.

    Raises
    ------
    ValueError
        If it is not as it was written.
    """
    head = file.read(len(_MAGIC) + _DIGEST_BYTES + _LENGTH_BYTES)
    said = int.from_bytes(head[-_LENGTH_BYTES:], "little")
    text = file.read(min(said, os.fstat(file.fileno()).st_size))
    length = len(text).to_bytes(_LENGTH_BYTES, "little")
    if head != _MAGIC + hashlib.sha256(text).digest() + length:
        raise ValueError(_DAMAGED)
    about: dict[str, Any] = json.loads(text)
    return about


def _write_whole(path: Path, kept: Kept, key: str) -> None:
    """Write an entry beside its place, then move it there."""
    parts = [_bytes_of(one) for one in kept.arrays.values()]
    digest = hashlib.sha256()
    for one in parts:
        digest.update(one)
    arrays = [(name, a.dtype.str, a.shape) for name, a in kept.arrays.items()]
    about = {
        "key": key,
        "facts": kept.facts,
        "arrays": arrays,
        "sha256": digest.hexdigest(),
    }
    text = json.dumps(about).encode()
    length = len(text).to_bytes(_LENGTH_BYTES, "little")
    number, name = tempfile.mkstemp(_HALF_WRITTEN, path.stem, path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(_MAGIC + hashlib.sha256(text).digest() + length + text)
            for one in parts:
                file.write(one)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _bytes_of(array: Array) -> memoryview:
    """
    Give the bytes of an array, row by row; of one that is in this order, its own.

    Raises
    ------
    ValueError
        If it holds objects, or records.
    """
    if array.dtype.kind not in PLAIN_KINDS:
        message = f"arrays of {array.dtype} are not kept"
        raise ValueError(message)
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _remove_oldest(folder: Path, newest: Path) -> None:
    """Keep the entries used last; sweep up after runs that died while writing."""
    used = {}
    for path in folder.iterdir():
        # Another run may remove one at this very moment.
        with contextlib.suppress(FileNotFoundError):
            used[path] = path.stat().st_mtime
    now = used.get(newest, 0.0)
    entries = sorted(
        (one for one in used if one.suffix == _SUFFIX and one != newest),
        key=lambda one: (used[one], one.name),
    )
    gone = entries[: max(0, len(entries) + 1 - KEPT_ENTRIES)]
    gone += [
        one
        for one, written in used.items()
        if one.suffix == _HALF_WRITTEN and now - written > _ABANDONED_S
    ]
    for path in gone:
        with contextlib.suppress(OSError):
            path.unlink()
