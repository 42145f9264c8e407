/**
 * What the browser noticed, kept until a heartbeat takes it. Evidence for a person, never a verdict.
 */

const MOST = 50;

/** @param {Record<"online" | "offline" | "shown", () => void>} on */
export function watchSignals(on) {
  /** @type {Signal[]} */
  let kept = [];
  /** @type {Map<string, number>} */
  const began = new Map();

  /** @param {string} kind */
  function begin(kind) {
    if (began.has(kind)) return;
    began.set(kind, performance.now());
    note({ kind, at: performance.now(), duration_ms: null });
  }

  /** @param {string} kind @param {string} begun */
  function end(kind, begun) {
    const at = performance.now();
    const since = began.get(begun);
    if (since === undefined || !began.delete(begun)) return;
    note({ kind, at, duration_ms: Math.round(at - since) });
  }

  /** @param {...Signal} signals */
  const note = (...signals) => (kept = [...kept, ...signals].slice(-MOST));

  addEventListener("blur", () => begin("focus_lost"));
  addEventListener("focus", () => end("focus_returned", "focus_lost"));
  addEventListener("offline", () => (begin("offline"), on.offline()));
  addEventListener("online", () => (end("online", "offline"), on.online()));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return begin("hidden");
    end("shown", "hidden");
    on.shown();
  });

  return {
    /** Take all; `giveBack` if the heartbeat did not arrive. */
    take: () => kept.splice(0),
    /** @param {Signal[]} taken */
    giveBack: (taken) => (kept = [...taken, ...kept].slice(-MOST)),
  };
}

/** As the server wants them. @param {Signal[]} signals @param {number} now */
export const asSent = (signals, now) =>
  signals.map(({ kind, at, duration_ms }) => ({ kind, ago_ms: Math.round(now - at), duration_ms }));
