/** Putting things in order, without a page. Lists hold identifiers; none is ever there twice. */

/** `id` at `index`, taken from where it was; unchanged where there is no room. @param {readonly string[]} list @param {string} id @param {number} index @param {number} most @returns {string[]} */
export function placed(list, id, index, most) {
	const was = list.indexOf(id);
	if (was < 0 && list.length >= most) return [...list];
	const others = list.filter((each) => each !== id);
	const at = was >= 0 && was < index ? index - 1 : index;
	return [...others.slice(0, at), id, ...others.slice(at)];
}

/** One step up (-1) or down (1). @param {readonly string[]} list @param {string} id @param {number} by @returns {string[]} */
export function moved(list, id, by) {
	const was = list.indexOf(id);
	const at = Math.min(Math.max(was + by, 0), list.length - 1);
	const others = list.filter((each) => each !== id);
	return was < 0 ? [...list] : [...others.slice(0, at), id, ...others.slice(at)];
}

/** Where something belongs that is dropped at `at`, between things with these middles. @param {readonly number[]} middles @param {number} at */
export const indexAt = (middles, at) => middles.filter((middle) => middle < at).length;
