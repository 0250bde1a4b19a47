"""What a run or a check has found, as one object for scripts."""

import math
from typing import Any

from circle.assessment import Assessment
from circle.check import Checked
from circle.facts import headline
from circle.outputs import OutputPaths


def run_object(assessment: Assessment, paths: OutputPaths) -> dict[str, Any]:
    """
    Sum up a run for scripts.

    Parameters
    ----------
    assessment
        The assessment.
    paths
        What was written.

    Returns
    -------
    summary
        Plain numbers and texts; shares 0 to 1, null where nothing is counted.
    """
    city = assessment.city
    figure = headline(assessment)
    required = assessment.missing_items["required"]
    return {
        "study": city.study.name,
        "profile": city.profile.name,
        "headline": {
            "definition": figure.definition,
            "share": None if math.isnan(figure.share) else figure.share,
            "covered": figure.covered,
            "total": figure.total,
        },
        "committees": len(city.committees),
        "population": float(city.cells["population"].sum()),
        "missing_items": len(assessment.missing_items),
        "missing_required_items": int(required.sum()),
        "gap_clusters": len(assessment.gap_clusters),
        "sites": list(assessment.sites["candidate_id"].astype(str)),
        "warnings": [
            {"name": one.name, "text": one.in_language(city.study.language)}
            for one in assessment.warnings
        ],
        "folder": str(paths.folder),
        "start": str(paths.start),
        "record": str(paths.record),
    }


def check_object(checked: Checked, *, language: str) -> dict[str, Any]:
    """
    Sum up a check for scripts.

    Parameters
    ----------
    checked
        What the check has found.
    language
        Language of the texts, ``zh`` or ``en``.

    Returns
    -------
    summary
        ``problems`` (file, key, item, sheet, rows, column, text) and ``warnings``
        (name, text).
    """
    problems = [
        {
            "file": one.file,
            "key": one.key,
            "item": one.item,
            "sheet": one.sheet,
            "rows": [str(row) for row in one.rows],
            "column": one.column,
            "text": one.in_language(language),
        }
        for one in checked.problems
    ]
    warnings = [
        {"name": one.name, "text": one.in_language(language)}
        for one in checked.warnings
    ]
    return {"problems": problems, "warnings": warnings}
