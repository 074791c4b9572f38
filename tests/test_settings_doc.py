"""docs/settings.md and app/config.py name the same settings, and the code reads no other."""

import re
from pathlib import Path

import pytest

from app.config import ROOT, SETTINGS, read_settings


def documented() -> dict[str, tuple[str, str]]:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(LINLI_\w+)` \| (?:`([^`]*)`)? *\| (.+) \|$", text, re.MULTILINE)
    return {name: (default, meaning) for name, default, meaning in rows}


def test_the_table_of_settings_is_the_codes():
    table = documented()
    assert list(table) == [setting.name for setting in SETTINGS]
    for setting in SETTINGS:
        default, meaning = table[setting.name]
        assert default == setting.default, setting.name
        assert meaning.startswith(setting.meaning), setting.name


def test_every_variable_that_the_code_names_is_a_setting():
    known = {setting.name for setting in SETTINGS}
    only_at_a_prompt = {"LINLI_ADMIN_EMAIL", "LINLI_ADMIN_NAME", "LINLI_ADMIN_BUREAU", "LINLI_ADMIN_CITY", "LINLI_ADMIN_PASSWORD"}
    for path in [*Path(ROOT / "app").rglob("*.py"), *Path(ROOT / "script").glob("*.py")]:
        named = set(re.findall(r"\bLINLI_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
        assert named <= known | only_at_a_prompt, f"{path.name}: {sorted(named - known - only_at_a_prompt)}"


@pytest.mark.parametrize(("name", "text"), [("LINLI_PROXIES", "many"), ("LINLI_HTTPS", "perhaps"), ("LINLI_UPLOAD_LIMIT_MB", "20 MB")])
def test_a_bad_value_is_refused_by_the_name_of_its_variable(name, text):
    with pytest.raises(SystemExit, match=name):
        read_settings({name: text})


def test_the_meaning_of_every_setting_is_a_sentence():
    for setting in SETTINGS:
        assert setting.meaning.endswith("."), setting.name
