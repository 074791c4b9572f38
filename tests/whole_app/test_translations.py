"""Every sentence has its English, with the same places to fill; nothing is left over and nothing is guessed."""

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog

from app.catalogue import read
from app.catalogue import spoken as in_the_code

PLACES = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?([a-z])|%%")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@cache
def spoken() -> dict[str, tuple[str, int]]:
    """Each message in the code and where it stands first."""
    return {single: (file, line) for single, (_message, file, line) in in_the_code().items()}


@cache
def catalogue() -> Catalog:
    return read()


def test_messages_are_found_in_templates_and_code():
    files = {file for file, _line in spoken().values()}
    assert any(file.endswith(".html") for file in files) and any(file.endswith(".py") for file in files)
    assert len(spoken()) > 200


def test_every_message_is_in_the_english_catalogue():
    known = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogue() if message.id}
    missing = [f"{file}:{line} {text}" for text, (file, line) in spoken().items() if text not in known]
    assert not missing, f"{len(missing)} messages have no entry, for example:\n" + "\n".join(missing[:20])


def test_nothing_in_the_catalogue_is_said_no_more():
    known = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogue() if message.id}
    left_over = sorted(known - set(spoken()))
    assert not left_over, f"{len(left_over)} entries are not in the code, for example:\n" + "\n".join(left_over[:20])
    assert not catalogue().obsolete


def translations():
    for message in catalogue():
        if message.id:
            for text in message.string if isinstance(message.string, tuple) else (message.string,):
                yield message, message.id[0] if isinstance(message.id, tuple) else message.id, text


def test_every_entry_is_translated_and_none_is_fuzzy():
    empty = [source for _message, source, text in translations() if not text.strip()]
    assert not empty, f"{len(empty)} untranslated, for example:\n" + "\n".join(empty[:20])
    assert [source for message, source, _text in translations() if message.fuzzy] == []


def test_places_to_fill_are_the_same():
    wrong = [
        f"{source} → {text}"
        for message, source, text in translations()
        if sorted(PLACES.findall(source)) != sorted(PLACES.findall(text)) and not isinstance(message.id, tuple)
    ]
    assert not wrong, "\n".join(wrong[:20])


def test_english_is_written_in_english():
    """Chinese may stand in an English sentence only where the source itself quotes it as a name."""
    wrong = [f"{source} → {text}" for _message, source, text in translations() if CHINESE.search(re.sub(r"《[^》]*》|邻里", "", text))]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("pattern", [r"[\u4e00-\u9fff][,:;!?()][\u4e00-\u9fff]", r"^\s|\s$"])
def test_sources_are_punctuated_in_chinese_and_begin_and_end_with_a_word(pattern):
    wrong = [f"{file}:{line} {text!r}" for text, (file, line) in spoken().items() if re.search(pattern, text)]
    assert not wrong, "\n".join(wrong[:20])
