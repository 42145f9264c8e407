import assert from "node:assert/strict";
import { test } from "node:test";

import { movedBy, pointAt, pointOf, within } from "../../exam_engine/web/static/interactions/points.js";
import { indexAt, moved, placed } from "../../exam_engine/web/static/interactions/sequence.js";
import { pairFault, put } from "../../exam_engine/web/static/interactions/uses.js";

const SIZE = { width: 480, height: 320 };

test("something is placed once, wherever it comes from", () => {
  assert.deepEqual(placed(["A", "B"], "C", 1, 9), ["A", "C", "B"]);
  assert.deepEqual(placed(["A", "B", "C"], "A", 3, 9), ["B", "C", "A"]);
  assert.deepEqual(placed(["A", "B", "C"], "C", 0, 9), ["C", "A", "B"]);
  assert.deepEqual(placed(["A", "B", "C"], "B", 1, 9), ["A", "B", "C"]);
});

test("no more are placed than there may be, but those that are there still move", () => {
  assert.deepEqual(placed(["A", "B"], "C", 0, 2), ["A", "B"]);
  assert.deepEqual(placed(["A", "B"], "B", 0, 2), ["B", "A"]);
});

test("a step at either end changes nothing", () => {
  assert.deepEqual(moved(["A", "B"], "A", -1), ["A", "B"]);
  assert.deepEqual(moved(["A", "B"], "B", 1), ["A", "B"]);
  assert.deepEqual(moved(["A", "B", "C"], "A", 1), ["B", "A", "C"]);
  assert.deepEqual(moved(["A"], "X", 1), ["A"]);
});

test("what is dropped goes before the first thing whose middle is below", () => {
  assert.deepEqual([5, 15, 25, 99].map((y) => indexAt([10, 20, 30], y)), [0, 1, 2, 3]);
});

test("a choice goes into a hole, and from one hole to another", () => {
  const rules = { uses: 1, most: 0 };
  assert.deepEqual(put(["", ""], "A", 1, -1, rules), { holes: ["", "A"] });
  assert.deepEqual(put(["A", ""], "A", 1, 0, rules), { holes: ["", "A"] });
  assert.deepEqual(put(["A", "B"], "A", 1, 0, rules), { holes: ["", "A"] });
});

test("a choice that is used up, or one beyond the limit, is refused with a reason", () => {
  assert.match(put(["A", ""], "A", 1, -1, { uses: 1, most: 0 }).refusal, /used as often/);
  assert.deepEqual(put(["A", ""], "A", 1, -1, { uses: 0, most: 0 }), { holes: ["A", "A"] });
  assert.match(put(["A", ""], "B", 1, -1, { uses: 1, most: 1 }).refusal, /only one place/);
  assert.deepEqual(put(["A", ""], "B", 0, -1, { uses: 1, most: 1 }), { holes: ["B", ""] });
});

test("a pair is there once, whichever is first, and within the limits", () => {
  const rules = { most: 3, rows: 3, uses: (id) => (id === "A" ? 2 : 0), words: (id) => `The ${id}` };
  assert.equal(pairFault([], "A", "B", rules), null);
  assert.match(pairFault([["A", "B"]], "B", "A", rules), /a pair already/);
  assert.match(pairFault([["A", "B"], ["C", "A"]], "A", "D", rules), /^The A is in as many/);
  assert.match(pairFault([["A", "B"], ["B", "C"], ["C", "D"]], "B", "D", rules), /all 3 pairs/);
  assert.match(pairFault([["A", "B"]], "B", "C", { ...rules, most: 0, rows: 1 }), /the only pair/);
});

test("a point is whole and never outside of the image", () => {
  assert.deepEqual(within({ x: -3, y: 321.4 }, SIZE), { x: 0, y: 320 });
  assert.deepEqual(pointAt({ x: 130, y: 70 }, { left: 10, top: 10, width: 240, height: 160 }, SIZE), { x: 240, y: 120 });
});

test("arrow keys move a point by a step and stop at the edge; other keys are not ours", () => {
  assert.deepEqual(movedBy({ x: 5, y: 5 }, "ArrowLeft", 10, SIZE), { x: 0, y: 5 });
  assert.deepEqual(movedBy({ x: 5, y: 5 }, "ArrowDown", 1, SIZE), { x: 5, y: 6 });
  assert.equal(movedBy({ x: 5, y: 5 }, "Enter", 1, SIZE), null);
});

test("two fields are a point only when both are numbers", () => {
  assert.deepEqual(pointOf("3", "4"), { x: 3, y: 4 });
  for (const [x, y] of [["", "4"], ["3", " "], ["3", "four"]]) assert.equal(pointOf(x, y), null);
});
