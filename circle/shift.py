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

import numpy as np
import pyproj

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
from circle.shift_evidence import FEWEST_PLACES, Evidence, Sure, together, weigh

# Files with fewer places are also judged together, as one office draws on one map.
_FEW = 50


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
    with_files: bool = False
    """Whether these are subdistricts that go along with files which the streets say
    are shifted."""


def find_shifts(
    files: Sequence[PlacedFile],
    *,
    areas: DeclaredCrs,
    ground: Ground,
    crs: pyproj.CRS,
    lines: DeclaredCrs | None = None,
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
        The subdistricts, as declared, and the streets.
    crs
        Metric coordinate system of all places.
    lines
        The declared system of the streets where they are a line layer; None where
        they are of OpenStreetMap and so true.

    Returns
    -------
    shifts
        At most one for each file and one for the subdistricts, in the order given,
        small files that only together tell last; one for the streets where nothing
        else is shifted; empty outside China, where the systems are the same.

    Notes
    -----
    If the subdistricts do not match the files, either may be wrong. The subdistricts
    are named if moving them brings the files together with them, unless the streets
    say that the files are off themselves. They are then no witness against a file.
    If the streets say that files are off and the borders fit these files, all of them
    are off together: they are named together.
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
    all_at_once = _shifts_of_all(thinned, by_streets, areas, ground, crs)
    if all_at_once:
        return all_at_once
    shifts = []
    for one in thinned:
        far, outside = far_from_streets(one, ground), outside_areas(one, ground)
        tests = {"streets": far, "areas": outside, "both": _either(far, outside)}
        best = _best(one, tests, crs)
        if best is not None:
            shifts.append(best)
    known = {one.name for one in shifts}
    few = [one for one in thinned if one.name not in known and len(one.x_m) < _FEW]
    shifts += _shifts_of_few(few, ground, crs)
    if shifts or lines is None or ground.streets is None:
        return shifts
    return _shift_of_streets(thinned, lines, ground, crs)


def too_small_to_judge(
    files: Sequence[PlacedFile], *, crs: pyproj.CRS
) -> list[PlacedFile]:
    """
    Find the files of which no shift could be told, as they have too few places.

    Parameters
    ----------
    files
        The files with places.
    crs
        Metric coordinate system of all places.

    Returns
    -------
    files
        Those with fewer than `FEWEST_PLACES` places apart from one another, thinned;
        none if small files are judged together and have enough places in all, and
        none outside China.
    """
    thinned = [thin_out(one) for one in files]
    few = [one for one in thinned if len(one.x_m) < _FEW and _is_in_china(one, crs)]
    alike = len({one.declared.name for one in few}) == 1
    if alike and sum(len(one.x_m) for one in few) >= FEWEST_PLACES:
        return []
    return [one for one in few if len(one.x_m) < FEWEST_PLACES]


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
        total = together(each)
        if total.sure is not None:
            distance_m = float(np.median(np.concatenate(distances)))
            found.append(Shift("subdistricts", other, distance_m, total, total.sure))
    return max(found, key=_rank, default=None)


def _shifts_of_all(
    files: Sequence[PlacedFile],
    by_streets: Mapping[str, Shift | None],
    areas: DeclaredCrs,
    ground: Ground,
    crs: pyproj.CRS,
) -> list[Shift]:
    """Find files that lie off the streets together with borders that fit them."""
    told = [one for one in by_streets.values() if one is not None]
    n_strong = sum(one.sure == "strong" for one in told)
    offsets = {one.fits.offset for one in told}
    if not n_strong or len(offsets) > 1:
        return []
    for one in files:
        fits = [k for k in other_systems(one.declared) if k.offset in offsets]
        if one.declared.offset != areas.offset or not fits:
            return []
        places = np.column_stack([one.x_m, one.y_m])
        moves = _moves(places, source=one.declared, other=fits[0], crs=crs)
        if weigh(far_from_streets(one, ground), places, moves).against:
            return []
        # Borders that would rather have the file moved are right themselves.
        if weigh(outside_areas(one, ground), places, moves).gain >= 0:
            return []
    sure: Sure = "strong" if n_strong > 1 else "weak"
    fits = [one for one in other_systems(areas) if one.offset in offsets]
    distance_m = float(np.median([one.distance_m for one in told]))
    total = together([one.evidence for one in told])
    borders = Shift("subdistricts", fits[0], distance_m, total, sure, with_files=True)
    return [borders, *(replace(one, sure=sure) for one in told)]


def _shift_of_streets(
    files: Sequence[PlacedFile], lines: DeclaredCrs, ground: Ground, crs: pyproj.CRS
) -> list[Shift]:
    """Find the system in which street lines fit files that the borders hold."""
    found = []
    for other in other_systems(lines):
        each, distances = [], [np.zeros(0)]
        for one in files:
            places = np.column_stack([one.x_m, one.y_m])
            # To move the streets one way is to move the places the other way.
            moves = _moves(places, source=other, other=lines, crs=crs)
            if weigh(outside_areas(one, ground), places, moves).gain > 0:
                continue
            each.append(weigh(far_from_streets(one, ground), places, moves))
            distances.append(np.hypot(*moves.T))
        if not each or any(one.against for one in each):
            continue
        total = together(each)
        if total.sure == "strong":
            distance_m = float(np.median(np.concatenate(distances)))
            found.append(Shift("streets", other, distance_m, total, "strong"))
    return sorted(found, key=_rank)[-1:]


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
        if together([one.evidence for one in each]).sure is not None:
            found[other.text] = [one for one in each if one.evidence.gain > 0]
    return max(found.values(), key=_gain_of_all, default=[])


def _gain_of_all(shifts: Sequence[Shift]) -> int:
    """Add up the places that files win."""
    return sum(one.evidence.gain for one in shifts)


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
