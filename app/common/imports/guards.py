"""Whether a file may be opened at all: its real kind, its size, zip bombs, entities. Nothing is unpacked before this."""

import re
import zipfile
from io import BytesIO

from app.common.files import sniff_kind
from app.common.i18n import _l
from app.common.refusal import Reason, Refused

LIMIT_MB = 20
MAX_UNPACKED = 320 * 1024 * 1024
"""Bytes of all parts of a workbook. 100,000 rows of 20 columns take about 120 MB."""
MAX_RATIO = 120
"""Unpacked to packed, for parts over RATIO_FROM. Office files reach about 30."""
RATIO_FROM = 1024 * 1024
MAX_PARTS = 2000
CHUNK = 1024 * 1024

_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_NAMES = {
    "png": _l("PNG 图片"), "jpg": _l("JPEG 图片"), "pdf": _l("PDF 文件"), "ole": _l("旧版 Office 文件（.xls 或 .doc）"),
    "zip": _l("压缩包"), "docx": _l("Word 文件"), "unknown": _l("二进制文件"),
}  # fmt: skip


def check_kind(content: bytes, filename: str) -> str:
    """ "xlsx" or "csv", by the bytes and not by the name. Raises Refused with a sentence that names what it really is."""
    if not content:
        raise Refused(Reason(_l("文件是空的。"), next=_l("请检查后重新选择文件。")), field="file")
    if len(content) > LIMIT_MB * 1024 * 1024:
        raise Refused(Reason(_l("文件超过 %(limit)d MB。", limit=LIMIT_MB), next=_l("请按区或街道拆成几个文件分别上传。")), field="file")
    name = filename.lower()
    kind = sniff_kind(content[:8192], filename)
    if kind in {"zip", "docx", "xlsx"} and _is_workbook(content):
        if name.endswith((".xlsm", ".xlsb")) or not name.endswith(".xlsx"):
            raise Refused(
                Reason(_l("这是 Excel 工作簿，但文件名不是 .xlsx。"), next=_l("请另存为“Excel 工作簿（.xlsx）”后再上传。")),
                field="file",
            )
        return "xlsx"
    if kind == "text" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        if not name.endswith((".csv", ".txt", ".tsv")):
            raise Refused(
                Reason(_l("文件名是 %(name)s，内容却是文本。", name=filename), next=_l("如果是逗号分隔的表格，请改名为 .csv 后再上传。")),
                field="file",
            )
        return "csv"
    raise Refused(
        Reason(
            _l("“%(name)s”的内容是%(kind)s，不是表格。", name=filename, kind=_NAMES.get(kind, _NAMES["unknown"])),
            next=_l("请上传 Excel（.xlsx）或 CSV（.csv）文件；旧版 .xls 请先另存为 .xlsx。"),
        ),
        field="file",
    )


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return "[Content_Types].xml" in names and any(n.startswith("xl/") for n in names)


_BOMB = Reason(_l("这个工作簿解压后异常地大，为保护服务器没有打开。"), next=_l("请把数据复制到新建的工作簿，去掉图片和多余格式后再上传。"))
_BROKEN = Reason(_l("文件已损坏，打不开。"), next=_l("请在表格软件中打开并另存为 .xlsx 后再上传。"))
_ENTITY = Reason(_l("工作簿里有不允许的 XML 声明（DOCTYPE 或 ENTITY）。"), next=_l("请用表格软件重新另存为 .xlsx 后再上传。"))
_MACRO = Reason(_l("工作簿里有宏。"), next=_l("请另存为不含宏的 Excel 工作簿（.xlsx）后再上传。"))


def check_workbook(content: bytes) -> dict[str, tuple[bool, bool]]:
    """Unpack every part once, counting, and keep nothing. Sizes in the zip's directory are not believed.

    Gives for each worksheet part whether it holds formulas and error values. Raises Refused for bombs, entities and macros.
    """
    found: dict[str, tuple[bool, bool]] = {}
    total = 0
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Refused(_BOMB, field="file")
            for part in parts:
                if part.filename.endswith("vbaProject.bin"):
                    raise Refused(_MACRO, field="file")
                if part.flag_bits & 0x1:
                    raise Refused(Reason(_l("工作簿设了密码。"), next=_l("请去掉密码后再上传。")), field="file")
                if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1):
                    raise Refused(_BOMB, field="file")
                total += _walk(archive, part, found, MAX_UNPACKED - total)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zipfile.zlib.error) as error:
        raise Refused(_BROKEN, field="file") from error
    return found


def _walk(archive: zipfile.ZipFile, part: zipfile.ZipInfo, found: dict, room: int) -> int:
    size, tail = 0, b""
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    formulas = errors = False
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > room:
                raise Refused(_BOMB, field="file")
            window = tail + chunk
            if part.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(window):
                raise Refused(_ENTITY, field="file")
            if is_sheet:
                formulas = formulas or bool(_FORMULA.search(window))
                errors = errors or bool(_ERROR.search(window))
            tail = window[-64:]
    if is_sheet:
        found[part.filename] = (formulas, errors)
    return size


_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ERROR = re.compile(rb"<(?:\w+:)?c\s[^>]{0,60}\bt=[\"']e[\"']")
