"""Stored files: named by hash, checked by content, never overwritten."""

import hashlib
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from app.common import files
from app.common.clock import wall
from app.common.files import clean_filename, is_office, read_file, send_stored_file, sniff_kind, store_file
from app.common.refusal import Refused

PDF, PNG = b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n123"


def test_the_content_decides_what_a_file_is():
    assert sniff_kind(PNG, "a.csv") == "png"
    assert sniff_kind(PDF, "a.exe") == "pdf"
    assert sniff_kind(b"PK\x03\x04..", "a.xlsx") == "xlsx" and sniff_kind(b"PK\x03\x04..", "a.jar") == "zip"
    assert sniff_kind("名称,户数".encode("gb18030"), "a.csv") == "text"
    assert sniff_kind(b"MZ\x00\x00", "a.pdf") == "unknown"


@pytest.mark.parametrize(("content", "name"), [(b"", "a.pdf"), (b"MZ\x90\x00", "a.pdf"), (PDF + b"x" * 1024 * 1024, "a.pdf")])
def test_an_empty_a_disguised_or_a_large_file_is_refused_by_name(session, content, name):
    with pytest.raises(Refused) as refused:
        store_file(content, name, now=wall(), limit_mb=1)
    assert name in str(refused.value.reason.text) and str(refused.value.reason.next)


@pytest.mark.parametrize(
    ("content", "name", "said", "todo"),
    [
        (PNG, "扫描件.pdf", "内容是 PNG，名称却以 .pdf 结尾", "请把名称的结尾改成 .png，或者换成 PDF 文件"),
        (PDF, "平面图.JPEG", "内容是 PDF，名称却以 .jpeg 结尾", "请把名称的结尾改成 .pdf，或者换成 JPEG 文件"),
        (b"<html>", "合同.pdf", "内容是 TXT，名称却以 .pdf 结尾", "请上传以下类型的文件"),
    ],
)
def test_a_name_that_says_another_kind_than_the_content_is_refused_and_says_how_to_mend_it(session, content, name, said, todo):
    with pytest.raises(Refused) as refused:
        store_file(content, name, now=wall())
    assert said in str(refused.value.reason.text) and todo in str(refused.value.reason.next)


def test_both_spellings_of_jpg_and_a_name_without_ending_are_taken(session):
    for name in ("a.jpg", "a.JPEG", "a"):
        assert store_file(b"\xff\xd8\xff\xe0", name, now=wall()).kind == "jpg"
    session.rollback()


def test_the_same_bytes_are_kept_once_and_read_back(session, app):
    first = store_file(PDF, "../../etc/甲.pdf", now=wall())
    second = store_file(PDF, "乙.pdf", now=wall())
    assert first.sha256 == second.sha256 and first.filename == "甲.pdf"
    assert read_file(first) == PDF
    assert len(list((app.config["DATA"] / "files").rglob("*/*"))) == 1
    session.rollback()


def test_a_file_that_was_changed_on_disk_is_not_given_out(session, app):
    row = store_file(PDF, "甲.pdf", now=wall())
    (app.config["DATA"] / "files" / row.key).write_bytes(PDF + b"!")
    with pytest.raises(RuntimeError):
        read_file(row)
    session.rollback()


def test_a_large_file_is_given_out_a_part_at_a_time_and_not_at_all_once_it_was_changed(session, app):
    content = b"%PDF-1.7 " + bytes(30 * 1024 * 1024)
    row = store_file(content, "大.pdf", now=wall(), limit_mb=200)
    session.flush()
    tracemalloc.start()
    with app.test_request_context():
        response = send_stored_file(row)
        digest, size = hashlib.sha256(), 0
        for part in response.response:
            digest.update(part)
            size += len(part)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (digest.hexdigest(), size, response.content_length) == (row.sha256, len(content), len(content)) and peak < 8 * 1024 * 1024
    path = app.config["DATA"] / "files" / row.key
    path.chmod(0o600)
    path.write_bytes(content[:-1] + b"x")
    with app.test_request_context(), pytest.raises(RuntimeError, match="does not match its hash"):
        send_stored_file(row)
    session.rollback()


def test_names_lose_paths_and_control_characters():
    assert clean_filename("C:\\a\\b\x00c\n.pdf") == "bc.pdf"
    assert clean_filename("///") == "file"


def archive(*names: str) -> BytesIO:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as found:
        for name in names:
            found.writestr(name, "x")
    return file


def test_an_archive_that_only_bears_an_office_files_name_is_none(monkeypatch):
    word, table = archive("[Content_Types].xml", "word/document.xml"), archive("[Content_Types].xml", "xl/workbook.xml")
    assert is_office(word, "docx") and is_office(table, "xlsx")
    assert not is_office(word, "xlsx") and not is_office(table, "docx")
    for other in (archive("run.exe"), archive(), BytesIO(b"PK\x03\x04 torn"), BytesIO(b"")):
        assert not is_office(other, "docx")
    monkeypatch.setattr(files, "MOST_INDEX", 50)
    assert not is_office(word, "docx"), "an index of any length is not read"


@pytest.mark.parametrize("whole", [archive("run.exe"), archive("word/document.xml"), BytesIO(b"PK\x03\x04 torn")])
def test_an_office_file_that_is_none_is_refused_wherever_files_are_taken(session, whole):
    for name in ("方案.docx", "报价.xlsx"):
        with pytest.raises(Refused) as refused:
            store_file(whole.getvalue(), name, now=wall())
        assert "不是完整的" in str(refused.value.reason.text) and "另存一次" in str(refused.value.reason.next)
    assert store_file(archive("[Content_Types].xml", "word/document.xml").getvalue(), "方案.docx", now=wall()).kind == "docx"
    session.rollback()
