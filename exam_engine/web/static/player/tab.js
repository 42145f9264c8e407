/** @type {ClaimTab} */
export const claimTab = (attempt, steal, lost) =>
  (navigator.locks ? byLock : byVoice)(`exam-writer-${attempt}`, steal, lost);

/** @type {ClaimTab} */
const byLock = (name, steal, lost) =>
  new Promise((resolve) => {
    let held = false;
    // The page before a reload may need a moment to let go.
    const options = steal ? { steal } : { signal: AbortSignal.timeout(600) };
    const forEver = new Promise(() => {});
    navigator.locks
      .request(name, options, () => (resolve((held = true)), forEver))
      .catch(() => (held ? lost() : resolve(false)));
  });

/** @type {ClaimTab} */
const byVoice = (name, steal, lost) =>
  new Promise((resolve) => {
    const channel = new BroadcastChannel(name);
    let writes = steal;
    const timer = setTimeout(() => resolve((writes = true)), steal ? 0 : 250);
    channel.onmessage = ({ data }) => {
      if (data === "held" && !writes) {
        clearTimeout(timer);
        resolve(false);
      } else if (data === "who" && writes) channel.postMessage("held");
      else if (data === "mine" && writes) {
        writes = false;
        lost();
      }
    };
    channel.postMessage(steal ? "mine" : "who");
  });
