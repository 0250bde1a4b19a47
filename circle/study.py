"""Read and validate a study: the inputs, the profile and the options of one run."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from circle.errors import ConfigError, Words, gather
from circle.input_settings import (
    AddressPoints,
    Buildings,
    ControlTotals,
    FileInput,
    OsmFacilities,
    PlacedInput,
    SubdistrictInput,
    TableFacilities,
)
from circle.output_settings import OutputOptions
from circle.problems import problem_of
from circle.profile import CommitteeKind, Name, PositiveNumber
from circle.scenario import Change
from circle.settings import Settings, read_yaml, validate
from circle.siting_settings import GapOptions, SitingOptions
from circle.street_settings import ScreeningOptions, StreetInput

__all__ = [
    "AddressPoints",
    "BuildingPopulation",
    "ControlTotals",
    "ControlledPopulation",
    "Facilities",
    "FileInput",
    "GapOptions",
    "Language",
    "OsmFacilities",
    "OutputOptions",
    "PlacedInput",
    "Population",
    "RasterPopulation",
    "ShapesPopulation",
    "SitingOptions",
    "Study",
    "SubdistrictInput",
    "TableFacilities",
    "TablePopulation",
    "input_paths",
    "missing_inputs",
    "parse_study",
    "read_study",
]

Language = Literal["zh", "en"]
_BANDS = "population.bands."


class ControlledPopulation(Settings):
    """What every kind of population may carry."""

    control_totals: ControlTotals | None = None
    """People of each subdistrict, with age bands or without; cells stay as they are
    where not given."""


class TablePopulation(PlacedInput, ControlledPopulation):
    """A population grid or point table: one row per cell."""

    kind: Literal["table"]
    """A table of cells."""
    cell_size_m: PositiveNumber = 100.0
    """Side of a grid square in metres; used to draw cells and to join gaps."""


class RasterPopulation(ControlledPopulation):
    """GeoTIFF rasters of people, such as WorldPop or GHS-POP."""

    kind: Literal["raster"]
    """Rasters of people."""
    path: str | None = None
    """Raster of all people, relative to `data` or absolute; may be left out where
    the age bands together are everybody."""
    bands: dict[str, str] = Field(default={})
    """Age band of the profile to its raster; all rasters have the same cells."""
    crs: str | None = None
    """Coordinate system, where the files name none or a wrong one."""
    unit: Literal["count", "per_km2"] | None = None
    """``count`` for people per cell, ``per_km2`` for people per km²; if not given,
    counts are expected and what looks like a density is refused."""
    nodata: float | None = None
    """Number that stands for no data, where the files do not say so."""

    @model_validator(mode="after")
    def _some_file(self) -> Self:
        """Ask for at least one raster."""
        if self.path is None and not self.bands:
            message = Words(
                "needs a raster: give `path:`, `bands:` or both",
                zh="缺少栅格：请写 `path:`、`bands:` 或两者都写",
            )
            raise ValueError(message)
        return self


class ShapesPopulation(PlacedInput, ControlledPopulation):
    """Polygons with people: grid squares, hexagons or other small areas."""

    kind: Literal["shapes"]
    """A layer of polygons."""


class BuildingPopulation(ControlledPopulation):
    """A published total, spread over residential buildings by floor area."""

    kind: Literal["buildings"]
    """Buildings of an OpenStreetMap file."""
    path: str
    """OSM file, relative to `data` or absolute."""
    total: Annotated[int, Field(gt=0)]
    """People to spread over the residential buildings of the subdistricts."""
    source: str
    """Where the total is published; printed in the run record."""
    cell_size_m: PositiveNumber = 100.0
    """Side of the grid squares into which the buildings are gathered, in metres."""


Population = Annotated[
    TablePopulation | RasterPopulation | ShapesPopulation | BuildingPopulation,
    Field(discriminator="kind"),
]
Facilities = Annotated[TableFacilities | OsmFacilities, Field(discriminator="kind")]


class Study(Settings):
    """One assessment: inputs, profile and options."""

    version: Literal[1]
    """Format of this file."""
    name: Name
    """Short name of the study, used in file names."""
    title: str
    """Title printed on every output."""
    language: Language = "zh"
    """Language of the outputs, ``zh`` or ``en``."""
    profile: str
    """Name of a shipped profile, or path of a profile file beside the study."""
    crs: str | None = None
    """Metric coordinate system to measure in; chosen from the position if not
    given."""
    data: str = "."
    """Folder of the inputs, relative to the study file or absolute."""
    outputs: OutputOptions
    """Where the results go."""
    subdistricts: SubdistrictInput
    """Polygons of the subdistricts."""
    committees: PlacedInput | None = None
    """Points of the committees; without them, cells are the origins."""
    as_of: date | None = None
    """Day of the assessment, to which opening and closing dates of the inventory are
    held; without it, the statuses count as the inventory gives them."""
    committee_kind: CommitteeKind = "resident"
    """Kind whose rule a cell takes where there are no committees."""
    groups: tuple[str, ...] = ()
    """Person groups of the profile, such as elders, for which coverage is measured
    beside that of the rule."""
    population: Population
    """Population cells."""
    buildings: Buildings | None = None
    """Residential buildings, of which coverage is counted as well, where known."""
    facilities: Facilities
    """Facility inventory."""
    candidates: PlacedInput | None = None
    """Candidate sites; without them no siting is done."""
    streets: StreetInput | None = None
    """Streets and paths; left out only with `screening`."""
    screening: ScreeningOptions | None = None
    """Straight lines in place of streets, for a first look where there are none."""
    siting: SitingOptions = SitingOptions()
    """Siting options."""
    gaps: GapOptions = GapOptions()
    """Gap cluster options."""
    office_replies: str | None = None
    """Table of what the offices replied, written by `circle merge` from returned
    workbooks of gap tables; relative to `data` or absolute."""
    scenarios: dict[Name, Annotated[tuple[Change, ...], Field(min_length=1)]] = Field(
        default={}
    )
    """Scenarios by name, for `circle whatif --scenario NAME`; each a list of
    changes."""

    _file: Path = PrivateAttr(default=Path("study.yaml"))

    @model_validator(mode="after")
    def _title_is_one_line(self) -> Self:
        """Refuse control characters in the title, which goes onto every output."""
        if any(ord(one) < 32 for one in self.title):
            message = Words("title: must be one line of text", zh="title：应为一行文字")
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _streets_or_screening(self) -> Self:
        """
        Ask for streets, or for the screening mode by name.

        Raises
        ------
        ValueError
            If there are both, or neither.
        """
        if (self.streets is None) == (self.screening is None):
            message = Words(
                "give either `streets:` or `screening:`; without streets, "
                "`screening: {detour: 1.3}` measures straight lines, for a first look",
                zh="应写 `streets:` 或 `screening:` 之一；没有道路数据时，"
                "`screening: {detour: 1.3}` 按直线距离初步筛查",
            )
            raise ValueError(message)
        return self

    @property
    def file(self) -> Path:
        """The study file itself; set by the reader."""
        return self._file

    @property
    def folder(self) -> Path:
        """The folder of the study file."""
        return self.file.parent

    @property
    def data_folder(self) -> Path:
        """The folder of the inputs."""
        return (self.folder / self.data).resolve()

    @property
    def output_folder(self) -> Path:
        """The folder of the results."""
        return (self.folder / self.outputs.folder).resolve()

    def input_path(self, path: str) -> Path:
        """Resolve the path of an input file."""
        return self.data_folder / path


def read_study(
    path: Path | str, *, data: Path | None = None, out: Path | None = None
) -> Study:
    """
    Read a study file.

    Parameters
    ----------
    path
        The study file (YAML).
    data
        Folder of the inputs, in place of the one the file names.
    out
        Folder of the results, in place of the one the file names.

    Returns
    -------
    study
        The validated study; its input files are checked to exist.

    Raises
    ------
    ConfigError
        If the file is not a valid study or names input files that are missing.

    Examples
    --------
    >>> from circle.shipped import shipped_folder
    >>> read_study(shipped_folder("demo_district") / "study.yaml").profile
    'pudong'
    """
    study = parse_study(path, data=data, out=out)
    gather(missing_inputs(study), ConfigError)
    return study


def parse_study(
    path: Path | str, *, data: Path | None = None, out: Path | None = None
) -> Study:
    """
    Read a study file without a look at the files it names.

    Parameters
    ----------
    path
        The study file (YAML).
    data
        Folder of the inputs, in place of the one the file names.
    out
        Folder of the results, in place of the one the file names.

    Returns
    -------
    study
        The validated study.

    Raises
    ------
    ConfigError
        If the file is not a valid study.
    """
    file = Path(path)
    content = read_yaml(file)
    if data is not None:
        content["data"] = str(data.absolute())
    study = validate(Study, content, where=file)
    study._file = file
    if out is not None:
        outputs = study.outputs.model_copy(update={"folder": str(out.absolute())})
        study = study.model_copy(update={"outputs": outputs})
    return study


def input_paths(study: Study) -> dict[str, Path]:
    """
    List the input files of a study.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    paths
        Section of the study to the resolved path of its file.
    """
    sections = {
        "subdistricts": study.subdistricts,
        "committees": study.committees,
        "population": study.population,
        "buildings": study.buildings,
        "facilities": study.facilities,
        "candidates": study.candidates,
        "streets": study.streets,
    }
    files = {
        name: one.path
        for name, one in sections.items()
        if one is not None and one.path is not None
    }
    files |= study.siting.points.files
    if study.office_replies is not None:
        files["office_replies"] = study.office_replies
    if study.streets is not None and study.streets.heights is not None:
        files["streets.heights"] = study.streets.heights
    if isinstance(study.population, RasterPopulation):
        bands = study.population.bands
        files |= {f"{_BANDS}{band}": path for band, path in bands.items()}
    if isinstance(study.facilities, TableFacilities):
        lookup = study.facilities.address_points
        if lookup is not None:
            files["facilities.address_points"] = lookup.path
    if study.population.control_totals is not None:
        path = study.population.control_totals.path
        files["population.control_totals"] = path
    return {name: study.input_path(path) for name, path in files.items()}


def _key_of(section: str) -> str:
    """Name the key of a study that holds the path of a file."""
    is_path = section.startswith(_BANDS) or section == "office_replies"
    return section if is_path else f"{section}.path"


def missing_inputs(study: Study) -> list[str]:
    """
    Name every missing input file.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    problems
        One message per file that is not there.
    """
    return [
        problem_of(
            f"{study.file}: {_key_of(name)}",
            "missing-input",
            path=str(path),
        )
        for name, path in input_paths(study).items()
        if not (path.is_file() or (path.suffix == ".gdb" and path.is_dir()))
    ]
