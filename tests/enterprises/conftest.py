"""The sample's directory: 25 enterprises and 140 conduct records, imported as the bureau imports them."""

from datetime import date
from pathlib import Path

import pytest

from app.common.access import system_actor
from app.common.imports.actions import import_at_once
from app.common.imports.states import ImportState
from tests.factories import NOW

FOLDER = Path(__file__).resolve().parents[2] / "app" / "sample" / "data" / "enterprises"
LIST, CONDUCT = FOLDER / "第一批推荐物业服务企业名单.xlsx", FOLDER / "信用信息.csv"
AS_OF = date(2009, 9, 30)


def import_file(key: str, path: Path, *, content: bytes | None = None, now=NOW, actor=None, **more):
    return import_at_once(key, content or path.read_bytes(), path.name, actor=actor or system_actor(), now=now, **more)


@pytest.fixture
def directory(session, clock):
    """Both files imported at NOW, where the clock then stands."""
    clock.set(NOW)
    for key, path, more in (("recommended-list", LIST, {"as_of": AS_OF}), ("conduct", CONDUCT, {})):
        assert import_file(key, path, **more).state is ImportState.DONE
    session.commit()
    return session
