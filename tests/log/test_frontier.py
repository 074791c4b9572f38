"""The right edge against the definition of the tree, and tiles against both."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.log.frontier import Frontier
from app.log.padding import TILE, fold, leaf_hashes, padding_data, padding_hash, padding_tile
from app.log.tree import leaf_hash, node_of_leaves, root

KEY = b"k" * 32


def test_every_size_has_the_trees_root_and_right_edge():
    leaves = [leaf_hash(padding_data(KEY, index)) for index in range(600)]
    node, edge = node_of_leaves(leaves), Frontier()
    for size in range(600):
        assert edge.root == root(size, node)
        edge = Frontier.from_bytes(size, bytes(edge))
        edge.add_leaf(padding_data(KEY, size))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=5), st.binary(min_size=32, max_size=32))
def test_padding_up_is_adding_one_by_one(gaps, data):
    quick, slow = Frontier(), Frontier()
    for gap in gaps:
        target = quick.size + gap
        quick.pad_to(target, KEY)
        while slow.size < target:
            slow.add_leaf(padding_data(KEY, slow.size))
        quick.add_leaf(data)
        slow.add_leaf(data)
        assert (quick.size, quick.root, quick.tiles) == (slow.size, slow.root, slow.tiles)


def test_a_tile_of_tiles_is_completed_too():
    edge = Frontier()
    edge.pad_to(TILE * TILE, KEY)
    assert [(level, number) for level, number, _ in edge.tiles[-2:]] == [(1, 255), (2, 0)]
    assert edge.tiles[-1][2] == padding_hash(KEY, 2, 0) == edge.root
    assert edge.tiles[0][2] == fold(leaf_hashes(padding_tile(KEY, 0)))


def test_padding_differs_by_place_and_key():
    seen = {padding_data(key, index) for key in (KEY, b"x" * 32) for index in range(1_000)}
    assert len(seen) == 2_000
