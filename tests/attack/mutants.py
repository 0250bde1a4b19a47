"""
Small faults put into circle one by one: do the tests notice?

python tests/attack/mutants.py --each 20 --seed 1 coverage gaps

Draws faults of each module by the seed (of all modules of `TESTS` if none is named)
and runs the tests that concern the module, up to the first that fails. Prints what each
fault was that no test noticed, and the score. Nothing is written to the package: the
changed module is compiled in a process of its own. Kernels run uncompiled, so that
a change takes effect at once.
"""

import argparse
import ast
import contextlib
import importlib.abc
import importlib.machinery
import io
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A fault that lets nothing end is noticed after the tests' usual time and so much more.
SLOWEST_S, SLOWER = 20.0, 2.0

# The most direct tests come first: most faults end there.
_REACH = ("test_reach", "test_catchment_search", "test_piece_times")
_BANDS = ("test_bands", "test_isochrones")
_POINTS = ("test_points", "test_points_wanted", "test_siting")
_SITING = ("test_siting", "test_points")
_SOLVERS = ("test_siting_solvers", "test_siting_branch", "test_siting_series")
_MATRIX = ("test_siting_matrix", "test_siting_branch")
_SIZES = ("test_siting_shares", "test_siting_solvers")
TESTS: Mapping[str, tuple[str, ...]] = {
    # Reach.
    "chains": ("test_chains", "test_reach", "test_network", "test_reach_properties"),
    "heights": ("test_heights",),
    "piece_times": ("test_piece_times", "test_snapping", "test_heights"),
    "edges": ("test_network", "test_chains", "test_reach_properties"),
    "network": ("test_network", "test_snapping", "test_catchment_search"),
    "piece_grid": ("test_snapping", "test_network", "test_reach_properties"),
    "snapping": ("test_snapping", "test_network", "test_piece_times"),
    "buckets": ("test_buckets", "test_core", "test_catchment_search"),
    "search": ("test_reach", "test_core", "test_catchment_search", "test_piece_times"),
    "catchments": ("test_catchment_search", "test_reach", "test_reach_properties"),
    "search_layout": ("test_reach", "test_catchment_search", "test_k_nearest"),
    "catchment_search": ("test_catchment_search",),
    "reach": _REACH,
    "core": ("test_core", "test_buckets", "test_reach"),
    "members": ("test_catchment_search", "test_reach"),
    "nearest_places": ("test_areas", "test_city"),
    "reach_again": ("test_reach_again", "test_reach"),
    "reached": ("test_reach", "test_travel", "test_coverage"),
    "k_nearest": ("test_k_nearest", "test_choice"),
    "isochrones": ("test_isochrones", "test_bands"),
    "place_grid": _BANDS,
    "bands": _BANDS,
    "map_areas": _BANDS,
    "screening": ("test_screening",),
    "limits": ("test_travel", "test_person_groups"),
    "rules": ("test_profile_rules", "test_coverage"),
    "travel": ("test_travel", "test_person_groups", "test_gaps"),
    "travel_again": ("test_changes", "test_reach_again"),
    # Coverage and gaps.
    "coverage": (
        *("test_coverage", "test_coverage_tables", "test_buildings"),
        *("test_changes", "test_assess"),
    ),
    "type_groups": ("test_coverage", "test_coverage_tables"),
    "missing_items": ("test_gaps", "test_coverage"),
    "item_texts": ("test_gaps", "test_coverage"),
    "cut_off": ("test_travel", "test_city"),
    "gaps": ("test_gaps", "test_outlines"),
    "gap_parts": ("test_gaps", "test_outlines"),
    "outlines": ("test_outlines", "test_gaps"),
    # Siting in a city.
    "points": _POINTS,
    "points_layers": _POINTS,
    "points_made": _POINTS,
    "points_map": ("test_points",),
    "points_wanted": ("test_points_wanted", "test_siting"),
    "site_candidates": _SITING,
    "site_capacity": _SITING,
    "site_choices": _SITING,
    "site_chosen": _SITING,
    "site_cover": _SITING,
    "site_demand": _SITING,
    "site_feedback": ("test_site_versions", "test_siting"),
    "site_files": ("test_points", "test_site_versions", "test_siting"),
    "site_plan": _SITING,
    "site_problem": _SITING,
    "site_versions": ("test_site_versions",),
    "site_words": _SITING,
    "siting": _SITING,
    # Siting on plain matrices.
    "siting_anneal": _SOLVERS,
    "siting_bound": ("test_siting_bound", *_SOLVERS),
    "siting_branch": ("test_siting_branch", "test_siting_solvers"),
    "siting_conflict": _SIZES,
    "siting_cover": (*_SOLVERS, "test_siting_shares"),
    "siting_distance": ("test_siting_matrix",),
    "siting_dominance": ("test_siting_branch",),
    "siting_draft": _SOLVERS,
    "siting_fixing": ("test_siting_bound", "test_siting_branch"),
    "siting_exchange": ("test_siting_shares",),
    "siting_flow": ("test_siting_shares",),
    "siting_groups": ("test_siting_shares", "test_siting_solvers"),
    "siting_greedy": _SOLVERS,
    "siting_highs": ("test_siting_solvers", "test_siting_matrix"),
    "siting_kernels": _SOLVERS,
    "siting_matrix": _MATRIX,
    "siting_matrix_series": _MATRIX,
    "siting_merge": _SOLVERS,
    "siting_model": (*_SOLVERS, "test_siting_shares"),
    "siting_plan": (*_SOLVERS, "test_siting_shares"),
    "siting_problem": (*_SOLVERS, "test_siting_shares"),
    "siting_quick_bound": ("test_siting_bound", *_SOLVERS, "test_siting_shares"),
    "siting_series": ("test_siting_series", "test_siting_shares", "test_siting"),
    "siting_shares": ("test_siting_shares",),
    "siting_swaps": ("test_siting_bound", "test_siting_series"),
    "siting_table": _MATRIX,
}
OTHER = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "/",
    ast.Mod: "//",
    ast.And: "or",
    ast.Or: "and",
    ast.BitAnd: "|",
    ast.BitOr: "&",
}
OTHER_NAME = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
    "argmin": "argmax",
    "argmax": "argmin",
    "first": "last",
    "last": "first",
    "left": "right",
    "right": "left",
    "append": "count",
    "isfinite": "isnan",
}


