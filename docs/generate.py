"""Write the pages that are made from code: run ``python docs/generate.py``."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
TABLES = ROOT / "docs" / "tables.md"
PROFILES = ROOT / "docs" / "profiles.md"

# Families of modules in the order of the data flow: heading, what it is, modules.
FAMILIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Ground",
        "What everything stands on.",
        (
            "collector",
            "errors",
            "problems",
            "words_problems",
            "words_files",
            "words_profile",
            "words_rules",
            "words_settings",
            "words_siting",
            "words_streets",
            "settings",
            "shipped",
            "whole_files",
            "_version",
        ),
    ),
    (
        "Standards and studies",
        "What is to be measured, as data.",
        (
            "profile",
            "profile_*",
            "indicators",
            "rules",
            "study",
            "input_settings",
            "output_settings",
            "street_settings",
            "siting_settings",
        ),
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
            "point_trees",
            "street_points",
            "shift",
            "shift_evidence",
            "coordinate_check",
        ),
    ),
    (
        "Tables",
        "Files become tables with declared columns.",
        (
            "files*",
            "sheet_books",
            "raw_table",
            "tables",
            "table_layout",
            "reading",
            "dates",
            "capacity_columns",
            "cell_texts",
            "input_contracts",
            "contracts",
            "result_contracts_measures",
        ),
    ),
    (
        "Inputs",
        "Areas, facilities, people, streets of one study.",
        (
            "areas",
            "belonging",
            "facilities",
            "facility_levels",
            "complexes",
            "known_types",
            "facility_status",
            "type_cells",
            "derived_ids",
            "address_points",
            "not_placed",
            "osm_features",
            "backdrop",
            "buildings",
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
            "heights",
            "piece_times",
            "edges",
            "network",
            "piece_grid",
            "snapping",
            "buckets",
            "search",
            "catchments",
            "search_layout",
            "catchment_search",
            "reach",
            "core",
            "members",
            "nearest_places",
            "reach_again",
            "reached",
            "k_nearest",
            "isochrones",
            "place_grid",
            "bands",
            "map_areas",
            "screening",
            "limits",
            "travel",
            "travel_again",
        ),
    ),
    (
        "The chain",
        "One study from inputs to results.",
        (
            "cache",
            "input_warnings",
            "joining",
            "kept_tables",
            "city",
            "city_cache",
            "coverage",
            "gaps",
            "gap_parts",
            "outlines",
            "missing_items",
            "item_texts",
            "type_groups",
            "cut_off",
            "reach_pairs",
            "capacity",
            "floating_catchments",
            "access_tables",
            "full_items",
            "capacity_warnings",
            "choice",
            "fairness",
            "fairness_tables",
            "realisation",
            "indicator_values",
            "alerts",
            "acceptance",
            "measures",
            "evaluation",
            "assessment",
        ),
    ),
    (
        "Siting in a city",
        "`site_`: points, plan and feedback, in terms of candidates and missing items.",
        (
            "points",
            "points_*",
            "site_*",
            "siting",
        ),
    ),
    (
        "Siting on plain matrices",
        "`siting_`: options, items and limits; what they stand for is not known here.",
        ("siting_*",),
    ),
    (
        "What if, and since last time",
        "Scenarios change a city; results are compared.",
        (
            "scenario",
            "scenario_*",
            "what_if",
            "change_*",
            "changes",
            "rejoining",
            "results",
            "comparison",
            "comparison_*",
            "contracts_compared",
            "periods",
            "periods_*",
            "sensitivity",
            "sensitivity_*",
            "sweep_*",
            "sweeps",
            "words_compared",
            "words_changes",
        ),
    ),
    (
        "Collecting data",
        "Tables that go out to street offices and come back.",
        (
            "check*",
            "single_tables",
            "inventory",
            "returned",
            "marking",
            "template*",
            "study_folder",
            "merge*",
            "office_replies",
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
            "fact_texts",
            "time_model",
            "charts",
            "chart_*",
            "atlas",
            "atlas_*",
            "sheet*",
            "workbook",
            "csv_tables",
            "acceptance_files",
            "report",
            "report_*",
            "notebook",
            "geopackage",
            "layer_files",
            "styles",
            "dictionary",
            "record",
            "html_pages",
            "start_page",
            "outputs",
            "summary",
            "run_summary",
        ),
    ),
    (
        "Demo district",
        "A fictional district of any size from a seed.",
        ("demo", "demo_*"),
    ),
    (
        "Command line",
        "",
        ("cli", "cli_*", "progress", "words_progress", "__main__", "__init__"),
    ),
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

## Holding it together

| command | what it holds |
| --- | --- |
| `make test` | lint, types, import contracts, all tests |
| `make docs` | pages against the code: links, names, commands; how-tos, tutorial and all examples run |
| `make attack` | spoilt files, kills, full disks, little memory, other locales, a second implementation; half an hour and more, `SECONDS=3` tries each reader for less |
| `make mutants` | small faults put into a module one by one, drawn by a seed: a score, and each fault that no test notices; `MODULES="gaps reach" EACH=20 SEED=2` |
| `make bench` | speed, beside other tools and as districts grow |

A fault that is not noticed and matters gets a test on a toy city whose numbers can be
worked out with a pencil.
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
    from reference import pages

    from circle.dictionary import dictionary_page
    from circle.profile_page import profiles_page
    from circle.profile_reading import read_profile, shipped_profiles

    PAGE.write_text(architecture(), encoding="utf-8")
    TABLES.write_text(dictionary_page(), encoding="utf-8")
    every = [read_profile(one) for one in shipped_profiles()]
    PROFILES.write_text(profiles_page(every), encoding="utf-8")
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
