import assert from "node:assert/strict";
import { test } from "node:test";

import { createHeartbeat, isTruth, pace } from "../../exam_engine/web/static/player/heartbeat.js";

const TRUTH = {
  state: "running", admission: "live", remaining_ms: 1, paused_at: null, lease: 1,
  writes_here: true, answered: 0, message: "",
};
const reply = (body, retryAfterMs = null) => ({
  status: 200, body, retryAfterMs, sentAt: 0, receivedAt: 0,
});

test("only our own message is taken for the truth", () => {
  assert.ok(isTruth(TRUTH));
  for (const body of [null, "OK", {}, { state: "running" }, { lease: 1 }]) assert.equal(isTruth(body), false);
});

test("a beat each ten seconds while running, each three while somebody waits", () => {
  assert.equal(pace("running", 0, 0.5), 10_000);
  for (const state of ["created", "paused", "time", "submit"]) assert.equal(pace(state, 0, 0.5), 3_000);
});

test("failures slow it down, never beyond 22 seconds, and chance spreads it", () => {
  const waits = [0, 1, 2, 9].map((failures) => pace("running", failures, 0.5));
  assert.deepEqual(waits, [10_000, 15_000, 20_000, 20_000]);
  assert.equal(pace("running", 0, 0), 9_000);
  assert.ok(pace("running", 99, 0.999) < 22_000);
});

test("beats asked for at once are one question", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let sent = 0;
  const heard = [];
  const beat = createHeartbeat({
    send: async () => {
      sent += 1;
      return reply(TRUTH);
    },
    heard: (r) => heard.push(r.body),
    state: () => "running",
  });
  await Promise.all([beat(), beat()]);
  assert.equal(sent, 1);
  assert.deepEqual(heard, [TRUTH]);
  await beat();
  assert.equal(sent, 2);
});

test("the next beat comes by itself, when the server says if it says", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let sent = 0;
  const beat = createHeartbeat({
    send: async () => {
      sent += 1;
      return reply(null, 7_000);
    },
    heard: () => {},
    state: () => "running",
  });
  await beat();
  t.mock.timers.tick(6_999);
  assert.equal(sent, 1);
  t.mock.timers.tick(1);
  assert.equal(sent, 2);
});
