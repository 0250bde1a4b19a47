"""Where the profiles and the demo district that come with circle lie."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

# A wheel carries these folders inside the package; a source tree beside it.
_IN_SOURCE_TREE = {"profiles": "config/profiles", "demo_district": "data/demo"}


def shipped_folder(name: str) -> Path:
    """
    Give a folder of files that come with circle.

    Parameters
    ----------
    name
        ``profiles`` or ``demo_district``.

    Returns
    -------
    folder
        Inside the installed package or, in a source tree, beside it.

    Examples
    --------
    >>> (shipped_folder("profiles") / "pudong.yaml").is_file()
    True
    """
    installed = PACKAGE / name
    if installed.is_dir():
        return installed
    return PACKAGE.parent / _IN_SOURCE_TREE[name]
