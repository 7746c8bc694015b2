"""Looking ahead and waves over HTTP: nothing yet, and cursors that are none."""

import pytest


@pytest.mark.parametrize("path", ["/v1/waves", "/v1/sourcing/prices"])
def test_a_market_without_them_has_none(client, path):
    assert client.get(path).expect(200).json == {"items": [], "next": None}


@pytest.mark.parametrize("path", ["/v1/waves", "/v1/sourcing/prices"])
@pytest.mark.parametrize("cursor", ["nonsense", "bm9uc2Vuc2U"])
def test_a_cursor_of_another_list_is_refused(client, path, cursor):
    assert client.get(f"{path}?cursor={cursor}").expect(422).pointers == ["cursor"]


def test_a_sku_that_is_not_priced_is_worth_nothing_more(client):
    assert client.get("/v1/sourcing/prices/TEE").json == {
        "sku": "TEE", "version": 0, "nodes": [],
    }  # fmt: skip
