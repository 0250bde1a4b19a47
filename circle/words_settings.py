"""Chinese and English texts of the problems of studies, profiles and systems."""

from collections.abc import Mapping
from types import MappingProxyType

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
SETTING_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        # YAML files
        "yaml-not-read": (
            ("无法读取（{reason}）", "应为 YAML 文件", "请核对路径"),
            ("cannot be read ({reason})", "expected a YAML file", "check the path"),
        ),
        "yaml-not-utf8": (
            ("文本不是 UTF-8 编码", "", "请另存为 UTF-8"),
            ("is not UTF-8 text", "", "save it as UTF-8"),
        ),
        "yaml-not-valid": (
            ("不是有效的 YAML：{fault}", "", "请改正"),
            ("is not valid YAML: {fault}", "", ""),
        ),
        "yaml-no-mapping": (
            ("发现{kind}", "应为“键: 值”形式的各行", "请改正"),
            ("expected 'key: value' lines, found {kind}", "", ""),
        ),
        # person groups
        "unknown-groups": (
            (
                "标准“{profile}”没有人群 {values}",
                "应为以下之一：{known}",
                "请改正或删去",
            ),
            (
                "profile '{profile}' has no person group {values}",
                "expected some of: {known}",
                "correct the name or delete it",
            ),
        ),
        # keys and values
        "missing-key": (
            ("缺少此项", "", "请补充"),
            ("is missing", "", "add it"),
        ),
        "unknown-key": (
            ("未知的键{hint}", "此处可用的键：{known}", "请改正或删去"),
            ("unknown key.{hint} Known keys here: {known}", "", ""),
        ),
        "number-for-text": (
            ("发现 {found}，YAML 会当作数字或日期", "应为文本", "请加引号"),
            (
                "found {found}, which YAML takes for a number or a date",
                "expected text",
                "put it in quotes",
            ),
        ),
        "bad-setting": (
            ("发现 {found}", "{wanted}", "请改正"),
            ("found {found}", "{wanted}", "correct it"),
        ),
        "missing-input": (
            (
                "找不到文件 {path}",
                "",
                "请核对路径，或用 `data:` 或 --data 指明数据所在文件夹",
            ),
            (
                "there is no file {path}",
                "",
                "check the path, or give the folder of the inputs with `data:` or "
                "--data",
            ),
        ),
        "unknown-profile": (
            (
                "没有这个标准",
                "自带的标准：{known}",
                "如用自己的标准，请写以 .yaml 结尾的路径",
            ),
            (
                "not found",
                "circle ships: {known}",
                "for your own, give a path that ends in .yaml",
            ),
        ),
        "unknown-profile-close": (
            (
                "没有这个标准",
                "自带的标准：{known}",
                "是否指“{close}”？如用自己的标准，请写以 .yaml 结尾的路径",
            ),
            (
                "not found",
                "circle ships: {known}",
                "did you mean '{close}'? for your own, give a path that ends in .yaml",
            ),
        ),
        "extends-itself": (
            (
                "标准以自身为基础（{chain}）",
                "应为另一标准",
                "请改用自带的标准或另一文件",
            ),
            (
                "found a profile that extends itself ({chain})",
                "expected another profile",
                "name a shipped one or another file",
            ),
        ),
        "extends-no-profile": (
            ("发现 {found}", "应为标准的名称，或以 .yaml 结尾的路径", "请改正"),
            (
                "found {found}",
                "expected the name of a profile or a path ending in .yaml",
                "",
            ),
        ),
        "remove-of-nothing": (
            (
                "发现对“{key}”的 `remove`，而其不存在",
                "应为以下之一：{known}",
                "请删去该项",
            ),
            (
                "found 'remove' of '{key}', which is not there",
                "expected one of: {known}",
                "delete the entry",
            ),
        ),
        "types-not-in-profile": (
            ("发现 {values}", "应为标准中的设施类型：{known}", "请改正"),
            ("found {values}", "expected types of the profile: {known}", ""),
        ),
        "bands-not-in-profile": (
            ("发现 {values}", "应为标准中的年龄段：{known}", "请改正"),
            ("found {values}", "expected age bands of the profile: {known}", ""),
        ),
        "no-cell-inside": (
            ("没有人口网格位于街镇范围内", "", "请核对两个文件声明的坐标系"),
            (
                "no cell lies inside the subdistricts",
                "",
                "check the declared coordinate systems of both files",
            ),
        ),
        # coordinate systems
        "unknown-metric-crs": (
            (
                "“{text}”不是已知的坐标系",
                "应为 EPSG 代码，如 EPSG:4326（WGS-84 经纬度）或 EPSG:4549"
                "（CGCS2000，东经120°），或 PROJ 字符串",
                "请改正",
            ),
            (
                "'{text}' is not a known coordinate system",
                "expected an EPSG code such as EPSG:4326 (WGS-84 longitude and "
                "latitude) or EPSG:4549 (CGCS2000, 120° E), or a PROJ string",
                "",
            ),
        ),
        "unknown-crs": (
            (
                "“{text}”不是已知的坐标系",
                "应为 `WGS-84`、`CGCS2000`（经纬度）、`CGCS2000 120E`（平面坐标）、"
                "`CGCS2000 zone 40`（平面坐标，东坐标前带带号）、`GCJ-02`"
                "（高德、腾讯）、`BD-09`（百度）、EPSG 代码（如 EPSG:4549）"
                "或 PROJ 字符串",
                "请改正",
            ),
            (
                "'{text}' is not a known coordinate system",
                "expected WGS-84, CGCS2000 (longitude and latitude), CGCS2000 120E "
                "(plane), CGCS2000 zone 40 (plane, zone number before the easting), "
                "GCJ-02 (Amap, Tencent), BD-09 (Baidu), an EPSG code such as "
                "EPSG:4549, or a PROJ string",
                "",
            ),
        ),
        "refused-crs": (
            (
                "不能用“{name}”量算：{why}",
                "应为以米为单位的投影坐标系，如 EPSG:4549",
                "请改正，或删去 `crs`",
            ),
            (
                "{name} is refused for measuring: {why}",
                "expected a projected system in metres, such as EPSG:4549, or leave "
                "`crs` out",
                "",
            ),
        ),
        "crs-not-public": (
            (
                "发现“{text}”，其参数不公开，程序无法换算",
                "应为测绘部门提供的 PROJ 字符串",
                "或将文件转换为 CGCS2000（EPSG:4490）",
            ),
            (
                "found '{text}'",
                "its parameters are not public, so that circle cannot know them",
                "expected the PROJ string that the surveying office gives for it, or "
                "the file converted to CGCS2000 (EPSG:4490)",
            ),
        ),
        "baidu-metres": (
            (
                "发现“{text}”，即百度米制坐标，其公式未公布",
                "应为 BD-09 经纬度",
                "请按经纬度重新导出",
            ),
            (
                "found '{text}', Baidu's metres, for which no formula is published",
                "expected longitude and latitude in BD-09",
                "export the file so",
            ),
        ),
        # the places of whole files
        "other-district": (
            (
                "距街镇范围{km}公里内没有任何点位",
                "应为同一地区的数据",
                "请核对 {study} 中两个文件的 `crs:`，以及文件是否正确",
            ),
            (
                "found no place within {km} km of the subdistricts",
                "expected the same district",
                "check `crs:` of both files in {study}, and that it is the right file",
            ),
        ),
        "shifted-file": (
            (
                "坐标疑似整体偏移约{metres}米，与{name}相符：{places}个点中有{better}个"
                "位于所属街镇之外或远离道路，按{name}读取则不然{against}",
                "坐标应符合所声明的坐标系",
                "请在 {study} 的 `{section}:` 下写 `crs: {write}`；"
                "如文件无误，请写 `shift_check: off`",
            ),
            (
                "{better} of {places} places lie outside their subdistrict or far from "
                "every street, but would not if they were {name}, about {metres} m "
                "away{against}",
                "expected coordinates in the declared system",
                "write `crs: {write}` under `{section}:` in {study}, or `shift_check: "
                "off` there if the file is right",
            ),
        ),
        "shifted-raster": (
            (
                "有人口的格点疑似整体偏移约{metres}米，与{name}相符：{places}个中有"
                "{better}个远离道路，按{name}读取则不然{against}",
                "坐标应为真实位置",
                "如确为该坐标系，请在 {study} 的 `{section}:` 下写 `crs: {write}`",
            ),
            (
                "{better} of {places} cells with people lie far from every street, but "
                "would not if they were {name}, about {metres} m away{against}",
                "expected true positions",
                "if it is in that system, write `crs: {write}` under `{section}:` "
                "in {study}",
            ),
        ),
        "shifted-osm": (
            (
                "要素疑似整体偏移约{metres}米，与{name}相符：{places}个中有"
                "{better}个远离道路，按{name}读取则不然{against}",
                "坐标应为真实位置",
                "请向数据提供方核实，并换用未偏移的文件",
            ),
            (
                "{better} of {places} features lie far from every street, but "
                "would not if they were {name}, about {metres} m away{against}",
                "expected true positions",
                "ask whoever gave the file for one that is not moved",
            ),
        ),
        "shifted-streets": (
            (
                "道路疑似整体偏移约{metres}米，与{name}相符：其他文件{places}个点中有"
                "{better}个远离道路，若道路为{name}则不然{against}",
                "坐标应符合所声明的坐标系",
                "如确为该坐标系，请在 {study} 的 `{section}:` 下写 `crs: {write}`",
            ),
            (
                "{better} of {places} places of the other files lie far from every "
                "street, but would not if the streets were {name}, about {metres} m "
                "away{against}",
                "expected coordinates in the declared system",
                "if they are in that system, write `crs: {write}` under `{section}:` "
                "in {study}",
            ),
        ),
        "shifted-with-files": (
            (
                "范围疑似与其他文件一起整体偏移约{metres}米，与{name}相符："
                "{places}个点与范围相符，但其中{better}个远离道路，"
                "按{name}读取则不然{against}",
                "坐标应符合所声明的坐标系",
                "请在 {study} 的 `{section}:` 下写 `crs: {write}`；"
                "如文件无误，请写 `shift_check: off`",
            ),
            (
                "the borders fit {places} places of the other files, of which {better} "
                "lie far from every street, but would not if they were {name}, about "
                "{metres} m away{against}",
                "expected coordinates in the declared system",
                "write `crs: {write}` under `{section}:` in {study}, or `shift_check: "
                "off` there if the file is right",
            ),
        ),
        "shifted-subdistricts": (
            (
                "范围疑似整体偏移约{metres}米，与{name}相符：其他文件{places}个点中有"
                "{better}个位于所属街镇之外，若范围为{name}则不然{against}",
                "坐标应符合所声明的坐标系",
                "请在 {study} 的 `{section}:` 下写 `crs: {write}`；"
                "如文件无误，请写 `shift_check: off`",
            ),
            (
                "{better} of {places} places of the other files lie outside their "
                "subdistrict, but would not if the borders were {name}, about {metres} "
                "m away{against}",
                "expected coordinates in the declared system",
                "write `crs: {write}` under `{section}:` in {study}, or `shift_check: "
                "off` there if the file is right",
            ),
        ),
    }
)

# How PyYAML begins a fault: the same in Chinese.
YAML_FAULTS_ZH: tuple[tuple[str, str], ...] = (
    ("found character '\\t'", "含有制表符，缩进应使用空格"),
    ("found character", "含有不能开头的字符，请加引号"),
    ("mapping values are not allowed", "此处不应再有冒号；文本含冒号时请加引号"),
    ("could not find expected ':'", "缺少冒号"),
    ("expected ',' or", "括号未配对"),
    ("expected <block end>", "缩进不一致"),
    ("found unexpected end of stream", "引号未配对"),
    ("found undefined alias", "引用了未定义的别名"),
    ("could not determine a constructor", "含有不允许的标签"),
)
YAML_FAULT_ZH = "语法有误"
