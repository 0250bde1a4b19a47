"""Formats of the cells of a workbook: fonts, numbers, colours by size."""

from collections.abc import Callable, Mapping
from typing import Any

from circle.sheet_parts import TEXTS, Field, Form

FONTS: Mapping[str, str] = {"zh": "等线", "en": "Calibri"}
NUMBER_FORMATS: Mapping[Form, str] = {
    "rank": "0",
    "count": "#,##0",
    "minutes": "0.0",
    "over": '[<0.05]"<0.1";0.0',
    "share": "0.0%",
    "part": "0.0%",
    "area": "0.00",
    "money": "#,##0.0",
    "metres": "#,##0",
    "degrees": "0.000000",
    "year": "0",
    "index": "0.000",
    "points": "+0.0;-0.0;0.0",
    # With two sections only, the second would lose the sign of negative numbers.
    "decimal": "[>=1000]#,##0;[<0]-#,##0.0##;#,##0.0##",
}
# In the middle, they do not run together with the number or name beside them.
CENTRED: frozenset[Form] = frozenset({"word", "rank", "year"})
# Orange to blue: told apart by colour-blind readers.
COLOUR_SCALES: Mapping[Form, Mapping[str, object]] = {
    "share": {
        "type": "3_color_scale",
        "min_type": "num",
        "min_value": 0.5,
        "min_color": "#F4B183",
        "mid_type": "num",
        "mid_value": 0.8,
        "mid_color": "#FFFFFF",
        "max_type": "num",
        "max_value": 1.0,
        "max_color": "#9DC3E6",
    },
    "over": {
        "type": "2_color_scale",
        "min_type": "num",
        "min_value": 0.0,
        "min_color": "#FFFFFF",
        "max_type": "num",
        "max_value": 15.0,
        "max_color": "#F4B183",
    },
}
# Results that ask for action are marked, whatever the sheet.
MARKED: Mapping[str, tuple[str, ...]] = {
    "result": ("failed",),
    "state": ("short", "undersized"),
}


def cell_styles(file: Any, font: str) -> Callable[..., Any]:
    """
    Give a function that makes each cell format once.

    Parameters
    ----------
    file
        The XlsxWriter workbook.
    font
        Name of the font.

    Returns
    -------
    style
        Takes properties of XlsxWriter, and gives the format.
    """
    made: dict[tuple[tuple[str, object], ...], Any] = {}

    def style(**wanted: object) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in made:
            base = {"font_name": font, "font_size": 10, "valign": "vcenter"}
            made[key] = file.add_format({**base, **wanted})
        return made[key]

    return style


def field_style(
    style: Callable[..., Any], field: Field, *, total: bool, aside: bool
) -> Any:
    """
    Give the cell format of a field.

    Parameters
    ----------
    style
        See `cell_styles`.
    field
        The field.
    total
        Whether the row is a total, in bold.
    aside
        Whether the column stands beside the printed page, where texts do not wrap.

    Returns
    -------
    format
        Of XlsxWriter.
    """
    wanted: dict[str, object] = {"border": 1, "border_color": "#BFBFBF"}
    if field.form not in TEXTS:
        wanted["num_format"] = NUMBER_FORMATS[field.form]
    elif not aside:
        wanted["text_wrap"] = True
    if field.form in CENTRED:
        wanted["align"] = "center"
    elif field.form == "text":
        # A blank keeps it apart from the number before it.
        wanted["indent"] = 1
    if total:
        wanted |= {"bold": True, "bg_color": "#F2F2F2"}
    return style(**wanted)
