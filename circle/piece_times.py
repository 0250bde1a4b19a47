"""Time along each street piece: speeds, steps, slopes, ferries and signals."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from circle.profile import MODES, Mode
from circle.profile_rules import Speeds
from circle.street_access import CLOSED, FERRY, RIDING, STEPS, WALKING
from circle.streets import Streets

# Times (in seconds) and places along an edge (in metres) are multiples of 2^-24. Sums
# of such numbers are exact in double precision (up to 2^29), so a time does not
# depend on the order in which pieces are added: not on contraction, node order,
# search direction, chunks or threads.
QUANTUM: Final = 2.0**-24
# Slopes steeper than this are errors of the raster, or steps that nobody mapped.
STEEPEST: Final = 0.4
# Tobler (1993): walking speed falls by exp(-3.5 |slope + 0.05|).
_TOBLER = (3.5, 0.05)
# Part of the cycling speed that each unit of slope uphill takes; none downhill.
_CLIMB_LOSS = 7.0


def quantise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Round times or lengths to the quantum in which all sums are exact.

    Parameters
    ----------
    values
        Times in seconds or lengths in metres, any shape; infinite values stay.

    Returns
    -------
    values
        The nearest multiples of `QUANTUM`.

    Examples
    --------
    >>> quantise(np.array([0.1, np.inf])).tolist()
    [0.10000002384185791, inf]
    """
    # In place, and not by `numpy.round`, which takes twenty times as long. Multiplying
    # by a power of two is as exact as dividing.
    rounded = np.multiply(values, 1 / QUANTUM, out=np.empty(np.shape(values)))
    np.rint(rounded, out=rounded)
    rounded *= QUANTUM
    return rounded


