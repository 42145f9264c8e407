import assert from "node:assert/strict";
import { test } from "node:test";

import { asSent, watchSignals } from "../../exam_engine/web/static/player/signals.js";

/** A window and a document that only pass events on. */
function aPage(t) {
  const page = new EventTarget();
  const paper = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document: paper, addEventListener: page.addEventListener.bind(page) });
  t.after(() => {
    Reflect.deleteProperty(globalThis, "document");
    Reflect.deleteProperty(globalThis, "addEventListener");
  });
  const heard = [];
  const signals = watchSignals({
    online: () => heard.push("online"), offline: () => heard.push("offline"), shown: () => heard.push("shown"),
  });
  const show = (hidden) => {
    paper.hidden = hidden;
    paper.dispatchEvent(new Event("visibilitychange"));
  };
  return { signals, heard, show, happen: (kind) => page.dispatchEvent(new Event(kind)) };
}

const kinds = (taken) => taken.map((signal) => signal.kind);

test("leaving and coming back are noted, with how long it took", (t) => {
  const { signals, happen } = aPage(t);
  happen("blur");
  happen("focus");
  const [lost, returned] = signals.take();
  assert.equal(lost.kind, "focus_lost");
  assert.equal(lost.duration_ms, null);
  assert.equal(returned.kind, "focus_returned");
  assert.equal(returned.duration_ms, Math.round(returned.at - lost.at));
});

test("the same state is noted once, and its end only after its beginning", (t) => {
  const { signals, happen } = aPage(t);
  happen("focus");
  happen("blur");
  happen("blur");
  assert.deepEqual(kinds(signals.take()), ["focus_lost"]);
});

test("a line that goes and a page that is hidden are noted and told", (t) => {
  const { signals, heard, happen, show } = aPage(t);
  happen("offline");
  show(true);
  show(false);
  happen("online");
  assert.deepEqual(kinds(signals.take()), ["offline", "hidden", "shown", "online"]);
  assert.deepEqual(heard, ["offline", "shown", "online"]);
});

test("signals are taken once, and come back in order when they could not be sent", (t) => {
  const { signals, happen } = aPage(t);
  happen("blur");
  const taken = signals.take();
  assert.deepEqual(signals.take(), []);
  happen("focus");
  signals.giveBack(taken);
  assert.deepEqual(kinds(signals.take()), ["focus_lost", "focus_returned"]);
});

test("no more are kept than a heartbeat may carry, and the newest stay", (t) => {
  const { signals, happen } = aPage(t);
  for (let i = 0; i < 40; i += 1) {
    happen("blur");
    happen("focus");
  }
  const taken = signals.take();
  assert.equal(taken.length, 50);
  assert.equal(taken.at(-1)?.kind, "focus_returned");
});

test("what is sent says how long ago, in whole milliseconds", () => {
  const sent = asSent([{ kind: "hidden", at: 100.4, duration_ms: null }], 350.2);
  assert.deepEqual(sent, [{ kind: "hidden", ago_ms: 250, duration_ms: null }]);
});
