"""Results of a few small files, where it does not matter what stands in them.

Maps, report, workbook, tables and layers take most of a run and have tests of their
own. In their place stand files of the same names with the headline in them; the start
page, the plain tables that comparisons read and the record are written as ever.
"""

from circle import outputs
from circle.facts import headline_text


def _stand_in(assessment, paths):
    """Write the headline into each file."""
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(headline_text(assessment), encoding="utf-8")
    return tuple(paths)


def few_maps(assessment, folder, **_more: object):
    """Stand in for the maps: a page of the district and one below it."""
    names = ("district.html", "subdistricts/007.html")
    return _stand_in(assessment, [folder / name for name in names])


def _one_file(assessment, path, **_more: object):
    return _stand_in(assessment, [path])


def _one_table(assessment, folder):
    return _stand_in(assessment, [folder / "coverage.csv"])


def _one_layer(assessment, folder, **_more: object):
    return _stand_in(assessment, [folder / "cells.fgb"])


STAND_INS = {
    "measure_map_areas": lambda *_: None,
    "write_atlas": few_maps,
    "write_report": _one_file,
    "write_workbook": _one_file,
    "write_csv_twins": _one_table,
    "result_layers": lambda *_: None,
    "write_geopackage": _one_file,
    "write_layer_files": _one_layer,
}


def write_few_files(patch, *, but=()):
    """Let runs write stand-ins, but for the named functions of `outputs`."""
    for name, stand_in in STAND_INS.items():
        if name not in but:
            patch.setattr(outputs, name, stand_in)
