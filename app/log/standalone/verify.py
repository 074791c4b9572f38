#!/usr/bin/env python3
"""核对邻里公开日志的回执、整本日志和评标专家抽取，不需要网站。 Checks receipts, whole-log downloads and committee draws of Linli, without the site.

    python verify.py receipt FILE --key KEY [--log DOWNLOAD]
    python verify.py log FILE [--key KEY] [--older CHECKPOINT-OR-RECEIPT …]
    python verify.py draw FILE [--log DOWNLOAD --key KEY]
    python verify.py draw FILE --rfc3797-md5                the published rows of RFC 3797: a list of seeds and rows
    python verify.py promise TENDER ROUND SIDE              a random value and its commitment (SIDE: tenderer or bureau)

KEY is the log's line name+hash+key, or a file that holds it. Get it from somebody other than the site's operator if you can.
Needs Python 3.9 or newer and the package "cryptography" (pip install cryptography), nothing else.
Exit code: 0 everything holds, 1 something does not, 3 nothing is wrong but no key was given, so nobody's signature was checked,
4 nothing is wrong with a draw so far, but a seat is empty. What no program can tell of a draw: that the lottery drew these numbers, and that
whoever was passed over had that tie to a bidder. Compare the numbers with the lottery's announcement.
Forms: RFC 6962 (hashing), C2SP signed-note, tlog-checkpoint and tlog-proof.
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from verify_draw import check_draw_data, check_leaves, check_published, make_promise
from verify_seeds import SIDES, NotYet, Wrong

PROOF_HEAD = "c2sp.org/tlog-proof@v1"
LOG_HEAD = "linli-log-download@v1"
STATEMENT_HEAD = "linli-statement@v1"
SALT_SIZE = 32
NO_KEY = 3
UNFINISHED = 4
NOT_YET = 5


def whole_number(text: str) -> "int | None":
    """None for anything but a number as the log writes it: no sign, no zero in front, at most 15 digits."""
    is_one = text.isascii() and text.isdigit() and len(text) <= 15 and (text == "0" or text[0] != "0")
    return int(text) if is_one else None


def unbase64(text: str) -> bytes:
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True)
        if base64.b64encode(found).decode() == text:
            return found
    except (binascii.Error, UnicodeEncodeError):
        pass
    raise Wrong(f"不是 Base64 编码 / not base64: {text[:40]!r}")


# --- keys, notes and checkpoints -------------------------------------------------------------------------------------


class Key:
    def __init__(self, text: str):
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise Wrong("不是日志公钥 / not a log's key (name+hash+key)")
        self.name, code = parts[0], unbase64(parts[2])
        self.hash = hashlib.sha256(self.name.encode() + b"\n" + code).digest()[:4]
        if len(code) != 33 or code[0] != 1 or self.hash.hex() != parts[1]:
            raise Wrong("日志公钥写错了 / the key does not match its own hash")
        self.public = Ed25519PublicKey.from_public_bytes(code[1:])


def read_key(given: "str | None") -> "Key | None":
    if not given:
        return None
    return Key(given if "+" in given else Path(given).read_text())


def read_checkpoint(note: str, key: "Key | None") -> "tuple[int, bytes]":
    """Size and root of a signed checkpoint; its signature is checked where there is a key."""
    text, gap, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    if not gap or not signatures.endswith("\n") or len(lines) < 3 or (size := whole_number(lines[1])) is None:
        raise Wrong("不是检查点 / not a signed checkpoint")
    root = unbase64(lines[2])
    if len(root) != 32:
        raise Wrong("检查点的根哈希长度不对 / the checkpoint's root has the wrong length")
    if key is not None:
        check_signature(text + "\n", signatures, key)
        if lines[0] != key.name:
            raise Wrong(f"检查点是另一本日志的 / the checkpoint is another log's: {lines[0]}")
    return size, root


def check_signature(text: str, signatures: str, key: Key) -> None:
    for line in signatures.splitlines():
        parts = line.split(" ")
        if len(parts) == 3 and parts[0] == "\u2014" and parts[1] == key.name:
            code = unbase64(parts[2])
            if code[:4] == key.hash:
                try:
                    key.public.verify(code[4:], text.encode())
                except InvalidSignature:
                    raise Wrong("签名不对 / the checkpoint's or statement's signature is wrong") from None
                return
    raise Wrong("没有这把公钥的签名 / the checkpoint or statement is not signed with this key")


# --- the tree --------------------------------------------------------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of_path(leaf: bytes, index: int, size: int, path: "list[bytes]") -> bytes:
    """The root that a leaf and its siblings lead to (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        raise Wrong("格号不在这棵树里 / the leaf number lies outside the tree")
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != 32:
            raise Wrong("证明的长度不对 / the proof has the wrong length")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise Wrong("证明太短 / the proof is too short")
    return found


def roots_of(leaves: bytes, sizes: "set[int]") -> "dict[int, bytes]":
    """The roots of the trees of these sizes over 32-byte leaves that lie one after another."""
    peaks = []
    found = {0: hashlib.sha256(b"").digest()}
    for number in range(1, len(leaves) // 32 + 1):
        level, code = 0, leaf_hash(leaves[32 * number - 32 : 32 * number])
        while peaks and peaks[-1][0] == level:
            level, code = level + 1, node_hash(peaks.pop()[1], code)
        peaks.append((level, code))
        if number in sizes:
            root = peaks[-1][1]
            for _, peak in reversed(peaks[:-1]):
                root = node_hash(peak, root)
            found[number] = root
    return found


# --- receipts --------------------------------------------------------------------------------------------------------


def read_opened(text: bytes) -> "tuple[str, bytes, object]":
    """What a leaf stands for: its content, the leaf's data, and its index where it is told. The salt has 32 bytes, no more and no fewer:
    otherwise the beginning of the content could be moved into it, out of sight."""
    try:
        opened = json.loads(text)
        payload, salt = opened["payload"], unbase64(opened["salt"])
        content = payload.encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Wrong("回执的内容读不懂 / the receipt's content cannot be read") from None
    if len(salt) != SALT_SIZE:
        raise Wrong("随机数不是 32 字节 / the salt is not 32 bytes")
    return payload, hashlib.sha256(salt + content).digest(), opened.get("index")


class Receipt:
    def __init__(self, text: str):
        head, gap, self.checkpoint = text.replace("\r\n", "\n").partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != PROOF_HEAD:
            raise Wrong(f"不是回执 / not a receipt: its first line should be {PROOF_HEAD}")
        extra = unbase64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
        number = lines.pop(0)[6:] if lines and lines[0].startswith("index ") else ""
        if (index := whole_number(number)) is None:
            raise Wrong("回执没有写第几格 / the receipt names no leaf")
        self.index, self.path = index, [unbase64(line) for line in lines]
        if not extra:
            raise Wrong("回执没有内容，只能证明位置 / the receipt holds no content to check")
        self.payload, self.data, _ = read_opened(extra)

    def check(self, key: "Key | None") -> int:
        """The size of the checkpoint under which it holds."""
        size, root = read_checkpoint(self.checkpoint, key)
        if root_of_path(leaf_hash(self.data), self.index, size, self.path) != root:
            raise Wrong("回执的内容不在检查点之下 / the content does not stand under the checkpoint")
        return size


def check_receipt(options) -> None:
    key = read_key(options.key)
    text = Path(options.file).read_text(encoding="utf-8")
    if text.startswith(STATEMENT_HEAD):
        return check_statement(text.replace("\r\n", "\n"), key, options)
    receipt = Receipt(text)
    size = receipt.check(key)
    print(f"内容 / content: {receipt.payload}")
    print(f"第几格 / leaf: {receipt.index}    检查点 / checkpoint: {size}")
    if options.log:
        log = Download(Path(options.log).read_bytes())
        if log.check(key, {size})[size] != read_checkpoint(receipt.checkpoint, key)[1]:
            raise Wrong("整本日志与回执矛盾 / the log contradicts the receipt")
        print("整本日志里也有这一格 / the leaf stands in the whole log too")


def check_statement(text: str, key: "Key | None", options) -> None:
    """What the platform signed beside the log: a refusal too many for a leaf. One line of content under a line that no checkpoint begins with."""
    signed, gap, signatures = text.rpartition("\n\n")
    lines = signed.split("\n")
    if not gap or not signatures.endswith("\n") or len(lines) != 2 or lines[0] != STATEMENT_HEAD:
        raise Wrong("不是平台的签名声明 / not a signed statement")
    if options.log:
        raise Wrong("签名声明不在日志里，请不带 --log 核对 / a statement stands in no log: check it without --log")
    if key is not None:
        check_signature(signed + "\n", signatures, key)
    print(f"内容 / content: {lines[1]}")
    print("签名声明，不在日志里 / a signed statement beside the log")


# --- the whole log ---------------------------------------------------------------------------------------------------


class Download:
    def __init__(self, content: bytes):
        head, _, rest = content.partition(b"\n")
        key_line, _, rest = rest.partition(b"\n")
        length, _, rest = rest.partition(b"\n")
        if head.decode("utf-8", "replace") != LOG_HEAD or not length.isdigit() or len(length) > 15:
            raise Wrong(f"不是整本日志 / not a whole-log download: its first line should be {LOG_HEAD}")
        try:
            self.own_key = Key(key_line.decode())
            self.checkpoint = rest[: int(length)].decode()
        except UnicodeDecodeError:
            raise Wrong("文件读不懂 / the file cannot be read") from None
        self.size, self.root = read_checkpoint(self.checkpoint, self.own_key)
        rest = rest[int(length) :]
        self.leaves, self.entries = rest[: 32 * self.size], rest[32 * self.size :].splitlines()
        if len(self.leaves) != 32 * self.size:
            raise Wrong("文件不完整 / the file is incomplete")

    def check(self, key: "Key | None", sizes: "set[int]") -> "dict[int, bytes]":
        """The roots at the sizes asked for, once everything in the file holds."""
        if key is not None:
            read_checkpoint(self.checkpoint, key)
        if too_large := [size for size in sizes if size > self.size]:
            raise NotYet(f"下载的日志还不到 {max(too_large)} 格 / the download has only {self.size} leaves")
        for line in self.entries:  # before the root, which names no leaf
            _, data, index = read_opened(line)
            if not isinstance(index, int) or not 0 <= index < self.size or self.leaves[32 * index : 32 * index + 32] != data:
                raise Wrong(f"第 {index} 格的内容与叶子不符 / entry {index} is not what its leaf commits to")
        roots = roots_of(self.leaves, {*sizes, self.size})
        if roots[self.size] != self.root:
            raise Wrong("叶子算不出检查点的根 / the leaves do not lead to the checkpoint's root")
        return roots


def check_log(options) -> None:
    key = read_key(options.key)
    log = Download(Path(options.file).read_bytes())
    older = []
    for name in options.older:
        text = Path(name).read_text(encoding="utf-8").replace("\r\n", "\n")
        note = Receipt(text).checkpoint if text.startswith(PROOF_HEAD) else text
        older.append((name, *read_checkpoint(note, key or log.own_key)))
    roots = log.check(key, {size for _, size, _ in older})
    for name, size, root in older:
        if roots[size] != root:
            raise Wrong(f"日志与旧检查点矛盾 / the log contradicts the older checkpoint {name}")
        print(f"包含旧检查点 / begins with the older checkpoint: {name} ({size})")
    print(f"共 {log.size} 格，公开内容 {len(log.entries)} 条 / {log.size} leaves, {len(log.entries)} opened entries")


# --- draws -----------------------------------------------------------------------------------------------------------


def check_draw(options) -> "int | None":
    """The draw by itself and, with a download of the log, against its leaves. Exit code where there is nothing to sign."""
    try:
        found = json.loads(Path(options.file).read_text(encoding="utf-8"))
        lines, empty = (check_published(found), 0) if options.rfc3797_md5 else check_draw_data(found)
        if options.log:
            log = Download(Path(options.log).read_bytes())
            key = read_key(options.key)
            log.check(key, set())
            entries = [(index, json.loads(payload)) for payload, _, index in map(read_opened, log.entries)]
            check_leaves(found, entries, lambda sizes: log.check(key, sizes))
            lines.append(f"与日志相符 / the log's leaves say the same: {log.size}")
        elif not options.rfc3797_md5:
            lines.append("没有给整本日志，种子的先后没有核对 / no --log: that the pool was frozen before the seeds was not checked")
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as broken:
        raise Wrong(f"文件不完整 / the file is not complete: {broken!r}") from None
    print("\n".join(lines))
    if empty:
        print(f"到此相符，但还有 {empty} 个席位空缺 / it holds so far, but {empty} seats are empty")
        return UNFINISHED
    return None if options.log else 0


def give_promise(options) -> int:
    print("\n".join(make_promise(options.tender, options.round, options.side)))
    return 0


FILE = (("file", {}), ("--key", {"help": "name+hash+key, or a file that holds it"}))
COMMANDS = {
    "receipt": (
        check_receipt,
        "核对一份回执 / check one receipt",
        (*FILE, ("--log", {"help": "a whole-log download that must hold it too"})),
    ),
    "log": (
        check_log,
        "核对整本日志 / check a whole-log download",
        (*FILE, ("--older", {"nargs": "*", "default": [], "help": "checkpoints or receipts kept from earlier"})),
    ),
    "draw": (
        check_draw,
        "核对评标专家抽取 / check a committee's draw",
        (
            *FILE,
            ("--log", {"help": "a whole-log download, to compare what was frozen and drawn, and when"}),
            ("--rfc3797-md5", {"action": "store_true", "help": "FILE has draws that others published"}),
        ),
    ),
    "promise": (
        give_promise,
        "生成随机数和承诺值 / a random value and its commitment",
        (("tender", {}), ("round", {"type": int}), ("side", {"choices": SIDES})),
    ),
}
"""Subcommand → (what it does, help, its arguments). What it does returns an exit code where no signature is in question."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="{" + ",".join(COMMANDS) + "}")
    for name, (run, help_text, more) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text)
        for option, settings in more:
            command.add_argument(option, **settings)
        command.set_defaults(run=run)
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        done = options.run(options)
    except Wrong as wrong:
        print(f"不通过 / DOES NOT HOLD: {wrong}")
        return 1
    except NotYet as missing:
        print(f"还不能核对 / cannot be checked yet: {missing}")
        print("日志每十分钟有新的检查点：过后重新下载再核对；那时仍然没有的，就是与日志不符")
        print("the log has a new checkpoint every ten minutes: download it again then; what it lacks even then contradicts it")
        return NOT_YET
    except UnicodeDecodeError:
        print("不是回执、日志或者抽取数据 / no receipt, log or draw data")
        return 1
    except OSError as error:
        print(f"读不到文件 / cannot read: {error}")
        return 1
    if done == UNFINISHED or (done == 0 and options.run is give_promise):
        return done
    if done is None and not options.key:
        print("没有给公钥，签名是谁的没有核对 / no --key: whose signature it is was not checked")
        return NO_KEY
    print("通过 / everything holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
