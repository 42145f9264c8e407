/** Where the candidate is, what the map says, which keys mean what. Pure. */

/** @type {Navigation["positionOf"]} */
export const positionOf = (path) => Number(/^\/exam\/questions\/(\d+)$/.exec(path)?.[1] ?? 0);

/** @type {Navigation["pathOf"]} */
export const pathOf = (position) => `/exam/questions/${position}`;

/** @type {Navigation["wanted"]} */
export function wanted(position, count, has, ahead = 10) {
  const last = Math.min(count, position + ahead);
  let start = position + 1;
  while (start <= last && has(start)) start += 1;
  if (start > last || start > position + ahead / 2) return null;
  let end = start;
  while (end < last && !has(end + 1)) end += 1;
  return { start, count: end - start + 1 };
}

/** @type {Navigation["nameOf"]} */
export const nameOf = ({ position, answered, flagged }) =>
  `Question ${position}${answered ? ", answered" : ""}${flagged ? ", flagged" : ""}`;

/** @type {Navigation["summary"]} */
export const summary = (marks) => ({
  open: marks.filter((m) => !m.answered).map((m) => m.position),
  flagged: marks.filter((m) => m.flagged).map((m) => m.position),
});

const COMMANDS = { N: "next", P: "previous", F: "flag", R: "review", M: "map", T: "time", S: "saved" };

/** @type {Navigation["meaning"]} */
export function meaning({ code, altKey, shiftKey, ctrlKey, metaKey, repeat }, focus) {
  if (repeat || ctrlKey || metaKey) return [""];
  const letter = /^Key(.)$/.exec(code)?.[1] ?? "";
  if ((altKey && shiftKey) || (focus === "keys" && !altKey))
    return [Object(COMMANDS)[letter] ?? ""];
  if (altKey) return [""];
  if (code === "F2") return ["keys"];
  if (focus !== "answers" || shiftKey) return [""];
  if (letter === "X") return ["cross"];
  const digit = Number(/^(?:Digit|Numpad)([1-8])$/.exec(code)?.[1] ?? 0);
  const n = letter ? letter.charCodeAt(0) - 65 : digit - 1;
  return n >= 0 && n < 8 ? ["choose", n] : [""];
}
