"""Read a standard by name or from a file, with what it extends."""

import difflib
from pathlib import Path
from typing import Any

from circle.errors import ConfigError, Words
from circle.problems import Problem, problem_of
from circle.profile import Profile
from circle.profile_extends import extended, find_inherited
from circle.profile_facts import Inherited
from circle.settings import read_yaml, validate
from circle.shipped import shipped_folder


def shipped_profiles() -> tuple[str, ...]:
    """
    List the names of the profiles that come with circle.

    Returns
    -------
    names
        Sorted; each can stand after `profile:` in a study.

    Examples
    --------
    >>> "pudong" in shipped_profiles()
    True
    """
    return tuple(sorted(one.stem for one in shipped_folder("profiles").glob("*.yaml")))


def read_profile(name: str, *, folder: Path | None = None) -> Profile:
    """
    Read a profile by name, or from a file beside the study.

    Parameters
    ----------
    name
        A shipped name such as ``pudong``, or a path ending in ``.yaml``.
    folder
        Folder against which a relative path is read; the working directory if
        not given.

    Returns
    -------
    profile
        The validated profile.

    Raises
    ------
    ConfigError
        If there is no such profile or it is not valid.

    Examples
    --------
    >>> len(read_profile("pudong").types)
    21
    """
    content, where, inherited = _content(name, folder or Path(), ())
    profile = validate(Profile, content, where=where)
    profile._inherited = inherited
    return profile


def _content(
    name: str, folder: Path, above: tuple[str, ...]
) -> tuple[dict[str, Any], Path | str, Inherited | None]:
    """
    Read a profile's file, laid over the one it extends; name marks of other types.

    Raises
    ------
    ConfigError
        If there is no such profile, or one extends itself.
    """
    path, where = _place(name, folder)
    if str(path) in above:
        chain = " > ".join(Path(one).name for one in (*above, str(path)))
        raise ConfigError(
            problem_of(f"{where}: extends", "extends-itself", chain=chain)
        )
    content = read_yaml(path)
    base = content.pop("extends", None)
    if base is None:
        return content, where, None
    if not isinstance(base, str):
        found = repr(base)
        raise ConfigError(
            problem_of(f"{where}: extends", "extends-no-profile", found=found)
        )
    below, _, earlier = _content(base, path.parent, (*above, str(path)))
    whole = extended(below, content, where=where)
    kept = earlier is not None and any(one not in content for one in earlier.sections)
    inherited = find_inherited(below, content, whole)
    return whole, where, inherited or (earlier if kept else None)


def _place(name: str, folder: Path) -> tuple[Path, Path | str]:
    """
    Find the file of a profile, and what messages call it.

    Raises
    ------
    ConfigError
        If circle ships no profile of this name.
    """
    if _is_yaml(name):
        path = folder / name
        return path, path
    if name not in shipped_profiles():
        where = Words(f"profile '{name}'", zh=f"标准“{name}”")
        values = {"known": ", ".join(shipped_profiles())}
        close = difflib.get_close_matches(name, shipped_profiles(), n=1)
        key = "unknown-profile-close" if close else "unknown-profile"
        values |= {"close": close[0]} if close else {}
        raise ConfigError(Problem(key, where, values=values))
    path = shipped_folder("profiles") / f"{name}.yaml"
    return path, f"profile {path.name}"


def _is_yaml(name: str) -> bool:
    """Tell a YAML path from a profile's name."""
    return name.endswith((".yaml", ".yml"))
