"""Call an endpoint: once, bounded in time and in what is read, and only where it may be.

The name is looked up here and the address that was judged is the one that is called, so that a name
cannot mean a public address when it is looked at and a private one when it is called. Connections
are not kept: two names may lead to one address, and neither may use what was opened for the other.
"""

import asyncio
import socket
from collections.abc import Mapping

import httpx

from entrepot.notices.model import CALL_S_MAX, ERROR_CHARS_MAX, Posted
from entrepot.notices.rules import is_public


class Refused(Exception):  # noqa: N818 - what happened
    """The endpoint's name leads to an address that may not be called."""


class Caller:
    """Calls endpoints; `anywhere` allows loopback and private addresses.

    Connections are bounded by who calls, for each endpoint: slow ones take none from the others.
    """

    def __init__(self, *, anywhere: bool, within_s: float = CALL_S_MAX) -> None:
        self._anywhere = anywhere
        self._within_s = within_s
        self._http = httpx.AsyncClient(
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            timeout=within_s, follow_redirects=False, trust_env=False,
        )  # fmt: skip

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Call, and say what came of it: never raises for what an endpoint or a network does."""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._post(httpx.URL(url), headers, body)
        except TimeoutError:
            return Posted(None, f"no answer within {self._within_s:g} s")
        except Refused as refused:
            return Posted(None, str(refused))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as fault:
            return Posted(None, type(fault).__name__)

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> Posted:
        address = await self._address(url)
        sent = {
            **headers,
            "host": url.netloc.decode("ascii"),
            "content-type": "application/cloudevents+json",
            "user-agent": "entrepot",
        }
        request = self._http.build_request(
            "POST", url.copy_with(host=address), content=body, headers=sent,
            extensions={"sni_hostname": url.host},
        )  # fmt: skip
        response = await self._http.send(request, stream=True)
        try:
            if response.is_success:
                return Posted(response.status_code)
            return Posted(response.status_code, await _beginning(response))
        finally:
            await response.aclose()

    async def _address(self, url: httpx.URL) -> str:
        loop = asyncio.get_running_loop()
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        if not addresses:
            raise Refused("the name leads nowhere")
        if not self._anywhere and not all(is_public(each) for each in addresses):
            raise Refused("the name leads to an address that is not public")
        return addresses[0]


async def _beginning(response: httpx.Response) -> str:
    """Read the first of what an endpoint says, as text that can be kept."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk[:ERROR_CHARS_MAX]
        if len(read) >= ERROR_CHARS_MAX:
            break
    text = read[:ERROR_CHARS_MAX].decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text)
