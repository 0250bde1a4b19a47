"""Chinese and English texts of the problems of scenarios, changes and results."""

from collections.abc import Mapping
from types import MappingProxyType

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
CHANGE_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        "changes-contradict": (
            (
                "第{first}项与第{second}项变更都涉及{thing}",
                "应只变更一次",
                "请删去其一",
            ),
            (
                "changes {first} and {second} both act on {thing}",
                "expected one change of it",
                "delete one",
            ),
        ),
        "change-unknown": (
            ("没有{what}：{names}", "应为以下之一：{known}", "请核对编号"),
            (
                "there is no {what} {names}",
                "expected one of: {known}",
                "check the code",
            ),
        ),
        "change-not-planned": (
            (
                "设施 {id} 的状态为 {status}",
                "应为规划或在建设施",
                "新增设施请用 `add_facility`",
            ),
            (
                "facility {id} is {status}",
                "expected one that is planned or being built",
                "to open a new one, use add_facility",
            ),
        ),
        "change-id-taken": (
            (
                "已有{what} {id}",
                "应为新的编号",
                "请换一个编号或位置；变更已有设施请用 `move_facility` 或 "
                "`enlarge_facility`",
            ),
            (
                "there is a {what} {id} already",
                "expected a new code",
                "give another code or place; to change what is there, use "
                "move_facility or enlarge_facility",
            ),
        ),
        "change-no-place": (
            (
                "发现 {x}, {y}",
                "应为 {crs} 的横坐标（或经度）和纵坐标（或纬度）",
                "请按此顺序填写，或用 `crs` 注明坐标系",
            ),
            (
                "found {x}, {y}",
                "expected x (or longitude) and y (or latitude) in {crs}",
                "put them in this order, or name their system with `crs`",
            ),
        ),
        "change-outside": (
            (
                "该位置不在任何街镇内（共{n}个）",
                "应为本区内的位置",
                "请核对坐标顺序和 `crs`",
            ),
            (
                "the place lies in none of the {n} subdistricts",
                "expected a place inside the district",
                "check the order of the numbers and `crs`",
            ),
        ),
        "change-no-streets": (
            ("评估任务没有路网（筛查模式）", "应有 `streets:`", "请在评估任务中补充"),
            (
                "the study has no streets (screening mode)",
                "expected `streets:` in the study",
                "add it",
            ),
        ),
        "change-end-far": (
            (
                "端点距最近道路 {away} 米",
                "应不超过 {limit} 米",
                "请将线画到道路上",
            ),
            (
                "an end lies {away} m from the nearest street",
                "expected at most {limit} m",
                "draw the line up to the street",
            ),
        ),
        "change-cuts-nothing": (
            (
                "该线没有穿过{modes}可通行的道路",
                "应穿过要中断的道路",
                "请核对各点和 `crs`",
            ),
            (
                "it crosses no street open to {modes}",
                "expected a line across the streets to be cut",
                "check its points and `crs`",
            ),
        ),
        "no-results": (
            (
                "没有可读取的结果（{reason}）",
                "应为 circle run 写出的文件夹，内含 results 子文件夹",
                "请重新运行该评估任务",
            ),
            (
                "there are no results to read ({reason})",
                "expected a folder that circle run has written, with the folder "
                "results in it",
                "run the study again",
            ),
        ),
        "no-plan": (
            (
                "不是选址方案的版本文件（{reason}）",
                "应为 circle site 写出的 plan-001.json 等文件",
                "请核对路径",
            ),
            (
                "is no version of a siting plan ({reason})",
                "expected a file such as plan-001.json that circle site has written",
                "check the path",
            ),
        ),
        "results-form": (
            ("结果的格式版本为 {form}", "应为 1 或 2", "请用本版本重新运行"),
            (
                "the results have form {form}",
                "expected 1 or 2",
                "run the study again with this version",
            ),
        ),
        "change-norm-without-rates": (
            (
                "配置标准 {id} 只有最小规模，没有配置率",
                "应为有配置率的标准",
                "请选择其他标准",
            ),
            (
                "norm {id} has a least size only and no rates",
                "expected a norm with rates",
                "choose another",
            ),
        ),
    }
)
