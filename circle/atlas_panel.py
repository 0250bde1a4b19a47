"""The panel beside a map: title, figures, layers with their legend, lists, links."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from circle.atlas_layers import shares, shown_gap_clusters
from circle.atlas_palette import (
    AREA_COLOUR,
    BACKDROP_COLOURS,
    CELL_CLASSES,
    CELL_COLOURS,
    COMMITTEE_COLOURS,
    MISSING_COLOUR,
    NO_FIGURE_COLOUR,
    SHARE_COLOURS,
    ranges,
    share_breaks,
    share_colour,
)
from circle.atlas_places import facility_types
from circle.atlas_sheet import (
    SHOWN_GAP_CLUSTERS,
    SURROUNDINGS_M,
    Sheet,
    headline_measure,
    page_names,
    required_coverage,
)
from circle.atlas_tables import item_table
from circle.facts import percent, screening_text, threshold_text
from circle.html_pages import page_template
from circle.time_model import counted_text

Swatches = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Layer:
    """One switch of the panel, with its legend."""

    key: str
    """Name under which the script knows the layer."""
    label: str
    """Its name on the page."""
    shown: bool
    """Whether it is drawn when the page opens."""
    swatches: Swatches = ()
    """Legend: kind of sign, colour, text."""
    swatches_of_type: Swatches = ()
    """Legend while one facility type is chosen; the same if empty."""


def write_panel(sheet: Sheet) -> str:
    """
    Write the panel of a page.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    html
        With every text escaped.
    """
    return page_template("atlas.html").render(
        say=sheet.say,
        whole=sheet.subdistrict_id is None,
        title=sheet.city.study.title,
        area=area_name(sheet),
        shares=_shares(sheet),
        facts=sheet.once("facts", lambda: _facts(sheet)),
        note=sheet.city.profile.note[sheet.language],
        notices=[one.in_language(sheet.language) for one in sheet.assessment.warnings],
        layers=_layers(sheet),
        type_groups=_type_groups(sheet),
        subdistricts=_subdistrict_list(sheet),
        items=item_table(sheet),
        has_committees=sheet.has_committees,
        surroundings_km=f"{SURROUNDINGS_M / 1000:g}",
        bands_note=_bands_note(sheet),
        root="" if sheet.subdistrict_id is None else "../",
    )


def area_name(sheet: Sheet) -> str:
    """
    Name the area of a page.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    name
        Of the subdistrict, or the word for the whole district.
    """
    if sheet.subdistrict_id is None:
        return sheet.say("district")
    subdistricts = sheet.city.subdistricts.set_index("subdistrict_id")
    return str(subdistricts.loc[sheet.subdistrict_id, "name"])


def _shares(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Write the shares of the page's area."""
    kind = "district" if sheet.subdistrict_id is None else "subdistrict"
    area_id = "district" if sheet.subdistrict_id is None else sheet.subdistrict_id
    return shares(sheet, required_coverage(sheet.assessment, kind).loc[area_id])


def _facts(sheet: Sheet) -> list[str]:
    """Say by which standard, with which speeds and within what time."""
    profile, language = sheet.city.profile, sheet.language
    speeds = profile.speeds
    unsure = f"（{sheet.say('to_be_verified')}）"
    if language == "en":
        unsure = f" ({sheet.say('to_be_verified')})"
    colon = "：" if language == "zh" else ": "
    facts = [
        f"{sheet.say('profile')}{colon}{profile.title[language]}，"
        f"{sheet.say('edition')} {profile.edition}",
        sheet.say("limit", threshold=threshold_text(sheet.assessment)),
        sheet.say(
            "speeds",
            walk=f"{speeds.walk_kmh.value:g}",
            cycle=f"{speeds.cycle_kmh.value:g}",
        )
        + (
            unsure
            if speeds.walk_kmh.to_be_verified or speeds.cycle_kmh.to_be_verified
            else ""
        ),
        sheet.say("required_types", count=int(sheet.required.sum()))
        + (unsure if any(one.to_be_verified for one in profile.required_types) else ""),
    ]
    if counted := counted_text(sheet.city).strip():
        facts.append(counted)
    if sheet.city.study.as_of is not None:
        day = sheet.city.study.as_of.isoformat()
        facts.insert(0, f"{sheet.say('as_of_day')}{colon}{day}")
    if sheet.city.detour is not None:
        facts.insert(0, screening_text(sheet.city.detour, language))
    return [one if language == "zh" else one.replace("，", ", ") for one in facts]


def _layers(sheet: Sheet) -> list[Layer]:
    """List the switches above the facility types."""
    whole = sheet.subdistrict_id is None
    layers = []
    if whole:
        layers.append(
            Layer("shading", _shading_label(sheet), True, _share_swatches(sheet))
        )
    layers.append(
        Layer(
            "cells",
            sheet.say("uncovered_cells"),
            not whole,
            _cell_swatches(sheet),
            (("beyond", MISSING_COLOUR, sheet.say("cells_beyond")),),
        )
    )
    if sheet.has_committees:
        layers.append(
            Layer(
                "committees",
                _committee_label(sheet),
                True,
                _committee_swatches(sheet),
                (
                    ("dot0", COMMITTEE_COLOURS[0], sheet.say("covered")),
                    ("dot2", COMMITTEE_COLOURS[2], sheet.say("missing")),
                ),
            )
        )
    if sheet.areas.bands is not None:
        layers.insert(0, Layer("bands", sheet.say("bands"), False))
    return [*layers, *_found_layers(sheet), *_ground_layers(sheet)]


