"""What docs/how-to/webhooks.md tells people to run is right."""

import re
import time
from datetime import UTC, datetime

from entrepot.notices import rules
from notices.world import SECRET
from tidy import house

PAGE = (house.ROOT / "docs" / "how-to" / "webhooks.md").read_text(encoding="utf-8")
BODY = b'{"type": "availability.changed"}'


def verified(*arguments, **more) -> bool:
    """Run the page's own function."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    names: dict = {}
    exec(code, names)  # noqa: S102 - our own page
    return names["verified"](*arguments, **more)


def test_the_pages_function_takes_what_we_sign():
    at = datetime.fromtimestamp(time.time(), UTC)
    headers = rules.signed(SECRET, "m", at, BODY)
    assert verified(SECRET, headers, BODY)
    rotated = {**headers, "webhook-signature": "v1,old " + headers["webhook-signature"]}
    assert verified(SECRET, rotated, BODY)


def test_the_pages_function_refuses_what_is_not_ours():
    at = datetime.fromtimestamp(time.time(), UTC)
    headers = rules.signed(SECRET, "m", at, BODY)
    other = "whsec_" + "A" * 32
    assert not verified(SECRET, headers, BODY + b" ")
    assert not verified(other, headers, BODY)
    assert not verified(SECRET, {**headers, "webhook-id": "n"}, BODY)
    old = rules.signed(SECRET, "m", datetime.fromtimestamp(time.time() - 400, UTC), BODY)
    assert not verified(SECRET, old, BODY)
    assert verified(SECRET, old, BODY, tolerance_s=500)


def test_the_pages_secret_is_one():
    assert SECRET in PAGE
    assert len(rules.key_of(SECRET)) == 24
