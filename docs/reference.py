"""The reference pages, made from the code: run ``python docs/generate.py``."""

import ast
import dataclasses
import inspect
import re
import textwrap
import typing
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import circle
from circle.cli import main
from circle.indicators import GROUP_KINDS, INDICATORS
from circle.profile import Profile
from circle.study import Study

MADE = "This page is made from the code by `python docs/generate.py`."

# Name of a warning: what it means, what to do.
WARNINGS: dict[str, tuple[str, str]] = {
    "address-ambiguous": (
        "The lookup table of addresses holds two points for one address.",
        "Correct the lookup table; the facility stays without a place until then.",
    ),
    "age-band-unknown": (
        "A norm counts an age band that the population does not have somewhere.",
        "Give the age bands; what is required there is unknown until then.",
    ),
    "buildings-outside": (
        "Residential buildings lie in no subdistrict and do not count.",
        "See whether the subdistricts, or the `crs:` of the layer, are right.",
    ),
    "capacity-unknown": (
        "The capacity or size of some facilities of a norm is not known.",
        "Complete the column in the inventory; unknown is never taken as zero.",
    ),
    "codes-derived": (
        "A table has rows without a code; codes were derived from what the rows say.",
        "Give the rows codes of their own, so that a change of name keeps the code.",
    ),
    "control-totals-missing": (
        "The control totals leave out a subdistrict; its people stay as they are.",
        "Add the subdistrict to the table of totals.",
    ),
    "coordinates-not-judged": (
        "A file has too few places to tell whether it lies off as files in GCJ-02 or "
        "BD-09 do; told by `circle check`.",
        "Look at some of its places on a map.",
    ),
    "coordinates-shifted": (
        "A whole file lies off as files in GCJ-02 or BD-09 do.",
        "Write the coordinate system that fits under `crs:` of the file.",
    ),
    "cut-off": (
        "Committees reach no facility of any type, by land or by ferry.",
        "See whether a bridge or a ferry is missing in the streets.",
    ),
    "facilities-not-placed": (
        "Facilities have no coordinates and do not count.",
        "Complete them from the table `not_placed`, or give `address_points:`.",
    ),
    "far-outside": (
        "Single points lie kilometres away from the district.",
        "Check their coordinates.",
    ),
    "full-width-digits": (
        "Numbers were written in full-width digits; they were read as numbers.",
        "Nothing, or write plain digits.",
    ),
    "households-unknown": (
        "Households, or whether their housing is new or old, are not known somewhere.",
        "Complete both columns of the committees; unknown is never taken as zero.",
    ),
    "level-differs": (
        "The inventory gives a facility another level than its type has.",
        "Check type and level of the rows named.",
    ),
    "marks-inherited": (
        "A profile takes over pass marks that are meant for other required types.",
        "Write the sections in the profile, or leave them out with `null`.",
    ),
    "opening-date-passed": (
        "A planned facility should be open by the day of the assessment.",
        "Ask whether it has opened, and correct its status.",
    ),
    "other-types": (
        "The inventory has type names that the profile does not have.",
        "Add them as synonyms to the profile, or correct the rows.",
    ),
    "outside-own-subdistrict": (
        "Points lie outside the subdistrict that their row names.",
        "Check coordinates and subdistrict of the rows named.",
    ),
    "people-outside": (
        "Cells with people lie outside every subdistrict; they are not counted.",
        "Nothing, if the grid reaches beyond the district.",
    ),
    "placed-by-address": (
        "Facilities without coordinates took those of their address.",
        "Check the points that were taken.",
    ),
    "points-made": (
        "No candidate offers what is missing, so points were made among the people.",
        "Look for premises near these points, or name candidates for these types.",
    ),
    "population-scaled": (
        "The people of cells were scaled to control totals.",
        "Look at the table `population_balance`.",
    ),
    "screening-mode": (
        "There is no network: times are straight lines times a factor.",
        "Use the figures for a first look only; give `streets:` for others.",
    ),
    "sheet-not-merged": (
        "A returned workbook has a sheet that is no table of the template.",
        "Look whether the office has put rows there.",
    ),
    "sheets-not-read": (
        "The file has more sheets or layers; only the first was read.",
        "Name the one that is meant under `layer:`.",
    ),
    "status-by-date": (
        "Statuses were settled by opening and closing dates.",
        "Nothing; the rows named say by which date.",
    ),
    "street-graph-without-gates": (
        "A GraphML file holds no barriers: closed gates are walked through.",
        "Read the streets from an OSM file.",
    ),
    "street-lines-without-shape": (
        "Lines of a street layer have no shape and are left out.",
        "Redraw or delete them.",
    ),
    "streets-without-height": (
        "Streets lie outside the raster of heights; they are taken as level.",
        "Give a raster that covers all streets.",
    ),
    "subdistrict-not-known": (
        "Rows name subdistricts that the study does not have.",
        "Correct the names; the rows were not held against them.",
    ),
    "subdistricts-overlap": (
        "Polygons overlap; what lies in both counts for the lower code.",
        "Correct the borders.",
    ),
    "title-rows": (
        "Rows of titles stand above the header; they were passed over.",
        "Nothing.",
    ),
    "types-not-in-osm": (
        "Types cannot be told from OpenStreetMap, or are not in the inventory.",
        "Give an inventory of them; until then they are left out of the figures.",
    ),
    "types-without-candidate": (
        "The candidates offer some of the missing types, but not these.",
        "Add candidates, or `siting: {points: {made: [clusters]}}`.",
    ),
    "types-without-facility": (
        "No open facility of a type is in the inventory.",
        "Check whether the type is written otherwise in the inventory.",
    ),
    "unsnapped-candidates": (
        "Candidate sites lie too far from the network.",
        "Check their coordinates, or add the street that leads there.",
    ),
    "unsnapped-cells": (
        "People live too far from the network; they count as not covered.",
        "Add the streets that are missing.",
    ),
    "unsnapped-committees": (
        "Committees lie too far from the network; their items count as missing.",
        "Check their coordinates, or add the street that leads there.",
    ),
    "unsnapped-facilities": (
        "Facilities lie too far from the network and cannot be reached there.",
        "Check their coordinates, or add the street that leads there.",
    ),
}


