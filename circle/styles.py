"""Styles of the layers for QGIS: the classes and colours of the maps, as QML."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from circle.atlas_palette import (
    AREA_COLOUR,
    CELL_CLASSES,
    CELL_COLOURS,
    COMMITTEE_CLASSES,
    COMMITTEE_COLOURS,
    DOMAIN_COLOURS,
    SHARE_COLOURS,
    band_colours,
    share_breaks,
)
from circle.bands import band_limits, can_travel
from circle.facts import HEADLINE_COLUMNS, headline, headline_definition
from circle.sheet_parts import clean_text
from circle.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from circle.assessment import Assessment

_HEADER = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.28.0-Firenze"
_KINDS = {"fill": "2", "marker": "0"}
_MOST = 1_000_000


@dataclass(frozen=True)
class _Symbol:
    """One sign: an area or a point."""

    colour: str
    """Fill, hexadecimal; empty for none."""
    edge: str = "#48535d"
    """Outline, hexadecimal."""
    shape: str = ""
    """Shape of a point; empty for an area."""
    size: float = 2.6
    """Size of a point."""
    unit: str = "MM"
    """``MM`` on paper or ``MapUnit`` on the ground."""
    width: float = 0.26
    """Width of the outline in millimetres."""


@dataclass(frozen=True)
class _Range:
    """A class of a graduated style, both ends inclusive; the first one holds."""

    low: float
    high: float
    label: str
    symbol: _Symbol


def layer_styles(assessment: Assessment) -> dict[str, str]:
    """
    Write a style for each layer of the results.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    styles
        Layer name to a QGIS style (QML), with legends in the language of the study.
    """
    return {
        "subdistricts": _subdistricts(assessment),
        "committees": _committees(assessment),
        "cells": _cells(assessment),
        "facilities": _facilities(assessment),
        "candidates": _single(_Symbol("#ffffff", "#1a1a1a", "diamond", 2.0)),
        "gap_clusters": _single(_Symbol("", "#d7191c", width=0.46)),
        "sites": _single(_Symbol("#1a1a1a", "#ffd400", "square", 4.2), label="step"),
        "unsnapped": _single(_Symbol("#a50f15", "#a50f15", "cross2", 2.6)),
        "bands": _bands(assessment),
        "site_areas": _single(_Symbol("", AREA_COLOUR, width=0.36), label="step"),
    }


def _subdistricts(assessment: Assessment) -> str:
    """Shade the subdistricts by the headline share."""
    language = assessment.city.study.language
    codes = assessment.city.subdistricts["subdistrict_id"]
    breaks = share_breaks([headline(assessment, one).share for one in codes])
    limits = (0.0, *breaks, 1.0)
    texts = [f"{round(100 * one, 2):g}%" for one in limits]
    ranges = [
        _Range(low, high, f"{texts[i]}–{texts[i + 1]}", _Symbol(SHARE_COLOURS[i]))
        for i, (low, high) in enumerate(itertools.pairwise(limits))
    ]
    column = HEADLINE_COLUMNS[headline_definition(assessment)][0]
    # A share at a limit belongs to the class above, which therefore stands first.
    return _graduated(column, ranges[::-1], label="name", title=word(column, language))


def _committees(assessment: Assessment) -> str:
    """Colour the committees by their missing required items."""
    language = assessment.city.study.language
    texts = ("none_missing", "missing_1_2", "missing_3_more")
    ranges = [
        _Range(low, high, word(text, language), _Symbol(colour, "#222222", "circle"))
        for (low, high), colour, text in zip(
            _whole_ranges(COMMITTEE_CLASSES), COMMITTEE_COLOURS, texts, strict=True
        )
    ]
    title = word("missing_required_items", language)
    return _graduated("n_missing_required", ranges, title=title)


def _cells(assessment: Assessment) -> str:
    """Colour the cells by the required types out of reach, as squares on the ground."""
    language = assessment.city.study.language
    size = assessment.city.cell_size_m
    ranges = [
        _Range(
            low,
            high,
            word("types_more" if high == _MOST else "types_range", language).format(
                first=low, last=high
            ),
            _Symbol(colour, colour, "square", size, "MapUnit", 0.0),
        )
        for (low, high), colour in zip(
            _whole_ranges(CELL_CLASSES), CELL_COLOURS, strict=True
        )
    ]
    title = word("uncovered_cells", language)
    return _graduated("n_missing_required", ranges, title=title)


def _facilities(assessment: Assessment) -> str:
    """Colour the facilities by the domain of their type."""
    city = assessment.city
    language, domains = city.study.language, list(city.profile.domains)
    root, symbols = _root("marker"), []
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr="type_id"
    )
    categories = ET.SubElement(renderer, "categories")
    for number, one in enumerate(city.profile.types):
        place = domains.index(one.domain) % len(DOMAIN_COLOURS)
        symbols.append(_Symbol(DOMAIN_COLOURS[place], "#ffffff", "circle", 2.2))
        ET.SubElement(
            categories,
            "category",
            value=one.id,
            symbol=str(number),
            label=clean_text(one.label[language]),
            render="true",
        )
    return _finish(root, renderer, symbols, label="")


def _bands(assessment: Assessment) -> str:
    """Shade the bands of each type by a rule of its own; the first type is shown."""
    city = assessment.city
    language = city.study.language
    symbols: list[_Symbol] = []
    root = _root("fill")
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer")
    rules = ET.SubElement(renderer, "rules", key="bands")
    shown = city.type_ids if can_travel(city) else ()
    for number, type_id in enumerate(shown):
        one = ET.SubElement(
            rules,
            "rule",
            key=type_id,
            filter=f"\"type_id\" = '{type_id}'",
            label=clean_text(city.profile.type_of(type_id).label[language]),
        )
        if number:
            one.set("checkstate", "0")
        limits = band_limits(city, type_id)
        colours = band_colours(len(limits.upto))
        for band, (colour, upto) in enumerate(zip(colours, limits.upto, strict=True)):
            text = word(f"within_{limits.unit}", language).format(high=f"{upto:g}")
            ET.SubElement(
                one,
                "rule",
                key=f"{type_id}-{band + 1}",
                filter=f'"band" = {band + 1}',
                label=text,
                symbol=str(len(symbols)),
            )
            symbols.append(_Symbol(colour, colour, width=0.0))
    return _finish(root, renderer, symbols, label="")


def _whole_ranges(firsts: Sequence[int]) -> list[tuple[int, int]]:
    """Turn the first values of classes into ranges of whole numbers."""
    lasts = [one - 1 for one in firsts[1:]]
    return list(zip(firsts, [*lasts, _MOST], strict=True))


def _single(symbol: _Symbol, *, label: str = "") -> str:
    """Write a style with one sign for all."""
    root = _root("marker" if symbol.shape else "fill")
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol")
    return _finish(root, renderer, [symbol], label=label)


def _graduated(
    column: str, ranges: Sequence[_Range], *, title: str, label: str = ""
) -> str:
    """Write a style with a sign per class of a number."""
    root = _root("marker" if ranges[0].symbol.shape else "fill")
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="graduatedSymbol",
        attr=column,
        graduatedMethod="GraduatedColor",
    )
    classes = ET.SubElement(renderer, "ranges")
    for number, one in enumerate(ranges):
        ET.SubElement(
            classes,
            "range",
            lower=f"{one.low:.6f}",
            upper=f"{one.high:.6f}",
            symbol=str(number),
            label=clean_text(one.label),
            render="true",
        )
    ET.SubElement(root, "title").text = clean_text(title)
    return _finish(root, renderer, [one.symbol for one in ranges], label=label)


def _root(kind: str) -> ET.Element:
    """Begin a style for areas or points."""
    root = ET.Element(
        "qgis",
        version=_VERSION,
        styleCategories="Symbology|Labeling",
        labelsEnabled="0",
    )
    root.set("kind", kind)
    return root


def _finish(
    root: ET.Element, renderer: ET.Element, symbols: Sequence[_Symbol], *, label: str
) -> str:
    """Add the signs and the labels, and write the style."""
    kind = root.attrib.pop("kind")
    for switch in ("symbollevels", "enableorderby", "forceraster"):
        renderer.set(switch, "0")
    group = ET.SubElement(renderer, "symbols")
    for number, one in enumerate(symbols):
        symbol = ET.SubElement(
            group,
            "symbol",
            type=kind,
            name=str(number),
            alpha="1",
            clip_to_extent="1",
            force_rhr="0",
        )
        name = "SimpleMarker" if one.shape else "SimpleFill"
        layer = ET.SubElement(
            symbol, "layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"}
        )
        options = ET.SubElement(layer, "Option", type="Map")
        for key, value in _properties(one).items():
            ET.SubElement(options, "Option", type="QString", name=key, value=value)
            # Read by versions before 3.26.
            ET.SubElement(layer, "prop", k=key, v=value)
    if label:
        root.set("labelsEnabled", "1")
        labels = ET.SubElement(root, "labeling", type="simple")
        settings = ET.SubElement(labels, "settings", calloutType="simple")
        is_sign = kind == "marker"
        ET.SubElement(
            settings,
            "text-style",
            fieldName=label,
            fontSize="8" if is_sign else "9",
            fontWeight="75",
            textColor="255,255,255,255" if is_sign else "20,32,43,255",
        )
        ET.SubElement(settings, "placement", placement="1", quadOffset="4")
    ET.SubElement(root, "layerGeometryType").text = _KINDS[kind]
    ET.indent(root, " ")
    return _HEADER + ET.tostring(root, encoding="unicode") + "\n"


def _properties(symbol: _Symbol) -> dict[str, str]:
    """Write the properties of a sign."""
    shared = {
        "color": _rgba(symbol.colour),
        "outline_color": _rgba(symbol.edge),
        "outline_style": "solid" if symbol.width else "no",
        "outline_width": f"{symbol.width:g}",
        "outline_width_unit": "MM",
    }
    if not symbol.shape:
        return {**shared, "style": "solid" if symbol.colour else "no"}
    return {
        **shared,
        "name": symbol.shape,
        "size": f"{symbol.size:g}",
        "size_unit": symbol.unit,
    }


def _rgba(colour: str) -> str:
    """Write a hexadecimal colour as QGIS does; nothing is clear."""
    if not colour:
        return "255,255,255,0"
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
