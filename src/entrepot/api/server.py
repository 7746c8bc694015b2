"""The HTTP server: granian, embedded in our own event loop, speaking RSGI to the face."""

import asyncio
import logging
import socket
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server

from entrepot.api.app import App
from entrepot.api.face import Table, respond
from entrepot.api.pour import pour
from entrepot.api.stream import stream

log = logging.getLogger(__name__)


def free_port(host: str) -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


async def serve(app: App, table: Table, *, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; then answer what is under way and return."""

    async def handle(scope: Any, protocol: Any) -> None:  # noqa: ANN401 - the server's own types
        if scope.proto != "http":
            return
        if scope.path == "/v1/events/stream" and scope.method == "GET":
            await stream(app, scope, protocol)
            return
        answer = app.faces.answer(scope.method, scope.path, scope.headers)
        if answer is None:
            answer = await respond(app, table, scope, protocol)
        headers = [("content-type", answer.content_type), *answer.headers]
        if answer.parts is not None:
            await pour(protocol, answer.status, headers, answer.parts)
            return
        protocol.response_bytes(answer.status, headers, answer.body)

    server = Server(
        handle,
        host,
        port,
        interface=Interfaces.RSGI,
        log_enabled=False,
        websockets=False,
        backlog=2048,
        backpressure=4096,
    )
    logging.getLogger("_granian").setLevel(logging.ERROR)
    running = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        server.stop()
    await running
