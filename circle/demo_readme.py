"""The read-me beside the files of the demo district."""

from collections.abc import Mapping
from pathlib import Path

ROWS = (
    ("n_cells", "population.csv", "100 m cells, 公顷网格"),
    ("n_people", "population.csv", "people, 人口"),
    ("n_subdistricts", "subdistricts.geojson", "subdistricts, 街镇"),
    ("n_residents", "committees.csv", "residents' committees, 居委会"),
    ("n_villages", "committees.csv", "villagers' committees, 村委会"),
    ("n_facilities", "facilities.xlsx, facilities.csv", "facilities, 设施"),
    ("n_candidates", "candidates.csv", "candidate sites, 候选点"),
    ("n_nodes", "streets.osm.pbf", "nodes, 节点"),
    ("n_ways", "streets.osm.pbf", "ways, 路径"),
)
TEXT = """\
# 临澜区（虚构）示范数据 / Fictional demo district

**本目录中的地名、机构、人口、设施和道路全部由程序随机生成，纯属虚构，与任何真实地区无关。**
示范区放在开阔海面上（约东经 123.5°、北纬 31.0°），以免误认。

**Everything here is fictional**: names, people, facilities and streets come out of a
random number generator. The district lies in the open sea, about 123.5° E, 31.0° N, so
that nobody takes it for a real place.

Made by

```
circle demo --out DIR --size {size} --seed {seed}
```

| count 数量 | file 文件 | what 内容 |
| ---: | --- | --- |
{rows}

`study.yaml` is a ready study of these files; `circle run study.yaml` assesses the
district. Longitude and latitude are EPSG:4326; `x` and `y` in `population.csv` are cell
centres in metres, EPSG:4550. `facilities.xlsx` and `facilities.csv` hold the same
rows.

The inventory holds the 21 types of the profile `pudong` first and then types of other
profiles; those a profile does not have are passed over, with a warning.
清单先列标准 `pudong` 的21类设施，再列其他标准涉及的设施；
所用标准之外的设施不计入，并给出提示。

Candidate sites, too, offer types of `pudong` first and then types of other profiles.
候选点的可设类型亦先列 `pudong` 的类型，再列其他标准的类型。

The inventory has holes on purpose: new estates of the urbanising belt, some villages
and the island lack facilities of several types; some facilities are planned, under
construction or closed; three stand where no public street leads.
清单有意留有缺口：部分新建小区、村庄和海岛缺少若干类设施；少数设施为规划、在建或关闭状态；
另有三处设施附近没有公共道路。

Licence: CC0 1.0 (synthetic data, no rights reserved).
许可：CC0 1.0，合成数据，可自由使用。
"""


def write_readme(
    path: Path, counts: Mapping[str, int], *, size: str, seed: int
) -> None:
    """
    Write what the files are, that all is fictional, and how they were made.

    Parameters
    ----------
    path
        The file.
    counts
        What the district holds, by the names of the counts.
    size
        The size that was asked for, in its shortest form.
    seed
        The seed that was asked for.
    """
    rows = "\n".join(
        f"| {counts[name]:,} | `{file}` | {what} |" for name, file, what in ROWS
    )
    path.write_text(TEXT.format(size=size, seed=seed, rows=rows), encoding="utf-8")
