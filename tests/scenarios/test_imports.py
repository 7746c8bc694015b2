"""Files over HTTP: uploaded, mapped, rehearsed, run; what was wrong comes back as a file."""

import csv
import io
import json

import pytest

from scenarios.client import Client
from scenarios.shop import eventually

GOOD = 40
HEAD = "Item No.,Title,Weight (g),Junk\n"


@pytest.fixture
def content(shop) -> bytes:
    """Forty items and three bad rows, under headers that are none of ours."""
    rows = [f"I-{n}-{shop.tag},Item {n},{n + 1},x\n" for n in range(GOOD)]
    rows.insert(5, f"BAD-{shop.tag},Heavy,a ton,x\n")
    rows.insert(9, ",Nameless,1,x\n")
    rows.insert(20, f"I-0-{shop.tag},Again,1,x\n")
    return (HEAD + "".join(rows)).encode()


def upload(client: Client, content: bytes, query: str, *, key: str | None = None):
    sent = {"content-type": "text/csv"}
    return client.send("POST", f"/v1/imports?{query}", content, key=key, headers=sent)


def settled(client: Client, path: str, *states: str):
    eventually(
        lambda: client.get(path).json["state"] in states, within_s=30, what=f"{path} {states}"
    )
    return client.get(path).json


@pytest.fixture
def mapping(shop) -> dict:
    columns = {"Item No.": "sku", "Title": "name", "Weight (g)": "weight_g", "Junk": None}
    return {"columns": columns, "fixed": {"category": "tees"}, "name": f"ERP {shop.tag}"}


def mapped(client, content: bytes, mapping: dict) -> str:
    """Upload a file and map it; give its path."""
    made = upload(client, content, "kind=items&file=items.csv").expect(201).json
    path = f"/v1/imports/{made['id']}"
    client.put(f"{path}/mapping", mapping).expect(200)
    return path


def test_columns_are_guessed_and_mapped_and_a_mapping_is_kept_by_its_name(
    client, shop, content, mapping
):
    made = upload(client, content, "kind=items&file=items.csv").expect(201).json
    assert made["preview"]["columns"] == ["Item No.", "Title", "Weight (g)", "Junk"]
    assert {g["column"]: g["field"] for g in made["guesses"]} == {
        "Item No.": "sku", "Title": "name", "Weight (g)": "weight_g",
    }  # fmt: skip
    assert (made["missing"], made["state"]) == ([], "uploaded")
    path = f"/v1/imports/{made['id']}/mapping"
    wrong = {"columns": {"Item No.": "sku", "Title": "sku"}}
    assert client.put(path, wrong).expect(422).pointers == ["/columns/Item No."]
    client.put(path, mapping).expect(200)

    kinds = client.get("/v1/imports/kinds").expect(200).json["items"]
    [items] = [each for each in kinds if each["kind"] == "items"]
    assert mapping["name"] in {each["name"] for each in items["mappings"]}
    client.send("DELETE", f"/v1/import-mappings/items/ERP%20{shop.tag}").expect(200)


def test_a_dry_run_names_what_is_wrong_and_changes_nothing(client, shop, content, mapping):
    path = mapped(client, content, mapping)
    client.post(f"{path}/dry-run", {}).expect(202)
    found = settled(client, path, "checked")
    assert found["dry_run"]["counts"] == {"created": GOOD}
    assert (found["dry_run"]["rows"], found["dry_run"]["rejected"]) == (GOOD + 3, 3)
    rejects = client.get(f"{path}/rejects?of=dry-run").expect(200).json["items"]
    assert [(r["row"], r["field"]) for r in rejects] == [(7, "weight_g"), (11, "sku"), (22, "")]
    client.get(f"/v1/items/I-1-{shop.tag}").expect(404)


def test_a_run_lands_what_is_good_and_again_it_changes_nothing(client, shop, content, mapping):
    path = mapped(client, content, mapping)
    client.post(f"{path}/run", {}).expect(202)
    done = settled(client, path, "done")
    assert (done["progress"]["counts"], done["progress"]["rejected"]) == ({"created": GOOD}, 3)
    assert done["progress"]["share"] == 1
    item = client.get(f"/v1/items/I-1-{shop.tag}").expect(200).json
    assert (item["name"], item["weight_g"], item["category"]) == ("Item 1", 2, "tees")

    file = client.get(f"{path}/rejects.csv").expect(200)
    assert file.headers["content-disposition"].endswith("items.csv.rejects.csv")
    rows = list(csv.DictReader(io.StringIO(file.body.decode())))
    assert [row["rejected row"] for row in rows] == ["7", "11", "22"]
    assert rows[0]["sku"] == f"BAD-{shop.tag}"
    assert rows[2]["rejected because"] == f"I-0-{shop.tag} stands in row 2 already"

    path = mapped(client, content, mapping)
    client.post(f"{path}/run", {}).expect(202)
    assert settled(client, path, "done")["progress"]["counts"] == {"unchanged": GOOD}


