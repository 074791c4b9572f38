"""What is wrong with a table, one sentence each: the problems that any table can have. A kind adds its own."""

from dataclasses import dataclass
from typing import Any

from app.common.i18n import _l
from app.common.labels import LabelledEnum


class Severity(LabelledEnum):
    ERROR = "error", _l("错误"), "soon"
    WARNING = "warning", _l("请确认"), "wait"


@dataclass(frozen=True)
class ProblemKind:
    """One sentence, once. `text` says what is wrong, `mend` what to do; both may name %(value)s and the problem's params."""

    severity: Severity
    text: Any
    mend: Any
    days: tuple[str, ...] = ()
    """Params that are days in ISO form, shown as days."""
    values: tuple[str, ...] = ()
    """Params that are stored values of the problem's field, shown as the field shows them."""


ERROR, WARNING = Severity.ERROR, Severity.WARNING

COMMON_PROBLEMS: dict[str, ProblemKind] = {
    "formula": ProblemKind(
        ERROR, _l("单元格是公式，本系统不计算公式。"), _l("请在表格软件中复制该单元格，用“选择性粘贴—数值”改成文字或数字。")
    ),
    "error_cell": ProblemKind(ERROR, _l("单元格是错误值 %(value)s。"), _l("请改为正确的内容；没有就留空。")),
    "missing": ProblemKind(ERROR, _l("缺少“%(label)s”。"), _l("请补填。")),
    "no_column": ProblemKind(ERROR, _l("没有找到“%(label)s”这一列。"), _l("请在“每一列怎样读”里指明是哪一列，或检查表头。")),
    "no_header": ProblemKind(ERROR, _l("没有认出表头。"), _l("请在“每一列怎样读”里指明表头在第几行，或跳过这张工作表。")),
    "no_rows": ProblemKind(ERROR, _l("表头下面没有数据。"), _l("请检查文件，或跳过这张工作表。")),
    "two_columns": ProblemKind(ERROR, _l("有两列都读作“%(label)s”：%(columns)s 列。"), _l("请在“每一列怎样读”里只留一列。")),
    "not_number": ProblemKind(ERROR, _l("“%(value)s”不是数字。"), _l("请改为数字。")),
    "not_whole": ProblemKind(ERROR, _l("“%(value)s”不是整数。"), _l("请改为整数。")),
    "negative": ProblemKind(ERROR, _l("“%(value)s”是负数。"), _l("请改为正数。")),
    "too_small": ProblemKind(ERROR, _l("“%(value)s”太小，最小是 %(least)s。"), _l("请核对后改正。")),
    "too_large": ProblemKind(ERROR, _l("“%(value)s”太大，最大是 %(most)s。"), _l("请核对后改正；也可能是单位选错了。")),
    "too_fine": ProblemKind(ERROR, _l("“%(value)s”的小数位太多，最多 %(places)s 位。"), _l("请按规定的位数填写。")),
    "too_long": ProblemKind(ERROR, _l("文字过长：%(length)s 个字，最多 %(most)s 个字。"), _l("请缩短。")),
    "control_character": ProblemKind(ERROR, _l("文字中有看不见的控制字符。"), _l("请重新输入这个单元格。")),
    "not_year": ProblemKind(ERROR, _l("“%(value)s”不是年份。"), _l("请改为四位数的年份，例如 1998。")),
    "not_date": ProblemKind(ERROR, _l("“%(value)s”不是日期。"), _l("请按“2009-06-30”的样子填写。")),
    "not_yes_no": ProblemKind(ERROR, _l("“%(value)s”看不出是有还是没有。"), _l("请填“有”或“无”。")),
    "not_choice": ProblemKind(ERROR, _l("“%(value)s”不是认识的选项。"), _l("可以填：%(choices)s。")),
    "two_ticks": ProblemKind(ERROR, _l("勾选了不止一项：%(value)s。"), _l("请只勾选一项。")),
    "bad_tick": ProblemKind(ERROR, _l("勾选列里的“%(value)s”不是勾。"), _l("请用“√”勾选，其余留空。")),
    "subtotal_differs": ProblemKind(
        WARNING,
        _l("小计不符：“%(label)s”写的是 %(written)s，上面各行合计 %(summed)s。"),
        _l("以各行为准导入；如果是某一行错了，请改正后重新上传。"),
    ),
}
"""%(label)s is the label of the problem's field; the page fills it in, in the reader's language."""
