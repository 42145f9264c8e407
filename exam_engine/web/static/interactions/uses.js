/** How often choices are used, and what may still be added. A limit of 0 is none. */

/** @param {readonly string[]} list @param {string} id */
export const count = (list, id) => list.filter((each) => each === id).length;

/** Whether one more may come. @param {number} used @param {number} most */
export const hasRoom = (used, most) => most === 0 || used < most;

/** Whether the pair is there, whichever of the two is first. @param {readonly (readonly [string, string])[]} pairs @param {string} one @param {string} other */
export const isPaired = (pairs, one, other) =>
	pairs.some(([a, b]) => (a === one && b === other) || (a === other && b === one));

/**
 * Why two cannot become a pair, or null.
 * @param {readonly (readonly [string, string])[]} pairs @param {string} one @param {string} other
 * @param {{ most: number, rows: number, uses: (id: string) => number, words: (id: string) => string }} rules
 * @returns {string | null}
 */
export function pairFault(pairs, one, other, rules) {
	if (isPaired(pairs, one, other)) return "These two are a pair already.";
	if (!hasRoom(pairs.length, rules.most) || pairs.length >= rules.rows)
		return `You have made ${pairs.length === 1 ? "the only pair" : `all ${pairs.length} pairs`}. Remove one first.`;
	for (const id of [one, other])
		if (!hasRoom(count(pairs.flat(), id), rules.uses(id)))
			return `${rules.words(id)} is in as many pairs as it may be. Remove one first.`;
	return null;
}

/**
 * What the holes hold after a choice is put into one; a refusal instead where it may not be.
 * @param {readonly string[]} holes what each holds, "" for nothing
 * @param {string} choice @param {number} at @param {number} from the hole it comes from, -1 from the bank
 * @param {{ uses: number, most: number }} rules
 * @returns {{ holes: string[] } | { refusal: string }}
 */
export function put(holes, choice, at, from, rules) {
	const next = [...holes];
	if (from >= 0) next[from] = "";
	next[at] = "";
	if (!hasRoom(count(next, choice), rules.uses))
		return { refusal: "is used as often as it may be. Take it out of its place first." };
	if (!hasRoom(next.filter(Boolean).length, rules.most))
		return { refusal: `cannot be added: ${rules.most === 1 ? "only one place" : `only ${rules.most} places`} may be filled.` };
	next[at] = choice;
	return { holes: next };
}
