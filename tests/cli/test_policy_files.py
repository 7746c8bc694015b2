"""Policies as files: what is written is read back, and what YAML would guess is not guessed."""

import msgspec
import pytest

from entrepot.cli.policy_examples import Examples, Expected, differences
from entrepot.cli.policy_files import Unreadable, read, short, whole, written
from entrepot.policies.model import Policy

DOCUMENT = {
    "extra_shipment": 200,
    "carrier_holidays": ["2026-12-25"],
    "sourcing": {
        "profiles": [
            {
                "profile": "no", "when": "order.country == 'NO'",
                "strategies": [
                    {
                        "strategy": "DCs", "fences": [{"node_kinds": ["dc"]}],
                        "ratings": [{"by_group": {"west": 5, "east": 1}}],
                    }
                ],
            }
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ["policy.yaml", "policy.yml", "policy.json"])
def test_what_is_written_is_read_back(tmp_path, name):
    file = tmp_path / name
    file.write_text(written(DOCUMENT, file), encoding="utf-8")
    assert read(file) == DOCUMENT


def test_a_file_says_only_what_has_not_its_default():
    everything = whole(DOCUMENT)
    assert set(everything) == set(Policy.__struct_fields__)
    assert short(everything) == DOCUMENT
    assert short({}) == {}


def test_words_that_yaml_once_guessed_are_texts(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("a: [no, NO, on, yes, 2026-11-28, 'true', true, False, 7, 1.5, null]\n")
    assert read(file) == {
        "a": ["no", "NO", "on", "yes", "2026-11-28", "true", True, "False", 7, 1.5, None]
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", ":3:1: a comes twice"),
        ("a: &x [1]\nb: *x\n", ":2:4: aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", ":1:4: could not determine a constructor"),
        ("a: [1\n", ":2:1: expected ',' or ']'"),
        ("a: \x00\n", "special characters are not allowed"),
    ],
)
def test_a_file_that_is_none_says_where(tmp_path, text, said):
    file = tmp_path / "a.yaml"
    file.write_text(text)
    with pytest.raises(Unreadable, match=r"a\.yaml") as wrong:
        read(file)
    assert said in str(wrong.value)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{'a'}")
    with pytest.raises(Unreadable, match=r"bad\.json"):
        read(tmp_path / "bad.json")


SAID = {
    "profile": "all",
    "strategies": [
        {"strategy": "DCs", "nodes": ["A", "B"], "ratings": {"B": 5}, "shipments_max": None},
        {"strategy": "any", "nodes": ["A", "B", "C"], "ratings": {}, "shipments_max": None},
    ],
    "otherwise": "wait",
}  # fmt: skip
NONE = {"profile": None, "strategies": [], "otherwise": "order"}


@pytest.mark.parametrize(
    ("expect", "said", "told"),
    [
        ({}, SAID, []),
        ({"profile": "all", "strategy": "DCs", "strategies": ["DCs", "any"], "nodes": ["B", "A"],
          "includes": ["A"], "excludes": ["C"], "ratings": {"B": 5}, "otherwise": "wait"},
         SAID, []),
        ({"profile": None}, NONE, []),
        ({"profile": None}, SAID, ["profile: expected none, the policy says all"]),
        ({"strategy": "any"}, SAID, ["strategy: expected any, the policy says DCs"]),
        ({"strategy": "any"}, NONE, ["strategy: expected any, the policy says none"]),
        ({"strategies": ["any"]}, SAID, ["strategies: expected any, the policy says DCs, any"]),
        ({"nodes": ["A", "C"]}, SAID,
         ["nodes: C not allowed", "nodes: B allowed, and not expected"]),
        ({"includes": ["C"], "excludes": ["A"]}, SAID,
         ["nodes: C not allowed", "nodes: A allowed, and not expected"]),
        ({"ratings": {}}, SAID, ["ratings: expected {}, the policy says {'B': 5}"]),
        ({"otherwise": "order"}, SAID, ["otherwise: expected order, the policy says wait"]),
    ],
)  # fmt: skip
def test_differences_are_said_in_sentences(expect, said, told):
    assert differences(msgspec.convert(expect, Expected), said) == told


def test_an_example_without_an_expectation_is_none():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"examples": [{"example": "a", "order": {}}]}, Examples)
