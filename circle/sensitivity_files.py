"""Show a sensitivity: lines for a terminal, a workbook and CSV tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from circle.comparison_files import write_small_record, write_tables
from circle.comparison_names import points_text
from circle.outputs import write_whole
from circle.sheet_parts import Block, Field, Form, Sheet
from circle.words_compared import compared_word
from circle.workbook import write_sheets

if TYPE_CHECKING:
    import pandas as pd

    from circle.sensitivity import Sensitivity

WORKBOOK = "sensitivity.xlsx"


def sensitivity_text(found: Sensitivity, language: str) -> str:
    """
    Write a sensitivity for a terminal.

    Parameters
    ----------
    found
        The sensitivity.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        One line per variant, then how many items are robust.
    """
    lines = []
    for row in found.table.to_dict("records"):
        share = f"{100 * row['share']:.1f}%"
        name = variant_name(row["variant"], language)
        lines.append(
            f"{name}\t{share}\t{points_text(float(row['change']), language)}\t"
            f"-{row['items_gone']} +{row['items_new']}"
        )
    items = found.items
    now = items[items["missing_now"]]
    lines.append(
        compared_word("robust_line", language).format(
            robust=int(now["robust"].sum()),
            now=len(now),
            hanging=int((~items["robust"]).sum()),
        )
    )
    return "\n".join(lines)


def variant_name(variant: str, language: str) -> str:
    """
    Name a variant in a language.

    Parameters
    ----------
    variant
        As in the table of variants.
    language
        ``zh`` or ``en``.

    Returns
    -------
    name
        In English as it is.

    Examples
    --------
    >>> variant_name("speed x0.9", "zh")
    '速度×0.9'
    """
    if language == "en":
        return variant
    for word, zh in _ZH.items():
        if variant.startswith(word):
            return (
                variant.replace(word, zh, 1).replace(" min", "分钟").replace(" m", "米")
            )
    return variant


_ZH = {
    "as it is": "现状假设",
    "speed x": "速度×",
    "limit ": "时限",
    "snap ": "接入路网距离上限",
    "borders open": "设施不限边界",
    "borders district": "仅计本区设施",
    "borders subdistrict": "仅计本街镇设施",
}


def write_sensitivity(
    found: Sensitivity, folder: Path | str, *, language: str, title: str
) -> None:
    """
    Write a sensitivity as a workbook and CSV tables.

    Parameters
    ----------
    found
        The sensitivity.
    folder
        The folder; made, or replaced where it holds outputs of circle and nothing
        else.
    language
        ``zh`` or ``en``.
    title
        Title of the study.

    Raises
    ------
    OutputError
        If the folder holds other files, or something cannot be written.
    """

    def write(place: Path) -> None:
        blocks = _blocks(found, language)
        note = compared_word("sensitivity_note", language)
        sheets = tuple(
            Sheet(
                compared_word(f"sheet_{key}", language),
                compared_word(f"title_{key}", language),
                note,
                (block,),
            )
            for key, block in blocks.items()
        )
        write_sheets(
            place / WORKBOOK, sheets, title=title, language=language, cover=[("", note)]
        )
        write_tables(blocks, place / "tables")
        write_small_record(place, {"sensitivity": title})

    write_whole(Path(folder).resolve(), write)


def _blocks(found: Sensitivity, language: str) -> dict[str, Block]:
    """Lay out both tables."""
    table = found.table.assign(
        variant=[variant_name(one, language) for one in found.table["variant"]],
        change_points=100 * found.table["change"],
    )
    items = found.items.assign(
        **{
            name: [
                compared_word("yes" if one else "no", language)
                for one in found.items[name]
            ]
            for name in ("missing_now", "robust")
        },
        hangs_on=[
            "、".join(
                compared_word(f"assumption_{part}", language) for part in _parts(one)
            )
            for one in found.items["hangs_on"]
        ],
    )
    return {
        "variants": _block(
            table, language, variant="text", share="share", change_points="decimal",
            missing_items="count", missing_required="count", items_gone="count",
            items_new="count",
        ),
        "robust": _block(
            items, language, item_id="text", missing_now="word", n_missing="count",
            robust="word", hangs_on="text",
        ),
    }  # fmt: skip


def _parts(text: str) -> list[str]:
    """Split the assumptions that an item hangs on."""
    return text.split(", ") if text else []


def _block(rows: pd.DataFrame, language: str, **forms: Form) -> Block:
    """Lay out one table."""
    fields = tuple(
        Field(key, compared_word(_HEADERS.get(key, key), language), form)
        for key, form in forms.items()
    )
    return Block("", fields, rows.reset_index(drop=True)[list(forms)])


_HEADERS = {"items_new": "items_appear"}
