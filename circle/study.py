"""Read and validate a study: the inputs, the profile and the options of one run."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from circle.errors import ConfigError
from circle.profile import AreaClass, CommitteeKind, Name, PositiveNumber
from circle.settings import Settings, read_yaml, validate
from circle.street_access import PrivateWays

Language = Literal["zh", "en"]


class FileInput(Settings):
    """One input file; its path is relative to the study's `data` folder."""

    path: str
    """File name, relative to `data` or absolute."""
    columns: dict[str, str] = {}
    """Column of circle to column of the file, where the names are not known
    synonyms."""


class PlacedInput(FileInput):
    """An input file with coordinates."""

    crs: str
    """The coordinate system of the file, such as EPSG:4326 or EPSG:4550."""
    layer: str | None = None
    """Layer or sheet of the file; the first one if not given."""


class SubdistrictInput(PlacedInput):
    """Polygons of the subdistricts."""

    area_class: AreaClass | None = None
    """Area class of every subdistrict, where the file has no such column."""


class TablePopulation(PlacedInput):
    """A population grid or point table: one row per cell."""

    kind: Literal["table"]
    """A table of cells."""
    cell_size_m: PositiveNumber = 100.0
    """Side of a grid square in metres; used to draw cells and to join gaps."""


class BuildingPopulation(Settings):
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


class TableFacilities(PlacedInput):
    """A facility inventory: one row per building and type."""

    kind: Literal["table"]
    """A table or layer of facilities."""


class OsmFacilities(Settings):
    """Facilities out of an OpenStreetMap file, by the tag sets of the profile."""

    kind: Literal["osm"]
    """Features of an OpenStreetMap file."""
    path: str
    """OSM file, relative to `data` or absolute."""


class StreetInput(Settings):
    """The file with streets and paths."""

    path: str
    """OSM file (.osm.pbf or .osm), relative to `data` or absolute."""
    private_ways: PrivateWays = "allow"
    """``allow`` lets people through ways and gates tagged private, such as the inner
    streets of residential compounds; ``refuse`` does not."""


class SitingOptions(Settings):
    """How new sites are chosen."""

    sites: Annotated[int, Field(ge=0)] = 10
    """Number of sites to choose at most."""


class GapOptions(Settings):
    """How uncovered cells are joined into gap clusters."""

    link_m: PositiveNumber = 250.0
    """Uncovered cells nearer than this to one another join, in metres."""
    smallest_population: Annotated[float, Field(ge=0)] = 100.0
    """Clusters with fewer people are not listed, in persons."""


class OutputOptions(Settings):
    """Where the results go."""

    folder: str
    """Output folder, relative to the study file or absolute."""


Population = Annotated[
    TablePopulation | BuildingPopulation, Field(discriminator="kind")
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
    committee_kind: CommitteeKind = "resident"
    """Kind whose rule a cell takes where there are no committees."""
    population: Population
    """Population cells."""
    facilities: Facilities
    """Facility inventory."""
    candidates: PlacedInput | None = None
    """Candidate sites; without them no siting is done."""
    streets: StreetInput
    """Streets and paths."""
    siting: SitingOptions = SitingOptions()
    """Siting options."""
    gaps: GapOptions = GapOptions()
    """Gap cluster options."""

    file: Path = Field(default=Path("study.yaml"), exclude=True)
    """The study file itself; set by the reader."""

    @model_validator(mode="after")
    def _title_is_one_line(self) -> Self:
        """Refuse control characters in the title, which goes onto every output."""
        if any(ord(one) < 32 for one in self.title):
            message = "title: must be one line of text"
            raise ValueError(message)
        return self

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
    file = Path(path)
    content = read_yaml(file)
    if "file" in content:
        message = f"{file}: file: unknown key; the study knows its own path."
        raise ConfigError(message)
    content["file"] = file
    if data is not None:
        content["data"] = str(data.absolute())
    study = validate(Study, content, where=file)
    if out is not None:
        outputs = study.outputs.model_copy(update={"folder": str(out.absolute())})
        study = study.model_copy(update={"outputs": outputs})
    _check_inputs_exist(study)
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
        "facilities": study.facilities,
        "candidates": study.candidates,
        "streets": study.streets,
    }
    return {
        name: study.input_path(one.path)
        for name, one in sections.items()
        if one is not None
    }


def _check_inputs_exist(study: Study) -> None:
    """Name every missing input file at once."""
    missing = [
        f"{study.file}: {name}.path: there is no file {path}; check the path, or "
        "give the folder of the inputs with `data:` or --data."
        for name, path in input_paths(study).items()
        if not path.is_file()
    ]
    if missing:
        raise ConfigError("\n".join(missing))
