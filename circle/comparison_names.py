"""What things of a comparison are called, in the language of its second result."""

import math
import re
from collections.abc import Mapping
from typing import Any

from circle.contracts_compared import FATE_WORDS
from circle.sheet_parts import clean_text
from circle.words_compared import LOGGED_ZH, compared_word


class Names:
    """Names of areas, types and groups of two results.

    Parameters
    ----------
    before
        Facts of the first.
    after
        Facts of the second; its names go first, and its language is taken.
    """

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.language: str = after["language"]
        self._facts = {
            key: {**before.get(key, {}), **after.get(key, {})}
            for key in ("types", "domains", "area_classes", "age_bands", "subdistricts")
        }

    def say(self, key: str, **fields: object) -> str:
        """Give a text of comparisons."""
        return compared_word(key, self.language).format(**fields)

    def type_name(self, type_id: str) -> str:
        """Name a facility type."""
        return self._label("types", type_id)

    def type_names(self, cell: object) -> str:
        """Name the types of a cell that lists them."""
        listed = cell if isinstance(cell, (tuple, list)) else ()
        return ("、" if self.language == "zh" else ", ").join(
            self.type_name(str(one)) for one in listed
        )

    def route(self, code: str) -> str:
        """Name a supply route, or all of them."""
        return self.say("all_routes" if code == "all" else code)

    def fate(self, code: str) -> str:
        """Name what became of a site."""
        return FATE_WORDS[code][0] if self.language == "zh" else code

    def domain(self, code: str) -> str:
        """Name a domain."""
        return self._label("domains", code)

    def area(self, kind: str, code: str) -> str:
        """Name an area."""
        if kind == "district":
            return self.say("whole_district")
        if kind == "area_class":
            return self._label("area_classes", code)
        known = self._facts["subdistricts"].get(code)
        return clean_text(known["name"] if known else code)

    def age(self, code: str) -> str:
        """Name an age band."""
        return self.say("all_ages") if code == "all" else self._label("age_bands", code)

    def logged(self, value: object) -> str:
        """Write a name or a value of the log of changes; nothing for None."""
        text = clean_text(value)
        if self.language != "zh":
            return text
        labels = {
            key: one["zh"]
            for kind in ("types", "age_bands")
            for key, one in self._facts[kind].items()
        }
        for key, zh in {**LOGGED_ZH, **labels}.items():
            text = re.sub(rf"(?<![\w-]){re.escape(key)}(?![\w-])", zh, text)
        return text

    def thing(self, kind: str, code: str) -> str:
        """Name what changed: a subdistrict by its name too, a rule by its types."""
        if kind == "subdistrict":
            name = self.area(kind, code)
            return name if name == code else f"{name} {clean_text(code)}"
        return self.logged(code) if kind in {"rule", "speed"} else clean_text(code)

    def group(self, kind: str, code: str) -> str:
        """Name a group of types."""
        if kind == "domain":
            return self.domain(code)
        if kind == "type":
            return self.type_name(code)
        if kind == "required":
            return self.say("required")
        return self.say(f"level_{code}" if kind == "level" else code)

    def _label(self, kind: str, code: str) -> str:
        """Give a label in the language, or the code itself."""
        label: dict[str, Any] | None = self._facts[kind].get(code)
        return clean_text(label[self.language] if label else code)


def points_text(change: float, language: str) -> str:
    """
    Write a change of a share in percentage points, with its sign.

    Parameters
    ----------
    change
        Difference of two shares; NaN where there is none.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``+1.25 points``: finer than the shares, whose tenths may hide it.

    Examples
    --------
    >>> points_text(-0.0314, "en")
    '-3.14 points'
    """
    if math.isnan(change):
        return compared_word("no_share", language)
    return compared_word("points", language).format(value=100 * change + 0.0)
