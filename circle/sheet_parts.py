"""The parts of a sheet: fields, blocks of rows, texts that any file can hold."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from circle.assessment import Assessment
from circle.contracts import (
    COVERAGE,
    COVERAGE_BY,
    GAP_CLUSTERS,
    MISSING_ITEMS,
    REACH,
    SITES,
    UNSNAPPED,
)
from circle.tables import Column, Contract, header
from circle.words_tables import table_word

Form = Literal[
    "text",
    "word",
    "rank",
    "count",
    "minutes",
    "over",
    "share",
    "part",
    "area",
    "money",
    "metres",
    "degrees",
    "year",
    "index",
    "points",
    "decimal",
]
TEXTS: frozenset[Form] = frozenset({"text", "word"})
CONTRACTS: Mapping[str, Contract] = {
    one.name: one
    for one in (
        COVERAGE,
        COVERAGE_BY,
        GAP_CLUSTERS,
        MISSING_ITEMS,
        REACH,
        SITES,
        UNSNAPPED,
    )
}
# What XML cannot hold, and halves of characters that no file can hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_OWN_FORMS: Mapping[str, Form] = {
    "rank": "rank",
    "step": "rank",
    "year": "year",
    "minutes_over": "over",
}
_UNIT_FORMS: Mapping[str, Form] = {
    "min": "minutes",
    "0–1": "share",
    "km²": "area",
    "m²": "count",
    "m": "metres",
    "10,000 CNY": "money",
}


@dataclass(frozen=True)
class Field:
    """One column of a block."""

    key: str
    """Column of the block's rows."""
    header: str
    """Header in the language of the study."""
    form: Form
    """How its values are written; words, ranks and years stand in the middle."""
    span: int = 1
    """How many columns of the sheet it takes; more than one only below the first
    block."""


@dataclass(frozen=True)
class Block:
    """A table on a sheet."""

    title: str
    """Title above it; empty for the first block of a sheet."""
    fields: tuple[Field, ...]
    """Its columns, in order."""
    rows: pd.DataFrame
    """Its rows: numbers, or texts ready to be written, under the fields' keys."""
    totals: int = 0
    """How many of the last rows are totals."""
    aside: int = 0
    """How many of the last columns, such as codes, stand beside the printed page."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook."""

    name: str
    """Name on its tab."""
    title: str
    """Title in its first row."""
    note: str
    """What the figures rest on."""
    blocks: tuple[Block, ...]
    """Its tables, from top to bottom."""
    code: str = ""
    """Code of the subdistrict it belongs to."""


