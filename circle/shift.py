"""Find files that lie a few hundred metres off because of a map offset system.

Points that somebody took from Amap (GCJ-02) or Baidu (BD-09) and declares as true
positions lie 0.3–0.7 km or 0.7–1.5 km away from where they should. Each file is
therefore tried in the other systems. A place *misfits* if it lies outside its
subdistrict or far from every street. Only places that change count: those that misfit
as declared and fit in the other system, against those for which it is the other way
round. A file that is right loses by every move; a file with stray places wins a few and
loses more; a file in the wrong system wins by one move only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyproj
from scipy.special import bdtrc

from circle.crs import WGS84, project
from circle.declared import DeclaredCrs, from_metric, to_metric
from circle.ground import (
    Floats,
    Ground,
    Misfit,
    PlacedFile,
    far_from_streets,
    outside_areas,
    thin_out,
)
from circle.offsets import in_china

Sure = Literal["strong", "weak"]

# Of the places that change, five times as many must win as lose …
_WINS_PER_LOSS = 5
# … with a gain that moves of the same length in other directions stay well below …
_GAIN_PER_RIVAL = 1.5
_TURNS = tuple(np.radians(45.0 * k) for k in range(1, 8))
# … and too many to be chance, even if chance wins two of three (strong) or one of two.
_STRONG_ODDS, _STRONG_CHANCE = 2.0 / 3.0, 1e-3
_WEAK_ODDS, _WEAK_CHANCE = 0.5, 1e-2
# Cells of a raster are far from streets here and there in any system.
_LEAN_PER_LOSS, _LEAN_PER_RIVAL = 2, 2.0
# Files with fewer places are also judged together, as one office draws on one map.
_FEW = 50


@dataclass(frozen=True)
class Evidence:
    """How many places a move brings to where they fit, and how many it takes away."""

    places: int
    """Places looked at."""
    better: int
    """Places that misfit as declared and fit when moved."""
    worse: int
    """Places that fit as declared and misfit when moved."""
    rivals: tuple[int, ...]
    """Gains of moves of the same length in seven other directions, each turned 45°
    on; zeros where the move itself wins nothing."""

    @property
    def gain(self) -> int:
        """Places won less places lost."""
        return self.better - self.worse

    @property
    def sure(self) -> Sure | None:
        """How sure it is that the move is right; None if it is not."""
        if self.better < _WINS_PER_LOSS * max(self.worse, 1):
            return None
        if self.gain < _GAIN_PER_RIVAL * max(self.rivals):
            return None
        if self._chance(_STRONG_ODDS) <= _STRONG_CHANCE:
            return "strong"
        return "weak" if self._chance(_WEAK_ODDS) <= _WEAK_CHANCE else None

    @property
    def leans(self) -> bool:
        """Whether places lean to the move that, like cells, always misfit in part."""
        if self.better < _LEAN_PER_LOSS * max(self.worse, 1):
            return False
        if self.gain < _LEAN_PER_RIVAL * max(self.rivals):
            return False
        return self._chance(_WEAK_ODDS) <= _STRONG_CHANCE

    @property
    def against(self) -> bool:
        """Whether the places speak clearly against the move."""
        turned = replace(self, better=self.worse, worse=self.better)
        return turned._chance(_WEAK_ODDS) <= _WEAK_CHANCE

    def _chance(self, odds: float) -> float:
        """Give the chance of as many wins or more if each change wins with `odds`."""
        return float(bdtrc(self.better - 1, self.better + self.worse, odds))


@dataclass(frozen=True)
class Shift:
    """One file that fits better in another system than in the declared one."""

    name: str
    """Section of the study."""
    fits: DeclaredCrs
    """The system that fits."""
    distance_m: float
    """Median distance between the places in the two systems, in metres."""
    evidence: Evidence
    """The places that speak for it."""
    sure: Sure
    """``strong`` or ``weak``."""


def find_shifts(
    files: Sequence[PlacedFile],
    *,
    areas: DeclaredCrs,
    ground: Ground,
    crs: pyproj.CRS,
) -> list[Shift]:
    """
    Find the files that fit in another system than the declared one.

    Parameters
    ----------
    files
        The files with places.
    areas
        The declared system of the subdistricts.
    ground
        The subdistricts, as declared, and the streets; streets are taken as true.
    crs
        Metric coordinate system of all places.

    Returns
    -------
    shifts
        At most one for each file and one for the subdistricts, in the order given,
        small files that only together tell last; empty outside China, where the
        systems are the same.

    Notes
    -----
    If the subdistricts do not match the files, either may be wrong. The subdistricts
    are named if moving them brings the files together with them, unless the streets
    say that the files are off themselves. They are then no witness against a file.
    """
    thinned = [thin_out(one) for one in files]
    thinned = [one for one in thinned if _is_in_china(one, crs)]
    by_streets = {
        one.name: _best(one, {"streets": far_from_streets(one, ground)}, crs)
        for one in thinned
    }
    witnesses = [one for one in thinned if by_streets[one.name] is None]
    found = _shift_of_areas(witnesses, areas, ground, crs)
    if found is not None:
        rest = [by_streets[one.name] for one in thinned]
        return [found, *(one for one in rest if one is not None)]
    shifts = []
    for one in thinned:
        far, outside = far_from_streets(one, ground), outside_areas(one, ground)
        tests = {"streets": far, "areas": outside, "both": _either(far, outside)}
        best = _best(one, tests, crs)
        if best is not None:
            shifts.append(best)
    known = {one.name for one in shifts}
    few = [one for one in thinned if one.name not in known and len(one.x_m) < _FEW]
    return [*shifts, *_shifts_of_few(few, ground, crs)]


def weigh(misfit: Misfit, places: Floats, moves: Floats) -> Evidence:
    """
    Weigh a move of all places of a file.

    Parameters
    ----------
    misfit
        Tells which of the places given by x and y misfit.
    places
        Eastings and northings as declared, in metres, shape (n, 2).
    moves
        How far the other system puts each place from there, shape (n, 2).

    Returns
    -------
    evidence
        The places that change, and the gains of seven turned moves; these are only
        tried where the move wins.
    """
    before = misfit(places[:, 0], places[:, 1])

    def changes(step: Floats) -> tuple[int, int]:
        after = misfit(*(places + step).T)
        return int((before & ~after).sum()), int((~before & after).sum())

    better, worse = changes(moves)
    rivals = [0] * len(_TURNS)
    if better > worse:
        for k, turn in enumerate(_TURNS):
            cos, sin = np.cos(turn), np.sin(turn)
            wins, losses = changes(moves @ np.array([[cos, sin], [-sin, cos]]))
            rivals[k] = wins - losses
    return Evidence(len(places), better, worse, tuple(rivals))


def other_systems(declared: DeclaredCrs) -> list[DeclaredCrs]:
    """
    List what a file may really be in, with the same numbers.

    Parameters
    ----------
    declared
        The system that is declared.

    Returns
    -------
    systems
        The same numbers as true positions, GCJ-02 and BD-09, less the declared one;
        `text` is what to write in the study.

    Examples
    --------
    >>> from circle.declared import parse_declared
    >>> [one.text for one in other_systems(parse_declared("EPSG:4549", where=""))]
    ['GCJ-02 via EPSG:4549', 'BD-09 via EPSG:4549']
    """
    numbers = declared.text
    if declared.offset is not None:
        numbers = "EPSG:4326" if declared.crs == WGS84 else _crs_text(declared)
    suffix = f" via {numbers}" if declared.crs.is_projected else ""
    systems = [
        DeclaredCrs(numbers, declared.crs),
        DeclaredCrs(f"GCJ-02{suffix}", declared.crs, "GCJ-02"),
        DeclaredCrs(f"BD-09{suffix}", declared.crs, "BD-09"),
    ]
    return [one for one in systems if one.offset != declared.offset]


def _crs_text(declared: DeclaredCrs) -> str:
    """Give the system of the numbers alone, as the study has it after ``via``."""
    return declared.text.split(" via ", 1)[-1]


def _moves(
    places: Floats, *, source: DeclaredCrs, other: DeclaredCrs, crs: pyproj.CRS
) -> Floats:
    """Tell how far places move when numbers of `source` are read as `other`."""
    numbers = from_metric(*places.T, declared=source, source=crs)
    return np.column_stack(to_metric(*numbers, declared=other, target=crs)) - places


def _best(
    file: PlacedFile, tests: Mapping[str, Misfit], crs: pyproj.CRS
) -> Shift | None:
    """Find the system that wins most places of a file, if it is sure enough."""
    places = np.column_stack([file.x_m, file.y_m])
    found: list[Shift] = []
    for other in other_systems(file.declared):
        moves = _moves(places, source=file.declared, other=other, crs=crs)
        evidence = [weigh(misfit, places, moves) for misfit in tests.values()]
        if any(one.against for one in evidence):
            continue
        distance_m = float(np.median(np.hypot(*moves.T)))
        for one in evidence:
            sure = one.sure
            if sure is None and not file.within and one.leans:
                sure = "weak"
            if sure is not None:
                found.append(Shift(file.name, other, distance_m, one, sure))
    return max(found, key=_rank, default=None)


def _rank(shift: Shift) -> tuple[bool, int]:
    """Order shifts: the surest, then the one that wins most."""
    return shift.sure == "strong", shift.evidence.gain


def _shift_of_areas(
    files: Sequence[PlacedFile], areas: DeclaredCrs, ground: Ground, crs: pyproj.CRS
) -> Shift | None:
    """Find the system in which the subdistricts fit all files together, if any."""
    found = []
    for other in other_systems(areas):
        each, distances = [], [np.zeros(0)]
        for one in files:
            places = np.column_stack([one.x_m, one.y_m])
            # To move the areas one way is to move the places the other way.
            moves = _moves(places, source=other, other=areas, crs=crs)
            if weigh(far_from_streets(one, ground), places, moves).gain > 0:
                # The streets too would rather have the file moved: no witness.
                continue
            each.append(weigh(outside_areas(one, ground), places, moves))
            distances.append(np.hypot(*moves.T))
        if any(one.against for one in each) or not each:
            continue
        total = _together(each)
        if total.sure is not None:
            distance_m = float(np.median(np.concatenate(distances)))
            found.append(Shift("subdistricts", other, distance_m, total, total.sure))
    return max(found, key=_rank, default=None)


def _shifts_of_few(
    files: Sequence[PlacedFile], ground: Ground, crs: pyproj.CRS
) -> list[Shift]:
    """Judge small files together; of those that are shifted, each is named weakly."""
    found: dict[str, list[Shift]] = {}
    if len(files) < 2 or len({one.declared.name for one in files}) > 1:
        return []
    for other in other_systems(files[0].declared):
        each = []
        for one in files:
            places = np.column_stack([one.x_m, one.y_m])
            moves = _moves(places, source=one.declared, other=other, crs=crs)
            misfit = _either(far_from_streets(one, ground), outside_areas(one, ground))
            evidence = weigh(misfit, places, moves)
            distance_m = float(np.median(np.hypot(*moves.T)))
            each.append(Shift(one.name, other, distance_m, evidence, "weak"))
        if any(one.evidence.gain < 0 for one in each):
            continue
        if _together([one.evidence for one in each]).sure is not None:
            found[other.text] = [one for one in each if one.evidence.gain > 0]
    return max(found.values(), key=_gain_of_all, default=[])


def _gain_of_all(shifts: Sequence[Shift]) -> int:
    """Add up the places that files win."""
    return sum(one.evidence.gain for one in shifts)


def _together(each: Sequence[Evidence]) -> Evidence:
    """Add up the evidence of several files for one move."""
    return Evidence(
        sum(one.places for one in each),
        sum(one.better for one in each),
        sum(one.worse for one in each),
        tuple(map(sum, zip(*(one.rivals for one in each), strict=True))),
    )


def _either(first: Misfit, second: Misfit) -> Misfit:
    """Join two tests: a place misfits if it misfits in one of them."""
    return lambda x, y: first(x, y) | second(x, y)


def _is_in_china(file: PlacedFile, crs: pyproj.CRS) -> bool:
    """Tell whether a file has places, and its middle lies where offsets are used."""
    if not len(file.x_m):
        return False
    middle = np.array([np.median(file.x_m)]), np.array([np.median(file.y_m)])
    lon, lat = project(*middle, source=crs, target=WGS84)
    return bool(in_china(lon, lat)[0])
