"""Chinese and English texts of the problems of siting and of tables of distances."""

from collections.abc import Mapping
from types import MappingProxyType

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
SITING_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        # no plan
        "requirements-clash": (
            (
                "以下要求不能同时满足：{names}",
                "应为可同时满足的要求",
                "请放宽或放弃其中一项",
            ),
            (
                "no plan meets these requirements together: {names}",
                "expected requirements that can be met at once",
                "relax or give up one of them",
            ),
        ),
        "items-lost": (
            (
                "有 {n} 项必须覆盖，但没有可用的候选点能到达",
                "每项应至少有一个可用的候选点",
                "请增加候选点，或不再要求覆盖这些项",
            ),
            (
                "found {n} items that must be covered and that no open candidate "
                "reaches",
                "expected a candidate for each",
                "add candidates, or do not require these items",
            ),
        ),
        "only-forbidden": (
            (
                "有 {n} 个需求点只有禁用的候选点能到达",
                "每个需求点应有可用的候选点",
                "请解除其中一个的禁用",
            ),
            (
                "found {n} demands that only forbidden candidates reach",
                "expected an open candidate for every demand",
                "allow one of them",
            ),
        ),
        "sites-too-few": (
            (
                "最多只可有 {n} 处选址",
                "至少应为 {least} 处，否则不能服务所有需求点",
                "请增加选址数，或提供更多距离",
            ),
            (
                "found at most {n} sites",
                "expected at least {least}, since fewer cannot serve every demand",
                "raise the number of sites, or give more distances",
            ),
        ),
        "no-plan-in-time": (
            (
                "在 {seconds} 秒内没有找到以 {n} 处选址服务所有需求点的方案",
                "",
                "请增加选址数或时限",
            ),
            (
                "found no plan with {n} sites that serves every demand in {seconds} s",
                "",
                "raise the number of sites or the time limit",
            ),
        ),
        "no-site-asked": (
            (
                "模型 {model} 的选址数为 0",
                "每个需求点都要有服务，至少应为 1 处",
                "请增加选址数",
            ),
            (
                "found p = 0 for the model {model}",
                "expected 1 site at least, since every demand must be served",
                "raise p",
            ),
        ),
        # options that do not fit the city
        "siting-unknown": (
            ("发现 {values}", "应为以下各项：{known}", "请核对写法或输入数据的列"),
            (
                "found {values}",
                "expected some of: {known}",
                "check the spelling, or the input columns",
            ),
        ),
        "siting-unknown-ids": (
            ("发现 {values}", "应为已有的 {n} 个编号中的各项", "请核对写法"),
            (
                "found {values}",
                "expected some of the {n} ids that there are",
                "check the spelling",
            ),
        ),
        "routes-not-here": (
            (
                "模型为 {model}，而有 {n} 处地点有几种供给方式（place_id）",
                "每处地点应只有一个候选点",
                "请选用 mclp 或 lscp，或每处只留一种方式",
            ),
            (
                "found {model} and {n} places with several routes (place_id)",
                "expected one candidate per place",
                "choose mclp or lscp, or keep one route of each place",
            ),
        ),
        "frontier-of-lscp": (
            ("投入与达标率的关系只用于模型 mclp", "发现 lscp", "请选用 mclp"),
            ("a frontier goes with model mclp", "found lscp", "choose mclp"),
        ),
        "no-such-series": (
            (
                "{what}只用于不分年度的覆盖模型",
                "发现 {found}",
                "请选用 mclp，或删去该项",
            ),
            (
                "{what}: only with covering models, without years",
                "found {found}",
                "choose mclp, or leave them out",
            ),
        ),
        "layer-column": (
            ("没有列“{name}”", "应为以下之一：{known}（{file}）", "请核对列名"),
            (
                "found the column {name}",
                "expected one of {known} ({file})",
                "check the spelling",
            ),
        ),
        # feedback and versions
        "addition-form": (
            (
                "发现 {text}",
                "应为“类型@x,y”或“类型@x,y,造价”，如 kindergarten@121.5,31.2,80",
                "几种类型之间请用 + 连接",
            ),
            (
                "found {text}",
                "expected types@x,y or types@x,y,cost, such as "
                "kindergarten@121.5,31.2,80",
                "write + between several types",
            ),
        ),
        "addition-types": (
            ("发现类型 {values}", "应为标准“{name}”中的类型，如 {known}", "请核对写法"),
            (
                "found the types {values}",
                "expected types of profile '{name}', such as {known}",
                "check the spelling",
            ),
        ),
        "locked-and-forbidden": (
            ("{values} 同时在两者之中", "每个候选点应只在其一", "请删去其一"),
            (
                "found {values} in both",
                "expected each candidate in one of them",
                "leave it out of the other",
            ),
        ),
        "version-not-read": (
            (
                "无法作为方案版本读取（{error}）",
                "应为 circle 写出的 JSON",
                "请恢复该文件，或指定另一文件夹",
            ),
            (
                "cannot be read as a version of a plan ({error})",
                "expected JSON as circle wrote it",
                "restore the file, or name another folder",
            ),
        ),
        "version-not-kept": (
            (
                "无法保存该版本（{reason}）",
                "应为可写入且没有该文件的文件夹",
                "请用 --out 另选文件夹",
            ),
            (
                "the version cannot be kept ({reason})",
                "expected a folder to write to, without this file",
                "choose another folder with --out",
            ),
        ),
        # tables of distances
        "matrix-not-read": (
            (
                "无法读取（{reason}）",
                "应为 CSV 或 Parquet 表格",
                "请检查路径和文件内容",
            ),
            (
                "cannot be read ({reason})",
                "expected a CSV or Parquet table",
                "check the path and the content of the file",
            ),
        ),
        "matrix-columns": (
            (
                "发现列：{columns}",
                "应有列：{expected}，各一次",
                "请在首行写明：{missing}",
            ),
            (
                "found the columns {columns}",
                "expected {expected}, each once",
                "name {missing} in the first row",
            ),
        ),
        "matrix-empty": (
            ("文件为空", "应为含以下列的表格：{expected}", "请重新保存该表格"),
            (
                "found an empty file",
                "expected a table with the columns {expected}",
                "save the table again",
            ),
        ),
        "decimal-ids": (
            ("编号为小数", "应为文本或整数", "请将编号保存为文本"),
            (
                "found decimal numbers",
                "expected texts or whole numbers",
                "save the ids as texts",
            ),
        ),
        "two-weights": (
            ("以下需求点的权重前后不同：{ids}", "每个需求点应只有一个权重", "请改正"),
            (
                "found different weights for the demands {ids}",
                "expected one weight for each",
                "correct the rows",
            ),
        ),
        "no-id": (
            ("没有编号", "每行应有编号", "请补充"),
            ("found no id", "expected one in every row", "correct the rows"),
        ),
        "no-id-beside-distance": (
            ("有距离而没有编号", "应有编号", "请补充"),
            ("found no id beside a distance", "expected one", "correct the rows"),
        ),
        "no-weight": (
            ("没有数值", "应为不小于 0 的权重", "请补充"),
            ("found no number", "expected a weight, 0 or more", "correct the rows"),
        ),
        "negative-weight": (
            ("权重为负数或无穷大", "应为不小于 0 的数", "请改正"),
            (
                "found a negative or infinite weight",
                "expected a number, 0 or more",
                "correct the rows",
            ),
        ),
        "negative-distance": (
            ("距离为负数", "应为不小于 0 的数", "请改正"),
            (
                "found a negative distance",
                "expected a number, 0 or more",
                "correct the rows",
            ),
        ),
    }
)
