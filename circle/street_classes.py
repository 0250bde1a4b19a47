"""Classes of street lines: the office's own words mapped to modes and speeds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.errors import ConfigError, Words, gather
from circle.problems import Problem, problem_of
from circle.street_access import (
    ACCESS_KEYS,
    CLOSED,
    RIDING,
    WALKING,
    PrivateWays,
    WayAccess,
    way_access,
)
from circle.street_settings import Classes, StreetClass
from circle.streets import PACE_COLUMNS

# The word for a class that nobody may walk or cycle along.
CLOSED_CLASS = "closed"
HIGHWAYS = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link",
     "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified",
     "residential", "living_street", "service", "pedestrian", "footway", "path",
     "cycleway", "steps", "track", "bridleway", "corridor", "elevator", "road",
     "busway", "bus_guideway", "raceway", "platform", "construction", "proposed",
     "crossing", "ladder", "emergency_bay", "escape", "rest_area", "services"}
)  # fmt: skip
"""Values of OpenStreetMap's ``highway`` that need no entry under ``classes:``."""

_FORWARD = frozenset({"yes", "true", "1", "f", "ft", "是", "单行"})
_BACK = frozenset({"-1", "reverse", "t", "tf", "逆向"})
_BOTH = frozenset({"", "no", "false", "0", "b", "否", "双向", "reversible"})
_TAG_COLUMNS = tuple(one for one in ACCESS_KEYS if one not in {"highway", "oneway"})
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


