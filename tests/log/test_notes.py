"""Signed notes, checkpoints and proofs: a published vector, and no changed byte is taken for the log's."""

from hashlib import sha256

import pytest

from app.log.notes import Checkpoint, NoteError, Proof, Signer, Verifier, open_checkpoint
from app.log.tree import ProofError, inclusion_proof, leaf_hash, node_of_leaves, root

# The example of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{SAID}\n\u2014 PeterNeumann {SIGNATURE}\n"

SIGNER = Signer.from_seed("example.org/log", sha256(b"seed").digest())
LEAVES = [bytes([number]) * 32 for number in range(7)]
NODE = node_of_leaves([leaf_hash(one) for one in LEAVES])
HEAD = SIGNER.sign(str(Checkpoint("example.org/log", 7, root(7, NODE))))
PROOF = Proof(4, tuple(inclusion_proof(4, 7, NODE)), HEAD, b"what it stands for")


def test_a_published_note_verifies():
    assert Verifier.from_text(PETER).open(NOTE) == SAID
    assert str(Verifier.from_text(PETER)) == PETER


def test_a_note_is_the_same_bytes_every_time():
    assert SIGNER.sign("one\ntwo\n") == SIGNER.sign("one\ntwo\n")
    assert SIGNER.verifier.open(SIGNER.sign("one\ntwo\n")) == "one\ntwo\n"


def test_a_foreign_signature_beside_ours_does_no_harm():
    assert SIGNER.verifier.open(f"{HEAD}\u2014 PeterNeumann {SIGNATURE}\n").startswith("example.org/log\n7\n")


@pytest.mark.parametrize("at", range(len(HEAD.encode())))
def test_no_changed_byte_of_a_checkpoint_is_taken(at):
    changed = bytearray(HEAD.encode())
    changed[at] ^= 1
    try:
        text = changed.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(NoteError):
        open_checkpoint(text, SIGNER.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org/log\n7\n",
        "no signature\n\n",
        "text\n\nnot a signature line\n",
        "text\n\n\u2014 example.org/log !!\n",
        HEAD.rstrip("\n"),
    ],
)
def test_what_is_no_note_is_refused(text):
    with pytest.raises(NoteError):
        SIGNER.verifier.open(text)


@pytest.mark.parametrize(
    "text", ["", "a\nb\n", "a\n-1\nAAAA\n", "a\n07\nAAAA\n", "a\n7\nAAAA\n", "a\n7\n!\n", "a\n\u0667\nAAAA\n", "a\n7\n\nb\n"]
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        Checkpoint.from_text(text)


@pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+AAAA", PETER.replace("c74f20a3", "c74f20a4"), PETER[:-4]])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(NoteError):
        Verifier.from_text(text)


def test_a_checkpoint_of_another_name_is_refused():
    note = SIGNER.sign(str(Checkpoint("example.org/other", 7, root(7, NODE))))
    with pytest.raises(NoteError, match="another log's"):
        open_checkpoint(note, SIGNER.verifier)


def test_a_control_character_is_never_signed():
    with pytest.raises(ValueError, match="control"):
        SIGNER.sign("a\tb\n")


def test_a_proof_reads_back_as_it_was_written():
    assert Proof.from_text(str(PROOF)) == PROOF
    bare = Proof(PROOF.index, PROOF.hashes, HEAD)
    assert Proof.from_text(str(bare)) == bare
    lines = str(PROOF).split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra d2hhdCBpdCBzdGFuZHMgZm9y", "index 4"]
    assert lines[len(PROOF.hashes) + 3] == "" and "\n".join(lines[len(PROOF.hashes) + 4 :]) == HEAD


def test_a_proof_shows_its_leaf_and_no_other():
    assert PROOF.verify(LEAVES[4], SIGNER.verifier).size == 7
    with pytest.raises(ProofError):
        PROOF.verify(LEAVES[5], SIGNER.verifier)


@pytest.mark.parametrize("at", range(str(PROOF).index("index"), len(str(PROOF))))
def test_no_changed_letter_of_a_proof_holds(at):
    text = str(PROOF)
    changed = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
    with pytest.raises((NoteError, ProofError)):
        Proof.from_text(changed).verify(LEAVES[4], SIGNER.verifier)


@pytest.mark.parametrize(
    "text", ["", "c2sp.org/tlog-proof@v2\nindex 1\n\n", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v1\nindex x\n\n"]
)
def test_what_is_no_proof_is_refused(text):
    with pytest.raises(NoteError):
        Proof.from_text(text)