def test_the_end_is_told_and_the_job_is_listed(client, shop):
    made = upload(client, b"sku,name\nT-1,Tee\n", f"kind=items&file=t-{shop.tag}.csv").expect(201)
    client.post(f"/v1/imports/{made.json['id']}/run", {}).expect(202)
    settled(client, f"/v1/imports/{made.json['id']}", "done")

    subject = f"imports/{made.json['id']}"
    search = f"/v1/events?before={2**62}&types=import.ended&subject={subject}"
    eventually(lambda: client.get(search).json["events"], what="import.ended")
    [event] = client.get(search).json["events"]
    assert event["data"] | {"actor": ""} == {
        "import": made.json["id"], "kind": "items", "file": f"t-{shop.tag}.csv", "state": "done",
        "rows": 1, "rejected": 0, "actor": "",
    }  # fmt: skip
    jobs = client.get("/v1/jobs?kind=import&limit=5").expect(200).json["items"]
    job = next(each for each in jobs if each["id"] == made.json["id"])
    assert (job["state"], job["done"], job["share"]) == ("done", 1, 1)
    assert not job["cancelable"]


def test_jobs_are_paged_without_a_gap(client, shop):
    for number in range(3):
        upload(client, b"sku,name\nT-1,Tee\n", f"kind=items&file={number}-{shop.tag}.csv")
    whole = [each["id"] for each in client.get("/v1/jobs?limit=200").expect(200).json["items"]]
    paged, path = [], "/v1/jobs?limit=2"
    while path:
        page = client.get(path).expect(200).json
        paged += [each["id"] for each in page["items"]]
        path = page["next"] and f"/v1/jobs?limit=2&cursor={page['next']}"
    assert [each for each in paged if each in whole] == whole


def test_the_same_upload_under_its_key_is_one_file(client, shop):
    query, key = f"kind=items&file=k-{shop.tag}.csv", f"up-{shop.tag}"
    first = upload(client, b"sku,name\nA,a\n", query, key=key).expect(201)
    again = upload(client, b"sku,name\nA,a\n", query, key=key).expect(201)
    assert again.json["id"] == first.json["id"]
    assert again.headers["idempotency-replayed"] == "true"
    other = upload(client, b"sku,name\nB,b\n", query, key=key).expect(422)
    assert other.code == "idempotency-key-reused"


def test_a_canceled_draft_does_not_move_and_what_is_no_table_is_refused(client, shop):
    made = upload(client, b"sku,name\nA,a\n", f"kind=items&file=c-{shop.tag}.csv").expect(201)
    path = f"/v1/imports/{made.json['id']}"
    client.post(f"/v1/jobs/import/{made.json['id']}/cancel", {}).expect(200)
    assert client.post(f"{path}/dry-run", {}).expect(409).code == "illegal-transition"
    upload(client, b"sku,sku\nA,a\n", "kind=items&file=x.csv").expect(422)
    upload(client, b"sku,name\nA,a\n", "kind=items&file=x.exe").expect(422)
    upload(client, b"sku\nA\n", "kind=money&file=x.csv").expect(422)
    upload(client, b"", "kind=items&file=x.csv").expect(422)


def test_who_may_not_put_items_may_not_import_them(system, make_keys):
    [key] = make_keys([frozenset({"jobs:read", "jobs:write", "network:write"})])
    clerk = Client(system.url, key)
    upload(clerk, b"sku,name\nA,a\n", "kind=items&file=x.csv").expect(403)
    made = upload(clerk, b"group,nodes\nG,\n", "kind=node-groups&file=x.csv").expect(201)
    assert made.json["kind"] == "node-groups"
    clerk.close()


def test_orders_and_counts_come_from_files_too(client, shop):
    sku, node = shop.stocked(0)
    counts = f"article;warehouse;qty\n{sku};{node};7\n".encode()
    made = upload(client, counts, "kind=inventory&file=c.csv&written_at=2026-01-01T00:00:00Z")
    assert {g["column"]: g["field"] for g in made.expect(201).json["guesses"]} == {
        "article": "sku", "warehouse": "node", "qty": "on_hand",
    }  # fmt: skip
    order = {
        "channel": shop.web, "external_id": f"F-{shop.tag}", "placed_at": "2026-11-20T10:00:00Z",
        "currency": "USD", "ship_to": {"postal_code": "78701", "country": "US"},
        "lines": [{"sku": sku, "quantity": 1, "unit_price": 5}], "backorder": "allow",
    }  # fmt: skip
    made = upload(client, json.dumps(order).encode(), "kind=orders&file=o.jsonl").expect(201).json
    path = f"/v1/imports/{made['id']}"
    client.post(f"{path}/dry-run", {}).expect(202)
    assert settled(client, path, "checked")["dry_run"]["counts"] == {"placed": 1}
    client.post(f"{path}/run", {}).expect(202)
    assert settled(client, path, "done")["progress"]["counts"] == {"placed": 1}
    found = client.get(f"/v1/orders?q=F-{shop.tag}").expect(200).json["items"]
    assert len(found) == 1
