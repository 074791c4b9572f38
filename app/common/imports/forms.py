"""What may be typed on the import pages."""

from werkzeug.datastructures import ImmutableMultiDict
from wtforms import FileField

from app.common.clock import today
from app.common.forms import Form, LocalDateField
from app.common.i18n import _l
from app.common.imports.kinds import ImportKind
from app.common.refusal import Reason, Refused


class UploadForm(Form):
    file = FileField(
        _l("文件"),
        description=_l("可以上传 .xlsx（Excel 工作簿）或 .csv 文件，不超过 20 MB。"),
        render_kw={"accept": ".xlsx,.csv,.txt,.tsv"},
    )
    as_of = LocalDateField(_l("数据截止日"), description=_l("表里写明的以表为准；没有写明时用这里填的。可不填。"))

    def uploaded(self) -> tuple[bytes, str]:
        """Bytes and name of the file. Raises Refused when none was chosen."""
        storage = self.file.data
        if not storage or not getattr(storage, "filename", ""):
            raise Refused(Reason(_l("没有选择文件。"), next=_l("请选择要导入的表格。")), field="file")
        return storage.read(), storage.filename

    def why_not_as_of(self) -> Reason | None:
        if self.as_of.data and self.as_of.data > today():
            return Reason(_l("数据截止日在将来。"), next=_l("请改为今天或以前的日期。"))
        return None


MAX_HEADER_ROW = 60


def read_corrections(kind: ImportKind, sent: ImmutableMultiDict, reading: dict) -> dict:
    """What a person chose on the layout page, as `read_table` takes it. Raises Refused for a header row that is none."""
    layouts = {}
    for layout in reading["layouts"]:
        key = layout["key"]
        first, last = (_row(sent.get(f"{key}-{name}", "")) for name in ("first", "last"))
        if first > last:
            raise Refused(Reason(_l("表头的首行在末行之后。"), next=_l("请改正表头的行号。")), field=f"{key}-first")
        layouts[key] = {"header": [first, last], "columns": {}}
        for column in layout["columns"]:
            index = column["index"]
            if (choice := sent.get(f"{key}-{index}-field")) is None:
                continue
            name, _, tick = choice.partition("|")
            spec = kind.field(name)
            if spec is None or (tick and tick not in spec.ticks):
                name = tick = ""
            layouts[key]["columns"][str(index)] = {
                "field": name,
                "tick": tick,
                "unit": sent.get(f"{key}-{index}-unit", ""),
                "fill": "below" if sent.get(f"{key}-{index}-fill") else "",
            }
    names = {sheet["name"] for sheet in reading["sheets"]} | set(sent.getlist("known-skip"))
    skipped = [name for name in sent.getlist("skip") if name in names]
    corrections = {"layouts": layouts}
    return corrections | ({"skip": skipped} if skipped else {})


def _row(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_HEADER_ROW):
        raise Refused(Reason(_l("表头的行号不对。"), next=_l("请填 1 到 %(most)d 之间的整数。", most=MAX_HEADER_ROW)))
    return int(text)
