/** The steady question "how do we stand?", and the time until the next one. */

/** @param {any} body @returns {body is Truth} */
export const isTruth = (body) => typeof body?.state === "string" && typeof body.admission === "string";

/**
 * Milliseconds to the next beat: 10 s while running, 3 s while somebody waits, at most 20 s after
 * failures. `random` in [0, 1).
 * @param {string} state @param {number} failures @param {number} random
 */
export const pace = (state, failures, random) =>
  Math.min(20_000, (state === "running" ? 10_000 : 3_000) * 1.5 ** failures) * (0.9 + random / 5);

/** @param {HeartbeatParts} parts */
export function createHeartbeat({ send, heard, state }) {
  let failures = 0;
  let timer = 0;
  let ended = false;
  /** @type {Promise<void> | null} */
  let under = null;

  async function once() {
    clearTimeout(timer);
    const reply = await send();
    failures = reply.status === 200 && isTruth(reply.body) ? 0 : failures + 1;
    if (ended) return;
    heard(reply);
    const wait = reply.retryAfterMs ?? pace(state(), failures, Math.random());
    if (!ended) timer = Number(setTimeout(beat, wait));
  }

  /** Ask now; a question already on its way is joined. */
  function beat() {
    under ??= once().finally(() => (under = null));
    return under;
  }

  function end() {
    ended = true;
    clearTimeout(timer);
  }
  return { beat, end };
}