def time_pieces(
    streets: Streets, mode: Mode, *, speeds: Speeds, by_length: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Give the time along and against each street piece.

    Parameters
    ----------
    streets
        Street pieces with lengths in metres and paces; with heights of nodes, slopes
        count.
    mode
        ``walk`` or ``cycle``.
    speeds
        Speeds of the profile.
    by_length
        True where lengths count and not times: every open piece goes at the speed of
        the mode, without slopes, waits and signals.

    Returns
    -------
    forward_s
        Seconds from start to end, infinite where closed, multiples of `QUANTUM`;
        shape (pieces,).
    back_s
        Seconds from end to start; the very same array where both are alike.

    Notes
    -----
    A ferry takes its duration, or its length at the speed of ferries, and the wait
    where it is boarded from land. Each piece that begins or ends at a signal takes
    half of its delay there, so that passing it takes all of it.
    """
    column = 2 * MODES.index(mode)
    there, back = streets.pace[:, column], streets.pace[:, column + 1]
    slope = None if by_length else _slopes(streets)
    waits = () if by_length else _ferry_waits(streets, there, back, speeds)
    # One array for both directions where they are alike, as on level ground on foot.
    alike = slope is None and not waits and np.array_equal(there, back)
    times: list[NDArray[np.float64]] = []
    for way, pace in enumerate((there,) if alike else (there, back)):
        if by_length:
            seconds = streets.length_m / (speeds.kmh(mode) / 3.6)
        else:
            ahead = slope if slope is None or way == 0 else -slope
            seconds = streets.length_m / _speed_mps(
                streets, mode, speeds=speeds, pace=pace, slope=ahead
            )
            timed_ferry = (pace == FERRY) & np.isfinite(streets.ferry_s)
            seconds[timed_ferry] = streets.ferry_s[timed_ferry]
        if waits:
            seconds += waits[way]
        seconds[pace == CLOSED] = np.inf
        times.append(quantise(seconds))
    half_s = half_signal_s(speeds, by_length=by_length)
    if half_s and len(streets.signal):
        delay_s = half_s * _signals_of(streets)
        times = [one + delay_s for one in times]
    return times[0], times[-1]


def half_signal_s(speeds: Speeds, *, by_length: bool = False) -> float:
    """
    Give half of the delay at a signal: what each side of it takes.

    Parameters
    ----------
    speeds
        Speeds of the profile.
    by_length
        Whether lengths count and not times.

    Returns
    -------
    half_s
        Seconds, a multiple of `QUANTUM`; 0 where signals take no time.
    """
    delay = speeds.signal_delay_s
    if delay is None or by_length:
        return 0.0
    return float(quantise(np.array([delay.value / 2]))[0])


def walking_factor(slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Give how much faster than on level ground people walk on a slope.

    Parameters
    ----------
    slope
        Rise over run in the sense of walking, any shape.

    Returns
    -------
    factor
        Same shape; 1 on level ground, at most 1.19, at a slope of -5 %.

    Notes
    -----
    Tobler (1993), Three presentations on geographical analysis and modeling: the
    hiking function, divided by its value on level ground.

    Examples
    --------
    >>> walking_factor(np.array([-0.05, 0.0, 0.1])).round(3).tolist()
    [1.191, 1.0, 0.705]
    """
    steepness, best = _TOBLER
    return np.exp(-steepness * (np.abs(slope + best) - best))


def riding_factor(slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Give how much slower than on level ground people ride uphill.

    Parameters
    ----------
    slope
        Rise over run in the sense of riding, any shape.

    Returns
    -------
    factor
        Same shape; 7 % less for each 1 % of slope uphill, 1 downhill: in a town,
        what the slope gives is taken by the brakes.

    Examples
    --------
    >>> riding_factor(np.array([-0.1, 0.0, 0.05, 0.2])).round(3).tolist()
    [1.0, 1.0, 0.65, 0.0]
    """
    return np.clip(1.0 - _CLIMB_LOSS * slope, 0.0, 1.0)


def _speed_mps(
    streets: Streets,
    mode: Mode,
    *,
    speeds: Speeds,
    pace: NDArray[np.uint8],
    slope: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Give the speed on each piece: that of its class, else the profile's."""
    steps = speeds.steps_kmh or speeds.walk_kmh
    usual = np.full(FERRY + 1, np.nan)
    usual[STEPS] = steps.value / 3.6
    usual[WALKING] = speeds.walk_kmh.value / 3.6
    usual[RIDING] = speeds.cycle_kmh.value / 3.6
    usual[FERRY] = speeds.ferry_kmh.value / 3.6
    mps, foot_mps = usual[pace], np.full(len(pace), usual[WALKING])
    if streets.own_mps is not None:
        own, on_foot = streets.own_mps[:, MODES.index(mode)], streets.own_mps[:, 0]
        mps = np.where(np.isfinite(own), own, mps)
        foot_mps = np.where(np.isfinite(on_foot), on_foot, foot_mps)
    if slope is None:
        return mps
    on_foot_s, ridden = walking_factor(slope), pace == RIDING
    # Where riding is slower than walking, the bicycle is pushed.
    pushed_mps = np.minimum(foot_mps, mps) * on_foot_s
    sloped = (pace == WALKING) | ((pace == STEPS) & (speeds.steps_kmh is None))
    mps = np.where(sloped, mps * on_foot_s, mps)
    return np.where(ridden, np.maximum(mps * riding_factor(slope), pushed_mps), mps)


def _slopes(streets: Streets) -> NDArray[np.float64] | None:
    """Give the slope of each piece from start to end, 0 where a height is missing."""
    if streets.height_m is None:
        return None
    rise_m = streets.height_m[streets.end] - streets.height_m[streets.start]
    known = np.isfinite(rise_m) & (streets.length_m > 0)
    slope = np.divide(rise_m, streets.length_m, out=np.zeros(len(rise_m)), where=known)
    return np.clip(slope, -STEEPEST, STEEPEST)


def _signals_of(streets: Streets) -> NDArray[np.float64]:
    """Count at how many of its two ends each piece has a signal."""
    is_signal = streets.has_signal
    return is_signal[streets.start].astype(float) + is_signal[streets.end]


def _ferry_waits(
    streets: Streets, there: NDArray[np.uint8], back: NDArray[np.uint8], speeds: Speeds
) -> tuple[NDArray[np.float64], ...]:
    """Give the wait along and against each piece: where a ferry is boarded from land.

    Nothing where the profile knows of no wait or the streets of no ferry.
    """
    wait = speeds.ferry_wait_min
    afloat = (there == FERRY) | (back == FERRY)
    if wait is None or wait.value == 0 or not afloat.any():
        return ()
    land = np.zeros(len(streets.node_id), dtype=bool)
    dry = ~afloat & ((there != CLOSED) | (back != CLOSED))
    land[streets.start[dry]] = land[streets.end[dry]] = True
    return tuple(
        np.where(afloat & land[boarded], wait.value * 60.0, 0.0)
        for boarded in (streets.start, streets.end)
    )
