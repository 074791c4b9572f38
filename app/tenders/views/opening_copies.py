"""The opening record as a document: one sheet of words, drawn on the page, in Word and in PDF alike."""

import io
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from flask import current_app, render_template
from flask_babel import gettext as _

from app.common.figures import price_text
from app.common.money import yuan_in_words
from app.tenders.actions.opening import MANAGER_READ_OUT, split_remark
from app.tenders.bidding import exact_time
from app.tenders.holders import HolderSeat, seat_label
from app.tenders.kinds import CapsuleFault
from app.tenders.models import OpeningLine, OpeningRecord, Tender

FONT = "Noto Sans CJK SC"
STYLE = f"""
@page {{ size: A4 landscape; margin: 18mm 15mm; @bottom-right {{ content: counter(page) " / " counter(pages); font-size: 8pt }} }}
body {{ font-family: "{FONT}", "Microsoft YaHei", "SimSun", sans-serif; font-size: 9.5pt; line-height: 1.5 }}
h1 {{ font-size: 18pt; text-align: center; margin: 0 }} h2 {{ font-size: 11pt; margin: 14pt 0 4pt }}
.under {{ text-align: center; margin: 2pt 0 10pt }} .small {{ font-size: 8pt }} .seal {{ font-family: monospace; font-size: 8pt; overflow-wrap: anywhere }}
table {{ border-collapse: collapse; width: 100% }} th, td {{ border: 0.5pt solid #666; padding: 3pt 5pt; text-align: left; vertical-align: top }}
thead {{ display: table-header-group }} thead th {{ white-space: nowrap }} tr, .short {{ break-inside: avoid }} h2 {{ break-after: avoid }} .facts th {{ width: 22%; font-weight: normal; color: #444 }}
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Table:
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Sheet:
    """All words of an opening record, in the reader's language."""

    number: str
    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    bids: Table
    holders: Table | None
    capsules: Sequence[str]
    passages: Sequence[tuple[str, str]]
    hashes: Sequence[tuple[str, str]]
    foot: str

    @property
    def tables(self) -> list[Table]:
        return [self.bids, self.holders] if self.holders else [self.bids]


def sheet_of_record(tender: Tender, opening: OpeningRecord) -> Sheet:
    """The record as it was made; nothing is read that came later."""
    told = opening.proceedings or {}
    facts = [
        (_("项目"), f"{tender.title}（{tender.number}）"),
        (_("招标人"), tender.procuring_entity.name),
        (_("开标时间"), exact_time(opening.opened_at)),
        (_("地点"), opening.place or "—"),
        (_("服务期限"), _("%(months)d 个月", months=tender.term_months) if tender.term_months else "—"),
        (_("主持人"), opening.presided_by),
        (_("见证人"), opening.witnessed_by or "—"),
    ]
    if told:
        facts += [(_("投标截止"), _time(told["closing"]["closed_at"])), (_("截止清单固定于"), _time(told["closing"]["recorded_at"]))]
    hashes = [(_("开标记录校验值（SHA-256）"), opening.record_sha256)]
    if told:
        hashes.append((_("截止清单校验值（SHA-256）"), told["closing"]["sha256"]))
    address = f"{current_app.config['SITE_URL']}/tenders/{tender.number}/opening"
    return Sheet(
        number=tender.number,
        title=_("开标记录"),
        subtitle=tender.title,
        facts=facts,
        bids=_bids(opening, told),
        holders=_holders(told) if told else None,
        capsules=told["closing"]["capsules"] if told else (),
        passages=_passages(opening, told),
        hashes=hashes,
        foot=_(
            "这是开标记录的副本。以公布在 %(address)s 的记录为准，校验值由那里的 opening.json 算出，并写在公开日志里。", address=address
        ),
    )


def _bids(opening: OpeningRecord, told: dict) -> Table:
    ways = told.get("bids") or [{"way": None, "fault": None} for _line in opening.lines]
    rows = []
    for line, way in zip(opening.lines, ways, strict=True):
        price = (
            f"{price_text(line.price_fen)}{_('（')}{_('人民币%(words)s', words=yuan_in_words(line.price_fen))}{_('）')}"
            if line.price_fen is not None
            else "—"
        )
        rows.append(
            [
                str(line.position),
                line.enterprise_name,
                price,
                read_out(line) or line.main_content or "—",
                exact_time(line.received_at),
                outcome_text(way) if told else (_("完好") if line.seal_intact else _("校验不符")),
                _remark(line) or "—",
                line.content_sha256[:16],
            ]
        )
    heads = [_("序号"), _("投标人"), _("报价"), _("主要内容"), _("收到时间"), _("解密"), _("备注"), _("封装校验值前 16 位")]
    return Table(_("收到的投标"), heads, rows)


def read_out(line: OpeningLine) -> str:
    """The project manager's name with our word in the reader's language; empty where a record holds something else."""
    name = line.main_content.removeprefix(MANAGER_READ_OUT)
    return "" if name == line.main_content else f"{_('项目负责人')} {name}"


def _remark(line: OpeningLine) -> str:
    ours, rest = split_remark(line.remark)
    return f"{ours or ''}{rest}"


