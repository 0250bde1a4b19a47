"""Weigh whether places fit better when a file is read in another system."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Literal

import numpy as np

from circle.ground import Floats, Misfit

Sure = Literal["strong", "weak"]

# Of the places that change, five times as many must win as lose …
_WINS_PER_LOSS = 5
# … with a gain that moves of the same length in other directions stay well below …
_GAIN_PER_RIVAL = 1.5
_TURNS = tuple(np.radians(45.0 * k) for k in range(1, 8))
# … and too many to be chance, even if chance wins two of three (strong) or one of two.
_STRONG_ODDS, _STRONG_CHANCE = 2.0 / 3.0, 1e-3
_WEAK_ODDS, _WEAK_CHANCE = 0.5, 1e-2
FEWEST_PLACES = math.ceil(math.log(_WEAK_CHANCE) / math.log(_WEAK_ODDS))
"""With fewer places no shift can be told from chance, whatever they say."""
# Cells of a raster are far from streets here and there in any system.
_LEAN_PER_LOSS, _LEAN_PER_RIVAL = 2, 2.0


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
        # A study that is kept weighs nothing, and need not import this.
        chance = import_module("scipy.special").bdtrc
        return float(chance(self.better - 1, self.better + self.worse, odds))


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


def together(each: Sequence[Evidence]) -> Evidence:
    """
    Add up the evidence of several files for one move.

    Parameters
    ----------
    each
        The evidence of each file; at least one.

    Returns
    -------
    evidence
        All places, and the sum of what each move gains.

    Examples
    --------
    >>> one = Evidence(10, 4, 1, (0,) * 7)
    >>> together([one, one]).gain
    6
    """
    return Evidence(
        sum(one.places for one in each),
        sum(one.better for one in each),
        sum(one.worse for one in each),
        tuple(map(sum, zip(*(one.rivals for one in each), strict=True))),
    )
