/**
 * One tab writes. Web Locks, or talk over a BroadcastChannel where they are missing (pages without TLS).
 * Resolves to whether this tab writes; `lost` is called when another tab takes over.
 * @param {string} attempt @param {boolean} steal @param {() => void} lost @returns {Promise<boolean>}
 */
export function claimTab(attempt, steal, lost) {
  const name = `exam-writer-${attempt}`;
  return navigator.locks ? byLock(name, steal, lost) : byVoice(name, steal, lost);
}

/** @type {typeof claimTab} */
const byLock = (name, steal, lost) =>
  new Promise((resolve) => {
    let held = false;
    // The page before a reload may need a moment to let go.
    const patience = new AbortController();
    if (!steal) setTimeout(() => patience.abort(), 600);
    navigator.locks
      .request(name, steal ? { steal } : { signal: patience.signal }, () => {
        resolve((held = true));
        return new Promise(() => {});
      })
      .catch(() => (held ? lost() : resolve(false)));
  });

/** @type {typeof claimTab} */
const byVoice = (name, steal, lost) =>
  new Promise((resolve) => {
    const channel = new BroadcastChannel(name);
    /** @type {boolean | null} */
    let writes = steal || null;
    /** @param {boolean} mine */
    const decide = (mine) => {
      writes ??= mine;
      resolve(writes);
    };
    channel.onmessage = ({ data }) => {
      if (data === "held") decide(false);
      else if (writes && data === "who") channel.postMessage("held");
      else if (writes && data === "mine") {
        writes = false;
        lost();
      }
    };
    channel.postMessage(steal ? "mine" : "who");
    setTimeout(() => decide(true), steal ? 0 : 250);
  });