def outcome_text(way: dict) -> str:
    """How a bid was opened, or as what it counts because it was not (电子招标投标办法第三十一条)."""
    if way["fault"] is None:
        return _("投标人自己解密") if way["way"] == "recovery" else _("保管人解密")
    fault = CapsuleFault(way["fault"])
    return (
        _("未能解密（%(fault)s），视为撤销", fault=fault.label)
        if fault.is_bidders
        else _("未能解密（%(fault)s），视为撤回", fault=fault.label)
    )


def _holders(told: dict) -> Table:
    rows = []
    for position, one in enumerate(told["holders"], start=1):
        given = [_("交出 %(count)d 份", count=one["shares"])] if one["shares"] else []
        if one["forged"]:
            given.append(_("%(count)d 份与封存时不符", count=one["forged"]))
        if one["unusable"]:
            given.append(_("%(count)d 份不能用", count=one["unusable"]))
        if one.get("replaced"):
            given.append(_("曾有 %(count)d 份有误，已重新交出", count=one["replaced"]))
        when = _time(one["released_at"]) if one["released_at"] else "—"
        seat = str(seat_label(HolderSeat(one["seat"]), position))
        rows.append([seat, one["organisation"], _("；").join(given) or _("没有交出"), when])
    return Table(
        _("密钥保管人（任意 %(threshold)d 位可以解密）", threshold=told["threshold"]), [_("席位"), _("单位"), _("份额"), _("时间")], rows
    )


def _passages(opening: OpeningRecord, told: dict) -> list[tuple[str, str]]:
    passages = [(_("记录的情况"), opening.note)] if opening.note else []
    for window in told.get("windows", ()):
        text = _("%(from_)s 公布，到 %(until)s 结束。", from_=_time(window["announced_at"]), until=_time(window["ends_at"]))
        passages.append((_("补救解密"), f"{text}\n{window['cause']}"))
    return passages


def _time(instant: str) -> str:
    return exact_time(datetime.fromisoformat(instant))


def word_copy(sheet: Sheet) -> bytes:
    """A Word document, laid out as the PDF is, in the typefaces that every Chinese Windows has."""
    document = Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(18)
    for name, typeface, size in (("Normal", WORD_TEXT, 9.5), ("Title", WORD_HEADINGS, 18), ("Heading 1", WORD_HEADINGS, 11)):
        style = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # they would come before the names
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        style.font.name, style.font.size, style.font.color.rgb = typeface, Pt(size), RGBColor(0, 0, 0)
        fonts.set(qn("w:eastAsia"), typeface)
    language = OxmlElement("w:lang")
    language.set(qn("w:eastAsia"), "zh-CN")
    document.styles["Normal"].element.get_or_add_rPr().append(language)
    document.core_properties.title, document.core_properties.author = f"{sheet.title} {sheet.number}", ""
    document.add_heading(sheet.title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(sheet.subtitle).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _word_table(document, None, sheet.facts, FACT_WIDTHS)
    for table, widths in zip(sheet.tables, (BID_WIDTHS, HOLDER_WIDTHS), strict=False):
        document.add_heading(table.caption, level=1)
        _word_table(document, table.heads, table.rows, widths)
    for heading, text in sheet.passages:
        document.add_heading(heading, level=1)
        for line in text.splitlines():
            document.add_paragraph(_printable(line))
    document.add_heading(_("校验"), level=1)
    for label, value in sheet.hashes:
        document.add_paragraph(f"{label}\n{value}")
    document.add_paragraph(sheet.foot)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


WORD_TEXT, WORD_HEADINGS = "SimSun", "SimHei"
FACT_WIDTHS, BID_WIDTHS, HOLDER_WIDTHS = (50, 217), (12, 45, 40, 34, 45, 25, 24, 42), (40, 87, 65, 75)
"""Of columns, in mm: 267 between the margins."""


def _word_table(document: Any, heads: Sequence[str] | None, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    """No row is cut by the end of a page, and the heads come again on the next."""
    table = document.add_table(rows=0, cols=len(widths))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, row in enumerate(([heads] if heads else []) + list(rows)):
        added = table.add_row()
        properties = added._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        is_head = bool(heads) and number == 0
        if is_head:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text, width in zip(added.cells, row, widths, strict=True):
            cell.text, cell.width = _printable(text), Mm(width)
            cell.paragraphs[0].runs[0].bold = is_head


def _printable(text: str) -> str:
    """XML knows no control characters; a bidder may have written some."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")


def pdf_copy(sheet: Sheet) -> bytes | None:
    """A PDF, drawn once and kept; None where the server lacks Pango, which draws it."""
    try:
        from weasyprint import CSS, HTML
    except OSError as error:  # the wheel is there, its system libraries are not
        _log.warning("no PDF copies: %s", str(error).splitlines()[0])
        return None
    page = render_template("tenders/opening_copy.html", sheet=sheet)
    kept = current_app.config["DATA"] / "copies" / f"{sha256((page + STYLE).encode()).hexdigest()}.pdf"
    if kept.exists():
        return kept.read_bytes()
    content = HTML(string=page, url_fetcher=_fetch_nothing).write_pdf(stylesheets=[CSS(string=STYLE)])
    kept.parent.mkdir(exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}")
    part.write_bytes(content)
    part.replace(kept)
    return content


def _fetch_nothing(url: str, *_more, **_others):
    raise ValueError("a copy of a record needs nothing from elsewhere")
