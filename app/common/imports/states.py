"""The states of an upload, and what may follow what. Pure."""

from datetime import datetime, timedelta

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason


class ImportState(LabelledEnum):
    READING = "reading", _l("正在读取"), "wait"
    UNREADABLE = "unreadable", _l("无法读取"), "soon"
    BLOCKED = "blocked", _l("有错误"), "soon"
    READY = "ready", _l("等待确认"), "open"
    IMPORTING = "importing", _l("正在导入"), "wait"
    DONE = "done", _l("已导入"), "done"
    UNCHANGED = "unchanged", _l("没有变化"), "done"
    WITHDRAWN = "withdrawn", _l("已放弃"), "done"


WORKING = frozenset({ImportState.READING, ImportState.IMPORTING})
"""A thread of the server is at work; when it has died, the work may be started again."""
FINAL = frozenset({ImportState.DONE, ImportState.UNCHANGED, ImportState.WITHDRAWN})

STALE_AFTER = timedelta(seconds=20)
"""A worker that has not shown itself for this long is dead (it does so every two seconds)."""


def why_not_correct(state: ImportState, is_stale: bool) -> Reason | None:
    """Whether the reading may be corrected or made again."""
    if state in FINAL:
        return Reason(_l("这个文件已经处理完毕，不能再改读法。"), next=_l("请重新上传。"))
    return _still_working(state, is_stale)


def why_not_confirm(state: ImportState, is_stale: bool, *, unconfirmed: int) -> Reason | None:
    """Whether the import may begin."""
    if state == ImportState.DONE:
        return Reason(_l("这个文件已经导入过了。"), next=_l("如需再次导入，请重新上传。"))
    if state == ImportState.UNCHANGED:
        return Reason(_l("文件与登记内容完全一致，没有需要写入的变化。"))
    if state == ImportState.WITHDRAWN:
        return Reason(_l("这个文件已经放弃。"), next=_l("如需导入，请重新上传。"))
    if state in {ImportState.BLOCKED, ImportState.UNREADABLE}:
        return Reason(_l("文件里还有错误，不能导入。"), next=_l("请按提示改正文件后重新上传，或更正各列的读法。"))
    if reason := _still_working(state, is_stale):
        return reason
    if unconfirmed:
        return Reason(_l("还有 %(count)d 类提醒没有确认。", count=unconfirmed), next=_l("请逐类核对并打勾，再确认导入。"))
    return None


def why_not_withdraw(state: ImportState, is_stale: bool) -> Reason | None:
    if state in FINAL:
        return Reason(_l("这个文件已经处理完毕，不能放弃。"))
    return _still_working(state, is_stale)


def _still_working(state: ImportState, is_stale: bool) -> Reason | None:
    if state in WORKING and not is_stale:
        return Reason(_l("系统正在处理这个文件。"), next=_l("请稍候，页面会自动刷新。"))
    return None


def is_stale(shown_at: datetime | None, started_at: datetime | None, wall: datetime, *, process_is_gone: bool) -> bool:
    """Whether a worker is dead: its process is gone, or it has not shown itself for STALE_AFTER. Times are the host's."""
    if process_is_gone:
        return True
    last = max(filter(None, (shown_at, started_at)), default=None)
    return last is None or wall - last > STALE_AFTER
