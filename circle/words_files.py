"""Chinese and English texts of the problems of reading, writing and fetching files."""

from collections.abc import Mapping
from types import MappingProxyType

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
FILE_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        # reading
        "no-file": (
            ("没有这个文件", "", "请核对路径"),
            ("there is no such file", "", "check the path"),
        ),
        "no-rows": (
            ("没有任何数据行", "应有表头和至少一行数据", "请核对文件和工作表是否正确"),
            (
                "found no rows",
                "expected a header and at least one row",
                "check that it is the right file and sheet",
            ),
        ),
        "text-encoding": (
            (
                "文本既不是 UTF-8 也不是 GB18030（GBK）编码",
                "应为其中之一",
                "请打开后另存为“CSV UTF-8”",
            ),
            (
                "found text that is neither UTF-8 nor GB18030 (GBK)",
                "expected one of them",
                "open it and save it as 'CSV UTF-8'",
            ),
        ),
        "zero-bytes": (
            (
                "文本中有零字节",
                "应为文本表格",
                "请另存为“CSV UTF-8”，或改用与内容相符的扩展名",
            ),
            (
                "found zero bytes in the text",
                "expected a text table",
                "save it as 'CSV UTF-8', or give it the ending of what it is",
            ),
        ),
        "text-not-read": (
            (
                "无法作为文本表格读取",
                "单元格应以逗号、分号或制表符分隔",
                "请检查是否有未配对的引号",
            ),
            (
                "cannot be read as a text table ({error})",
                "expected cells separated by commas, semicolons or tabs",
                "look for a quote that is not closed",
            ),
        ),
        "sheet-not-read": (
            ("无法作为电子表格读取", "", "请用表格软件打开并另存为 .xlsx"),
            (
                "cannot be read as a spreadsheet ({error})",
                "",
                "open it in a spreadsheet program and save it again as .xlsx",
            ),
        ),
        "no-sheet": (
            ("文件中没有工作表", "至少应有一个", "请用表格软件打开并另存为 .xlsx"),
            (
                "found no sheet in it",
                "expected at least one",
                "open it in a spreadsheet program and save it again as .xlsx",
            ),
        ),
        "no-such-sheet": (
            ("没有工作表“{name}”", "现有：{names}", "请在 `layer:` 中指明其中之一"),
            (
                "found no sheet '{name}'",
                "it has {names}",
                "name one of them under `layer:`",
            ),
        ),
        "sheet-too-big": (
            (
                "工作表中的值占到{tall}行、{wide}列",
                "至多{most}个单元格；未打开",
                "请删除表格以外远处单元格中的值",
            ),
            (
                "found a sheet whose values span {tall} rows and {wide} columns",
                "expected at most {most} cells; it was not opened",
                "delete the values in far-off cells outside the table",
            ),
        ),
        "zip-bomb": (
            (
                "文件解压后有 {unpacked} MB，为其大小的 {times} 倍",
                "至多 {most} MB、{most_times} 倍；未打开",
                "请向报送单位索取普通表格",
            ),
            (
                "found a file that unpacks to {unpacked} MB, {times} times its size",
                "expected at most {most} MB and {most_times} times; it was not opened",
                "ask its sender for a plain table",
            ),
        ),
        "layer-not-read": (
            (
                "无法作为图层读取",
                "应为 GDAL 可读的文件，如 .geojson 或 .gpkg",
                "如为 Shapefile，请将 .shp、.shx、.dbf、.prj 一并提供",
            ),
            (
                "cannot be read as a layer ({error})",
                "expected a file that GDAL reads, such as .geojson or .gpkg",
                "of a Shapefile send .shp, .shx, .dbf and .prj together",
            ),
        ),
        "layer-encoding": (
            (
                "属性文本的编码与所注明的不符，也不是 UTF-8 或 GB18030（GBK）",
                "应为其中之一",
                "请删去 .cpg 文件，或另存为 .gpkg",
            ),
            (
                "found attribute text that is not in the encoding it names, nor UTF-8 "
                "or GB18030 (GBK)",
                "expected one of these",
                "delete its .cpg file, or save it again as .gpkg",
            ),
        ),
        "parquet-not-read": (
            ("无法作为 GeoParquet 读取", "应为完整的 .parquet 文件", "请重新导出"),
            (
                "cannot be read as GeoParquet ({error})",
                "expected a whole .parquet file",
                "export it again",
            ),
        ),
        "parquet-too-big": (
            (
                "共{n}个值，解压后有 {unpacked} MB",
                "至多{most}个值、{most_mb} MB；未打开",
                "请只保留评估范围内的行和需要的列",
            ),
            (
                "found {n} values that unpack to {unpacked} MB",
                "expected at most {most} values and {most_mb} MB; it was not opened",
                "keep only the rows of the district and the columns that are needed",
            ),
        ),
        "too-many-vertices": (
            ("图形共有{n}个顶点", "至多{most}个", "请裁剪到评估范围并简化图形"),
            (
                "found shapes with {n} vertices",
                "expected at most {most}",
                "cut them to the district and simplify them",
            ),
        ),
        "raster-block-too-big": (
            (
                "栅格以{n}个格点为一块存储，须整块读取",
                "每块至多{most}个格点；未读取",
                "请重新导出为分块（tiled）的 GeoTIFF",
            ),
            (
                "found a raster kept in blocks of {n} cells, each read as a whole",
                "expected at most {most} cells in a block; it was not read",
                "export it again as a tiled GeoTIFF",
            ),
        ),
        # writing
        "not-written": (
            (
                "无法写入（{reason}）",
                "文件夹应有空间和写入权限",
                "如文件在其他程序中打开，请先关闭",
            ),
            (
                "cannot be written ({reason})",
                "expected a folder with room and the right to write",
                "close the file if it is open elsewhere",
            ),
        ),
        "results-not-written": (
            (
                "结果无法写入（{reason}）",
                "文件夹应有空间和写入权限",
                "请关闭在其他程序中打开的文件，或另选文件夹；原有结果未变",
            ),
            (
                "the results cannot be written ({reason})",
                "expected a folder with room and the right to write",
                "close files that are open in other programs, or name another folder; "
                "an old result is unchanged",
            ),
        ),
        "record-not-written": (
            (
                "无法写入（{reason}）",
                "文件夹应有空间和写入权限，输入文件应仍在原处",
                "请核对",
            ),
            (
                "cannot be written ({reason})",
                "expected a folder with room and the right to write, and the input "
                "files still in their places",
                "",
            ),
        ),
        "no-folder": (
            ("不是可以替换的文件夹", "", "请另选文件夹"),
            ("is not a folder that can be replaced", "", "name another one"),
        ),
        "folder-not-read": (
            ("无法读取（{reason}）", "", "请另选文件夹"),
            ("cannot be read ({reason})", "", "name another folder"),
        ),
        "foreign-files": (
            (
                "其中有不是本程序写入的文件：{values}",
                "应为新的或空的文件夹，或仅含以前的运行结果",
                "请另选文件夹，或移走这些文件",
            ),
            (
                "holds files that circle did not write: {values}",
                "expected a new or empty folder, or the result of an earlier run and "
                "nothing else",
                "name another folder, or move these files",
            ),
        ),
        "wrong-ending": (
            ("扩展名为“{ending}”", "应为 {wanted}", "请改用该扩展名"),
            ("found the ending '{ending}'", "expected {wanted}", ""),
        ),
        "copy-is-original": (
            ("与原表是同一文件", "副本应为另一文件", "请另取文件名"),
            ("is the table itself", "expected another file for the copy", ""),
        ),
        "copy-not-made": (
            ("无法复制以作标记", "", "请先改正所列问题"),
            (
                "cannot be copied to mark it ({error})",
                "",
                "correct what the messages name first",
            ),
        ),
        "file-for-folder": (
            ("这是文件", "评估任务的标记副本应写入文件夹", "请给出文件夹"),
            ("found a file", "expected a folder for the copies of a study", ""),
        ),
        "demo-size": (
            (
                "规模 {size} 不可用",
                "应为 {least} 至 {most} 的数，或“{word}”",
                "例如 --size 1",
            ),
            (
                "size {size} cannot be used",
                "expected a number from {least} to {most} or the word '{word}'",
                "give for example --size 1",
            ),
        ),
        "demo-seed": (
            ("随机种子 {seed} 不可用", "应不小于 0", "请改正"),
            ("seed {seed} cannot be used", "expected 0 or more", ""),
        ),
        # fetching
        "no-internet": (
            (
                "无法连接（{error}）",
                "下载需要互联网，其他命令都不需要",
                "请在能上网的电脑上下载后拷入，或用 --overpass、--nominatim 指明镜像",
            ),
            (
                "cannot be reached ({error})",
                "expected internet, which fetching needs and nothing else in circle "
                "does",
                "fetch on a computer that has it and carry the folder over, or name a "
                "mirror with --overpass and --nominatim",
            ),
        ),
        "service-busy": (
            (
                "服务器繁忙（{code}）",
                "",
                "请几分钟后再试，或缩小范围，或指明镜像",
            ),
            (
                "the server is busy ({code})",
                "",
                "wait some minutes and fetch again, ask for a smaller place, or name a "
                "mirror",
            ),
        ),
        "service-refused": (
            ("OpenStreetMap 服务未接受请求", "", "请核对地址，或稍后再试"),
            (
                "the OpenStreetMap service did not accept the question ({error})",
                "",
                "check the addresses, or try again later",
            ),
        ),
        "unknown-place": (
            (
                "Nominatim 找不到这个名称的区域",
                "应为区或街镇名称，后接所在城市，如“浦东新区, 上海”",
                "请改正",
            ),
            (
                "Nominatim knows no area of this name",
                "expected a district or town, with the city behind it, such as "
                "'浦东新区, 上海'",
                "",
            ),
        ),
        "place-is-a-point": (
            ("在地图上是一个点", "应为有范围的地方", "请换一个名称"),
            ("is a point on the map", "expected a place with an area", ""),
        ),
        "place-without-streets": (
            ("地图上那里没有道路", "", "请核对地名"),
            ("the map holds no streets there", "", "check the place"),
        ),
        "place-without-facilities": (
            ("地图上那里没有该标准的设施", "", "请核对地名"),
            (
                "the map holds no facility of the profile there",
                "",
                "check the place",
            ),
        ),
        "fetched-already": (
            ("已存在", "", "请删去，或下载到另一文件夹"),
            ("is there already", "", "delete it, or fetch to another folder"),
        ),
    }
)
