"""Write what was measured into the page on performance, between markers."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from benchmarks.measure import REPOSITORY, read_results

PAGE = REPOSITORY / "docs" / "performance.md"

TASK_TEXT = {
    "nearest": (
        "Nearest of {types} types × {facilities_per_type} facilities, from all "
        "{nodes:,} nodes, within 3,000 m"
    ),
    "catchments": (
        "Catchments of {candidates:,} candidates within 1,000 m, all {nodes:,} nodes "
        "as origins"
    ),
    "places": (
        "Catchments of {candidates:,} candidates within 1,000 m, {origins:,} places "
        "as origins"
    ),
    "beside": "Nearest of one type, facilities beside the streets, within 3,000 m",
}
_TARGETS = {
    ("nearest", "pandana"): 20.0,
    ("catchments", "pandana"): 70.0,
    ("catchments", "plain"): 3.0,
}
_STAGES = ("build", "snap", "query")


def peers_section(result: Mapping[str, Any]) -> str:
    """
    Print the comparison with the peers.

    Parameters
    ----------
    result
        What `peers` measured.

    Returns
    -------
    text
        Markdown.
    """
    graph = result["graph"]
    parts = [
        f"`{result['file']}`, walking: {graph['nodes']:,} raw nodes, "
        f"{graph['pieces']:,} pieces, {graph['unsettled']:,} nodes that also lie on "
        f"another street. {_machine(result)} Reading the streets from "
        f"the file: {result['read_s']:.2f} s."
    ]
    for task in ("nearest", "catchments", "places"):
        if result[task]:
            parts.append(f"**{TASK_TEXT[task].format(**graph)}**")
            parts.append(_task_table(task, result[task]))
    if result["agreement"]:
        parts += ["**Same answers?** Each peer against circle:",
                  _agreement_table(result["agreement"])]  # fmt: skip
    return "\n\n".join(parts)


def district_section(result: Mapping[str, Any]) -> str:
    """
    Print the assessment of one district.

    Parameters
    ----------
    result
        What `district` measured.

    Returns
    -------
    text
        Markdown.
    """
    counts, first, again = result["counts"], result["from_file"], result["again"]
    committees = counts["n_residents"] + counts["n_villages"]
    second = "cached" if result["cached"] else "again (nothing was cached)"
    stages = [*first["seconds"]]
    rows = [
        [one, _seconds(first["seconds"][one]), _seconds(again["seconds"].get(one))]
        for one in stages
    ]
    rows.append(["peak MB", f"{first['peak_mb']:,.0f}", f"{again['peak_mb']:,.0f}"])
    text = (
        f"Demo district `{result['size']}`: {counts['n_subdistricts']} subdistricts, "
        f"{committees:,} committees and {counts['n_cells']:,} cells as origins, "
        f"{counts['n_facilities']:,} facilities, {counts['n_candidates']:,} "
        f"candidates, {counts['n_nodes']:,} street nodes, walk and cycle, 15 minutes. "
        f"{_machine(result)}"
    )
    return f"{text}\n\n{_table(['seconds', 'from the OSM file', second], rows)}"


def growth_section(result: Mapping[str, Any]) -> str:
    """
    Print how seconds and megabytes grow.

    Parameters
    ----------
    result
        What `growth` measured.

    Returns
    -------
    text
        Markdown.
    """
    rows = [
        [f"{row['size']:g}", f"{row['cells']:,}", f"{row['nodes']:,}",
         f"{row['facilities']:,}", _seconds(row["file_s"]), _seconds(row["again_s"]),
         _seconds(row["working_s"]), f"{row['peak_mb']:,.0f}"]
        for row in result["rows"]
    ]  # fmt: skip
    exponents = result["exponents"]
    names = ("file_s", "again_s", "working_s", "peak_mb")
    slopes = [f"{exponents[name]:.2f}" for name in names]
    rows.append(["exponent", "", "", "", *slopes])
    head = ["size", "cells", "nodes", "facilities", "from file, s", "second run, s",
            "second run without imports, s", "peak MB"]  # fmt: skip
    return f"{_machine(result)}\n\n{_table(head, rows)}"


def siting_section(result: Mapping[str, Any]) -> str:
    """
    Print the plans for a district and the comparison with spopt.

    Parameters
    ----------
    result
        What `siting` measured.

    Returns
    -------
    text
        Markdown.
    """
    streets = result["streets"]
    text = (
        f"{result['demands']:,} demands, {result['candidates']:,} candidates, "
        f"{result['pairs']:,} pairs within 1,000 m, {result['sites']} sites; on the "
        f"streets {streets['demands']:,} cells, {streets['candidates']:,} candidates, "
        f"{streets['pairs']:,} pairs within a walk of 1,000 m. {_machine(result)}"
    )
    peer = result["spopt"]
    names = [one for one in ("circle", "spopt") if one in peer]
    small = [
        [one, _seconds(peer[one]["seconds"]), f"{peer[one]['objective']:,.0f}"]
        for one in names
    ]
    title = (
        f"**Exact, both with HiGHS**: {peer['demands']:,} demands, "
        f"{peer['candidates']:,} candidates, {peer['sites']} sites"
    )
    compared = _table(["", "seconds", "people covered"], small)
    table = _plan_rows([*result["rows"], *streets["rows"]])
    return "\n\n".join([text, table, title, compared])


def street_rows(streets: Mapping[str, Any]) -> str:
    """
    Print the plans on the streets of a demo district alone.

    Parameters
    ----------
    streets
        What `siting` measured there.

    Returns
    -------
    text
        Markdown.
    """
    text = (
        f"{streets['demands']:,} cells, {streets['candidates']:,} candidates, "
        f"{streets['pairs']:,} pairs within a walk of 1,000 m."
    )
    return f"{text}\n\n{_plan_rows(streets['rows'])}"


def _plan_rows(measured: Sequence[Mapping[str, Any]]) -> str:
    """Write plans as a table."""
    rows = [
        [row["name"], _seconds(row["seconds"]), _seconds(row["processor_seconds"]),
         f"{row['objective']:,.0f}", f"{row['bound']:,.0f}",
         f"{row['gap_pct']:.2f}", row["status"]]
        for row in measured
    ]  # fmt: skip
    head = ["", "seconds", "of the processor", "people covered", "bound", "gap, %",
            "status"]  # fmt: skip
    return _table(head, rows)


def matrix_section(result: Mapping[str, Any]) -> str:
    """
    Print how long a plain table of distances takes to read and to solve.

    Parameters
    ----------
    result
        What `matrix` measured.

    Returns
    -------
    text
        Markdown.
    """
    head = ["model", "read, s", "solved, s", "objective", "bound", "gap, %", "peak, MB"]
    rows = [
        [row["name"], _seconds(row["read_s"]), _seconds(row["solve_s"]),
         f"{row['objective']:,.0f}", f"{row['bound']:,.0f}",
         f"{row['gap_pct']:.2f}", f"{row['peak_mb']:,.0f}"]
        for row in result["rows"]
    ]  # fmt: skip
    text = (
        f"A CSV file of {result['pairs']:,} rows ({result['megabytes']:,.0f} MB): "
        f"{result['demands']:,} demands, {result['candidates']:,} candidates; seconds "
        f"of the processor. {_machine(result)}"
    )
    return f"{text}\n\n{_table(head, rows)}"


def whatif_section(result: Mapping[str, Any]) -> str:
    """
    Print how long what-ifs take on a loaded district.

    Parameters
    ----------
    result
        What `whatif` measured.

    Returns
    -------
    text
        Markdown.
    """
    kinds = {"close": "a facility closes", "open": "one opens", "move": "one moves"}
    rows = [
        [text, f"{result['n']}", f"{result[f'{kind}_s']:.3f}",
         _seconds(result[f"{kind}_all_s"])]
        for kind, text in kinds.items()
    ]  # fmt: skip
    if "street_s" in result:
        rows.append(["a street is cut", "1", f"{result['street_s']:.3f}",
                     _seconds(result["street_s"])])  # fmt: skip
    head = ["", "what-ifs", "median, s", "all, s"]
    text = (
        f"Demo district `{result['size']}`, {result['cells']:,} cells, loaded and "
        f"measured once ({result['base_s']:.2f} s): {result['n']} what-ifs of each "
        "kind, one after the other, each from the record to coverage and missing "
        f"items. Peak {result['peak_mb']:,.0f} MB. {_machine(result)}"
    )
    return f"{text}\n\n{_table(head, rows)}"


def pages_section(result: Mapping[str, Any]) -> str:
    """
    Print sizes and switches of map pages, and what writing takes.

    Parameters
    ----------
    result
        What `pages` measured.

    Returns
    -------
    text
        Markdown.
    """
    limits = {"district.html": "8 MB", "largest subdistrict page": "2 MB"}
    shown = [
        [name, f"{mb:.2f}", limits.get(name, ""),
         f"{result['switch_ms'][name]['without bands']:.0f}",
         f"{result['switch_ms'][name]['with bands']:.0f}", "300 ms"]
        for name, mb in result["pages_mb"].items()
    ]  # fmt: skip
    head = ["page", "MB", "below", "switch, ms", "with bands, ms", "below"]
    written = [[name, _seconds(s)] for name, s in result["seconds"].items()]
    files = [[name, f"{mb:.2f}"] for name, mb in result["files_mb"].items()]
    text = (
        f"Demo district `{result['size']}`, {result['n_pages']} pages. Choosing a "
        "facility type until the next frame is drawn, median over all types, each "
        f"layer made before. Peak {result['peak_mb']:,.0f} MB. {_machine(result)}"
    )
    return "\n\n".join(
        [text, _table(head, shown), _table(["writing", "s"], written),
         _table(["file", "MB"], files)]
    )  # fmt: skip


SECTIONS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "peers": peers_section,
    "district": district_section,
    "growth": growth_section,
    "siting": siting_section,
    "matrix": matrix_section,
    "whatif": whatif_section,
    "pages": pages_section,
}


def fill_page(page: str, results: Mapping[str, Any]) -> str:
    r"""
    Put sections between their markers.

    Parameters
    ----------
    page
        Markdown with a line ``<!-- benchmark: NAME -->`` before and a line
        ``<!-- end: NAME -->`` after each section.
    results
        Benchmark to result; a section without a result is left as it is.

    Returns
    -------
    page
        The page with new sections.

    Raises
    ------
    ValueError
        If a marker is missing.

    Examples
    --------
    >>> fill_page("<!-- benchmark: growth -->\n<!-- end: growth -->", {})
    '<!-- benchmark: growth -->\n<!-- end: growth -->'
    """
    for name, write in SECTIONS.items():
        if name not in results:
            continue
        opening, closing = f"<!-- benchmark: {name} -->", f"<!-- end: {name} -->"
        pattern = re.compile(f"{opening}\n.*?{closing}", re.DOTALL)
        if not pattern.search(page):
            message = f"page: no markers of {name}; expected {opening} and {closing}."
            raise ValueError(message)
        text = f"{opening}\n\n{write(results[name])}\n\n{closing}"
        before, after = pattern.split(page, maxsplit=1)
        page = f"{before}{text}{after}"
    return page


def _machine(result: Mapping[str, Any]) -> str:
    """Say on what and how often was measured."""
    machine = result["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in sorted(machine["versions"].items()))
    rounds = "one round" if result["rounds"] == 1 else (
        f"medians of {result['rounds']} rounds"
    )  # fmt: skip
    return (
        f"{machine['cores']} cores (load {machine['load']} at the end), Python "
        f"{machine['python']}, {versions}; {rounds}."
    )


def _task_table(task: str, contenders: Mapping[str, Any]) -> str:
    """Print one task, circle first, with ratios to circle."""
    own = contenders.get("circle", {}).get("seconds")
    rows = []
    for name, one in contenders.items():
        seconds = one["seconds"]
        ratios = ["", ""]
        if own and name != "circle":
            ratios = [f"{seconds['total'] / own['total']:.1f} ×",
                      f"{seconds['query'] / own['query']:.1f} ×"]  # fmt: skip
        rows.append(
            [
                name,
                *(_seconds(seconds.get(stage)) for stage in _STAGES),
                _seconds(seconds["total"]),
                *ratios,
                _target(task, name),
                f"{one['peak_mb']:,.0f}",
            ]
        )
    head = ["", "build, s", "snap, s", "query, s", "total, s", "total ÷ circle's",
            "query ÷ circle's", "to reach", "peak MB"]  # fmt: skip
    return _table(head, rows)


def _target(task: str, name: str) -> str:
    """Give the ratio to be reached, if there is one."""
    target = _TARGETS.get((task, name))
    return "" if target is None else f"{target:g} ×"


def _agreement_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Print how far answers agree."""
    return _table(
        ["task", "peer", "compared", "in one only", "equal to the bit",
         "median difference, m", "over 1 m apart"],
        (
            [row["task"], row["peer"], f"{row['compared']:,}", f"{row['only_one']:,}",
             _share(row["same_share"]),
             f"{row['median_m']:.2g}", f"{row['over_1_m']:,}"]
            for row in rows
        ),
    )  # fmt: skip


def _share(share: float) -> str:
    """Print a share so that only all is 100 %."""
    return "100 %" if share == 1 else f"{min(share * 100, 99.9999):.4f} %"


def _seconds(seconds: float | None) -> str:
    """Print seconds; nothing where a stage does not exist."""
    return "–" if seconds is None else f"{seconds:.2f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Print a table, all columns but the first to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@click.command(help=__doc__)
def main() -> None:
    """Fill the page with the results kept."""
    page = PAGE.read_text("utf-8")
    PAGE.write_text(fill_page(page, read_results()), "utf-8")
    click.echo(f"wrote {PAGE.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
