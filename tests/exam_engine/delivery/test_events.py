import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs

from exam_engine.delivery import events
from exam_engine.delivery.events import Link

ATTEMPT = UUID(int=77)
NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)

bodies = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8)
)
facts = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["created", "started", "answered", "paused"]),
        "body": bodies.map(events.canonical),
        "actor_id": st.none() | st.uuids(),
        "lease": st.none() | st.integers(1, 9),
        "sequence": st.none() | st.integers(1, 99),
        "submission_id": st.none() | st.text(max_size=6),
    }
)


def build(all_facts: list[dict[str, Any]]) -> list[Link]:
    links: list[Link] = []
    head = events.genesis(ATTEMPT)
    for number, fact in enumerate(all_facts, 1):
        one = dict(fact)
        at = NINE + timedelta(seconds=number)
        link = events.append(head, ATTEMPT, number, one.pop("kind"), at, one.pop("body"), **one)
        links.append(link)
        head = link.hash
    return links


def fault_of(links: list[Link], like: list[Link] | None = None) -> str | None:
    """The fault of ``links`` in an attempt whose row was left as ``like`` made it."""
    like = links if like is None else like
    head = like[-1].hash if like else events.genesis(ATTEMPT)
    return events.find_fault(ATTEMPT, links, len(like), head)


chains = st.lists(facts, min_size=2, max_size=7).map(build)


def test_another_program_gets_the_same_hash_from_the_written_rule() -> None:
    at = datetime(2026, 11, 21, 9, 0, 1, 250, tzinfo=UTC)
    actor = UUID(int=5)
    link = events.append(
        events.genesis(ATTEMPT),
        ATTEMPT,
        1,
        "answered",
        at,
        events.canonical({"response": "Ä", "position": 4}),
        actor_id=actor,
        lease=2,
        sequence=9,
    )
    written = json.dumps(
        [
            "0000000000000000000000000000004d",
            1,
            "answered",
            "2026-11-21T09:00:01.000250+00:00",
            "00000000000000000000000000000005",
            2,
            9,
            None,
            '{"position":4,"response":"Ä"}',
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    genesis = hashlib.sha256(bytes(15) + b"\x4d").digest()
    assert link.hash == hashlib.sha256(genesis + written.encode()).digest()


@given(chains)
def test_a_chain_that_nobody_touched_is_intact(links: list[Link]) -> None:
    assert fault_of(links) is None


def test_an_attempt_without_events_is_intact() -> None:
    assert fault_of([]) is None


@given(chains, st.data())
def test_any_changed_field_is_found_and_named(links: list[Link], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(
        st.sampled_from([f.name for f in structs.fields(Link) if f.name != "attempt_id"])
    )
    others: dict[str, st.SearchStrategy[Any]] = {
        "number": st.integers(1, 50),
        "kind": st.text(max_size=12),
        "at": st.integers(1, 10**9).map(lambda us: links[at].at + timedelta(microseconds=us)),
        "actor_id": st.none() | st.uuids(),
        "lease": st.none() | st.integers(1, 9),
        "sequence": st.none() | st.integers(1, 99),
        "submission_id": st.none() | st.text(max_size=6),
        "body": st.text(max_size=20),
        "hash": st.binary(min_size=32, max_size=32),
    }
    value = data.draw(others[name])
    assume(value != getattr(links[at], name))
    forged = [*links]
    forged[at] = structs.replace(links[at], **{name: value})
    fault = fault_of(forged, like=links)
    assert fault is not None
    assert str(links[at].number) in fault


@given(chains, st.data())
def test_one_flipped_bit_of_a_body_is_found(links: list[Link], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(links) - 1))
    body = bytearray(links[at].body.encode())
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    forged = [*links]
    forged[at] = structs.replace(links[at], body=body.decode("utf-8", "replace"))
    assume(forged[at].body != links[at].body)
    assert fault_of(forged, like=links) is not None


@given(chains, st.data())
def test_a_removed_event_is_found(links: list[Link], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(links) - 1))
    assert fault_of(links[:at] + links[at + 1 :], like=links) is not None


@given(chains, st.data())
def test_swapped_events_are_found_even_when_renumbered(
    links: list[Link], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(links) - 2))
    one, other = links[at], links[at + 1]
    forged = [*links]
    forged[at] = structs.replace(other, number=one.number)
    forged[at + 1] = structs.replace(one, number=other.number)
    assert fault_of(forged, like=links) is not None


@given(chains, facts)
def test_an_added_event_is_found(links: list[Link], fact: dict[str, Any]) -> None:
    one = dict(fact)
    added = events.append(
        links[-1].hash, ATTEMPT, len(links) + 1, one.pop("kind"), NINE, one.pop("body"), **one
    )
    assert fault_of([*links, added], like=links) is not None


@given(chains)
def test_a_chain_of_another_attempt_is_found(links: list[Link]) -> None:
    moved = [structs.replace(link, attempt_id=UUID(int=78)) for link in links]
    assert events.find_fault(UUID(int=78), moved, len(moved), moved[-1].hash) is not None


@given(chains)
def test_a_wrong_head_is_found(links: list[Link]) -> None:
    assert events.find_fault(ATTEMPT, links, len(links), bytes(32)) is not None
