/** Where the candidate is, what the map says, which keys mean what. Pure. */

/** @param {string} path */
export const positionOf = (path) => Number(/^\/exam\/questions\/(\d+)$/.exec(path)?.[1] ?? 0);

/** @param {number} position */
export const pathOf = (position) => `/exam/questions/${position}`;

/**
 * The next questions to fetch: a run of missing ones, once fewer than half of `ahead` lie ready.
 * @param {number} position @param {number} count @param {(position: number) => boolean} has
 */
export function wanted(position, count, has, ahead = 10) {
  const last = Math.min(count, position + ahead);
  let start = position + 1;
  while (start <= last && has(start)) start += 1;
  if (start > last || start > position + ahead / 2) return null;
  let end = start;
  while (end < last && !has(end + 1)) end += 1;
  return { start, count: end - start + 1 };
}

/** @param {Mark} mark */
export const nameOf = ({ position, answered, flagged }) =>
  `Question ${position}${answered ? ", answered" : ""}${flagged ? ", flagged" : ""}`;

/** @param {Iterable<Mark>} marks */
export function summary(marks) {
  const all = [...marks];
  const open = all.filter((m) => !m.answered).map((m) => m.position);
  const flagged = all.filter((m) => m.flagged).map((m) => m.position);
  return { answered: all.length - open.length, open, flagged };
}

/** @type {Record<string, string>} */
const COMMANDS = {
  KeyN: "next", KeyP: "previous", KeyF: "flag", KeyR: "review", KeyM: "map", KeyT: "time", KeyS: "saved",
};

/**
 * What a key asks for: a command, "choose" with a number from 0, or nothing (""). Bare letters count
 * only among the answers or in the window of keys (WCAG 2.1.4); a held key counts once.
 * @param {Pick<KeyboardEvent, "code" | "altKey" | "shiftKey" | "ctrlKey" | "metaKey" | "repeat">} key
 * @param {"page" | "answers" | "keys"} focus
 * @returns {[string, number?]}
 */
export function meaning(key, focus) {
  if (key.repeat || key.ctrlKey || key.metaKey) return [""];
  if ((key.altKey && key.shiftKey) || (focus === "keys" && !key.altKey)) return [COMMANDS[key.code] ?? ""];
  if (key.altKey) return [""];
  if (key.code === "F2") return ["keys"];
  if (focus !== "answers" || key.shiftKey) return [""];
  if (key.code === "KeyX") return ["cross"];
  const [, letter, digit] = /^(?:Key([A-H])|(?:Digit|Numpad)([1-8]))$/.exec(key.code) ?? [];
  if (letter) return ["choose", letter.charCodeAt(0) - 65];
  return digit ? ["choose", Number(digit) - 1] : [""];
}
