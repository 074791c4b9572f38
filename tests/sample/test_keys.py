"""The sample's holders can be played: their key files open, their cards say the same key as the files."""

import hashlib
import re

import pyrage
import pytest

from app.sample import keys
from app.sample.people import PASSWORD


@pytest.mark.parametrize("login", keys.HOLDERS[:3])
def test_a_holders_file_opens_with_the_samples_password(login):
    opened = pyrage.passphrase.decrypt(keys.key_file(login, "log+key").encode(), PASSWORD).decode()
    identity = re.search(r"^AGE-SECRET-KEY-1[0-9A-Z]{58}$", opened, re.MULTILINE)[0]
    assert identity == keys.identity_of(login)
    assert str(pyrage.x25519.Identity.from_str(identity).to_public()) in opened


def test_a_card_holds_the_key_and_its_checksum():
    words = "".join(keys.WORDS.read_text(encoding="utf-8").split())
    assert len(words) == len(set(words)) == 2048
    bits = 0
    for character in keys.characters_of("legal.city"):
        bits = bits << 11 | words.index(character)
    whole = bits.to_bytes(33)
    assert whole[:32] == keys.secret_of("legal.city") and whole[32] == hashlib.sha256(whole[:32]).digest()[0]


def test_the_list_of_sign_ins_names_the_cards_of_holders_alone():
    rows = keys.add_keys([{"email": "legal.city@x"}, {"email": "clerk.jianye@x"}])
    assert rows[0]["key_identity"].startswith("AGE-SECRET-KEY-1") and rows[0]["key_file"] == "sample-keys/legal.city.key.age"
    assert rows[1] == {"email": "clerk.jianye@x"}