def pages() -> dict[str, str]:
    """Give every page: file name to text."""
    return {
        "reference_commands.md": commands_page(),
        "reference_study.md": settings_page("Study keys", Study, "study"),
        "reference_profile.md": settings_page("Profile keys", Profile, "profile"),
        "reference_warnings.md": warnings_page(),
        "reference_python.md": python_page(),
    }


def commands_page() -> str:
    """Print the help of every command."""
    lines = ["# Commands", "", MADE, ""]
    lines += ["Exit codes: 0 done, 2 usage, 3 study, profile or data wrong, 4 no"]
    lines += ["feasible siting plan, 5 not accepted, 1 a bug.", ""]
    for name, command in [("circle", main), *sorted(_commands(main, "circle"))]:
        context = click.Context(
            command,
            info_name=name,
            max_content_width=88,
            # A command keeps the help option of the first context that asks for it.
            help_option_names=main.context_settings["help_option_names"],
        )
        help_text = "\n".join(
            one.rstrip() for one in command.get_help(context).splitlines()
        )
        lines += [f"## {name}", "", "```text", help_text, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for one, command in group.commands.items():
        yield f"{name} {one}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {one}")


def settings_page(title: str, model: type[BaseModel], word: str) -> str:
    """List every key of a file with its default and meaning."""
    lines = [f"# {title}", "", MADE, "", f"Every key of a {word} file."]
    if model is Study:
        lines.append("`circle init` writes one with each key explained.")
    sections = _sections(model)
    for section in sections:
        lines += ["", f"## {section.__name__}", ""]
        lines += [
            _one_line(inspect.getdoc(section) or ""),
            *_holders(section, sections),
        ]
        lines += ["", "| key | value | default | meaning |"]
        lines += ["| --- | --- | --- | --- |"]
        meanings = _meanings(section)
        for key, field in sorted(section.model_fields.items(), key=_telling):
            lines.append(
                f"| `{key}` | {_kind(field.annotation)} | {_default(field)} | "
                f"{_one_line(meanings.get(key, ''))} |"
            )
    if model is Profile:
        lines += _indicators()
    return "\n".join(lines) + "\n"


def _holders(
    section: type[BaseModel], sections: list[type[BaseModel]]
) -> Iterator[str]:
    """Say under which keys a section stands."""
    keys = dict.fromkeys(
        f"`{key}`"
        for one in sections
        for key, field in one.model_fields.items()
        if one is not section and section in _sections_of(field.annotation)
    )
    if keys:
        yield f"It stands under {', '.join(keys)}."