def clean_text(value: object) -> str:
    r"""
    Write a value as one line of text that any file format can hold.

    Parameters
    ----------
    value
        A value of a table; None and NaN become an empty text, lists are joined.

    Returns
    -------
    text
        Without control characters; line breaks and tabs are single blanks.

    Examples
    --------
    >>> clean_text("North\n Street\x07"), clean_text(None)
    ('North Street', '')
    """
    if isinstance(value, str) and value.isprintable():  # most texts: nothing illegal
        return " ".join(value.split())
    if isinstance(value, (tuple, list)):
        return "、".join(clean_text(one) for one in value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return " ".join(_ILLEGAL.sub("", str(value)).split())


def listed(texts: Iterable[str], language: str) -> str:
    """
    Write several texts into one cell.

    Parameters
    ----------
    texts
        The texts.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        On one line, with the comma of the language between them.

    Examples
    --------
    >>> listed(["school", "clinic"], "en"), listed(["小学", "门诊部"], "zh")
    ('school, clinic', '小学、门诊部')
    """
    comma = "、" if language == "zh" else ", "
    return comma.join(clean_text(one) for one in texts)


def own_field(key: str, form: Form, language: str, *, name: str | None = None) -> Field:
    """
    Describe a column that is not a contract's.

    Parameters
    ----------
    key
        Column of the rows.
    form
        How its values are written.
    language
        ``zh`` or ``en``.
    name
        Key of the header's text, where it is not `key`.

    Returns
    -------
    field
        The description.
    """
    return Field(key, table_word(name or key, language), form)


def contract_fields(
    contract: Contract, names: Iterable[str], *, language: str
) -> tuple[Field, ...]:
    """
    Describe columns of a contract, with their headers and forms.

    Parameters
    ----------
    contract
        The contract of the table.
    names
        Columns wanted, in order.
    language
        ``zh`` or ``en``.

    Returns
    -------
    fields
        One per name.
    """
    columns = [contract.column(one) for one in names]
    return tuple(Field(one.name, header(one, language), _form(one)) for one in columns)


def share_field(
    name: str, total: str, *, language: str, contract: Contract = COVERAGE
) -> Field:
    """
    Describe a share of the coverage table with its denominator in the header.

    Parameters
    ----------
    name
        The share's column.
    total
        The denominator's column.
    language
        ``zh`` or ``en``.
    contract
        The contract of both columns.

    Returns
    -------
    field
        Such as ``pair_share (of pairs)``.

    Examples
    --------
    >>> share_field("pair_share", "pairs", language="en").header
    'pair_share (of pairs)'
    """
    text = table_word("share_of", language).format(
        share=header(contract.column(name), language),
        total=header(contract.column(total), language),
    )
    return Field(name, text, "share")


def spell_out(
    table: pd.DataFrame, contract: Contract, *, language: str
) -> pd.DataFrame:
    """
    Turn the choices, flags and lists of a contract's table into words.

    Parameters
    ----------
    table
        A table of the contract; more columns are kept as they are.
    contract
        The contract.
    language
        ``zh`` or ``en``.

    Returns
    -------
    table
        The same rows on a clean index, without geometry.
    """
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    plain = plain.reset_index(drop=True)
    for column in contract.columns:
        if column.name in plain.columns and column.kind not in {"number", "count"}:
            spell = _speller(column, language)
            plain[column.name] = plain[column.name].map(spell).astype(object)
    return plain


def add_names(table: pd.DataFrame, assessment: Assessment) -> pd.DataFrame:
    """
    Add the names that belong to the codes of a table.

    Parameters
    ----------
    table
        A table with `subdistrict_id`, `type_id` or `type_ids`.
    assessment
        Gives subdistricts and profile.

    Returns
    -------
    table
        With `subdistrict`, `facility_type`, `domain_name` and `tier_name`, or
        `type_names`, added where their codes are there.
    """
    named, city = table.copy(), assessment.city
    language = city.study.language
    if "subdistrict_id" in named.columns:
        places = dict(
            zip(
                city.subdistricts["subdistrict_id"],
                city.subdistricts["name"],
                strict=True,
            )
        )
        named["subdistrict"] = named["subdistrict_id"].map(places).map(clean_text)
    types = {one.id: one for one in city.profile.types}
    if "type_id" in named.columns:
        own = [types[one] for one in named["type_id"]]
        domains = city.profile.domains
        named["facility_type"] = [one.label[language] for one in own]
        named["domain_name"] = [domains[one.domain][language] for one in own]
        named["tier_name"] = [table_word(one.tier, language) for one in own]
    if "type_ids" in named.columns:
        named["type_names"] = [
            listed(
                [types[one].label[language] for one in ids if one in types], language
            )
            for ids in named["type_ids"]
        ]
    return named


def _form(column: Column) -> Form:
    """Find how the values of a contract's column are written."""
    if column.name in _OWN_FORMS:
        return _OWN_FORMS[column.name]
    forms: Mapping[str, Form] = {"count": "count", "flag": "word", "choice": "word"}
    if column.kind in forms:
        return forms[column.kind]
    own = _UNIT_FORMS.get(column.unit, "decimal")
    return own if column.kind == "number" else "text"


def _speller(column: Column, language: str) -> Callable[[object], str]:
    """Give the function that writes one value of a contract's column."""
    if column.kind == "flag":
        yes, no = table_word("yes", language), table_word("no", language)
        return lambda value: yes if value else no
    if column.kind == "choice" and language == "zh":
        words = {value: accepted[0] for value, accepted in column.choices.items()}
        return lambda value: words.get(str(value), clean_text(value))
    if column.name == "kind" and not column.choices:
        return lambda value: table_word(f"kind_{value}", language)
    return clean_text


def area_class_label(area_class: object, assessment: Assessment) -> str:
    """
    Give the profile's name of an area class.

    Parameters
    ----------
    area_class
        Such as ``urban``, or None.
    assessment
        Gives profile and language.

    Returns
    -------
    text
        The label, or an empty text.
    """
    classes = assessment.city.profile.area_classes
    label = {str(key): one for key, one in classes.items()}.get(str(area_class))
    return label[assessment.city.study.language] if label else clean_text(area_class)


def stack_rows(
    parts: Sequence[pd.DataFrame], fields: tuple[Field, ...]
) -> pd.DataFrame:
    """
    Put tables under one another, with the fields' columns only.

    Parameters
    ----------
    parts
        The tables, from top to bottom.
    fields
        The columns wanted.

    Returns
    -------
    rows
        On a clean index; empty where a part has no such column.
    """
    keys = list(dict.fromkeys(one.key for one in fields))
    frames = [part.reindex(columns=keys).astype(object) for part in parts]
    return pd.concat(frames, ignore_index=True)
