/** Where the candidate is, what the map says, which keys mean what. Pure. */

/** @type {Record<string, string>} */
const COMMANDS = { N: "next", P: "previous", F: "flag", R: "review", M: "map", T: "time", S: "saved" };

/** @type {Navigation} */
export const navigation = {
	positionOf: (path) => Number(/^\/exam\/questions\/(\d+)$/.exec(path)?.[1] ?? 0),
	pathOf: (position) => `/exam/questions/${position}`,
	wanted(position, count, has, ahead = 10) {
		const last = Math.min(count, position + ahead);
		let start = position + 1;
		while (start <= last && has(start)) start += 1;
		if (start > last || start > position + ahead / 2) return null;
		let end = start;
		while (end < last && !has(end + 1)) end += 1;
		return { start, count: end - start + 1 };
	},
	nameOf: ({ position, answered, flagged }) =>
		`Question ${position}${answered ? ", answered" : ""}${flagged ? ", flagged" : ""}`,
	summary: (marks) => ({
		open: marks.filter((m) => !m.answered).map((m) => m.position),
		flagged: marks.filter((m) => m.flagged).map((m) => m.position),
	}),
	meaning({ code, altKey, shiftKey, ctrlKey, metaKey, repeat }, focus) {
		if (repeat || ctrlKey || metaKey) return [""];
		const [, letter = "", digit] = /^(?:Key(.)|(?:Digit|Numpad)(\d))$/.exec(code) ?? [];
		if ((altKey && shiftKey) || (focus === "keys" && !altKey)) return [COMMANDS[letter] ?? ""];
		if (altKey) return [""];
		if (code === "F2") return ["keys"];
		if (focus !== "answers" || shiftKey) return [""];
		if (letter === "X") return ["cross"];
		const n = letter ? letter.charCodeAt(0) - 65 : Number(digit ?? 0) - 1;
		return n >= 0 && n < 8 ? ["choose", n] : [""];
	},
};
