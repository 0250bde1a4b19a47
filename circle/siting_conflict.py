"""Why no plan is feasible: the smallest set of requirements that clash."""

import time
from dataclasses import replace

import numpy as np

from circle.errors import SitingError, Words, in_language
from circle.problems import problem_of
from circle.siting_highs import Effort, Model, release, solve_model
from circle.siting_model import CoverModel, build_model
from circle.siting_problem import CoverProblem

_SECONDS = 30.0
_TOGETHER = Words("the requirements together", zh="全部要求")


def find_clash(
    problem: CoverProblem, *, time_limit_s: float = _SECONDS
) -> tuple[str, ...]:
    """
    Find requirements that cannot be met together, none of which is needless.

    Parameters
    ----------
    problem
        A problem without a feasible plan.
    time_limit_s
        Seconds for the search; after that the set may hold more than is needed.

    Returns
    -------
    names
        Names of the requirements, in the order of the model; empty if there is a
        feasible plan.

    Notes
    -----
    Deletion filter (Chinneck and Dravnieks, 1991) over named requirements: each is
    given up in turn, and stays given up where the rest clashes without it. It runs on
    the linear relaxation where that is infeasible already.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from circle.siting_problem import plain_problem
    >>> problem = plain_problem(csr_array(np.eye(3))).limit_count(1)
    >>> find_clash(problem.with_floor("all of the north", [0, 1], 1.0))
    ('at most 1 site', 'all of the north')
    """
    whole = build_model(problem, tight=False)
    model = replace(whole.model, worth=np.zeros(len(whole.model.worth)), maximise=False)
    deadline = time.monotonic() + time_limit_s
    for relaxed in (True, False):
        if _clashes(model, deadline, relaxed=relaxed):
            return _filter(whole, model, deadline, relaxed=relaxed)
    return ()


def raise_clash(problem: CoverProblem, *, time_limit_s: float = _SECONDS) -> None:
    """
    Say which requirements clash.

    Parameters
    ----------
    problem
        A problem without a feasible plan.
    time_limit_s
        Seconds for the search.

    Raises
    ------
    SitingError
        Always; it names the requirements.
    """
    asked = problem.must_cover & ~problem.must_open
    lost = asked & uncoverable_items(problem)
    if lost.any():
        raise SitingError(problem_of("siting", "items-lost", n=str(int(lost.sum()))))
    names = find_clash(problem, time_limit_s=time_limit_s) or (_TOGETHER,)
    listed = Words(
        "; ".join(names), zh="；".join(in_language(one, "zh") for one in names)
    )
    raise SitingError(problem_of("siting", "requirements-clash", names=listed))


def uncoverable_items(problem: CoverProblem) -> np.ndarray:
    """
    Mark the items that no option covers that may open.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    uncoverable
        Shape (items,).
    """
    covered = np.zeros(problem.n_items, bool)
    allowed = np.flatnonzero(~problem.forbidden)
    if len(allowed):
        covered[problem.cover[allowed].indices] = True
    return ~covered


def _filter(
    whole: CoverModel, model: Model, deadline: float, *, relaxed: bool
) -> tuple[str, ...]:
    """Give up requirements as long as the rest still clashes."""
    gone: list[int] = []
    for number in range(len(whole.requirements)):
        if time.monotonic() > deadline:
            break
        if _clashes(release(model, [*gone, number]), deadline, relaxed=relaxed):
            gone.append(number)
    kept = [k for k in range(len(whole.requirements)) if k not in gone]
    return tuple(whole.requirements[k] for k in kept)


def _clashes(model: Model, deadline: float, *, relaxed: bool) -> bool:
    """Say whether a model is proven to have no solution."""
    effort = Effort(max(deadline - time.monotonic(), 0.1), relaxed=relaxed)
    return solve_model(model, effort).outcome == "infeasible"
