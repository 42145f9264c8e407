/** Questions in memory, fetched ahead of the candidate, never stored on the device. */

import { wanted } from "./navigation.js";

/** @type {CreateQuestions} */
export function createQuestions(attempt, count, exchange) {
  /** @type {Map<number, string>} */
  const held = new Map();
  /** @type {Promise<void> | null} */
  let under = null;

  /** @param {number} start @param {number} many */
  async function fetchRun(start, many) {
    const { body } = await exchange(`/api/attempts/${attempt}/questions?start=${start}&count=${many}`);
    for (const q of body?.questions ?? []) held.set(q.position, q.html);
  }

  return {
    held,
    ahead(position) {
      const run = under ? null : wanted(position, count, (p) => held.has(p));
      if (run) under = fetchRun(run.start, run.count).finally(() => (under = null));
    },
    async get(position) {
      if (!held.has(position)) await under;
      if (!held.has(position)) await fetchRun(position, Math.min(10, count - position + 1));
      return held.get(position);
    },
  };
}
