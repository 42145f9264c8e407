/** Everything that the player says and the templates do not. */

/** @param {number} n */
const answers = (n) => `${n} answer${n === 1 ? "" : "s"}`;
/** @param {number} n */
const are = (n) => (n === 1 ? "is" : "are");

/** @param {string} instant @returns {string} local, like 9:41:07 */
export const timeOf = (instant) => new Date(instant).toTimeString().slice(0, 8).replace(/^0/, "");

export const words = {
  saving: "Saving…",
  saved: (/** @type {string} */ instant) => `Saved ${timeOf(instant)}`,
  waiting: "Not on the server yet. Trying again.",
  /** @param {number} n @param {boolean} durable */
  offline: (n, durable) =>
    `No connection. ${!n ? "" : durable ? `${answers(n)} ${are(n)} safe on this device. ` : `${answers(n)} ${are(n)} only in this page: do not close it. `}Keep working.`,
  back: (/** @type {number} */ n) => `Connection is back.${n ? ` Sending ${answers(n)}…` : ""}`,
  allSent: "All answers are on the server.",
  /** @param {number} n */
  signedOut: (n) =>
    `You are not signed in any more. ${n ? `${answers(n)} ${are(n)} kept on this device. ` : ""}Sign in again, then come back here.`,
  signIn: "Sign in",
  refused: (/** @type {number} */ position, /** @type {string} */ sentence) => `Question ${position}: ${sentence}`,
  cannotStore: "This browser cannot keep answers offline. Tell the proctor before you continue.",
  stay: "Not on the server yet. Stay on this question until the answer is saved.",
  left: (/** @type {string} */ time) => `${time} left.`,
  lastMinute: "1 minute left. Your answers are saved as you go.",
  none: "Every question has an answer.",
  hidden: "Time hidden",
  unknown: "Checking the time…",
  titles: { "": "", paused: "Paused", time: "Time is up", submit: "Not submitted yet" },
  /** @param {string | null} instant @param {number} n */
  paused: (instant, n) =>
    `Paused by the proctor${instant ? ` at ${timeOf(instant).slice(0, -3)}` : ""}. Your clock has stopped. Stay at your seat.${n ? ` ${answers(n)} ${are(n)} kept on this device.` : ""}`,
  resumed: "You can continue.",
  asking: "Time is up. Asking the server…",
  /** @param {number} n */
  timeUp: (n) =>
    `Time is up. ${n ? `${answers(n)} ${are(n)} on this device, to be sent when the line returns. ` : ""}Keep this page open and tell the proctor.`,
  submitting: "Submitting…",
  /** @param {number} n */
  notSubmitted: (n) =>
    `Not submitted yet. Your request ${n ? `and ${answers(n)} are on this device and go` : "is on this device and goes"} when the line returns. Keep this page open and tell the proctor. The clock still runs; at its end the exam closes with what the server has.`,
  sure: (/** @type {string} */ open) => `${open} You cannot return after this.`,
  /** @param {number[]} positions @param {string} what "no answer" @param {string} [none] */
  count: (positions, what, none = "") =>
    positions.length ? `${positions.length} question${positions.length === 1 ? "" : "s"} ${what}: ${positions.join(", ")}.` : none,
  otherTab: "This exam is now open in another tab of this browser. This page can only show it.",
  otherTabTitle: "Open in another tab",
  otherTabAsk: "Continue here? The other tab will stop accepting answers.",
  loading: "Loading the question…",
  /** @param {number} n @param {number[]} held */
  absent: (n, held) =>
    `Question ${n} is not on this device. It opens when the connection is back. On this device: ${held.join(", ")}.`,
};
