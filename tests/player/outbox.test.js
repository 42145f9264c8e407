import assert from "node:assert/strict";
import { test } from "node:test";

import { empty, outbox } from "../../exam_engine/web/static/player/outbox.js";

const ATTEMPT = "6f8a1c9e-0000-4000-8000-000000000001";
const AT = "2026-03-14T09:41:07Z";

/** @param {number} sequence */
const entry = (sequence, position = sequence, lease = 1) => ({
  lease, sequence, position, response: "b", flagged: false,
});

const receipt = (of, more = {}) => ({
  attempt_id: ATTEMPT, position: of.position, lease: of.lease, sequence: of.sequence,
  received_at: AT, hash: "0f".repeat(32), current: true, remaining_ms: 1, ...more,
});

/** @param {...ReturnType<typeof entry>} entries */
const boxOf = (...entries) => entries.reduce((box, e) => outbox.enqueue(box, e, 0), empty);

const order = (box) => box.entries.map((e) => [e.lease, e.sequence]);

test("answers leave in the order of lease, then sequence, whatever order they came in", () => {
  const box = boxOf(entry(3, 1, 2), entry(2), entry(1, 1, 2), entry(1));
  assert.deepEqual(order(box), [[1, 1], [1, 2], [2, 1], [2, 3]]);
  assert.equal(outbox.first(box), box.entries[0]);
});

test("every change of one question is kept and sent; nothing is merged", () => {
  const box = boxOf(entry(1, 7), entry(2, 7), entry(3, 7));
  assert.equal(box.entries.length, 3);
});

test("the same lease and sequence is taken once", () => {
  const box = boxOf(entry(1), entry(2));
  assert.equal(outbox.enqueue(box, entry(2), 9), box);
});

test("no function changes the box it was given", () => {
  const box = boxOf(entry(1), entry(2));
  const before = structuredClone(box);
  outbox.enqueue(box, entry(3), 1);
  outbox.receipted(box, entry(1), AT, 1);
  outbox.refused(box, entry(1), "no", 1);
  outbox.failed(box, 1, 0.5);
  outbox.hold(box, 1);
  assert.deepEqual(box, before);
});

test("an answer leaves the box with its receipt, and only that one", () => {
  const box = outbox.receipted(boxOf(entry(1), entry(2, 1)), entry(1), AT, 50);
  assert.deepEqual(order(box), [[1, 2]]);
  assert.equal(box.savedAt, AT);
});

test("a receipt proves the very answer that was sent", () => {
  assert.ok(outbox.isReceipt(receipt(entry(4)), ATTEMPT, entry(4)));
});

for (const [name, body] of Object.entries({
  "the page of a hotel network": null,
  "a text": "OK",
  "an empty object": {},
  "another attempt": receipt(entry(4), { attempt_id: ATTEMPT.replace("1", "2") }),
  "another question": receipt(entry(4), { position: 5 }),
  "another lease": receipt(entry(4), { lease: 2 }),
  "another number": receipt(entry(4), { sequence: 5 }),
  "no hash": receipt(entry(4), { hash: undefined }),
  "a short hash": receipt(entry(4), { hash: "0f".repeat(31) }),
  "a hash that is none": receipt(entry(4), { hash: "zz".repeat(32) }),
})) {
  test(`${name} is no receipt`, () => {
    assert.equal(Boolean(outbox.isReceipt(body, ATTEMPT, entry(4))), false);
  });
}

test("a failure keeps all answers and waits longer each time, up to four seconds", () => {
  let box = boxOf(entry(1), entry(2));
  const waits = [];
  for (let i = 0; i < 6; i += 1) {
    box = outbox.failed(box, 1_000, 1);
    waits.push(box.notBefore - 1_000);
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 4_000, 4_000, 4_000]);
  assert.equal(box.entries.length, 2);
});

test("chance spreads a room full of browsers over half of the wait", () => {
  assert.equal(outbox.failed(boxOf(entry(1)), 0, 0).notBefore, 500);
  assert.equal(outbox.failed(boxOf(entry(1)), 0, 1).notBefore, 1_000);
});

test("the server may say how long to wait", () => {
  assert.equal(outbox.failed(boxOf(entry(1)), 10, 0.5, 7_000).notBefore, 7_010);
});

test("a success, or the line coming back, ends the waiting", () => {
  const waiting = outbox.failed(boxOf(entry(1), entry(2)), 0, 1);
  assert.equal(outbox.hurry(waiting).notBefore, 0);
  const after = outbox.receipted(waiting, entry(1), AT, 0);
  assert.equal(after.notBefore, 0);
  assert.equal(outbox.failed(after, 0, 1).notBefore, 1_000);
});

test("a final refusal drops the answer and is remembered until the question is answered anew", () => {
  let box = outbox.refused(boxOf(entry(1, 7)), entry(1, 7), "Too late.", 0);
  assert.equal(box.entries.length, 0);
  assert.equal(outbox.standing(box, 7), "refused");
  assert.deepEqual(outbox.overall(box, 0, "up"), { state: "refused", count: 0, sentence: "Too late." });
  box = outbox.enqueue(box, entry(2, 7), 0);
  assert.equal(outbox.standing(box, 7), "unsent");
  box = outbox.receipted(box, entry(2, 7), AT, 0);
  assert.equal(outbox.standing(box, 7), "settled");
});

test("saved is said only after a receipt", () => {
  assert.equal(outbox.overall(empty, 0, "up").state, "idle");
  const box = boxOf(entry(1));
  assert.deepEqual(outbox.overall(box, 100, "up"), { state: "saving", count: 1 });
  const saved = outbox.receipted(box, entry(1), AT, 200);
  assert.deepEqual(outbox.overall(saved, 200, "up"), { state: "saved", count: 0, at: AT });
});

test("saved is not said while a change waits for its number", () => {
  const saved = outbox.receipted(boxOf(entry(1)), entry(1), AT, 0);
  const held = outbox.hold(saved, 0);
  assert.equal(outbox.overall(held, 100, "up").state, "idle");
  assert.equal(outbox.overall(held, 5_001, "up").state, "waiting");
  const kept = outbox.enqueue(outbox.release(held), entry(2), 100);
  assert.equal(outbox.overall(kept, 100, "up").state, "saving");
});

test("after five seconds without success saving becomes waiting", () => {
  const box = outbox.enqueue(empty, entry(1), 1_000);
  assert.equal(outbox.overall(box, 6_000, "up").state, "saving");
  assert.equal(outbox.overall(box, 6_001, "up").state, "waiting");
  assert.equal(outbox.overall(outbox.failed(box, 3_000, 1), 6_001, "up").state, "waiting");
});

test("a success on the way starts the five seconds again", () => {
  let box = outbox.enqueue(outbox.enqueue(empty, entry(1), 0), entry(2), 0);
  box = outbox.receipted(box, entry(1), AT, 4_000);
  assert.equal(outbox.overall(box, 8_000, "up").state, "saving");
});

test("without a line the count of what is safe here is said, with or without answers", () => {
  assert.deepEqual(outbox.overall(boxOf(entry(1), entry(2)), 0, "down"), { state: "offline", count: 2 });
  assert.deepEqual(outbox.overall(empty, 0, "down"), { state: "offline", count: 0 });
  assert.deepEqual(outbox.overall(boxOf(entry(1)), 0, "signed_out"), { state: "signed_out", count: 1 });
});
