"""A body in parts is the body: lines come out the same however they were cut, packed or not."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.api.arriving import PART_BYTES_MAX, CutOffError, Lines, parts
from entrepot.api.problems import Problem

MOST = 8


async def chunks(*each: bytes):
    for chunk in each:
        yield chunk


async def whole(body: bytes, encoding: str | None, size: int) -> bytes:
    cut = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join([part async for part in parts(chunks(*cut), encoding)])


def lines(body: bytes, cuts: list[int]) -> list[bytes]:
    cutter = Lines(MOST)
    ends = sorted({min(cut, len(body)) for cut in cuts} | {len(body)})
    found, begin = [], 0
    for end in ends:
        found += cutter.cut(body[begin:end])
        begin = end
    return [*found, cutter.rest()]


@given(st.text("ab\n", max_size=60).map(str.encode), st.lists(st.integers(0, 60), max_size=20))
def test_any_parts_of_a_body_come_to_the_same_lines(body, cuts):
    assert lines(body, cuts) == [line[: MOST + 1] for line in body.split(b"\n")]


def test_a_line_without_end_is_not_kept():
    cutter = Lines(MOST)
    for _ in range(1_000):
        assert cutter.cut(b"x" * 1_000) == []
    assert cutter.rest() == b"x" * (MOST + 1)
    assert cutter.cut(b"x\nab\n") == [b"x" * (MOST + 1), b"ab"]


@pytest.mark.parametrize("encoding", [None, "", "identity"])
async def test_what_is_not_packed_comes_as_it_is(encoding):
    body = b"0123456789" * 30_000
    assert await whole(body, encoding, 200_000) == body
    sizes = [len(part) async for part in parts(chunks(body), encoding)]
    assert max(sizes) == PART_BYTES_MAX


@pytest.mark.parametrize("size", [1, 7, 1_000, 10**6])
@pytest.mark.parametrize("body", [b"", b"ab\n", b"0" * 3 * PART_BYTES_MAX, bytes(range(256)) * 9])
async def test_gzip_is_unpacked_in_bounds_however_it_is_cut(body, size):
    packed = gzip.compress(body) + gzip.compress(b"and more")
    assert await whole(packed, "gzip", size) == body + b"and more"
    cut = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert all([len(p) <= PART_BYTES_MAX async for p in parts(chunks(*cut), "gzip")])


@pytest.mark.parametrize("body", [b"plain", gzip.compress(b"ab\n" * 99, mtime=0)[:-9]])
async def test_what_is_not_whole_gzip_is_said(body):
    with pytest.raises(CutOffError):
        await whole(body, "gzip", 5)


async def test_other_ways_to_pack_are_refused():
    with pytest.raises(Problem) as refused:
        await whole(b"ab", "br", 5)
    assert refused.value.status == 415
