"""Chinese and English texts of the problems of streets and population rasters."""

from collections.abc import Mapping
from types import MappingProxyType

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
STREET_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        # OpenStreetMap files
        "osm-not-read": (
            (
                "无法作为 OSM 文件读取",
                "应为完整的 OSM 文件",
                "可能未下载完整，请重新下载",
            ),
            (
                "cannot be read as an OSM file ({error})",
                "",
                "it may be half-downloaded: fetch it again",
            ),
        ),
        "no-open-street": (
            (
                "没有可步行或骑行的道路",
                "应为含 highway=* 道路的 OSM 数据",
                "请换用完整的 OSM 数据",
            ),
            (
                "found no street that can be walked or cycled",
                "expected an OSM extract with ways tagged highway=*",
                "",
            ),
        ),
        "no-street-for-mode": (
            ("没有{mode}可用的道路", "应为含此类道路的数据", "请换用完整的道路数据"),
            (
                "no street is open to this mode",
                "expected an OSM extract with streets or paths for it",
                "",
            ),
        ),
        "no-tagged-feature": (
            (
                "没有符合标准“{profile}”标签的要素",
                "应为完整的 OSM 数据，而非仅有道路",
                "请换用完整的 OSM 数据",
            ),
            (
                "found no feature with a tag set of profile '{profile}'",
                "expected a full OSM extract, not streets alone",
                "",
            ),
        ),
        # line layers and graphs
        "lines-not-parquet": (
            (
                "无法作为 GeoParquet 读取",
                "应为完整的文件",
                "可能未下载完整，请重新下载",
            ),
            (
                "cannot be read as GeoParquet ({error})",
                "",
                "it may be half-downloaded: fetch it again",
            ),
        ),
        "no-lines": (
            (
                "没有线",
                "应为道路线图层，如 .shp、.gpkg、.geojson 或 .parquet",
                "请换用",
            ),
            (
                "found no lines",
                "expected a layer of street lines, such as .shp, .gpkg, .geojson or "
                ".parquet",
                "",
            ),
        ),
        "not-lines": (
            ("发现图形 {shapes}", "应为线", "请沿道路中线绘制"),
            (
                "found {shapes}",
                "expected lines",
                "draw streets as lines along their middle",
            ),
        ),
        "misfit-lines": (
            (
                "坐标与 {declared} 不符",
                "应依次为该坐标系的 x、y",
                "请核对评估任务中道路的 `crs:`",
            ),
            (
                "found coordinates that do not fit {declared}",
                "expected x, then y, in that system",
                "check `crs:` of the streets in the study",
            ),
        ),
        "lines-without-crs": (
            ("文件未注明坐标系", "应注明", "请在 {section} 下写 `crs:`，如 EPSG:4549"),
            (
                "names no coordinate system",
                "expected one",
                "write it as `crs:` under {section}, such as EPSG:4549",
            ),
        ),
        "no-class-column": (
            (
                "缺少道路等级列",
                "可用列名：{names}，或用 `columns: {{class: …}}` 指明",
                "或用 `default_class:` 为全部道路指定等级",
            ),
            (
                "no column for 'class'",
                "expected one of {names}, or its name under `columns: {{class: …}}`, "
                "or `default_class:` for all lines",
                "",
            ),
        ),
        "no-open-line": (
            ("没有可步行或骑行的线", "应为道路", "请核对评估任务中的 `classes:`"),
            (
                "found no line that can be walked or cycled",
                "expected streets",
                "check `classes:` in the study",
            ),
        ),
        "unknown-street-classes": (
            (
                "发现未说明含义的道路等级：{values}",
                "应为 OpenStreetMap 的 highway 值，或在 `classes:` 下逐项说明",
                "例如写 `classes: {{主干路: primary}}`，其余可用 `default_class:`",
            ),
            (
                "found street classes that nothing explains: {values}",
                "expected highway values of OpenStreetMap, or an entry for each under "
                "`classes:`",
                "write for example `classes: {{主干路: primary}}`, or "
                "`default_class:` for all the others",
            ),
        ),
        "unknown-directions": (
            (
                "发现无法识别的单行方向：{values}",
                "列 oneway 中应为 `yes`、`no` 或 `-1`",
                "请改正",
            ),
            (
                "found directions that cannot be read: {values}",
                "expected yes, no or -1 in the column 'oneway'",
                "correct them",
            ),
        ),
        "unknown-levels": (
            (
                "发现不是数字的层级：{values}",
                "地面为 0，桥梁为 1，隧道为 -1",
                "请改正，或用 `columns: {{layer: …}}` 指明另一列",
            ),
            (
                "found levels that are no numbers: {values}",
                "expected 0 on the ground, 1 on a bridge, -1 in a tunnel",
                "correct them, or name another column under `columns: {{layer: …}}`",
            ),
        ),
        "unknown-street-word": (
            (
                "发现“{value}”",
                "应为 OpenStreetMap 的 highway 值（如 primary、residential、"
                "footway），或 closed，或写有 `walk:`、`ride:` 的一节",
                "请改正",
            ),
            (
                "found '{value}'",
                "expected a highway value of OpenStreetMap such as primary, "
                "residential or footway, or closed, or a section with `walk:` and "
                "`ride:`",
                "",
            ),
        ),
        "key-means-nothing": (
            ("发现 {keys}，对{kind}没有意义", "仅用于其他文件", "请删去"),
            (
                "found {keys}, which means nothing for {kind}",
                "expected it only for other files",
                "delete it",
            ),
        ),
        "graph-not-read": (
            (
                "无法作为 OSMnx 的 GraphML 文件读取",
                "应为 osmnx.save_graphml 所写的文件",
                "请重新保存",
            ),
            (
                "cannot be read as a GraphML file of OSMnx ({error})",
                "expected one written by osmnx.save_graphml",
                "save it again",
            ),
        ),
        "graph-without-edges": (
            (
                "没有带 x、y 的结点和边",
                "应为 osmnx.save_graphml 保存的路网",
                "请重新保存",
            ),
            (
                "found no edges between nodes with x and y",
                "expected a street graph saved by osmnx.save_graphml",
                "",
            ),
        ),
        "no-open-edge": (
            (
                "没有可步行或骑行的边",
                "应为 OSMnx 的路网",
                "请核对评估任务中的 `classes:`",
            ),
            (
                "found no edge that can be walked or cycled",
                "expected a street graph of OSMnx",
                "check `classes:` in the study",
            ),
        ),
        # heights
        "heights-without-crs": (
            ("文件未注明坐标系", "", "请用GIS软件为其定义坐标系后重新导出"),
            (
                "names no coordinate system",
                "",
                "give it one in a GIS and export it again",
            ),
        ),
        "heights-elsewhere": (
            ("未覆盖路网", "高程栅格应覆盖路网", "请核对其坐标系与范围"),
            (
                "has a height for no node of the streets",
                "expected a raster that covers the network",
                "check its coordinate system and extent",
            ),
        ),
        # rasters
        "raster-not-read": (
            (
                "无法作为 GeoTIFF 读取",
                "应为完整且带坐标的 .tif 文件",
                "请重新下载或导出",
            ),
            (
                "cannot be read as a GeoTIFF ({error})",
                "expected a whole .tif file with coordinates",
                "download or export it again",
            ),
        ),
        "raster-bands": (
            (
                "有{n}个波段",
                "应只有一个人口波段",
                "请导出所需波段，或每个年龄段各用一个文件",
            ),
            (
                "found {n} bands",
                "expected one, with people",
                "export the band that holds them, or name one file for each age band",
            ),
        ),
        "raster-without-place": (
            ("没有坐标", "应为带坐标的 GeoTIFF", "请用 GIS 软件导出"),
            (
                "has no coordinates",
                "expected a GeoTIFF with a place",
                "export it from a GIS program",
            ),
        ),
        "raster-without-crs": (
            ("文件未注明坐标系", "", "请在评估任务的 population 下用 `crs:` 声明"),
            (
                "names no coordinate system",
                "",
                "declare it with `crs:` in the section population of the study",
            ),
        ),
        "raster-says-density": (
            (
                "发现“{hint}”，疑似人口密度",
                "应为每格人数",
                "如为每平方千米人数，请在 population 下写 `unit: per_km2`；"
                "如确为每格人数，请写 `unit: count`",
            ),
            (
                "found '{hint}', which speaks of a density",
                "expected people per cell",
                "write `unit: per_km2` in the section population if it holds people "
                "per km², `unit: count` if it holds people per cell",
            ),
        ),
        "raster-too-dense": (
            (
                "按每格人数读取时平均每平方千米{people}人，高于任何地方",
                "应为每格人数",
                "如为每平方千米人数，请在 population 下写 `unit: per_km2`；"
                "如人数无误，请写 `unit: count`",
            ),
            (
                "read as people per cell, {people} people live on a km² on average, "
                "more than anywhere",
                "expected counts",
                "write `unit: per_km2` in the section population if it holds people "
                "per km², `unit: count` if the counts are right",
            ),
        ),
        "raster-elsewhere": (
            ("未覆盖评估范围", "栅格应覆盖各街镇", "请核对两者声明的坐标系"),
            (
                "does not reach the subdistricts",
                "expected a raster that covers them",
                "check the declared coordinate systems of both",
            ),
        ),
        "raster-too-fine": (
            (
                "评估范围附近有{n}个格点",
                "至多 {most} 个",
                "请换用较粗的栅格，如100米或1公里",
            ),
            (
                "found {n} cells around the subdistricts",
                "expected at most {most}",
                "take a coarser raster, such as one of 100 m or 1 km",
            ),
        ),
        "raster-below-zero": (
            (
                "有{n}个格点小于 0（最小 {lowest}）",
                "人数应不小于 0",
                "如表示无数据，请在 population 下写 `nodata: {lowest}`",
            ),
            (
                "found {n} cells below 0 (lowest {lowest})",
                "expected 0 or more people",
                "where this stands for no data, write `nodata: {lowest}` in the "
                "section population of the study",
            ),
        ),
        "raster-infinite": (
            ("有{n}个格点为无穷大", "应为人数", "请重新导出"),
            (
                "found {n} cells that are infinite",
                "expected numbers of people",
                "export the raster again",
            ),
        ),
        "raster-empty": (
            ("各街镇附近没有人口", "应为人数", "请核对坐标系和文件"),
            (
                "found no people around the subdistricts",
                "expected counts",
                "check the coordinate systems and the files",
            ),
        ),
        "rasters-not-aligned": (
            (
                "栅格与 {other} 不一致",
                "各文件的大小、位置和坐标系应相同",
                "请采用同一系列的数据",
            ),
            (
                "its cells are not those of {other}",
                "expected rasters of the same size, place and coordinate system",
                "take both from one series",
            ),
        ),
        "raster-covers-part": (
            (
                "仅覆盖部分街镇范围：{values}",
                "应覆盖全部街镇",
                "请留出余量后重新裁剪",
            ),
            (
                "covers only a part of subdistrict {values}",
                "expected a raster that covers all of them",
                "cut it out again with a margin",
            ),
        ),
    }
)
