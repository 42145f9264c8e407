import assert from "node:assert/strict";
import { test } from "node:test";

import { words } from "../../exam_engine/web/static/player/words.js";

const AT = "2026-03-14T09:41:07";

test("one answer and many are said as people say them", () => {
  assert.equal(words.offline(1, true), "No connection. 1 answer is safe on this device. Keep working.");
  assert.equal(words.offline(3, true), "No connection. 3 answers are safe on this device. Keep working.");
  assert.equal(words.offline(0, true), "No connection. Keep working.");
  assert.equal(words.back(3), "Connection is back. Sending 3 answers…");
});

test("answers that only this page holds are not called safe", () => {
  assert.doesNotMatch(words.offline(2, false), /safe/);
});

test("the time of saving is local, to the second, without a leading zero", () => {
  assert.equal(words.saved(AT), "Saved 9:41:07");
  assert.match(words.paused(0, true, AT)[1], /^Paused by the proctor at 9:41\. Your clock has stopped\./);
});

test("questions are listed, twenty at most", () => {
  assert.equal(words.open([]), "Every question has an answer.");
  assert.equal(words.open([4]), "1 question has no answer: 4.");
  assert.equal(words.open([4, 7, 52]), "3 questions have no answer: 4, 7, 52.");
  const many = Array.from({ length: 22 }, (_, i) => i + 1);
  assert.match(words.open(many), /^22 questions have no answer: 1, 2, .*, 20 and 2 more\.$/);
  assert.equal(words.flagged([]), "");
  assert.equal(words.flagged([5]), "1 question is flagged: 5.");
});

test("submitting without a line says what waits and that the clock runs", () => {
  assert.deepEqual(words.submit(0, true, null), ["Submitting…", ""]);
  const [title, text] = words.submit(3, false, null);
  assert.equal(title, "Not submitted yet");
  assert.match(text, /^Your request and 3 answers are on this device and go when the line returns\./);
  assert.match(text, /The clock still runs; at its end the exam closes with what the server has\.$/);
});

test("no word that a calm invigilator would not use", () => {
  const all = Object.values(words).flatMap((word) =>
    typeof word === "function" ? word(/** @type {never} */ (2), /** @type {never} */ ([2, 3]), AT) : word);
  for (const text of all) assert.doesNotMatch(String(text), /please|oops|invalid|error|success|undefined|NaN/i);
});
