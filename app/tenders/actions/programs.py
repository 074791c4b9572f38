"""Putting on public record which programs seal bids: a bidder can see whether everybody is given the same."""

from datetime import datetime

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.files import store_file
from app.common.i18n import _l
from app.log.recording import Decisive, decisive
from app.tenders.queries.programs import PUBLISHED, Program, programs, publications

label_events(
    {PUBLISHED: _l("公布封标程序")},
    {"program": _l("程序"), "program_sha256": _l("程序校验值"), "program_size": _l("字节数")},
    objects={"stored_file": _l("文件")},
)
decisive({PUBLISHED: Decisive(("program", "program_sha256", "program_size"))})

KINDS = frozenset({"text", "zip"})


def publish_programs(*, actor: Actor, now: datetime) -> list[Program]:
    """Every program that differs from its newest entry in the log gets a new one; its bytes are kept, so that it can be examined later."""
    known, changed = publications(), []
    for program in programs():
        if program.name in known and known[program.name].sha256 == program.sha256:
            continue
        kept = store_file(program.path.read_bytes(), program.path.name, now=now, allowed=KINDS)
        facts = {"program": program.name, "program_sha256": program.sha256, "program_size": program.size}
        record(PUBLISHED, kept, actor=actor, now=now, **facts)
        changed.append(program)
    return changed
