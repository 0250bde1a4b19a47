"""What a consultation asks for: points locked, forbidden or added, and why."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from circle.change_effects import fresh_id, place_at
from circle.city import City
from circle.errors import ConfigError, Words
from circle.points import Proposed, add_points
from circle.problems import problem_of
from circle.siting_settings import SitingOptions
from circle.type_cells import fold_type_name, type_names

_BETWEEN_TYPES = re.compile(r"[、,，+;；/]")


@dataclass(frozen=True)
class Addition:
    """A point that somebody proposes."""

    types: str
    """Its types as written, with 、 or + between several."""
    x: float
    """Longitude or easting."""
    y: float
    """Latitude or northing."""
    cost_10k: float | None
    """Cost in ten thousand yuan; None where unknown."""
    crs: str
    """Coordinate system of its place."""


@dataclass(frozen=True)
class Feedback:
    """What a consultation asks for."""

    lock: tuple[str, ...] = ()
    """Candidates that must be in the plan."""
    forbid: tuple[str, ...] = ()
    """Candidates that must not be in the plan."""
    add: tuple[Addition, ...] = field(default=())
    """Points to add."""

    def after(self, earlier: "Feedback") -> "Feedback":
        """Put this feedback on top of an earlier one; what is newer holds."""
        lock = [one for one in earlier.lock if one not in self.forbid]
        forbid = [one for one in earlier.forbid if one not in self.lock]
        return Feedback(
            tuple(dict.fromkeys((*lock, *self.lock))),
            tuple(dict.fromkeys((*forbid, *self.forbid))),
            tuple(dict.fromkeys((*earlier.add, *self.add))),
        )

    def as_record(self) -> dict[str, Any]:
        """Write it for JSON."""
        return {
            "lock": list(self.lock),
            "forbid": list(self.forbid),
            "add": [dict(vars(one)) for one in self.add],
        }


def read_feedback(record: Mapping[str, Any]) -> Feedback:
    """
    Read feedback that was kept with a version.

    Parameters
    ----------
    record
        As `Feedback.as_record` writes it.

    Returns
    -------
    feedback
        The feedback.
    """
    return Feedback(
        tuple(record.get("lock", ())),
        tuple(record.get("forbid", ())),
        tuple(Addition(**one) for one in record.get("add", ())),
    )


def parse_addition(text: str, *, crs: str) -> Addition:
    """
    Read a point written in one line.

    Parameters
    ----------
    text
        ``types@x,y`` or ``types@x,y,cost``, such as ``kindergarten@121.5,31.2,80``.
    crs
        Coordinate system of the place.

    Returns
    -------
    addition
        The point.

    Raises
    ------
    ConfigError
        If the text does not have this form.

    Examples
    --------
    >>> parse_addition("school+clinic@121.5,31.2,80", crs="WGS-84").cost_10k
    80.0
    """
    types, _, place = text.partition("@")
    try:
        numbers = [float(one) for one in place.replace("，", ",").split(",")]
    except ValueError:
        numbers = []
    right = len(numbers) in {2, 3} and all(map(math.isfinite, numbers))
    if not (types.strip() and right) or (len(numbers) == 3 and numbers[2] < 0):
        raise ConfigError(problem_of("--add", "addition-form", text=repr(text)))
    cost = numbers[2] if len(numbers) == 3 else None
    return Addition(types.strip(), numbers[0], numbers[1], cost, crs)


def with_feedback(
    city: City, options: SitingOptions, feedback: Feedback
) -> tuple[City, SitingOptions]:
    """
    Take up what a consultation asks for.

    Parameters
    ----------
    city
        The city.
    options
        What was asked for so far.
    feedback
        What is asked for on top of it.

    Returns
    -------
    city
        With the added points among its candidates.
    options
        With what is locked and forbidden.

    Raises
    ------
    ConfigError
        If an added point has no place, or types that the standard does not have.
    """
    known, rows = type_names(city.profile), []
    for one in feedback.add:
        names = [part for part in _BETWEEN_TYPES.split(one.types) if part.strip()]
        strange = [part for part in names if fold_type_name(part) not in known]
        if strange:
            profile = city.profile
            problem = problem_of(
                "--add", "addition-types", values=tuple(strange), name=profile.name,
                known=profile.type_ids[0],
            )  # fmt: skip
            raise ConfigError(problem)
        place = place_at((one.x, one.y), one.crs, target=city.crs, where="--add")
        types = [known[fold_type_name(part)] for part in names]
        cost = math.nan if one.cost_10k is None else one.cost_10k
        key = fresh_id("N", place)
        rows.append(Proposed(key, one.types, tuple(dict.fromkeys(types)), cost, place))
    city = add_points(city, rows)
    merged = Feedback(feedback.lock, feedback.forbid).after(
        Feedback(options.locked, options.forbidden)
    )
    update = {"locked": merged.lock, "forbidden": merged.forbid}
    return city, options.model_copy(update=update)


def check_feedback(feedback: Feedback) -> None:
    """
    Refuse feedback that contradicts itself.

    Parameters
    ----------
    feedback
        The feedback.

    Raises
    ------
    ConfigError
        If a candidate is both locked and forbidden.
    """
    both: Sequence[str] = sorted(set(feedback.lock) & set(feedback.forbid))
    if both:
        where = Words("--lock and --forbid", zh="--lock 与 --forbid")
        raise ConfigError(problem_of(where, "locked-and-forbidden", values=tuple(both)))
