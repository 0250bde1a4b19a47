"""The subdistrict polygons of the demo district, drawn from its cells."""

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from circle.demo_ground import CELL_M, Floats, Ints
from circle.demo_land import Land

Area = Polygon | MultiPolygon


def draw_borders(land: Land) -> list[Area]:
    """
    Draw the border of each subdistrict, with its corners cut at half a cell.

    Neighbours share their line work, so that the polygons tile the district. Every cell
    centre stays in its own polygon.

    Parameters
    ----------
    land
        The land.

    Returns
    -------
    areas
        One polygon per subdistrict in metres, of several parts if it has islands.
    """
    padded = np.pad(land.label, 1, constant_values=-1)
    pieces = _border_pieces(padded) * CELL_M + land.corner_m - CELL_M
    faces = shapely.get_parts(
        shapely.polygonize(np.asarray(shapely.linestrings(pieces)))
    )
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    label = _label_near(padded, (inner - land.corner_m) / CELL_M + 1)
    areas = []
    for one in range(len(land.area_class)):
        merged = shapely.union_all(faces[label == one])
        areas.append(merged)
    return list(shapely.coverage_simplify(np.array(areas), 1.0))


def _border_pieces(padded: Ints) -> Floats:
    """Join the middles of border edges that meet, in cells; shape (n, 2, 2)."""
    right = padded[:, 1:] != padded[:, :-1]
    up = padded[1:, :] != padded[:-1, :]
    # border edges that end in lattice corner (row, column), as seen from it
    north, south = right[1:, :], right[:-1, :]
    east, west = up[:, 1:], up[:, :-1]
    present = np.stack([north, east, south, west])
    step = np.array([[0.0, 0.5], [0.5, 0.0], [0.0, -0.5], [-0.5, 0.0]])
    count = present.sum(axis=0)
    pieces = []
    for first in range(4):
        for second in range(first + 1, 4):
            row, column = np.nonzero((count == 2) & present[first] & present[second])
            corner = np.column_stack([column, row]) + 1.0
            pieces.append(np.stack([corner + step[first], corner + step[second]], 1))
        row, column = np.nonzero((count > 2) & present[first])
        corner = np.column_stack([column, row]) + 1.0
        pieces.append(np.stack([corner, corner + step[first]], 1))
    return np.concatenate(pieces)


def _label_near(padded: Ints, points: Floats) -> Ints:
    """Look up the subdistrict of the cell around each point, given in cells."""
    column, row = np.floor(points).astype(np.int64).T
    return np.asarray(padded[row, column])
