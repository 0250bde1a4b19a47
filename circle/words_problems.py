"""Chinese and English texts of the problems that inputs can have."""

from collections.abc import Mapping
from types import MappingProxyType

from circle.words_changes import CHANGE_TEXTS
from circle.words_files import FILE_TEXTS
from circle.words_inputs import INPUT_TEXTS
from circle.words_settings import SETTING_TEXTS
from circle.words_siting import SITING_TEXTS
from circle.words_streets import STREET_TEXTS

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
# Braces are filled by the problem; an empty part is left out.
PROBLEM_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        **CHANGE_TEXTS,
        **FILE_TEXTS,
        **INPUT_TEXTS,
        **SETTING_TEXTS,
        **SITING_TEXTS,
        **STREET_TEXTS,
        # columns and values
        "no-column": (
            (
                "缺少列“{header}”",
                "可用列名：{names}",
                "请补充该列；文件现有列：{columns}",
            ),
            (
                "no column for '{name}'",
                "expected one of: {names}",
                "or name it under `columns:` in the study. The file has: {columns}",
            ),
        ),
        "no-mapped-column": (
            (
                "columns.{name}：没有列“{wanted}”",
                "文件现有列：{columns}",
                "请改正评估任务中的列名",
            ),
            (
                "columns.{name}: no column '{wanted}'",
                "the file has: {columns}",
                "correct the name in the study",
            ),
        ),
        "not-a-number": (
            ("发现 {values}", "应为数字", "请改为数字，未知时留空"),
            ("found {values}", "expected a number", "correct the cell"),
        ),
        "unknown-choice": (
            ("发现 {values}", "应为以下之一：{choices}", "请改为其中一项"),
            ("found {values}", "expected {choices}", "write one of these words"),
        ),
        "cut-code": (
            (
                "发现 {values}",
                "应为完整编号（已被表格软件截断）",
                "请将该列设为文本格式后重新填写",
            ),
            (
                "found {values}",
                "expected every digit of the code: a spreadsheet program has cut it",
                "format the column as text",
            ),
        ),
        "empty-cell": (
            ("单元格为空", "每行都应填写", "请补填"),
            ("empty", "expected a value in every row", "fill it in"),
        ),
        "below-minimum": (
            ("发现 {values}", "应不小于 {minimum}", "请改正"),
            ("found {values}", "expected {minimum} or more", "correct the cell"),
        ),
        "repeated-id": (
            ("编号 {ids} 重复出现", "每个编号只应出现一次", "请改正编号或删去重复行"),
            (
                "found {name} {ids} more than once",
                "expected each id once",
                "give each row an id of its own, or delete the row that is twice",
            ),
        ),
        "no-such-inner-column": (
            ("缺少列“{name}”", "", ""),
            ("no column '{name}'", "", ""),
        ),
        "unknown-inner-choice": (
            ("发现 {values}", "应为以下之一：{choices}", ""),
            ("found {values}", "expected {choices}", ""),
        ),
        "row-twice": (
            ("{name} 重复出现", "每个只应出现一次", ""),
            ("{name}: found a row twice", "expected each once", ""),
        ),
        # places
        "no-polygons": (
            ("没有面状图形", "应为面图层，如 .geojson 或 .gpkg", "请换用范围面文件"),
            (
                "has no polygons",
                "expected a layer such as .geojson",
                "give the file with the areas",
            ),
        ),
        "no-coordinates": (
            ("没有坐标", "每行都应有点位", "请补充坐标或去掉该行"),
            (
                "found no coordinates",
                "expected a point for every row",
                "add them or leave the row out",
            ),
        ),
        "coordinate-accident": (
            (
                "坐标与声明的坐标系 {declared} 不符，疑似：{seen}",
                "坐标应符合所声明的坐标系",
                "请在评估任务中将该文件改写为 {write}",
            ),
            (
                "found coordinates that do not fit the declared {declared}; they look "
                "like {seen}",
                "expected numbers in the declared system",
                "write {write} for this file in the study",
            ),
        ),
        "zero-coordinates": (
            (
                "坐标为 0, 0，不是有效点位",
                "应为实际点位，未知时留空",
                "请改正或清空两格",
            ),
            (
                "found the coordinates 0, 0, which stand for no place here",
                "expected the place, or nothing where it is not known",
                "leave both cells empty",
            ),
        ),
        "half-a-place": (
            ("只有一个坐标", "两个坐标都应填写，或都留空", "请补填另一个坐标"),
            (
                "found one coordinate without the other",
                "expected both, or neither",
                "fill in the other one",
            ),
        ),
        "misfit-coordinates": (
            (
                "坐标与声明的坐标系 {declared} 不符",
                "应为该坐标系的数值",
                "请改正坐标；如整列如此，请核对所声明的坐标系",
            ),
            (
                "found coordinates that do not fit the declared {declared}",
                "expected numbers in that system",
                "correct the place or, if all are so, the declared system",
            ),
        ),
        "turned-coordinates": (
            (
                "两个坐标疑似填反（如经度与纬度）",
                "应依次为 x（经度或东坐标）、y（纬度或北坐标）",
                "请对调两格",
            ),
            (
                "found coordinates that fit only the other way round",
                "expected x (longitude or easting), then y (latitude or northing)",
                "exchange the two cells",
            ),
        ),
        "off-the-globe": (
            (
                "坐标与声明的坐标系 {declared} 不符",
                "应位于地球范围内",
                "请核对 {file} 中的 subdistricts.crs",
            ),
            (
                "found coordinates that do not fit the declared {declared}",
                "expected places on the globe",
                "check subdistricts.crs in {file}",
            ),
        ),
        "wrong-shape": (
            ("发现图形 {shapes}", "应为 {wanted}", "请换用正确的图层"),
            ("found {shapes}", "expected {wanted}", "give the right layer"),
        ),
        "empty-area": (
            ("图形为空", "应为有效的面", "请在 GIS 软件中修复"),
            (
                "found an empty area",
                "expected a valid polygon",
                "repair it in a GIS program",
            ),
        ),
        "invalid-area": (
            ("图形无效（如自相交）", "应为有效的面", "请在 GIS 软件中修复"),
            (
                "found an area that is not valid",
                "expected a valid polygon",
                "repair it in a GIS program",
            ),
        ),
        # what single tables mean
        "no-area-class": (
            (
                "没有地区类型",
                "应有列“{header}”，填写城市化地区、城镇化地区或远郊地区",
                "请补充该列，或在评估任务中填写 `area_class:`",
            ),
            (
                "no area class",
                "expected a column '{header}' with urban, urbanising or outer",
                "or `area_class:` in the study",
            ),
        ),
        "unknown-subdistrict": (
            ("发现街镇 {values}", "应为 {known} 之一", "请改正编号或补充该街镇"),
            (
                "found subdistrict {values}",
                "expected one of {known}",
                "correct the code or add the subdistrict",
            ),
        ),
        "doubled-area": (
            (
                "街镇 {a} 与 {b} 重叠 {size} 平方千米，超过较小者的一半",
                "相邻街镇不应重叠",
                "请核对是否重复",
            ),
            (
                "subdistricts {a} and {b} share {size} km², more than half of the "
                "smaller one",
                "expected areas that meet",
                "is one in the file twice?",
            ),
        ),
        "unknown-type": (
            (
                "发现未知的设施类型 {values}",
                "应为标准中的设施类型（填报表见下拉列表）",
                "请改正；如属同义名称，请加入标准的 `synonyms`",
            ),
            (
                "found unknown facility type {values}",
                "expected a type of the profile",
                "add the name to its `synonyms` if it is another word for one",
            ),
        ),
        "bands-over-population": (
            (
                "各年龄段人口之和大于总人口",
                "应不大于总人口",
                "请核对年份和范围是否一致",
            ),
            (
                "found age bands that add up to more than the population",
                "expected at most the total",
                "check that all belong to the same year and area",
            ),
        ),
        "no-homes": (
            (
                "街镇范围内没有住宅建筑",
                "应为含建筑的 OSM 数据",
                "请换用完整的 OSM 数据",
            ),
            (
                "found no residential building inside the subdistricts",
                "expected an OSM extract with buildings",
                "give a full extract",
            ),
        ),
        "no-reply-columns": (
            (
                "不是缺口工作簿",
                "应为某次运行的 gaps.xlsx 或其填写后的副本",
                "请报送 gaps.xlsx，勿改动表头与编号列",
            ),
            (
                "found no columns for replies",
                "expected the gaps.xlsx of a run, or a filled-in copy of it",
                "return that workbook with its headers and codes as they were",
            ),
        ),
        "nothing-filled-in": (
            ("没有填写任何内容", "应至少填写一行（示例行不计）", "请填写后再报送"),
            (
                "found nothing filled in",
                "expected at least one row besides the examples",
                "fill in the sheets",
            ),
        ),
        "not-a-return": (
            (
                "不是填报表",
                "应为由 circle template 生成并填写的工作簿",
                "请使用模板填报",
            ),
            (
                "is no returned workbook",
                "expected one made by circle template",
                "ask the office to fill in the template",
            ),
        ),
        "not-an-inventory": (
            (
                "不能汇入",
                "应为设施或居村表（.xlsx 或 .csv）",
                "请给出原有数据表",
            ),
            (
                "cannot be merged into",
                "expected a table of facilities or committees (.xlsx or .csv)",
                "give the inventory",
            ),
        ),
        "unknown-table": (
            (
                "无法判断是哪一种表",
                "应为设施、居村、候选点、人口或街镇表；现有列：{columns}",
                "请用 --as 指明种类",
            ),
            (
                "cannot tell what kind of table it is",
                "expected facilities, committees, candidates, population or "
                "subdistricts; the file has: {columns}",
                "name the kind with --as",
            ),
        ),
    }
)
