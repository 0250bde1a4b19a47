"""Write the pages that are made from code: run ``python docs/generate.py``."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"

# Families of modules in the order of the data flow: heading, what it is, modules.
FAMILIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Ground",
        "What everything stands on.",
        ("errors", "problems", "words_problems", "settings", "shipped", "_version"),
    ),
    (
        "Standards and studies",
        "What is to be measured, as data.",
        ("profile", "study", "input_settings", "street_settings"),
    ),
    (
        "Coordinates",
        "Declared systems in, metres out; accidents and shifts found.",
        (
            "crs",
            "declared",
            "offsets",
            "accidents",
            "placing",
            "ground",
            "shift",
            "coordinate_check",
        ),
    ),
    (
        "Tables",
        "Files become tables with declared columns.",
        (
            "files*",
            "raw_table",
            "tables",
            "table_layout",
            "reading",
            "dates",
            "input_contracts",
            "contracts",
        ),
    ),
    (
        "Inputs",
        "Areas, facilities, people, streets of one study.",
        (
            "areas",
            "facilities",
            "facility_status",
            "type_cells",
            "derived_ids",
            "address_points",
            "not_placed",
            "osm_features",
            "backdrop",
            "population",
            "population_*",
            "raster_grid",
            "age_bands",
            "area_shares",
            "whole_people",
            "control_totals",
            "street_access",
            "streets",
            "street_*",
            "noding",
            "fetch",
            "osm_service",
        ),
    ),
    (
        "Network and reach",
        "Streets become a timed network; points are joined to it; times are measured.",
        (
            "chains",
            "network",
            "piece_grid",
            "snapping",
            "heap",
            "search",
            "catchments",
            "reach",
            "screening",
            "travel",
        ),
    ),
    (
        "The chain",
        "One study from inputs to results.",
        (
            "cache",
            "input_warnings",
            "joining",
            "city",
            "coverage",
            "gaps",
            "siting",
            "assessment",
        ),
    ),
    (
        "Collecting data",
        "Tables that go out to street offices and come back.",
        (
            "check*",
            "single_tables",
            "returned",
            "marking",
            "template*",
            "merge*",
            "duplicates",
        ),
    ),
    (
        "Outputs",
        "Maps, tables, run record; written whole or not at all.",
        (
            "words",
            "words_*",
            "facts",
            "atlas",
            "atlas_*",
            "sheet*",
            "workbook",
            "csv_tables",
            "geopackage",
            "record",
            "outputs",
            "summary",
        ),
    ),
    (
        "Demo district",
        "A fictional district of any size from a seed.",
        ("demo", "demo_*"),
    ),
    ("Command line", "", ("cli", "cli_*", "progress", "__main__", "__init__")),
)

INTRO = """# Architecture

One flat package. Modules stand in the order of the data flow and import one way, from
later to earlier; the contracts in `pyproject.toml` hold them to it (`lint-imports`).
Free functions work on tables with declared columns (`contracts`, `input_contracts`);
bundles are frozen dataclasses: `Study` → `City` → `Assessment`.

```
study.yaml ┐
profile ───┤  read + check      build + snap       measure        decide        show
inputs ────┴▶ tables ─────────▶ network, access ─▶ reach ─▶ coverage ─▶ gaps ─▶ siting ─▶ outputs
```

This page is made from the modules' first lines by `python docs/generate.py`.
"""  # noqa: E501


def summaries() -> dict[str, str]:
    """Give the first docstring line of every module."""
    found = {}
    for path in sorted((ROOT / "circle").glob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        found[path.stem] = text.splitlines()[0] if text else ""
    return found


def placed() -> dict[str, list[str]]:
    """Put every module into the first family that names it, best match first."""
    families: dict[str, list[str]] = {name: [] for name, _, _ in FAMILIES}
    for module in summaries():
        best = max(
            (
                (len(pattern.rstrip("*")) + (not pattern.endswith("*")), name)
                for name, _, patterns in FAMILIES
                for pattern in patterns
                if module == pattern
                or (pattern.endswith("*") and module.startswith(pattern[:-1]))
            ),
            key=lambda match: match[0],
            default=(0, ""),
        )
        if not best[1]:
            message = f"module {module} stands in no family of docs/generate.py"
            raise SystemExit(message)
        families[best[1]].append(module)
    return families


def architecture() -> str:
    """Write the page."""
    lines, first = [INTRO], summaries()
    families = placed()
    for name, what, _ in FAMILIES:
        if families[name]:
            lines += [f"## {name}", "", *([what, ""] if what else [])]
            lines += ["| module | one line |", "| --- | --- |"]
            lines += [f"| `{one}` | {first[one]} |" for one in families[name]]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(architecture(), encoding="utf-8")
