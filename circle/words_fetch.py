"""Chinese and English texts of a fetched folder, and of commands about inputs."""

from collections.abc import Mapping
from types import MappingProxyType

# What the commands about inputs say on the terminal: Chinese, English.
COMMAND_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "subdistricts": ("街镇", "subdistricts"),
        "facilities": ("设施", "facilities"),
        "street_edges": ("路段", "street_edges"),
        "missing": (
            "缺少：{people}（网格人口）",
            "missing: {people} (people per cell)",
        ),
        "after_fetch": (
            "下一步：补充该文件，然后 circle run {study}",
            "next: add it, then circle run {study}",
        ),
        "marked": ("已标出：{copy}", "marked: {copy}"),
        "after_template": (
            "下一步：填写 {out}，然后 circle check {out}",
            "next: fill in {out}, then circle check {out}",
        ),
        "after_merge": ("下一步：circle check {out}", "next: circle check {out}"),
        "after_replies": (
            "下一步：在评估任务中写 office_replies: {out}",
            "next: write into the study office_replies: {out}",
        ),
    }
)

# Comments of the study of a fetched folder: Chinese, English.
STUDY_COMMENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "head": (
            "# 数据取自 OpenStreetMap，© OpenStreetMap contributors，ODbL 1.0。\n"
            "# 请核对 area_class：urban 城市化地区、urbanising 城镇化地区、"
            "outer 远郊地区。\n",
            "# Fetched from OpenStreetMap, © OpenStreetMap contributors, ODbL 1.0.\n"
            "# Check area_class: urban, urbanising or outer, for each subdistrict.\n",
        ),
        "people": (
            "# 人口无法下载。请把 {people} 放入本文件夹，每行一个网格，列为 cell_id、\n"
            "# population、x（经度）、y（纬度）；或改用其他人口数据。\n",
            "# People cannot be fetched. Put {people} into this folder, with columns\n"
            "# cell_id, population, x (longitude) and y (latitude), one row per cell;\n"
            "# or name another kind of population.\n",
        ),
    }
)

# The note beside the data: what it is, and under which licence.
NOTE: Mapping[str, str] = MappingProxyType(
    {
        "zh": (
            "# {place}\n\n"
            "{day} 由 OSMnx {osmnx} 取自 OpenStreetMap。\n\n"
            "© OpenStreetMap contributors。数据按开放数据库许可（ODbL）1.0 提供，"
            "https://www.openstreetmap.org/copyright：每张图须注明来源，"
            "衍生数据库须按同一许可共享。\n\n"
            "| 文件 | 内容 | 数量 |\n| --- | --- | --- |\n"
            "| subdistricts.geojson | 行政区域 | {subdistricts} |\n"
            "| facilities.geojson | 按标准所列标签选取的设施 | {facilities} |\n"
            "| streets.graphml | 道路、小径、轮渡 | {edges}条路段 |\n"
            "| {people} | 网格人口：缺，须自行补充 | – |\n"
        ),
        "en": (
            "# {place}\n\n"
            "Fetched on {day} from OpenStreetMap with OSMnx {osmnx}.\n\n"
            "© OpenStreetMap contributors. The data are available under the Open "
            "Database Licence (ODbL) 1.0, https://www.openstreetmap.org/copyright: "
            "name the source on every map, and share derived data under the same "
            "licence.\n\n"
            "| file | what | count |\n| --- | --- | --- |\n"
            "| subdistricts.geojson | administrative areas | {subdistricts} |\n"
            "| facilities.geojson | facilities by the profile's tags | {facilities} |\n"
            "| streets.graphml | streets, paths and ferries | {edges} edges |\n"
            "| {people} | people per cell: missing, to be added by hand | – |\n"
        ),
    }
)
