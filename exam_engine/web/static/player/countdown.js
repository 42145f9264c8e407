/** The exam clock on the page's monotonic clock. The wall clock plays no part. All in ms. */

/** @type {ExamClock} */
export const unknown = { deadline: null, frozen: null };

const MINUTE = 60_000;

/**
 * Take in what the server said. The true deadline lies between sending + left and receiving + left;
 * an estimate inside stays, so that the display does not jump.
 * @param {ExamClock} clock @param {number} left @param {number} sentAt @param {number} receivedAt
 * @returns {ExamClock}
 */
export function sync(clock, left, sentAt, receivedAt) {
  const earliest = sentAt + left;
  const known = clock.deadline ?? earliest;
  return { deadline: Math.min(Math.max(known, earliest), receivedAt + left), frozen: null };
}

/** @param {number} left @returns {ExamClock} */
export const stop = (left) => ({ deadline: null, frozen: left });

/** @param {ExamClock} clock @param {number} now @returns {number | null} null: not known */
export function remaining(clock, now) {
  if (clock.frozen !== null) return clock.frozen;
  return clock.deadline === null ? null : Math.max(0, clock.deadline - now);
}

/**
 * The threshold passed between two readings, or null: half the time, then 30, 10, 5 and 1 minutes.
 * Of several passed at once (a laptop slept) only the last counts.
 * @param {number | null} before @param {number} after @param {number} allowance
 */
export function crossed(before, after, allowance) {
  if (before === null || after === 0) return null;
  const passed = [allowance / 2, 30 * MINUTE, 10 * MINUTE, 5 * MINUTE, MINUTE]
    .filter((t) => t < allowance && before > t && after <= t);
  return passed.length ? Math.min(...passed) : null;
}

/** Hours:minutes; minutes:seconds in the last ten. Rounded up. @param {number} left */
export function face(left) {
  const s = Math.ceil(left / 1000);
  const [big, small] = s <= 600 ? [s / 60, s % 60] : [s / 3600, Math.ceil(s / 60) % 60];
  const hours = s <= 600 ? big : Math.ceil(s / 60) / 60;
  return `${Math.floor(hours)}:${String(small).padStart(2, "0")}`;
}

/** For ears: "1 hour 12 minutes". @param {number} left */
export function spoken(left) {
  const s = Math.ceil(left / 1000);
  return [[s / 3600, "hour"], [(s / 60) % 60, "minute"], [s < 600 ? s % 60 : 0, "second"]]
    .map(([n, noun]) => [Math.floor(Number(n)), noun])
    .filter(([n]) => n)
    .map(([n, noun]) => `${n} ${noun}${n === 1 ? "" : "s"}`)
    .join(" ");
}
