"""Capsules: sealed and opened by two programs, each by the other; nothing of them can be changed, swapped or forged unseen."""

import json
import subprocess
import sys
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyrage import decrypt, encrypt, x25519

from app.tenders.capsule.format import MAGIC, Header, Malformed, Manifest, Share, canonical, pack, padded_size, unpack
from app.tenders.capsule.seal import Sealed, Terms, seal
from app.tenders.capsule.unseal import Fault, Unopened, combine_shares, is_share_of, open_capsule, open_manifest, unwrap

ROOT = Path(__file__).resolve().parents[3]
BROWSER_SIDE = Path(__file__).with_name("browser_side.mjs")
HOLDERS = [x25519.Identity.generate() for _ in range(3)]
TERMS = Terms("XH-2026-0001", "ab" * 32, 2, tuple(str(one.to_public()) for one in HOLDERS))
USCC = "91410402MA0000001X"
BID = Manifest(
    "", "00" * 32, USCC, 1, 62, "王建国", "每日清扫“两次”。\n\t\u2028😀", ({"post": "保洁员", "people": 12, "qualification": ""},),
    {"difficulty": "先摸清管网。"}, True,
)  # fmt: skip
FILES = [("letter", "投标函.pdf", b"%PDF-1.7 " + bytes(range(256)) * 40), ("other", "附件 2.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 9)]


@pytest.fixture(scope="module")
def sealed() -> Sealed:
    return seal(TERMS, BID, FILES)


def shares_of(header: Header, *holders: int) -> dict[str, bytes]:
    return {str(HOLDERS[one].to_public()): unwrap(header, str(HOLDERS[one])) for one in holders}


@pytest.mark.parametrize("holders", [(0, 1), (0, 2), (1, 2), (0, 1, 2)], ids=str)
def test_any_two_holders_open_a_bid(sealed, holders):
    header, objects = unpack(pack(sealed.header, sealed.objects))
    opened = open_capsule(header, objects, combine_shares(header, shares_of(header, *holders)), bidder=USCC)
    assert (opened.manifest.price_fen, opened.manifest.plan) == (62, BID.plan)
    assert opened.files == tuple(data for _kind, _name, data in FILES)
    assert [(file.kind, file.name) for file in opened.manifest.files] == [("letter", "投标函.pdf"), ("other", "附件 2.png")]


@pytest.mark.parametrize("holders", [(), (0,), (2,)], ids=str)
def test_one_holder_alone_opens_nothing(sealed, holders):
    with pytest.raises(Unopened) as refused:
        combine_shares(sealed.header, shares_of(sealed.header, *holders))
    assert refused.value.fault is Fault.TOO_FEW_SHARES


def test_three_of_five_needs_three():
    holders = [x25519.Identity.generate() for _ in range(5)]
    header = seal(replace(TERMS, threshold=3, holders=tuple(str(one.to_public()) for one in holders)), BID).header
    shares = {str(one.to_public()): unwrap(header, str(one)) for one in holders}
    assert combine_shares(header, dict(list(shares.items())[1:4]))
    with pytest.raises(Unopened):
        combine_shares(header, dict(list(shares.items())[:2]))


def test_a_forged_share_counts_for_nothing_and_its_holder_is_known(sealed):
    right, forged = shares_of(sealed.header, 0, 1), shares_of(sealed.header, 2)
    holder, share = next(iter(forged.items()))
    forged = {holder: bytes([share[0] ^ 1]) + share[1:]}
    combine_shares(sealed.header, right | forged)
    with pytest.raises(Unopened) as refused:
        combine_shares(sealed.header, dict([next(iter(right.items()))]) | forged)
    assert refused.value.fault is Fault.TOO_FEW_SHARES


def test_anothers_share_counts_for_nothing(sealed):
    shares = shares_of(sealed.header, 0, 1)
    own, other = shares
    assert is_share_of(sealed.header, own, shares[own]) and not is_share_of(sealed.header, other, shares[own])
    with pytest.raises(Unopened) as refused:
        combine_shares(sealed.header, {own: shares[own], other: shares[own]})
    assert refused.value.fault is Fault.TOO_FEW_SHARES


def test_a_share_that_its_bidder_dealt_without_a_coordinate_spoils_no_other_two(sealed):
    shares = shares_of(sealed.header, 0, 1, 2)
    first = min(shares)
    empty = shares[first][:-1] + b"\0"
    holders = tuple(replace(one, check=sha256(empty).hexdigest()) if one.holder == first else one for one in sealed.header.holders)
    assert combine_shares(replace(sealed.header, holders=holders), shares | {first: empty}) == sealed.secret


def test_a_share_of_another_tender_or_bid_is_refused(sealed):
    other = seal(replace(TERMS, tender="XH-2026-0002"), BID).header
    again = seal(TERMS, BID).header
    for foreign in (other, again):
        mixed = replace(sealed.header, holders=(foreign.holders[0], *sealed.header.holders[1:]))
        with pytest.raises(Malformed, match="another capsule or tender"):
            unwrap(mixed, str(HOLDERS[0]))


@pytest.mark.parametrize(
    "changed", [{"tender": "XH-2026-0002"}, {"key": TERMS.holders[1]}, {"holder": TERMS.holders[1]}], ids=["tender", "key", "holder"]
)
def test_a_part_names_the_tender_the_bid_and_the_holder_that_it_is_for(sealed, changed):
    """Each of them by itself: a holder's program gives no share that was sealed for anything else."""
    first, *others = sealed.header.holders
    inside = replace(Share.from_bytes(decrypt(first.box, [HOLDERS[0]])), **changed)
    box = encrypt(inside.to_bytes(), [HOLDERS[0].to_public()])
    with pytest.raises(Malformed, match="another capsule or tender"):
        unwrap(replace(sealed.header, holders=(replace(first, box=box), *others)), str(HOLDERS[0]))


@pytest.mark.parametrize("places", [(2, 1), (1, 1), (1,), (1, 2, 3)], ids=str)
def test_a_manifest_names_every_object_once_and_in_order(sealed, places):
    """No object lies in a capsule that no file of the bid names, and none stands for two files."""
    manifest = open_capsule(sealed.header, sealed.objects, sealed.secret, bidder=USCC).manifest
    files = tuple(replace(manifest.files[min(n, 1)], object=place) for n, place in enumerate(places))
    data = encrypt(replace(manifest, files=files).to_bytes(), [x25519.Recipient.from_str(sealed.header.key)])
    with pytest.raises(Unopened, match="files and objects do not match") as refused:
        open_manifest(sealed.header, data, sealed.secret, bidder=USCC)
    assert refused.value.fault is Fault.UNREADABLE


def test_a_stranger_holds_no_share(sealed):
    with pytest.raises(Malformed, match="holds no share"):
        unwrap(sealed.header, str(x25519.Identity.generate()))


def test_shares_that_give_another_key_are_the_bidders_fault(sealed):
    """A bidder that deals false shares, so as to decide after the opening whether its bid counts."""
    other = seal(TERMS, BID, FILES)
    header = replace(sealed.header, key=other.header.key)
    with pytest.raises(Unopened) as refused:
        combine_shares(header, shares_of(sealed.header, 0, 1))
    assert refused.value.fault is Fault.WRONG_KEY


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"bidder": "91410402MA0000002X"}, Fault.OTHER_BIDDER),
        ({"tender": "XH-2026-0009"}, Fault.OTHER_TENDER),
        ({"documents": "cd" * 32}, Fault.OTHER_TENDER),
    ],
    ids=str,
)
def test_a_capsule_copied_to_another_place_shows(sealed, change, fault):
    header = sealed.header if "bidder" in change else replace(sealed.header, **change)
    with pytest.raises(Unopened) as refused:
        open_capsule(header, sealed.objects, sealed.secret, bidder=change.get("bidder", USCC))
    assert refused.value.fault is fault