@dataclass(frozen=True)
class LineUse:
    """Who may use each street line, and how fast."""

    pace: NDArray[np.uint8]
    """Pace by mode and direction, shape (lines, 4), as in `Streets.pace`."""
    own_mps: NDArray[np.float64]
    """Speed by mode in metres per second, NaN where the profile's holds, shape
    (lines, 2), as in `Streets.own_mps`."""
    highway: NDArray[np.object_]
    """OpenStreetMap value that each line is drawn as, shape (lines,)."""

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Whether anybody may use each line, shape (lines,)."""
        return np.asarray((self.pace != CLOSED).any(axis=1))


def use_of_lines(
    table: pd.DataFrame,
    *,
    classes: Classes,
    default_class: str | None,
    private_ways: PrivateWays,
) -> tuple[LineUse, list[Problem]]:
    """
    Say who may use each line, by its class and its tags.

    Parameters
    ----------
    table
        One row per line, text or None: ``class``, and where known ``oneway`` and
        other tags of OpenStreetMap, such as ``access``, ``foot`` and ``route``.
    classes
        Class of the file to a ``highway`` value of OpenStreetMap, to ``closed``, or
        to modes and speeds. OpenStreetMap's own values need no entry.
    default_class
        What stands for empty and unlisted classes; without it they are faults.
    private_ways
        Whether lines tagged private may be used, ``allow`` or ``refuse``.

    Returns
    -------
    use
        One entry per line.
    problems
        One per fault, still without the file: unlisted classes and unreadable
        directions, with how often each stands there.

    Examples
    --------
    >>> table = pd.DataFrame({"class": ["主干路", "footway"]})
    >>> use, problems = use_of_lines(table, classes={"主干路": "primary"},
    ...                              default_class=None, private_ways="allow")
    >>> use.highway.tolist(), problems
    (['primary', 'footway'], [])
    """
    columns = [one for one in ("class", "oneway", *_TAG_COLUMNS) if one in table]
    words = table[columns].astype(object).where(table[columns].notna(), "")
    keys = list(words.itertuples(index=False, name=None))
    code, kinds = pd.factorize(pd.Series(keys, dtype=object))
    uses, problems = [], _problems(words, classes, default_class)
    for kind in kinds:
        tags = dict(zip(columns, kind, strict=True))
        uses.append(_use_of(tags, classes, default_class or CLOSED_CLASS, private_ways))
    n = len(uses)
    pace = np.array([one[0] for one in uses], dtype=np.uint8).reshape(n, 4)
    own = np.array([one[1] for one in uses], dtype=float).reshape(n, 2)
    highway = np.array([one[2] for one in uses], dtype=object)
    return LineUse(pace[code], own[code], highway[code]), problems


def check_classes(classes: Classes, default_class: str | None, *, where: str) -> None:
    """
    Refuse classes that are mapped to words nobody knows.

    Parameters
    ----------
    classes
        Class of the file to what it means.
    default_class
        What stands for empty and unlisted classes.
    where
        The study and its section, for messages.

    Raises
    ------
    ConfigError
        With every unknown word at once.

    Examples
    --------
    >>> check_classes({"主干路": "primary"}, None, where="study.yaml: streets")
    """
    named = {f"classes.{key}": value for key, value in classes.items()}
    known = HIGHWAYS | {CLOSED_CLASS}
    wrong = [
        problem_of(f"{where}.{key}", "unknown-street-word", value=value)
        for key, value in {**named, "default_class": default_class}.items()
        if isinstance(value, str) and value not in known and value not in classes
    ]
    if wrong:
        gather(wrong, ConfigError)


def class_words(text: str) -> tuple[str, ...]:
    """
    Split a class value; merged lines carry several, as in ``['path', 'steps']``.

    Parameters
    ----------
    text
        Value of the class column.

    Returns
    -------
    words
        One word, or all that stand in the list.

    Examples
    --------
    >>> class_words("['path', 'steps']")
    ('path', 'steps')
    >>> class_words("primary")
    ('primary',)
    """
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        words = tuple(a or b for a, b in _QUOTED.findall(text))
        return words or (text[1:-1].strip(),)
    return (text,)


def _meaning(
    word: str, classes: Classes, default_class: str | None
) -> str | StreetClass | None:
    """Say what one class means; None where nothing says so."""
    found: str | StreetClass | None = classes.get(word)
    if found is None and word in HIGHWAYS | {CLOSED_CLASS}:
        found = word
    if found is None and default_class is not None:
        found = classes.get(default_class, default_class)
    return found


def _use_of(
    tags: Mapping[str, str],
    classes: Classes,
    default_class: str,
    private_ways: PrivateWays,
) -> tuple[tuple[int, ...], tuple[float, float], str]:
    """Work out pace, own speeds and drawing of one kind of line."""
    paces, own, highways = [], [], []
    if tags.get("route") == "ferry":
        tags = {**tags, "class": "footway"}
    direction = _direction(tags.get("oneway", "")) or 0
    for word in class_words(tags.get("class", "")):
        meaning = _meaning(word, classes, default_class) or CLOSED_CLASS
        if isinstance(meaning, StreetClass):
            access = _access_of(meaning, direction)
            speeds = (meaning.walk_kmh, meaning.cycle_kmh)
            own.append([np.nan if one is None else one / 3.6 for one in speeds])
            highways.append("residential" if meaning.walk or meaning.ride else "no")
        else:
            access = _access_by_tags(meaning, tags, direction, private_ways)
            own.append([np.nan, np.nan])
            highways.append(meaning)
        paces.append([getattr(access, name) for name in PACE_COLUMNS])
    # Parts in a row: each must be open, and the slowest counts for all.
    slowest = np.fmin.reduce(np.array(own), axis=0)
    pace = np.array(paces).min(axis=0)
    return tuple(pace.tolist()), (float(slowest[0]), float(slowest[1])), highways[0]


def _access_of(meaning: StreetClass, direction: int) -> WayAccess:
    """Give the paces of a class that the study spells out."""
    walk = WALKING if meaning.walk else CLOSED
    ride = RIDING if meaning.ride else walk
    return WayAccess(
        walk_forward=walk,
        walk_back=walk,
        cycle_forward=ride if direction >= 0 else walk,
        cycle_back=ride if direction <= 0 else walk,
    )


def _access_by_tags(
    highway: str, tags: Mapping[str, str], direction: int, private_ways: PrivateWays
) -> WayAccess:
    """Give the paces of a highway value with the tags beside it."""
    if highway == CLOSED_CLASS:
        return WayAccess(CLOSED, CLOSED, CLOSED, CLOSED)
    own = {key: tags[key] for key in _TAG_COLUMNS if tags.get(key)}
    oneway = {1: {"oneway": "yes"}, -1: {"oneway": "-1"}}.get(direction, {})
    return way_access({"highway": highway, **own, **oneway}, private_ways=private_ways)


def _direction(text: str) -> int | None:
    """Read a direction: 1 along the line, -1 against it, 0 both; None if unknown."""
    # Lines merged from several carry several; one-way somewhere is one-way.
    found = []
    inner = text.strip().strip("[]")
    for part in inner.replace("'", "").split(","):
        word = part.strip().lower()
        known = [n for n, words in ((1, _FORWARD), (-1, _BACK), (0, _BOTH))
                 if word in words]  # fmt: skip
        if not known:
            return None
        found.append(known[0])
    return next((one for one in found if one), 0)


def _counted(text: object, count: int) -> Words:
    """Quote a text and say how many lines have it."""
    return Words(f"'{text}' ({count:,} lines)", zh=f"“{text}”（{count:,}条）")


def _problems(
    words: pd.DataFrame, classes: Classes, default_class: str | None
) -> list[Problem]:
    """Name classes that nothing explains, and directions that cannot be read."""
    problems: list[Problem] = []
    if "class" in words and default_class is None:
        on_land = words["route"] != "ferry" if "route" in words else slice(None)
        counts = words.loc[on_land, "class"].value_counts()
        unknown = [
            _counted(text, count)
            for text, count in counts.items()
            if any(
                _meaning(one, classes, None) is None for one in class_words(str(text))
            )
        ]
        if unknown:
            values = tuple(unknown)
            problems.append(problem_of("", "unknown-street-classes", values=values))
    if "oneway" in words:
        texts = words["oneway"].value_counts()
        bad = [
            _counted(text, count)
            for text, count in texts.items()
            if _direction(str(text)) is None
        ]
        if bad:
            problems.append(problem_of("", "unknown-directions", values=tuple(bad)))
    return problems
