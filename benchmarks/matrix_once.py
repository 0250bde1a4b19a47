"""Read one table of distances and solve it, in a process of its own."""

import json
import sys
import time
from pathlib import Path

from benchmarks.measure import peak_mb
from circle.siting_matrix import MatrixTask, solve_matrix
from circle.siting_table import read_matrix

# What each model is asked for: the radius in metres, the number of sites.
TASKS = {
    "mclp": MatrixTask("mclp", radius=1_000.0, p=50),
    "lscp": MatrixTask("lscp", radius=2_500.0),
    "pmedian": MatrixTask("pmedian", p=200),
    "pcenter": MatrixTask("pcenter", p=200),
}


def main() -> None:
    """Measure, and write what was measured to the path of the last argument."""
    file, model, answer = sys.argv[1:]
    work = time.process_time()
    table = read_matrix(Path(file))
    read, work = time.process_time() - work, time.process_time()
    plan = solve_matrix(table, TASKS[model]).plan
    measured = {
        "name": model,
        "read_s": read,
        "solve_s": time.process_time() - work,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap_pct": plan.gap_pct,
        "status": plan.status,
        "peak_mb": peak_mb(),
    }
    Path(answer).write_text(json.dumps(measured), "utf-8")


if __name__ == "__main__":
    main()
