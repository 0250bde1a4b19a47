"""Every error and warning circle raises on purpose.

::

    CircleError
    ├── ConfigError    (ValueError)    a study or a profile is wrong
    ├── InputError     (ValueError)    a table or a file of data is wrong
    │   └── CrsError                   … because of its coordinate system
    ├── NetworkError   (ValueError)    the streets cannot be made routable
    ├── SitingError    (RuntimeError)  no feasible siting plan
    ├── OutputError    (OSError)       results cannot be written
    └── FetchError     (OSError)       data cannot be fetched from the internet
    CircleBug          (AssertionError)  a promise inside circle is broken

    CircleWarning      (UserWarning)   the run goes on; the result needs care

A message reads: where — what was found — what was expected — what to do.
"""

from collections.abc import Iterable, Sequence
from typing import Self

SHOWN_IDS = 5


class Words(str):
    """
    A text that is English if taken as a text, and knows itself in Chinese.

    Examples
    --------
    >>> far = Words("too far", zh="太远")
    >>> far, far.in_language("zh")
    ('too far', '太远')
    """

    _zh: str

    def __new__(cls, text: str, *, zh: str) -> Self:
        """Make the text that it is in English."""
        words = super().__new__(cls, text)
        words._zh = zh
        return words

    def in_language(self, language: str) -> str:
        """Give the text in Chinese (``zh``) or English (``en``)."""
        return self._zh if language == "zh" else str(self)


def in_language(text: str, language: str) -> str:
    """
    Give a text in a language, where it knows itself in that language.

    Parameters
    ----------
    text
        Any text; `Words` know two languages.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        As it is, where there is no other.

    Examples
    --------
    >>> in_language("EPSG:4549", "zh")
    'EPSG:4549'
    """
    return text.in_language(language) if isinstance(text, Words) else text


class CircleError(Exception):
    """Something a user can put right: the root of all errors raised on purpose."""

    gathered: tuple[str, ...] = ()
    """The problems as they were gathered; empty where one message was raised."""

    @property
    def problems(self) -> tuple[str, ...]:
        """One message per problem; `circle.problems` knows more of most of them."""
        if self.gathered or not self.args:
            return self.gathered
        text = self.args[0]
        if isinstance(text, Words) or (isinstance(text, str) and "\n" not in text):
            return (text,)
        return tuple(str(self).splitlines())


class ConfigError(CircleError, ValueError):
    """A study file or a profile is wrong."""


class InputError(CircleError, ValueError):
    """A table or another file of data is wrong."""


class CrsError(InputError):
    """A coordinate system is missing, unknown or unfit for measuring."""


class NetworkError(CircleError, ValueError):
    """The streets cannot be made into a routable network."""


class SitingError(CircleError, RuntimeError):
    """No siting plan meets the requirements."""


class OutputError(CircleError, OSError):
    """Results cannot be written."""


class FetchError(CircleError, OSError):
    """Data cannot be fetched from the internet."""


class CircleBug(AssertionError):  # noqa: N818
    """A promise inside circle is broken; please report it with the run record."""


class CircleWarning(UserWarning):
    """The run goes on, but the result needs care; each has a stable name.

    Parameters
    ----------
    name
        The stable name, such as ``unsnapped-facilities``.
    text
        What was found and what it means for the result, in English.
    zh
        The same in Chinese; the English text if not given.
    """

    def __init__(self, name: str, text: str, zh: str = "") -> None:
        super().__init__(name, text, zh)
        self.name = name
        self.text = text
        self._zh = zh or text

    def __str__(self) -> str:
        """Write name and English text in one line."""
        return f"{self.name}: {self.text}"

    def in_language(self, language: str) -> str:
        """Give the text in Chinese (``zh``) or English (``en``)."""
        return self._zh if language == "zh" else self.text


def list_ids(ids: Iterable[object]) -> str:
    """
    Write the first five ids and the total, for a message.

    Parameters
    ----------
    ids
        The offending ids, in the order they should be shown.

    Returns
    -------
    text
        Such as ``C1, C2, C3, C4, C5 … (12 in all)``.

    Examples
    --------
    >>> list_ids(["F2", "F7"])
    'F2, F7'
    >>> list_ids(range(12))
    '0, 1, 2, 3, 4 … (12 in all)'
    """
    texts = [str(one) for one in ids]
    shown = ", ".join(texts[:SHOWN_IDS])
    if len(texts) > SHOWN_IDS:
        return f"{shown} … ({len(texts)} in all)"
    return shown


def gather(problems: Sequence[str], kind: type[CircleError]) -> None:
    """
    Raise all problems of one file or table at once, if there are any.

    Parameters
    ----------
    problems
        One message per problem, each complete in itself.
    kind
        The error class to raise.

    Raises
    ------
    CircleError
        Of class `kind`, with one problem per line, when there is at least one.

    Examples
    --------
    >>> gather([], InputError)
    """
    if problems:
        error = kind("\n".join(problems))
        error.gathered = tuple(problems)
        raise error
