"""Show a sensitivity: lines for a terminal, a workbook and CSV tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from circle.comparison_files import write_small_record, write_tables
from circle.comparison_names import points_text
from circle.outputs import write_whole
from circle.sheet_parts import Block, Field, Form, Sheet, clean_text
from circle.words_compared import compared_word
from circle.workbook import write_sheets

if TYPE_CHECKING:
    import pandas as pd

    from circle.sensitivity import Sensitivity

WORKBOOK = "sensitivity.xlsx"
_SHOWN = 10


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
        One line per variant, then the items that are robust and those that are not.
    """
    lines = []
    for row in found.table.to_dict("records"):
        share = f"{100 * row['share']:.1f}%"
        name = variant_name(row["variant"], language)
        lines.append(
            f"{name}\t{share}\t{points_text(float(row['change']), language)}\t"
            f"-{row['items_gone']} +{row['items_new']}"
        )
    items = found.items.sort_values(
        ["required", "population"], ascending=False, kind="stable"
    )
    now = items[items["missing_now"]]
    hanging = items[~items["robust"]]
    lines.append(
        compared_word("robust_line", language).format(
            robust=int(now["robust"].sum()), now=len(now), hanging=len(hanging)
        )
    )
    for key, rows in (("robust_items", now[now["robust"]]), ("fragile_items", hanging)):
        if len(rows):
            lines.append(compared_word(key, language))
            lines += _item_lines(rows, found, language)
    return "\n".join(lines)


def _item_lines(rows: pd.DataFrame, found: Sensitivity, language: str) -> list[str]:
    """Name the items that concern most people, with what they depend on."""
    lines = []
    for row in rows.head(_SHOWN).to_dict("records"):
        kind = found.labels[row["type_id"]][language]
        people = compared_word("item_people", language).format(
            people=f"{row['population']:,.0f}"
        )
        text = (
            f"  {row['item_id']} {clean_text(row['committee_name'])} · {kind}{people}"
        )
        hangs = _assumptions(row["hangs_on"], language)
        if hangs:
            now = "missing_line" if row["missing_now"] else "covered_line"
            text += compared_word(now, language).format(hangs=hangs)
        lines.append(text)
    if len(rows) > _SHOWN:
        lines.append(f"  … ({len(rows):,})")
    return lines


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
    yes_no = ("required", "missing_now", "robust")
    items = found.items.assign(
        **{
            name: [
                compared_word("yes" if one else "no", language)
                for one in found.items[name]
            ]
            for name in yes_no
        },
        hangs_on=[_assumptions(one, language) for one in found.items["hangs_on"]],
        facility_type=[found.labels[one][language] for one in found.items["type_id"]],
        subdistrict=[
            clean_text(found.places.get(one, one))
            for one in found.items["subdistrict_id"]
        ],
    )
    return {
        "variants": _block(
            table, language, variant="text", share="share", change_points="points",
            missing_items="count", missing_required="count", items_gone="count",
            items_new="count",
        ),
        "robust": _block(
            items, language, subdistrict="text", committee_name="text",
            facility_type="text", required="word", population="count",
            missing_now="word", n_missing="count", robust="word", hangs_on="text",
            item_id="text",
        ),
    }  # fmt: skip


def _assumptions(text: str, language: str) -> str:
    """Name the assumptions that an item depends on."""
    named = [
        compared_word(f"assumption_{one}", language) for one in text.split(", ") if one
    ]
    return ("、" if language == "zh" else ", ").join(named)


def _block(rows: pd.DataFrame, language: str, **forms: Form) -> Block:
    """Lay out one table."""
    fields = tuple(
        Field(key, compared_word(_HEADERS.get(key, key), language), form)
        for key, form in forms.items()
    )
    return Block("", fields, rows.reset_index(drop=True)[list(forms)])


_HEADERS = {"items_new": "items_appear", "required": "is_required"}
