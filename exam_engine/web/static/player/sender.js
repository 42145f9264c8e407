/** Empties the outbox: one answer at a time, in order, until each has its receipt. */

import * as outbox from "./outbox.js";
import { classify } from "./transport.js";

/** @param {SenderParts} parts */
export function createSender({ attempt, storage, exchange, changed, heard }) {
  let box = outbox.empty;
  let running = false;
  /** @type {Line} */
  let line = "up";
  let wake = () => {};
  let stored = Promise.resolve();

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
      if (verdict.kind === "receipt" || verdict.kind === "refused") await storage.remove(entry);
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
    get count() { return box.entries.length; },
    /** Take up what an earlier page left on the device. */
    async load() {
      (await storage.entries()).forEach(put);
    },
    /** Keep a change on the device, then send it. @param {number} lease @param {number} floor @param {Change} change */
    add(lease, floor, change) {
      stored = stored.then(async () => put(await storage.add(lease, floor, change)));
      return stored;
    },
    /** Every change so far is on the device. */
    settled: () => stored,
    /** Somebody else learned how the line is. @param {Line} known */
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
