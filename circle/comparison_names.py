"""What things of a comparison are called, in the language of its second result."""

import math
import re
from typing import Any

from circle.results import Results
from circle.sheet_parts import clean_text
from circle.words_compared import LOGGED_ZH, compared_word


class Names:
    """Names of areas, types and groups of two results.

    Parameters
    ----------
    one
        The first.
    other
        The second; its names go first, and its language is taken.
    """

    def __init__(self, one: Results, other: Results) -> None:
        before, after = one.facts, other.facts
        self.language: str = after["language"]
        self._facts = {
            key: {**before[key], **after[key]}
            for key in ("types", "domains", "area_classes", "age_bands", "subdistricts")
        }

    def say(self, key: str, **fields: object) -> str:
        """Give a text of comparisons."""
        return compared_word(key, self.language).format(**fields)

    def type_name(self, type_id: str) -> str:
        """Name a facility type."""
        return self._label("types", type_id)

    def domain_of(self, type_id: str) -> str:
        """Name the domain of a type."""
        return self.domain(self._facts["types"][type_id]["domain"])

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
        for key, zh in LOGGED_ZH.items() if self.language == "zh" else ():
            text = re.sub(rf"\b{key}\b", zh, text)
        return text

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
        Such as ``+1.2 points``.

    Examples
    --------
    >>> points_text(-0.0314, "en")
    '-3.1 points'
    """
    if math.isnan(change):
        return compared_word("no_share", language)
    return compared_word("points", language).format(value=100 * change + 0.0)
