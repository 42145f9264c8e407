/**
 * Answers that the server has not acknowledged. Pure: every function returns a new box. They leave
 * in the order of lease, then sequence, one at a time; none is merged or renumbered.
 */

/** @type {Box} */
export const empty = {
  entries: [], since: null, failures: 0, notBefore: 0, savedAt: null, refused: new Map(),
};

const PATIENCE_MS = 5_000;
const LONGEST_WAIT_MS = 4_000;

/** @param {Entry} a @param {Entry} b */
const order = (a, b) => a.lease - b.lease || a.sequence - b.sequence;

/** @param {Box} box @param {Entry} entry @param {number} now @returns {Box} */
export function enqueue(box, entry, now) {
  if (box.entries.some((e) => !order(e, entry))) return box;
  const refused = new Map(box.refused);
  refused.delete(entry.position);
  return { ...box, entries: [...box.entries, entry].sort(order), refused, since: box.since ?? now };
}

/** @param {Box} box */
export const first = (box) => box.entries[0] ?? null;

/**
 * Does this body prove that this very entry is stored? The page of a hotel network does not.
 * @param {any} body @param {string} attempt @param {Entry} entry @returns {body is Receipt}
 */
export const isReceipt = (body, attempt, entry) =>
  body?.attempt_id === attempt && body.position === entry.position && body.lease === entry.lease &&
  body.sequence === entry.sequence && /^[0-9a-f]{64}$/.test(body.hash);

/** The server has it. @param {Box} box @param {Entry} entry @param {string} at @param {number} now @returns {Box} */
export const receipted = (box, entry, at, now) => ({ ...without(box, entry, now), savedAt: at });

/** The server will never take it. @param {Box} box @param {Entry} entry @param {string} sentence @param {number} now @returns {Box} */
export const refused = (box, entry, sentence, now) => ({
  ...without(box, entry, now), refused: new Map(box.refused).set(entry.position, sentence),
});

/**
 * Not now: keep it and wait, longer each time. `random` in [0, 1) spreads a room full of browsers.
 * @param {Box} box @param {number} now @param {number} random @param {number | null} waitMs asked for
 * @returns {Box}
 */
export function failed(box, now, random, waitMs) {
  const failures = box.failures + 1;
  const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures);
  return { ...box, failures, notBefore: now + (waitMs ?? longest * (0.5 + random / 2)) };
}

/** The line is back: no need to wait. @param {Box} box @returns {Box} */
export const hurry = (box) => ({ ...box, failures: 0, notBefore: 0 });

/** @param {Box} box @param {Entry} entry @param {number} now @returns {Box} */
function without(box, entry, now) {
  const entries = box.entries.filter((e) => order(e, entry));
  return { ...box, entries, since: entries.length ? now : null, failures: 0, notBefore: 0 };
}

/** What is true of one position. @param {Box} box @param {number} position */
export function standing(box, position) {
  if (box.entries.some((e) => e.position === position)) return "waiting";
  return box.refused.has(position) ? "refused" : "settled";
}

/** What may be said of all together. @param {Box} box @param {number} now @param {Line} line @returns {Overall} */
export function overall(box, now, line) {
  const count = box.entries.length;
  if (line !== "up") return { state: line === "down" ? "offline" : line, count };
  if (count) return { state: now - (box.since ?? now) > PATIENCE_MS ? "waiting" : "saving", count };
  const sentence = [...box.refused.values()].at(-1);
  if (sentence) return { state: "refused", count, sentence };
  return box.savedAt ? { state: "saved", count, at: box.savedAt } : { state: "idle", count };
}
