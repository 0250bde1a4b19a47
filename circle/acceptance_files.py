"""Write the acceptance of a district: a CSV table and a JSON file."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circle.assessment import Assessment
from circle.csv_tables import csv_table
from circle.errors import ConfigError, OutputError
from circle.facts import verify_mark
from circle.problems import os_reason, problem_of
from circle.profile import Profile
from circle.result_contracts_measures import ACCEPTANCE, RESULT_WORDS, SIDE_WORDS
from circle.sheet_measures import measure_block
from circle.whole_files import whole_file


@dataclass(frozen=True)
class AcceptancePaths:
    """Where the acceptance of a district is."""

    table: Path
    """The requirements of every area with results and evidence, as CSV."""
    record: Path
    """The same as JSON, with the counts of results."""


def write_acceptance(assessment: Assessment, folder: Path) -> AcceptancePaths:
    """
    Write which requirements each area passes, with the evidence.

    Parameters
    ----------
    assessment
        The assessment.
    folder
        Folder for ``acceptance.csv`` and ``acceptance.json``; made if it is not
        there. Files of these names are replaced, others are left alone.

    Returns
    -------
    paths
        The two files.

    Raises
    ------
    ConfigError
        If the standard has no pass marks.
    OutputError
        If a file cannot be written.
    """
    check_acceptance(assessment.city.profile)
    paths = AcceptancePaths(folder / "acceptance.csv", folder / "acceptance.json")
    table = csv_table(measure_block(assessment, ACCEPTANCE))
    text = json.dumps(acceptance_record(assessment), ensure_ascii=False, indent=2)
    try:
        # Both are written before either is moved: they speak of one run.
        with whole_file(paths.table) as rows, whole_file(paths.record) as record:
            table.to_csv(rows, index=False, encoding="utf-8-sig", lineterminator="\r\n")
            record.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        problem = problem_of(folder.name, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error
    return paths


def check_acceptance(profile: Profile) -> None:
    """
    Check that the standard says what must be passed.

    Parameters
    ----------
    profile
        The standard.

    Raises
    ------
    ConfigError
        If it has no pass marks.
    """
    if not profile.acceptance:
        message = (
            f"profile '{profile.name}': acceptance: has no requirements; expected at "
            "least one pass mark; write a profile that extends this one and add the "
            "section `acceptance`, as docs/profiles.md shows."
        )
        raise ConfigError(message)


def acceptance_record(assessment: Assessment) -> dict[str, Any]:
    """
    Gather the acceptance as plain values.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    record
        Study, standard, counts of results, and every requirement of every area with
        its result, value, pass mark and evidence; None where nothing is known.
    """
    profile, table = assessment.city.profile, assessment.measures.acceptance
    marks = {one.id: one for one in profile.acceptance}
    counts = table["result"].value_counts()
    return {
        "study": assessment.city.study.name,
        "standard": profile.name,
        "edition": profile.edition,
        "results": {one: int(counts.get(one, 0)) for one in RESULT_WORDS},
        "requirements": [
            {key: _plain(value) for key, value in row.items()}
            | {
                "source": marks[str(row["requirement_id"])].source,
                "confidence": marks[str(row["requirement_id"])].confidence,
            }
            for row in table.to_dict("records")
        ],
    }


def acceptance_text(assessment: Assessment) -> str:
    """
    Write the acceptance for a terminal: one line per area and requirement.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    text
        Tab-separated lines under a header, then the counts of results.
    """
    language = assessment.city.study.language
    block = measure_block(assessment, ACCEPTANCE)
    table = assessment.measures.acceptance
    marks = {one.id: one for one in assessment.city.profile.acceptance}
    lines = []
    for shown, row in zip(
        block.rows.to_dict("records"), table.to_dict("records"), strict=True
    ):
        to_verify = marks[str(row["requirement_id"])].to_be_verified
        requirement = f"{row['label']}{verify_mark(to_verify, language)}"
        side = _word(SIDE_WORDS, str(row["side"]), language)
        value = "–" if math.isnan(row["value"]) else f"{row['value']:.4g}"
        cells = (
            _word(RESULT_WORDS, str(row["result"]), language),
            shown["area"],
            requirement,
            f"{value} ({side} {row['mark']:g})",
            row["evidence"],
        )
        lines.append("\t".join(" ".join(str(one).split()) for one in cells))
    counts = acceptance_record(assessment)["results"]
    parts = [f"{_word(RESULT_WORDS, key, language)} {n}" for key, n in counts.items()]
    return "\n".join([*lines, ("，" if language == "zh" else ", ").join(parts)])


def _word(words: Mapping[str, tuple[str, ...]], key: str, language: str) -> str:
    """Give the word of a choice in a language."""
    return words[key][0] if language == "zh" else key.replace("_", " ")


def _plain(value: Any) -> Any:
    """Turn a value of a table into one that JSON holds."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 9)
    return value