def test_a_missing_object_is_the_platforms_fault(sealed):
    with pytest.raises(Unopened) as refused:
        open_capsule(sealed.header, [sealed.objects[0], None, sealed.objects[2]], sealed.secret, bidder=USCC)
    assert refused.value.fault is Fault.OBJECT_MISSING


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_one_flipped_bit_anywhere_shows(sealed, data):
    whole = bytearray(pack(sealed.header, sealed.objects))
    head = len(MAGIC) + len(sealed.header.to_bytes()) + 1
    where = data.draw(st.one_of(st.integers(0, head - 1), st.integers(head, len(whole) - 1)))
    whole[where] ^= 1 << data.draw(st.integers(0, 7))
    try:
        header, objects = unpack(bytes(whole))
    except Malformed:
        return
    assert header.sha256 != sealed.header.sha256, "the receipt names the header, so this is another capsule"
    with pytest.raises((Malformed, Unopened)):
        for holder in HOLDERS:
            unwrap(header, str(holder))
        if header == replace(sealed.header, threshold=header.threshold):
            raise Unopened(Fault.WRONG_KEY)  # another threshold is refused when it is handed in: see test_handing_in
        open_capsule(header, objects, combine_shares(header, shares_of(header, 0, 1)), bidder=USCC)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        canonical
    )
)
def test_rubbish_is_malformed_and_nothing_else(data):
    for read in (Header.from_bytes, Manifest.from_bytes, Share.from_bytes, unpack, lambda d: unpack(MAGIC + d + b"\n")):
        with pytest.raises(Malformed):
            read(data)