def _ground_layers(sheet: Sheet) -> list[Layer]:
    """List the names and what the map is drawn upon."""
    swatches = tuple(
        (sign, BACKDROP_COLOURS[kind], sheet.say(text))
        for sign, kind, text in (
            ("area", "water", "water"),
            ("area", "green", "green"),
            ("line", "motorway", "streets"),
        )
    )
    layers = [Layer("labels", sheet.say("labels"), True)]
    has_tiles = sheet.city.study.outputs.tiles is not None
    layers.append(Layer("backdrop", sheet.say("show_map"), not has_tiles, swatches))
    if has_tiles:
        layers.append(Layer("tiles", sheet.say("tiles"), True))
    return layers


def _found_layers(sheet: Sheet) -> list[Layer]:
    """List the layers of gap clusters and sites, where there are any."""
    layers = []
    if len(shown_gap_clusters(sheet)):
        label = sheet.say("gap_clusters_top", count=SHOWN_GAP_CLUSTERS)
        layers.append(Layer("gaps", label, False, (("outline", "#d7191c", ""),)))
    sites = sheet.assessment.sites
    own = sites[sheet.is_own(sites["subdistrict_id"])] if len(sites) else sites
    if len(own):
        label = sheet.say("sites")
        layers.append(Layer("sites", label, True, (("site", "#1a1a1a", ""),)))
    if sheet.areas.sites["step"].isin(own["step"]).any():
        label = sheet.say("site_areas")
        layers.append(Layer("areas", label, False, (("reach", AREA_COLOUR, ""),)))
    if sheet.is_own(sheet.city.candidates["subdistrict_id"]).any():
        label = sheet.say("candidates")
        layers.append(
            Layer("candidates", label, False, (("candidate", "#1a1a1a", ""),))
        )
    return layers


def _bands_note(sheet: Sheet) -> str:
    """Say how the bands of travel time are made; nothing where there are none."""
    bands = sheet.areas.bands
    if bands is None:
        return ""
    return sheet.say("bands_note", spacing=f"{bands.grid.spacing_m:.0f}")


def _shading_label(sheet: Sheet) -> str:
    """Name the share that shades the subdistricts."""
    return sheet.say(headline_measure(sheet.assessment))


def _committee_label(sheet: Sheet) -> str:
    """Name the figure that colours the committees."""
    colon = "：" if sheet.language == "zh" else ": "
    return f"{sheet.say('committees')}{colon}{sheet.say('missing_required_items')}"


def _share_swatches(sheet: Sheet) -> Swatches:
    """Write the legend of the shading, highest class first."""
    coverage = required_coverage(sheet.assessment, "subdistrict")
    known = coverage[headline_measure(sheet.assessment)]
    breaks = share_breaks(known.tolist())
    limits = [f"{round(100 * one, 2):g}%" for one in breaks]
    texts = [sheet.say("share_below", high=limits[0])]
    texts += [
        sheet.say("share_between", low=low, high=high)
        for low, high in itertools.pairwise(limits)
    ]
    texts.append(sheet.say("share_from", low=limits[-1]))
    swatches = [
        ("area", colour, text)
        for colour, text in zip(SHARE_COLOURS, texts, strict=True)
    ][::-1]
    if known.isna().any():
        swatches.append(("area", NO_FIGURE_COLOUR, sheet.say("no_figure")))
    return tuple(swatches)


def _cell_swatches(sheet: Sheet) -> Swatches:
    """Write the legend of the population cells."""
    most = int(sheet.required.sum())
    swatches = []
    for colour, (first, last) in zip(
        CELL_COLOURS, ranges(CELL_CLASSES, most), strict=False
    ):
        text = "types_more" if last is None else "types_range"
        swatches.append(("area", colour, sheet.say(text, first=first, last=last)))
    return tuple(swatches)


def _committee_swatches(sheet: Sheet) -> Swatches:
    """Write the legend of the committees."""
    texts = ("none_missing", "missing_1_2", "missing_3_more")
    return tuple(
        (f"dot{i}", colour, sheet.say(text))
        for i, (colour, text) in enumerate(zip(COMMITTEE_COLOURS, texts, strict=True))
    )


def _type_groups(sheet: Sheet) -> list[dict[str, Any]]:
    """Group the switches of the facility types by domain."""
    types = facility_types(sheet)
    groups = []
    for number, (domain, label) in enumerate(sheet.city.profile.domains.items()):
        members = [
            {"key": f"type-{i}", "number": i, **one}
            for i, one in enumerate(types)
            if one["domain"] == domain
        ]
        if members:
            groups.append(
                {
                    "label": label[sheet.language],
                    "types": members,
                    "key": f"domain-{number}",
                    "has_required": any(one["required"] for one in members),
                }
            )
    return groups


def _subdistrict_list(sheet: Sheet) -> list[dict[str, str]]:
    """List the subdistricts with their headline share and page."""
    if sheet.subdistrict_id is not None:
        return []
    coverage = required_coverage(sheet.assessment, "subdistrict")
    known = coverage[headline_measure(sheet.assessment)]
    breaks = share_breaks(known.tolist())
    subdistricts = sheet.city.subdistricts
    names = page_names(subdistricts["subdistrict_id"].tolist())
    return [
        {
            "name": str(one.name),
            "share": percent(float(known[one.subdistrict_id])),
            "colour": share_colour(float(known[one.subdistrict_id]), breaks),
            "page": f"subdistricts/{names[one.subdistrict_id]}",
        }
        for one in subdistricts.itertuples(index=False)
    ]
