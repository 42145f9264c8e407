/** Empties the outbox: one answer at a time, in order, until each has its receipt. */

import * as outbox from "./outbox.js";
import { classify } from "./transport.js";

/** @type {CreateSender} */
export function createSender({ attempt, storage, exchange, changed, heard }) {
  let box = outbox.empty;
  let running = false;
  /** @type {Line} */
  let line = "up";
  let wake = () => {};
  let lease = 0;
  let floor = 0;
  /** @type {(value?: unknown) => void} */
  let open = () => {};
  /** @type {Promise<unknown>} */
  let stored = new Promise((resolve) => (open = resolve));

  async function run() {
    if (running) return;
    running = true;
    for (let entry; (entry = outbox.first(box)); ) {
      const wait = box.notBefore - performance.now();
      if (wait > 0) {
        await new Promise((resolve) => setTimeout((wake = () => resolve(0)), wait));
        continue;
      }
      const reply = await exchange(`/api/attempts/${attempt}/answers`, entry);
      const verdict = classify(reply, attempt, entry);
      const now = performance.now();
      line = verdict.kind === "no_line" ? "down" : verdict.kind === "signed_out" ? verdict.kind : "up";
      if (verdict.kind === "receipt") box = outbox.receipted(box, entry, verdict.receipt.received_at, now);
      else if (verdict.kind === "refused") box = outbox.refused(box, entry, verdict.sentence, now);
      else box = outbox.failed(box, now, Math.random(), "waitMs" in verdict ? verdict.waitMs : null);
      if (outbox.first(box) !== entry) storage.remove(entry);
      heard(verdict, reply, entry);
      changed();
    }
    running = false;
  }

  /** @param {Entry} entry */
  function put(entry) {
    box = outbox.enqueue(box, entry, performance.now());
    changed();
    void run();
  }

  return {
    get box() { return box; },
    get line() { return line; },
    get lease() { return lease; },
    get known() { return floor; },
    get count() { return box.entries.length; },
    get last() { return Math.max(floor, storage.highest(lease)); },
    grant(number, known) {
      lease = number;
      floor = known;
      open();
    },
    load: async () => (await storage.entries()).forEach(put),
    add: (change) => (stored = stored.then(async () => put(await storage.add(lease, floor, change)))),
    settled: () => stored,
    tell(known) {
      if (line !== "up" && known === "up") {
        box = outbox.hurry(box);
        wake();
      }
      line = known;
      changed();
    },
  };
}