@dataclass(frozen=True)
class Mutant:
    """One fault: these characters of the module become others."""

    module: str
    start: int
    end: int
    text: str
    line: int

    def apply(self, source: str) -> str:
        """Put the fault into the source."""
        return source[: self.start] + self.text + source[self.end :]

    def shown(self, source: str) -> str:
        """Show the line before and after."""
        first = source.rfind("\n", 0, self.start) + 1
        last = source.find("\n", self.end)
        before = source[first:last]
        after = self.apply(source)[
            first : last + len(self.text) - self.end + self.start
        ]
        join = " ".join
        return f"{join(before.split())}  →  {join(after.split())}"


class _Places(ast.NodeVisitor):
    """Finds all places of a module at which a fault can be made."""

    def __init__(self, source: str) -> None:
        self.source = source
        lines = source.splitlines(keepends=True)
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line))
        self.lines = lines
        self.found: list[tuple[int, int, str, int]] = []

    def at(self, line: int, column: int) -> int:
        """Give the place of a line and a column, which counts bytes."""
        text = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(text)

    def ends(self, node: ast.AST) -> tuple[int, int]:
        """Give where a node begins and ends."""
        return (
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno, node.end_col_offset),
        )

    def add(self, start: int, end: int, text: str, node: ast.AST) -> None:
        """Note a fault."""
        self.found.append((start, end, text, node.lineno))

    def between(self, left: ast.AST, right: ast.AST, kind: ast.AST) -> None:
        """Change the operator that stands between two nodes."""
        if type(kind) not in OTHER:
            return
        start, end = self.ends(left)[1], self.ends(right)[0]
        written = self.source[start:end]
        sign = _SIGNS[type(kind)]
        if sign in written and "#" not in written:
            at = start + written.index(sign)
            self.add(at, at + len(sign), OTHER[type(kind)], left)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Move or turn a limit."""
        sides = [node.left, *node.comparators]
        for left, right, kind in zip(sides, sides[1:], node.ops, strict=False):
            self.between(left, right, kind)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Reckon otherwise."""
        self.between(node.left, node.right, node.op)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Let one condition do for both, or ask for both."""
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between(left, right, node.op)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Leave out a sign or a negation."""
        start, _ = self.ends(node)
        self.add(start, self.ends(node.operand)[0], "", node)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Change a number or a truth."""
        start, end = self.ends(node)
        if isinstance(node.value, bool):
            self.add(start, end, str(not node.value), node)
        elif isinstance(node.value, int | float):
            self.add(start, end, repr(node.value + 1), node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Take another function of the same kind."""
        if node.attr in OTHER_NAME:
            _, end = self.ends(node)
            self.add(end - len(node.attr), end, OTHER_NAME[node.attr], node)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """Take another function of the same kind."""
        if node.id in OTHER_NAME and isinstance(node.ctx, ast.Load):
            self.add(*self.ends(node), OTHER_NAME[node.id], node)

    def visit_If(self, node: ast.If) -> None:
        """Never do it."""
        self.add(*self.ends(node.test), "False", node)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Never take the first."""
        self.add(*self.ends(node.test), "False", node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Leave out what is written into an array or a table."""
        if isinstance(node.targets[0], ast.Subscript):
            self.add(*self.ends(node), "pass", node)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Leave out what is added."""
        self.add(*self.ends(node), "pass", node)
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        """End a loop too early."""
        self.add(*self.ends(node), "break", node)

    def visit_Break(self, node: ast.Break) -> None:
        """End a loop too late."""
        self.add(*self.ends(node), "pass", node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Leave out a call; texts of functions are passed over."""
        if isinstance(node.value, ast.Constant):
            return
        if not ast.unparse(node).startswith(("_LOG", "_log", "logger")):
            self.add(*self.ends(node), "pass", node)
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Change bodies and defaults, not annotations or decorators."""
        for one in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if one is not None:
                self.visit(one)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Change bodies, not bases or decorators."""
        for one in node.body:
            self.visit(one)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Change values, not annotations."""
        if node.value is not None:
            self.visit(node.value)


_SIGNS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in",
    ast.NotIn: "not in", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
    ast.FloorDiv: "//", ast.Mod: "%", ast.And: "and", ast.Or: "or", ast.BitAnd: "&",
    ast.BitOr: "|",
}  # fmt: skip


def mutants_of(module: str, source: str) -> list[Mutant]:
    """List all faults that can be made in a module, in the order of its text."""
    places = _Places(source)
    places.visit(ast.parse(source))
    found = [Mutant(module, *one) for one in sorted(set(places.found))]
    return [one for one in found if _is_program(one.apply(source))]


def _is_program(source: str) -> bool:
    """Tell whether a text can be compiled."""
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def sample(mutants: Sequence[Mutant], *, each: int, seed: int) -> list[Mutant]:
    """Draw some of the faults of one module, the same for the same seed."""
    rng = random.Random(f"{seed} {mutants[0].module}")  # noqa: S311
    drawn = rng.sample(mutants, min(each, len(mutants)))
    return sorted(drawn, key=lambda one: (one.start, one.end))


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a changed source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname, path=None, target=None):  # noqa: ARG002
        """Answer for one module only."""
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(
            fullname, self, origin=str(self.path), is_package=False
        )

    def exec_module(self, module) -> None:
        """Run the changed source."""
        module.__file__ = str(self.path)
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)  # noqa: S102


def run_tests(
    module: str, source: str | None, tests: Sequence[str], *, usual_s: float = 60.0
) -> tuple[str, float]:
    """
    Run tests in a process of its own, with a changed source of one module if given.

    They are given up where they take much longer than usual.

    Returns
    -------
    outcome
        ``survived``, ``killed`` or ``timeout``, and the seconds that it took.
    """
    begun, slowest_s = time.monotonic(), SLOWEST_S + SLOWER * usual_s
    process = os.fork()
    if process == 0:
        code = 70
        try:
            code = _tests_code(module, source, tests)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    while time.monotonic() - begun < slowest_s:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            seconds = time.monotonic() - begun
            if os.waitstatus_to_exitcode(status) == 0:
                return "survived", seconds
            return "killed", seconds
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return "timeout", slowest_s


class _QuickOnes:
    """A plugin that leaves out what takes long with kernels that are not compiled."""

    def pytest_sessionstart(self) -> None:
        """Be content with the first example that fails: nobody reads the smallest."""
        from hypothesis import Phase, settings  # noqa: PLC0415

        steady = settings.get_profile("steady")
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("first", steady, phases=phases)
        settings.load_profile("first")

    def pytest_collection_modifyitems(self, items) -> None:
        """Leave out whole districts and cities."""
        items[:] = [
            one
            for one in items
            if "demo" not in one.fixturenames
            and "demo" not in one.name
            and one.get_closest_marker("slow") is None
        ]


def _tests_code(module: str, source: str | None, tests: Sequence[str]) -> int:
    """Run tests up to the first that fails; give the exit code of pytest."""
    import pytest  # noqa: PLC0415 (in the parent it is loaded already)

    if source is not None:
        path = ROOT / "circle" / f"{module}.py"
        sys.meta_path.insert(0, _Changed(f"circle.{module}", path, source))
    files = [str(ROOT / "tests" / f"{one}.py") for one in tests]
    given = [
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    # Uncompiled, sums of unsigned numbers that are meant to overflow warn.
    given += ["--assert", "plain", "-W", "ignore::RuntimeWarning"]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = int(pytest.main([*given, *files], plugins=[_QuickOnes()]))
    if source is None and code:
        sys.stderr.write(said.getvalue()[-3000:])
        sys.stderr.flush()
    return code


def preload() -> None:
    """Import what circle imports from elsewhere, once for all processes."""
    import pytest  # noqa: F401, PLC0415
    import scipy.sparse.csgraph  # noqa: F401, PLC0415

    import circle.outputs  # noqa: F401, PLC0415
    import circle.siting  # noqa: F401, PLC0415

    for name in [one for one in sys.modules if one.partition(".")[0] == "circle"]:
        del sys.modules[name]


def attack(module: str, *, each: int, seed: int) -> Iterator[tuple[Mutant, str, float]]:
    """
    Try some faults of one module, one after another.

    Raises
    ------
    SystemExit
        If the tests fail without a fault.
    """
    source = (ROOT / "circle" / f"{module}.py").read_text("utf-8")
    outcome, usual_s = run_tests(module, None, TESTS[module])
    if outcome != "survived":
        message = f"{module}: the tests fail without a fault: {TESTS[module]}"
        raise SystemExit(message)
    every = mutants_of(module, source)
    say(f"{module}: {len(every)} faults can be made; tests take {usual_s:.1f} s")
    for one in sample(every, each=each, seed=seed):
        outcome, seconds = run_tests(
            module, one.apply(source), TESTS[module], usual_s=usual_s
        )
        yield one, outcome, seconds


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Try faults of some modules, and print the score."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    asked.add_argument("modules", nargs="*", help="names without circle.; else all")
    asked.add_argument("--each", type=int, default=10, help="faults per module")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--out", type=Path, help="a JSON file of all that survived")
    given = asked.parse_args(arguments)
    os.environ |= {"NUMBA_DISABLE_JIT": "1", "CIRCLE_CACHE": "off"}
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    os.chdir(ROOT)
    preload()
    noticed, tried, left = 0, 0, []
    for module in given.modules or TESTS:
        source = (ROOT / "circle" / f"{module}.py").read_text("utf-8")
        before = noticed, tried
        for one, outcome, seconds in attack(module, each=given.each, seed=given.seed):
            tried += 1
            noticed += outcome != "survived"
            if outcome == "survived":
                line = f"circle/{module}.py:{one.line}: {one.shown(source)}"
                left.append(line)
                say(f"  not noticed ({seconds:.0f} s)  {line}")
        say(f"  {noticed - before[0]} of {tried - before[1]} noticed")
        if given.out:
            given.out.write_text(json.dumps(left, indent=1, ensure_ascii=False))
    say(f"{noticed} of {tried} faults noticed ({noticed / max(1, tried):.0%})")


if __name__ == "__main__":
    main()
