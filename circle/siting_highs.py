"""Linear and mixed-integer models as plain arrays, solved by HiGHS."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Outcome = Literal["optimal", "infeasible", "time_limit"]

STRUCTURE = -1
"""Requirement number of rows that only say what the variables mean."""


@dataclass(frozen=True)
class Model:
    """Maximise or minimise a sum under rows of limits."""

    worth: NDArray[np.float64]
    """Worth of each variable in the sum, shape (variables,)."""
    lower: NDArray[np.float64]
    """Least value of each variable, shape (variables,)."""
    upper: NDArray[np.float64]
    """Greatest value of each variable, shape (variables,)."""
    whole: NDArray[np.bool_]
    """Variables that are whole numbers, shape (variables,)."""
    rows: csr_array
    """Shape (rows, variables)."""
    row_lower: NDArray[np.float64]
    """Shape (rows,)."""
    row_upper: NDArray[np.float64]
    """Shape (rows,)."""
    requirement: NDArray[np.int64]
    """Named requirement that each row belongs to, `STRUCTURE` if none, (rows,)."""
    maximise: bool
    """Most rather than least."""


@dataclass(frozen=True)
class Solution:
    """What the solver found."""

    outcome: Outcome
    """How it ended."""
    values: NDArray[np.float64]
    """Value of each variable; of length 0 where none was found."""
    bound: float
    """No solution is better; infinite where nothing is known."""


@dataclass(frozen=True)
class Effort:
    """How hard to try."""

    time_limit_s: float = np.inf
    """Seconds at most."""
    gap: float = 0.0
    """Stop when the gap, as a share, is proven to be no more."""
    relaxed: bool = False
    """Let whole variables take any value between their limits."""
    enough: float | None = None
    """Stop at the first solution that is worth this, or where there is none."""
    work: int | None = None
    """Nodes of the search at most, or steps of the relaxation."""


def solve_model(
    model: Model,
    effort: Effort | None = None,
    *,
    start: NDArray[np.float64] | None = None,
) -> Solution:
    """
    Solve a model.

    Parameters
    ----------
    model
        The model.
    effort
        Time, gap, and whether to relax; none is no limit and no gap.
    start
        A solution to begin with, shape (variables,).

    Returns
    -------
    solution
        Always the same for the same model, unless time ran out.

    Examples
    --------
    >>> model = Model(
    ...     np.ones(2), np.zeros(2), np.ones(2), np.ones(2, bool),
    ...     csr_array(np.ones((1, 2))), np.array([-np.inf]), np.array([1.5]),
    ...     np.zeros(1, int), True)
    >>> solve_model(model).bound, solve_model(model, Effort(relaxed=True)).bound
    (1.0, 1.5)
    """
    effort = effort or Effort()
    if not len(model.worth):
        return _solve_nothing(model)
    highspy = _highspy()
    solver = highspy.Highs()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", max(effort.gap, 0.0)),
        ("mip_abs_gap", 0.0 if effort.gap else 1e-9),
        ("mip_feasibility_tolerance", 1e-7),
        ("time_limit", max(float(effort.time_limit_s), 0.01)),
    ):
        solver.setOptionValue(name, value)
    if effort.enough is not None:
        solver.setOptionValue("objective_target", effort.enough)
    if effort.work is not None:
        name = "simplex_iteration_limit" if effort.relaxed else "mip_max_nodes"
        solver.setOptionValue(name, max(effort.work, 1))
    solver.passModel(_highs_lp(model, relaxed=effort.relaxed))
    if start is not None and not effort.relaxed:
        known = highspy.HighsSolution()
        known.col_value = start.tolist()
        solver.setSolution(known)
    solver.run()
    return _read(solver, model, relaxed=effort.relaxed)


def _highspy() -> Any:
    """Import HiGHS, which is not typed, only where a model is solved."""
    return import_module("highspy")


def _solve_nothing(model: Model) -> Solution:
    """Solve a model without variables."""
    holds = (model.row_lower <= 0).all() and (model.row_upper >= 0).all()
    return Solution("optimal" if holds else "infeasible", np.zeros(0), 0.0)


def _highs_lp(model: Model, *, relaxed: bool) -> Any:
    """Write the model as HiGHS takes it."""
    highspy = _highspy()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.worth), len(model.row_lower)
    lp.col_cost_ = model.worth
    lp.col_lower_, lp.col_upper_ = model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.rows.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = model.rows.data.astype(np.float64)
    lp.sense_ = (
        highspy.ObjSense.kMaximize if model.maximise else highspy.ObjSense.kMinimize
    )
    if model.whole.any() and not relaxed:
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        lp.integrality_ = [kinds[int(one)] for one in model.whole]
    return lp


def _read(solver: Any, model: Model, *, relaxed: bool) -> Solution:
    """Read how the solver ended."""
    highspy = _highspy()
    status = solver.getModelStatus()
    info = solver.getInfo()
    nothing = np.inf if model.maximise else -np.inf
    states = highspy.HighsModelStatus
    if status in {states.kInfeasible, states.kUnboundedOrInfeasible}:
        return Solution("infeasible", np.zeros(0), nothing)
    found = info.primal_solution_status == highspy.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) if found else np.zeros(0)
    optimal = status == states.kOptimal
    if relaxed or not model.whole.any():
        bound = info.objective_function_value if optimal else nothing
    else:
        bound = info.mip_dual_bound
    bound = bound if abs(bound) < highspy.kHighsInf else nothing
    return Solution("optimal" if optimal else "time_limit", values, float(bound))


def release(model: Model, requirements: Sequence[int]) -> Model:
    """
    Give up some requirements of a model.

    Parameters
    ----------
    model
        The model.
    requirements
        Numbers of the requirements to give up.

    Returns
    -------
    model
        With the rows of these requirements without limits.
    """
    free = np.isin(model.requirement, list(requirements))
    return Model(
        **{
            **vars(model),
            "row_lower": np.where(free, -np.inf, model.row_lower),
            "row_upper": np.where(free, np.inf, model.row_upper),
        }
    )
