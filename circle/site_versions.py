"""Versions of a siting plan: kept with their reasons, never lost, and compared."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from circle._version import VERSION
from circle.errors import InputError, OutputError
from circle.problems import os_reason, problem_of
from circle.site_feedback import Feedback
from circle.site_plan import SitePlan
from circle.whole_files import whole_file

_NAME = re.compile(r"plan-\d+\.json")
_KEPT = (
    "step", "candidate_id", "name", "subdistrict_id", "route", "made_from", "type_ids",
    "year", "cost_10k", "items_cleared", "person_items_gained", "people_gained",
    "people_by_age", "share_after", "item_ids", "reason",
)  # fmt: skip


def read_versions(folder: Path) -> list[dict[str, Any]]:
    """
    Read the versions of a plan.

    Parameters
    ----------
    folder
        Folder of the versions; it need not be there.

    Returns
    -------
    versions
        What each ``plan-001.json`` holds, by number.

    Raises
    ------
    InputError
        If one cannot be read.
    """
    found = []
    for path in folder.glob("plan-*.json"):
        if not _NAME.fullmatch(path.name):
            continue
        try:
            record = json.loads(path.read_text("utf-8"))
            found.append({**record, "number": int(record["number"])})
            [one["item_ids"] for one in record["sites"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            problem = problem_of(path.name, "version-not-read", error=str(error))
            raise InputError(problem) from error
    return sorted(found, key=lambda one: int(one["number"]))


def version_record(
    plan: SitePlan,
    feedback: Feedback,
    *,
    reason: str,
    earlier: list[dict[str, Any]],
) -> dict[str, Any]:
    """
    Write a plan as the next version.

    Parameters
    ----------
    plan
        The plan.
    feedback
        What the consultations have asked for so far.
    reason
        Why there is this version.
    earlier
        The versions so far.

    Returns
    -------
    record
        Ready for JSON, with what changed since the version before.
    """
    sites = [
        {name: _plain(row[name]) for name in _KEPT}
        for row in plan.sites.to_dict("records")
    ]
    record: dict[str, Any] = {
        "circle": VERSION,
        "number": 1 + max((int(one["number"]) for one in earlier), default=0),
        "reason": reason,
        "feedback": feedback.as_record(),
        "options": plan.options.model_dump(mode="json"),
        "model": plan.options.model,
        "solver": plan.options.solver,
        "objective": _plain(plan.objective),
        "bound": _plain(plan.bound),
        "gap_pct": _plain(plan.gap_pct),
        "status": plan.status,
        "seconds": round(plan.seconds, 3),
        "share_before": _plain(plan.share_before),
        "share_after": _plain(plan.share_after),
        "cost_10k": _plain(plan.cost_10k),
        "unplaceable": list(plan.unplaceable),
        "routes": [
            {str(key): _plain(one) for key, one in row.items()}
            for row in plan.routes.to_dict("records")
        ],
        "sites": sites,
        "served": [
            {str(key): _plain(one) for key, one in row.items()}
            for row in plan.served.to_dict("records")
        ],
    }
    if earlier:
        record["changes"] = compare_versions(earlier[-1], record)
    return record


def compare_versions(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Say what changed between two versions.

    Parameters
    ----------
    before
        A version.
    after
        Another one.

    Returns
    -------
    changes
        Candidates ``added``, ``removed`` and ``kept``, items ``gained`` and ``lost``,
        and the differences of ``objective``, ``share_after`` and ``cost_10k``.

    Examples
    --------
    >>> one = {"number": 1, "sites": [{"candidate_id": "A", "item_ids": ["a:x"]}]}
    >>> two = {"number": 2, "sites": [{"candidate_id": "B", "item_ids": ["a:x"]}]}
    >>> found = compare_versions(one, two)
    >>> found["added"], found["removed"], found["gained"]
    (['B'], ['A'], [])
    """
    old, new = ([one["candidate_id"] for one in v["sites"]] for v in (before, after))
    lost, gained = (
        {item for one in version["sites"] for item in one["item_ids"]}
        for version in (before, after)
    )
    changes: dict[str, Any] = {
        "since": before["number"],
        "added": [one for one in new if one not in old],
        "removed": [one for one in old if one not in new],
        "kept": [one for one in new if one in old],
        "gained": sorted(gained - lost),
        "lost": sorted(lost - gained),
    }
    for name in ("objective", "share_after", "cost_10k"):
        old_value, new_value = before.get(name), after.get(name)
        changes[name] = None
        if isinstance(old_value, int | float) and isinstance(new_value, int | float):
            changes[name] = new_value - old_value
    return changes


def keep_version(record: Mapping[str, Any], folder: Path) -> Path:
    """
    Keep a version; no earlier one is ever written over.

    Parameters
    ----------
    record
        As of `version_record`.
    folder
        Folder of the versions, made if need be.

    Returns
    -------
    path
        The new file.

    Raises
    ------
    OutputError
        If the file is there already, or cannot be written.
    """
    path = folder / f"plan-{record['number']:03d}.json"
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    try:
        with whole_file(path) as part:
            part.write_text(f"{text}\n", encoding="utf-8", newline="\n")
            # Fails where there is such a version; else the name is ours to fill.
            path.open("x").close()
    except OSError as error:
        problem = problem_of(path, "version-not-kept", reason=os_reason(error))
        raise OutputError(problem) from error
    return path


def _plain(value: Any) -> Any:
    """Turn a value into what JSON can hold; unknown numbers become None."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
