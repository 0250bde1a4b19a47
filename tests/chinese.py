"""Finds English left over in Chinese messages."""

import re

# What no Chinese sentence has, unless it quotes: the small words of English.
_SMALL_WORDS = re.compile(
    r"\b(an|and|any|are|as|be|been|but|by|can|cannot|could|did|do|does|each|"
    r"expected|for|found|from|give|given|has|have|if|in|input|into|is|it|its|less|"
    r"more|must|needs?|no|not|nothing|of|one|only|or|other|please|should|than|that|"
    r"the|there|they|this|to|twice|was|what|where|which|while|with|write|you|your)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"--[\w-]+|\{\w+\}|`[^`]*`|“[^”]*”|'[^']*'|\"[^\"]*\"")
_HAN = re.compile("[一-鿿]")


def english_left(text, *, names=()):
    """Give the small English words outside of quotes and names; none is right."""
    for name in names:
        text = text.replace(name, "")
    return _SMALL_WORDS.findall(_QUOTED.sub("", text))


def is_chinese(text, *, names=()):
    """Whether a message is told in Chinese throughout."""
    return bool(_HAN.search(text)) and not english_left(text, names=names)
