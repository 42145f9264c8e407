/** Boxes to tick: limits, and areas of a picture that stand for their boxes. */

import { all, fact, number, say } from "./page.js";
import { hasRoom } from "./uses.js";

/** @param {HTMLElement} box */
export function choose(box) {
	const most = number(box, "most");
	/** @type {HTMLInputElement[]} */
	const inputs = all(box, "input[type=checkbox]");
	box.addEventListener("change", ({ target }) => {
		const input = /** @type {HTMLInputElement} */ (target);
		if (input.type !== "checkbox" || !input.checked) return;
		const others = inputs.filter((each) => each.checked && each !== input).length;
		if (hasRoom(others, most)) return;
		input.checked = false;
		say(box, `You have chosen ${most}, which is all. Clear one to choose another.`);
	});
}

/** @param {HTMLElement} box */
export function chooseAreas(box) {
	choose(box);
	/** @type {HTMLInputElement[]} */
	const inputs = all(box, ".options input");
	/** @type {SVGGElement[]} */
	const areas = all(box, "[data-area]");
	const show = () => {
		for (const area of areas)
			area.classList.toggle("chosen", inputs.some((input) => input.checked && input.value === fact(area, "area")));
	};
	for (const area of areas) {
		area.addEventListener("click", () => inputs.find((input) => input.value === fact(area, "area"))?.click());
	}
	box.addEventListener("change", show);
	show();
}

/** A table of pairs: each row and column takes as many as its choice may be used. @param {HTMLElement} box */
export function match(box) {
	const most = number(box, "most");
	/** @type {HTMLTableRowElement[]} */
	const rows = all(box, "tr[data-source]");
	/** @type {HTMLElement[]} */
	const heads = all(box, "[data-target]");
	/** @type {HTMLInputElement[]} */
	const inputs = all(box, "input[type=checkbox]");
	/** @param {HTMLInputElement} input */
	const parts = (input) => input.value.split(" ");

	box.addEventListener("change", ({ target }) => {
		const input = /** @type {HTMLInputElement} */ (target);
		if (!inputs.includes(input) || !input.checked) return;
		const [source, goal] = parts(input);
		const row = rows.find((each) => fact(each, "source") === source);
		const head = heads.find((each) => fact(each, "target") === goal);
		const others = inputs.filter((each) => each.checked && each !== input);
		const inRow = others.filter((each) => parts(each)[0] === source);
		const inColumn = others.filter((each) => parts(each)[1] === goal);
		const only = row ? number(row, "uses") === 1 : false;
		// One in a row is a choice among them, so the new one takes the old one's place.
		if (only) for (const each of inRow) each.checked = false;
		else if (row && !hasRoom(inRow.length, number(row, "uses"))) return undo(input, "This row has all that it may have.");
		const kept = inputs.filter((each) => each.checked && each !== input).length;
		if (head && !hasRoom(inColumn.length, number(head, "uses"))) {
			if (only) for (const each of inRow) each.checked = true;
			return undo(input, "This column has all that it may have.");
		}
		if (!hasRoom(kept, most)) {
			return undo(input, `You have chosen ${most}, which is all.`);
		}
	});

	/** @param {HTMLInputElement} input @param {string} why */
	function undo(input, why) {
		input.checked = false;
		say(box, `${why} Clear one first.`);
	}
}