@pytest.mark.parametrize(
    "text", [b'{"a":1e400}', b'{"a":NaN}', b"[" * 100_000, b'{"price_fen":62.0}'], ids=["huge", "nan", "deep", "float"]
)
def test_numbers_that_are_none(text):
    with pytest.raises(Malformed):
        Manifest.from_bytes(text)


def test_half_a_surrogate_pair_in_a_header_is_malformed(sealed):
    data = sealed.header.to_bytes().replace(TERMS.tender.encode(), b"\\ud800")
    with pytest.raises(Malformed):
        Header.from_bytes(data)


@given(st.integers(1, 300_000_000))
@example(4097)
def test_a_padded_length_hides_the_length_at_little_cost(size):
    whole = padded_size(size)
    assert whole >= size and (whole == 4096 or whole <= size * 1.13) and padded_size(whole) == whole


def test_a_plans_length_does_not_show():
    """age itself adds a random stanza of up to 300 bytes, whatever is inside."""
    bids = [replace(BID, plan="好" * size) for size in (60, 61, 400, 900)]
    assert len({len(bid.to_bytes()) for bid in bids}) == 1
    assert all(seal(TERMS, bid).header.objects[0].size - len(bid.to_bytes()) in range(150, 600) for bid in bids)


# --- the browser's modules, under Node ----------------------------------------------------------------------------------------


def node() -> str:
    sys.path.insert(0, str(ROOT / "script"))
    try:
        from build_assets import find_node
    finally:
        sys.path.pop(0)
    return find_node()[0]


def in_browser(what: str, folder: Path, *more: str) -> None:
    done = subprocess.run([node(), str(BROWSER_SIDE), what, str(folder), *more], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_browser_opens_what_the_command_line_sealed(sealed, tmp_path):
    (tmp_path / "bid.sealed").write_bytes(pack(sealed.header, sealed.objects))
    (tmp_path / "holders.json").write_text(json.dumps([str(HOLDERS[0]), str(HOLDERS[2])]))
    in_browser("open", tmp_path)
    found = json.loads((tmp_path / "opened.json").read_text())
    assert found["manifest"]["plan"] == BID.plan and found["manifest"]["bidder"] == USCC
    assert {name: b64decode(data) for name, data in found["files"].items()} == {name: data for _kind, name, data in FILES}


def test_the_command_line_opens_what_the_browser_sealed(tmp_path):
    (tmp_path / "files").mkdir()
    for number, (_kind, name, data) in enumerate(FILES):
        (tmp_path / "files" / f"{number} {name}").write_bytes(data)
    fields = BID.as_data()
    bid = {name: fields[name] for name in fields if name not in ("format", "tender", "documents", "files")}
    kinds = {f"{number} {name}": kind for number, (kind, name, _data) in enumerate(FILES)}
    terms = {"tender": TERMS.tender, "documents": TERMS.documents, "threshold": TERMS.threshold, "holders": TERMS.holders}
    (tmp_path / "task.json").write_text(json.dumps({"terms": terms, "bid": bid, "kinds": kinds}))
    in_browser("seal", tmp_path)
    whole = (tmp_path / "bid.sealed").read_bytes()
    header, objects = unpack(whole)
    opened = open_capsule(header, objects, combine_shares(header, shares_of(header, 1, 2)), bidder=USCC)
    assert opened.files == tuple(data for _kind, _name, data in FILES)
    expected = replace(BID, tender=TERMS.tender, documents=TERMS.documents, files=opened.manifest.files)
    assert opened.manifest == expected
    assert pack(header, objects) == whole, "both programs write the same bytes for the same capsule"
    assert header.to_bytes() == canonical(header.as_data()) and header.sha256 == sha256(header.to_bytes()).hexdigest()


def test_both_programs_pad_alike(tmp_path):
    sizes = [1, 4096, 4097, 65_535, 65_536, 65_537, 1_000_003, 209_715_200, *(2**power + 1 for power in range(12, 28))]
    in_browser("sizes", tmp_path, *map(str, sizes))
    assert json.loads((tmp_path / "sizes.json").read_text()) == [padded_size(size) for size in sizes]
