/** Questions in memory, fetched ahead of the candidate, never stored on the device. */

import { wanted } from "./navigation.js";

/** @param {string} attempt @param {number} count @param {Exchange} exchange */
export function createQuestions(attempt, count, exchange) {
  /** @type {Map<number, string>} */
  const held = new Map();
  /** @type {Promise<void> | null} */
  let under = null;

  /** @param {number} start @param {number} many */
  async function fetchRun(start, many) {
    const { status, body } = await exchange(
      `/api/attempts/${attempt}/questions?start=${start}&count=${many}`);
    if (status === 200) for (const q of body?.questions ?? []) held.set(q.position, q.html);
  }

  return {
    held,
    /** Keep the next ten ready. @param {number} position */
    ahead(position) {
      const run = under ? null : wanted(position, count, (p) => held.has(p));
      if (run) under = fetchRun(run.start, run.count).finally(() => (under = null));
    },
    /** The question's HTML, or nothing while it cannot be had. @param {number} position */
    async get(position) {
      if (!held.has(position)) await under;
      if (!held.has(position)) await fetchRun(position, Math.min(10, count - position + 1));
      return held.get(position);
    },
  };
}
