import assert from "node:assert/strict";
import { test } from "node:test";

import { countdown, unknown } from "../../exam_engine/web/static/player/countdown.js";

const MINUTE = 60_000;
const HOURS_2 = 120 * MINUTE;

test("the time left runs down with the monotonic clock and stops at zero", () => {
  const clock = countdown.sync(unknown, 10_000, 1_000, 1_000);
  assert.equal(countdown.remaining(clock, 1_000), 10_000);
  assert.equal(countdown.remaining(clock, 8_500), 2_500);
  assert.equal(countdown.remaining(clock, 11_000), 0);
  assert.equal(countdown.remaining(clock, 99_000), 0);
});

test("nothing is known before the server has spoken", () => {
  assert.equal(countdown.remaining(unknown, 5), null);
});

test("the wall clock is never read", (t) => {
  t.mock.method(Date, "now", () => assert.fail("Date.now was read"));
  const clock = countdown.sync(unknown, 60_000, 0, 100);
  assert.equal(countdown.remaining(clock, 30_000), 30_000);
});

test("a slow reply never shows more time than there is", () => {
  // The server had 60 s left at some moment between sending (0) and receiving (3000).
  const clock = countdown.sync(unknown, 60_000, 0, 3_000);
  assert.equal(countdown.remaining(clock, 3_000), 57_000);
});

test("replies that agree with the estimate do not make it jump", () => {
  let clock = countdown.sync(unknown, 100_000, 0, 200);
  clock = countdown.sync(clock, 89_900, 9_900, 10_300); // true deadline in 99800..100200
  assert.equal(countdown.remaining(clock, 20_000), 80_000);
});

test("added and removed time move the deadline as far as the reply proves", () => {
  const clock = countdown.sync(unknown, 100_000, 0, 0);
  const longer = countdown.sync(clock, 390_000, 10_000, 10_200);
  assert.equal(countdown.remaining(longer, 10_000), 390_000);
  const shorter = countdown.sync(clock, 30_000, 10_000, 10_200);
  assert.equal(countdown.remaining(shorter, 10_000), 30_200);
});

test("a stopped clock stands, and goes on from what the server says", () => {
  const paused = countdown.stop(42_000);
  assert.equal(countdown.remaining(paused, 0), 42_000);
  assert.equal(countdown.remaining(paused, 1e9), 42_000);
  const resumed = countdown.sync(paused, 42_000, 2e9, 2e9);
  assert.equal(countdown.remaining(resumed, 2e9 + 2_000), 40_000);
});

test("each threshold is announced once, when it is passed", () => {
  const said = [];
  let before = null;
  for (let left = HOURS_2; left >= 0; left -= 500) {
    const passed = countdown.crossed(before, left, HOURS_2);
    if (passed !== null) said.push(passed / MINUTE);
    before = left;
  }
  assert.deepEqual(said, [60, 30, 10, 5, 1]);
});

test("thresholds as long as the whole time are not announced", () => {
  assert.equal(countdown.crossed(10 * MINUTE, 10 * MINUTE - 1, 10 * MINUTE), null);
  assert.equal(countdown.crossed(6 * MINUTE, 5 * MINUTE, 10 * MINUTE), 5 * MINUTE);
});

test("after a sleep only the last threshold passed is announced", () => {
  assert.equal(countdown.crossed(70 * MINUTE, 4 * MINUTE, HOURS_2), 5 * MINUTE);
});

test("the start and the end are no thresholds", () => {
  assert.equal(countdown.crossed(null, 5 * MINUTE, HOURS_2), null);
  assert.equal(countdown.crossed(2 * MINUTE, 0, HOURS_2), null);
});

test("the face shows hours and minutes, then minutes and seconds, rounded up", () => {
  assert.equal(countdown.face(HOURS_2), "2:00");
  assert.equal(countdown.face(72 * MINUTE - 1), "1:12");
  assert.equal(countdown.face(11 * MINUTE), "0:11");
  assert.equal(countdown.face(10 * MINUTE), "10:00");
  assert.equal(countdown.face(9 * MINUTE + 59_001), "10:00");
  assert.equal(countdown.face(61_000), "1:01");
  assert.equal(countdown.face(1), "0:01");
  assert.equal(countdown.face(0), "0:00");
});

test("ears hear hours and minutes, and seconds only in the last ten minutes", () => {
  assert.equal(countdown.spoken(72 * MINUTE), "1 hour 12 minutes");
  assert.equal(countdown.spoken(HOURS_2), "2 hours");
  assert.equal(countdown.spoken(30 * MINUTE + 20_000), "30 minutes");
  assert.equal(countdown.spoken(61_000), "1 minute 1 second");
  assert.equal(countdown.spoken(5 * MINUTE), "5 minutes");
});