def _sections_of(annotation: Any) -> list[type[BaseModel]]:
    """List the sections that the value of a key may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = typing.get_args(annotation)
    return [found for one in parts for found in _sections_of(one)]


def _telling(item: tuple[str, Any]) -> int:
    """Sort keys: first what tells sections apart, last where a figure comes from."""
    key, field = item
    values = typing.get_args(field.annotation)
    if key != "version" and typing.get_origin(field.annotation) is typing.Literal:
        return 0 if len(values) == 1 else 1
    return 2 if key in {"source", "confidence"} else 1


def _indicators() -> list[str]:
    """List what alerts, pass marks and targets may name."""
    lines = ["", "## Indicators", ""]
    lines += ["`alerts`, `acceptance` and `realisation` name indicators:", ""]
    lines += ["| name | value | denominator | unit | exists for |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    after = {"group": "`[:<group>]`", "norm": "`:<norm>`", "type": "`:<type>`"}
    for one in INDICATORS.values():
        areas = ", ".join(f"`{kind}`" for kind in one.area_kinds)
        name = f"`{one.id}{after.get(one.argument, '``').strip('`')}`"
        below = one.denominator.en or "–"
        lines.append(f"| {name} | {one.formula.en} | {below} | {one.unit} | {areas} |")
    groups = ", ".join(f"`{one}:<id>`" for one in GROUP_KINDS)
    lines += ["", f"A group is one of {groups}, as in `pair_share:domain:health`;"]
    lines += ["without one the required types are meant."]
    return lines


def _meanings(section: type) -> dict[str, str]:
    """Read what stands under each key of a section, in its own class or one above."""
    found: dict[str, str] = {}
    for one in reversed(section.__mro__):
        if not one.__module__.startswith("circle."):
            continue
        drawn = ast.parse(textwrap.dedent(inspect.getsource(one))).body[0]
        for key, text in pairwise(ast.iter_child_nodes(drawn)):
            match key, text:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(meaning))),
                ):
                    found[name] = inspect.cleandoc(meaning)
    return found


def _sections(model: type[BaseModel]) -> list[type[BaseModel]]:
    """List a model and those within, each once, in order."""
    found: list[type[BaseModel]] = []

    def visit(one: Any) -> None:
        if isinstance(one, type) and issubclass(one, BaseModel):
            if one not in found:
                found.append(one)
                for field in one.model_fields.values():
                    visit(field.annotation)
            return
        for part in typing.get_args(one):
            visit(part)

    visit(model)
    return found


def _kind(annotation: Any) -> str:
    """Name the kind of a value."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        named = annotation.__name__
        return f"[{named}](#{named.lower()})"
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" for one in parts)
    if not parts:
        words = {
            "str": "text",
            "float": "number",
            "int": "whole number",
            "bool": "switch",
        }
        name = getattr(annotation, "__name__", str(annotation))
        return words.get(name, name)
    return _kind_of_parts(origin, parts)


def _kind_of_parts(origin: Any, parts: tuple[Any, ...]) -> str:
    """Name the kind of a list, a mapping or a choice of kinds."""
    if origin is typing.Annotated:
        return _kind(parts[0])
    if origin is tuple:
        return f"list of {_kind(parts[0])}"
    if origin is dict or "Mapping" in str(origin):
        return f"mapping of {_kind(parts[0])} to {_kind(parts[1])}"
    kinds = [_kind(one) for one in parts if one is not type(None)]
    return " or ".join(dict.fromkeys(kinds))


def _default(field: Any) -> str:
    """Write a default as YAML would have it."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}, PydanticUndefined):
        return "–"
    if isinstance(value, BaseModel):
        return "its defaults"
    if isinstance(value, bool):
        shown = "on" if value else "off"
    else:
        shown = f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else value
    return f"`{shown}`"


def warnings_page() -> str:
    """List every warning with cause and cure."""
    lines = ["# Warnings", "", MADE, "", "A run goes on after a warning; its name is"]
    lines += ["stable and stands in the run record.", ""]
    lines += ["| name | what it means | what to do |", "| --- | --- | --- |"]
    lines += [f"| `{one}` | {a} | {b} |" for one, (a, b) in sorted(WARNINGS.items())]
    return "\n".join(lines) + "\n"


def python_page() -> str:
    """Print signature and docstring of every public name."""
    lines = ["# Python", "", MADE, "", "The public names of the package `circle`.", ""]
    for name in circle.__all__:
        value = getattr(circle, name)
        if name == "__version__":
            continue
        lines += [f"## {name}", ""]
        if inspect.isfunction(value):
            lines += ["```python", f"{name}{inspect.signature(value)}", "```", ""]
        lines += ["```text", inspect.getdoc(value) or "", "```", ""]
        if dataclasses.is_dataclass(value) and isinstance(value, type):
            lines += _attributes(value)
    text = "\n".join(lines).rstrip() + "\n"
    return re.sub(
        r"<([\w.]+) object at 0x[0-9a-f]+>|<function (\S+) at 0x\w+>", "…", text
    )


def _attributes(value: type) -> list[str]:
    """List what a bundle holds."""
    meanings = _meanings(value)
    lines = ["| attribute | holds |", "| --- | --- |"]
    for field in dataclasses.fields(value):
        if not field.name.startswith("_"):
            text = _one_line(meanings.get(field.name, ""))
            lines.append(f"| `{field.name}` | {text} |")
    return [*lines, ""]


def _one_line(text: str) -> str:
    """Write a text into a cell of a table."""
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")
