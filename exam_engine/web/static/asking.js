/** Asking the server, and not for ever: a line can die without a word, and come back the same way. */

export const PATIENCE_MS = 15_000;

/** Rejects like a line that is down where no answer has come in time.
 * @param {string} path @param {RequestInit} [given] */
export const ask = (path, given) =>
	fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS), ...given });
