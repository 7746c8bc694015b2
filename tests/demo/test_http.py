"""The small HTTP client, against servers that say exactly what the test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from entrepot.demo.http import Http, LostError

Script = Callable[[int, bytes], bytes | None]
"""(number of the call on this server, what was sent) to the bytes to answer; None: hang up."""


@asynccontextmanager
async def server(script: Script) -> AsyncIterator[tuple[str, list[bytes]]]:
    heard: list[bytes] = []
    peers: list[asyncio.StreamWriter] = []

    async def talk(reader, writer):
        peers.append(writer)
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = [x for x in head.split(b"\r\n") if x.startswith(b"content-length:")]
            body = await reader.readexactly(int(length[0][15:])) if length else b""
            heard.append(head + body)
            answer = script(len(heard), head + body)
            if answer is None:
                break
            writer.write(answer)
        writer.close()

    async def talk_until_gone(reader, writer):
        try:
            await talk(reader, writer)
        except (EOFError, OSError):
            writer.close()

    listening = await asyncio.start_server(talk_until_gone, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", heard
    finally:
        listening.close()
        for peer in peers:
            peer.close()
        await asyncio.sleep(0)


def says(status: bytes, body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def test_a_call_carries_the_key_the_idempotency_key_and_the_body():
    async with server(lambda _n, _q: says(b"201 Created", b"{}")) as (url, heard):
        http = Http(url, key="secret", connections=1)
        await http.send("POST", "/v1/orders", b'{"a":1}', key="k-1")
        http.close()
    host = url.removeprefix("http://").encode()
    assert heard == [
        b"POST /v1/orders HTTP/1.1\r\nhost: " + host + b"\r\nauthorization: Bearer secret\r\n"
        b"idempotency-key: k-1\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n"
        b'{"a":1}'
    ]


async def test_status_headers_and_body_come_back_as_sent():
    answer = says(b"503 Service Unavailable", b"busy", b"Retry-After: 2")
    async with server(lambda _n, _q: answer) as (url, _):
        http = Http(url, key="k", connections=1)
        got = await http.send("GET", "/healthz")
        http.close()
    assert (got.status, got.body) == (503, b"busy")
    assert got.header(b"retry-after") == b"2"
    assert got.header(b"content-length") == b"4"
    assert got.header(b"after") is None


async def test_one_connection_serves_one_call_after_another():
    async with server(lambda n, _q: says(b"200 OK", b"%d" % n)) as (url, _):
        http = Http(url, key="k", connections=1)
        calls = [http.send("GET", "/") for _ in range(5)]
        bodies = [answer.body for answer in await asyncio.gather(*calls)]
        http.close()
    assert bodies == [b"1", b"2", b"3", b"4", b"5"]


async def test_a_hang_up_instead_of_an_answer_is_lost_and_the_next_call_connects_again():
    async with server(lambda n, _q: None if n == 1 else says(b"200 OK", b"")) as (url, _):
        http = Http(url, key="k", connections=1)
        with pytest.raises(LostError, match="POST /v1/orders"):
            await http.send("POST", "/v1/orders", b"{}")
        answer = await http.send("GET", "/")
        http.close()
    assert answer.status == 200


async def test_an_answer_cut_short_is_lost():
    cut = says(b"200 OK", b"whole")[:-2]
    async with server(lambda n, _q: cut if n == 1 else None) as (url, _):
        http = Http(url, key="k", connections=1, timeout_s=0.2)
        with pytest.raises(LostError, match="TimeoutError"):
            await http.send("GET", "/")
        http.close()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP/1"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "without a length"),
        (b"HTTP/1.1 abc\r\ncontent-length: 0\r\n\r\n", "invalid literal"),
    ],
)
async def test_what_it_cannot_read_is_lost(answer, why):
    async with server(lambda _n, _q: answer) as (url, _):
        http = Http(url, key="k", connections=1)
        with pytest.raises(LostError, match=why):
            await http.send("GET", "/")
        http.close()


async def test_an_answer_without_content_has_none():
    async with server(lambda _n, _q: b"HTTP/1.1 204 No Content\r\n\r\n") as (url, _):
        http = Http(url, key="k", connections=1)
        answer = await http.send("DELETE", "/")
        http.close()
    assert (answer.status, answer.body) == (204, b"")


async def test_a_connection_the_server_wants_closed_is_not_used_again():
    closing = says(b"200 OK", b"", b"Connection: close")
    async with server(lambda n, _q: closing if n == 1 else says(b"200 OK", b"2")) as (url, heard):
        http = Http(url, key="k", connections=1)
        await http.send("GET", "/")
        answer = await http.send("GET", "/")
        http.close()
    assert answer.body == b"2"
    assert len(heard) == 2


async def test_a_server_that_is_not_there_is_an_os_error():
    http = Http("http://127.0.0.1:9", key="k", connections=1)
    with pytest.raises(OSError, match=r"127\.0"):
        await http.send("GET", "/")
