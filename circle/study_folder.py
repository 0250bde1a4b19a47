"""Make a study folder to begin with: a commented study, a workbook, a read-me."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from circle.errors import OutputError, Words
from circle.problems import os_reason, problem_of
from circle.profile import Profile
from circle.template import write_template
from circle.whole_files import passing_folder

_TEMPLATE = Path(__file__).resolve().parent / "templates" / "study.yaml"
# What a study may be called (see `profile.Name`).
_NAME = re.compile(r"[a-z][A-Za-z0-9_-]*")
_TITLE = {"zh": "{name}十五分钟服务圈评估", "en": "15-minute service circles of {name}"}
_README = {
    "zh": """# {title}

1. 把输入文件放入 `data/`，名称如下；坐标系写在 `study.yaml` 的 `crs` 中。

| 文件 | 内容 |
| --- | --- |
| `subdistricts.geojson` | 街镇边界：街镇编号、街镇名称、地区类型 |
| `committees.xlsx` | 居委、村委：编号、名称、类别、街镇编号、经度、纬度 |
| `population.csv` | 人口网格：网格编号、经度、纬度、人口 |
| `facilities.xlsx` | 设施：编号、名称、类型、状态、经度、纬度 |
| `streets.osm.pbf` | 路网：OpenStreetMap 文件，或自有路网 |

2. `数据项表.xlsx` 发各街镇填报，收回后用 `circle merge` 并入设施名录。
3. `circle check study.yaml` 列出全部问题；`circle run study.yaml` 测算并出图出表。

坐标涉密要求、OpenStreetMap 署名等，请按单位规定办理。
""",
    "en": """# {title}

1. Put the inputs into `data/` under these names; their coordinate systems stand in
   `study.yaml` under `crs`.

| file | holds |
| --- | --- |
| `subdistricts.geojson` | polygons: code, name, area class |
| `committees.xlsx` | committees: code, name, kind, subdistrict, lon, lat |
| `population.csv` | population cells: code, lon, lat, people |
| `facilities.xlsx` | facilities: code, name, type, status, lon, lat |
| `streets.osm.pbf` | streets: an OpenStreetMap file, or your own |

2. Send `items.xlsx` to the street offices; fold the returns into the inventory with
   `circle merge`.
3. `circle check study.yaml` names every problem; `circle run study.yaml` writes maps
   and tables.

Mind the rules of your office on confidential coordinates, and name OpenStreetMap where
its data are shown.
""",
}
_WORKBOOK = {"zh": "数据项表.xlsx", "en": "items.xlsx"}


@dataclass(frozen=True)
class StudyFolder:
    """What was made."""

    study: Path
    """The study file."""
    workbook: Path
    """The workbook that street offices fill in."""
    readme: Path
    """What to do next."""
    data: Path
    """The folder for the inputs, still empty."""


def make_study_folder(
    folder: Path, *, profile: Profile, profile_name: str, language: str = "zh"
) -> StudyFolder:
    """
    Make a study folder with commented files.

    Parameters
    ----------
    folder
        The folder to make; its name stands in the title, and becomes the name of the
        study where it is a plain word.
    profile
        The standard; its types stand in the workbook.
    profile_name
        What the study says after ``profile:``.
    language
        Language of outputs, workbook and read-me, ``zh`` or ``en``.

    Returns
    -------
    made
        The files. The study names inputs that are not there yet; nothing else is
        wrong with it.

    Raises
    ------
    OutputError
        If the folder holds something already or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = Words(
            f"{folder}: there is something already; expected a new or empty folder; "
            "give another name.",
            zh=f"{folder}: 已有内容；应为新建的或空的文件夹；请换一个名称。",
        )
        raise OutputError(message)
    name = folder.absolute().name
    title = _TITLE[language].format(name=name)
    made = StudyFolder(
        study=folder / "study.yaml",
        workbook=folder / _WORKBOOK[language],
        readme=folder / "README.md",
        data=folder / "data",
    )
    text = _TEMPLATE.read_text("utf-8")
    for key, value in {
        "name": name if _NAME.fullmatch(name) else "study",
        "title": title,
        "language": language,
        "profile": profile_name,
    }.items():
        text = text.replace(f" {{{key}}}\n", f" {_quoted(value)}\n")
    try:
        with passing_folder(folder.absolute()) as fresh:
            (fresh / made.data.name).mkdir()
            (fresh / made.study.name).write_text(text, encoding="utf-8")
            readme = _README[language].format(title=title)
            (fresh / made.readme.name).write_text(readme, encoding="utf-8")
            workbook = fresh / made.workbook.name
            write_template(workbook, profile=profile, language=language)
            folder.mkdir(exist_ok=True)
            for path in sorted(fresh.iterdir()):
                path.replace(folder / path.name)
    except OSError as error:
        problem = problem_of(folder, "not-written", reason=os_reason(error))
        own = isinstance(error, OutputError)
        raise OutputError(error.args[0] if own else problem) from error
    return made


def _quoted(text: str) -> str:
    """Write a text as YAML on one line."""
    written: str = yaml.safe_dump(text, allow_unicode=True, width=10_000)
    return written.removesuffix("\n").removesuffix("\n...")
