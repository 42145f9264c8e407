/** Putting choices, or areas of a picture, in order: drag them, or use the buttons. */

import { draggable } from "./drag.js";
import { all, fact, fill, letter, make, makeButton, number, one, say, turnOff } from "./page.js";
import { indexAt, moved, placed } from "./sequence.js";

/** @typedef {{ id: string, words: string, row: HTMLLIElement, field: HTMLSelectElement, add: HTMLElement, up: HTMLElement, down: HTMLElement, back: HTMLElement }} Thing */

/** @param {HTMLElement} box */
export function order(box) {
	const native = one(box, ".ranks");
	const most = number(box, "most") || 1000;
	/** @type {SVGGElement[]} */
	const areas = all(box, "[data-area]");
	/** @type {Thing[]} */
	const things = all(native, "[data-choice]").map((row) => {
		const words = fact(row, "words");
		const add = makeButton("Add", `Add: ${words}`, "small add");
		const up = makeButton("↑", `Move up: ${words}`, "small up");
		const down = makeButton("↓", `Move down: ${words}`, "small down");
		const back = makeButton("×", `Take out: ${words}`, "small back");
		const made = make("li", { "data-choice": fact(row, "choice") }, one(row, ".shown"), make("span", { class: "tools" }, add, up, down, back));
		return { id: fact(row, "choice"), words, row: made, field: one(row, "select"), add, up, down, back };
	});
	const pool = make("ul", { class: "pool" });
	const ranked = make("ol", { class: "ranked" });
	const sides = make("div", { class: "ordering" },
		make("div", {}, make("p", { class: "side", lang: "en", dir: "auto" }, "To be placed"), pool),
		make("div", {}, make("p", { class: "side", lang: "en", dir: "auto" }, "Your order"), ranked));
	native.after(sides);
	/** @type {HTMLElement} */ (native).hidden = true;

	let list = things
		.filter((thing) => thing.field.value)
		.sort((a, b) => Number(a.field.value) - Number(b.field.value))
		.map((thing) => thing.id);

	/** @param {string} id */
	const of = (id) => /** @type {Thing} */ (things.find((thing) => thing.id === id));

	function show() {
		pool.replaceChildren(...things.filter((thing) => !list.includes(thing.id)).map((thing) => thing.row));
		ranked.replaceChildren(...list.map((id) => of(id).row));
		for (const thing of things) {
			const at = list.indexOf(thing.id);
			fill(thing.field, at < 0 ? "" : String(at + 1));
			thing.add.hidden = at >= 0;
			for (const button of [thing.up, thing.down, thing.back]) button.hidden = at < 0;
			turnOff(thing.up, at === 0);
			turnOff(thing.down, at === list.length - 1);
			turnOff(thing.add, list.length >= most);
		}
		pool.classList.toggle("bare", pool.childElementCount === 0);
		ranked.classList.toggle("bare", list.length === 0);
		for (const area of areas) {
			const at = list.indexOf(fact(area, "area"));
			area.classList.toggle("chosen", at >= 0);
			letter(area, at < 0 ? fact(area, "letter") : `${fact(area, "letter")}: ${at + 1}`);
		}
	}

	/** @param {Thing} thing @param {string[]} next @param {HTMLElement} [focus] */
	function change(thing, next, focus) {
		const was = list.indexOf(thing.id);
		list = next;
		show();
		const at = list.indexOf(thing.id);
		if (at >= 0) say(box, `${thing.words} is number ${at + 1} of ${list.length}.`);
		else if (was >= 0) say(box, `${thing.words} is taken out.`);
		else say(box, `You have placed ${most}, which is all. Take one out first.`);
		focus?.focus();
	}

	for (const thing of things) {
		thing.add.addEventListener("click", () => {
			const waiting = things.filter((each) => !list.includes(each.id));
			const next = waiting[waiting.indexOf(thing) + 1] ?? waiting.find((each) => each !== thing);
			change(thing, placed(list, thing.id, list.length, most));
			(list.includes(thing.id) ? (next?.add ?? thing.up) : thing.add).focus();
		});
		thing.up.addEventListener("click", () => change(thing, moved(list, thing.id, -1), thing.up));
		thing.down.addEventListener("click", () => change(thing, moved(list, thing.id, 1), thing.down));
		thing.back.addEventListener("click", () => change(thing, list.filter((id) => id !== thing.id), thing.add));
		draggable(thing.row, {
			over: (under) => {
				ranked.classList.toggle("over", under !== null && ranked.contains(under));
				pool.classList.toggle("over", under !== null && pool.contains(under));
			},
			drop: (under, event) => {
				if (under && pool.contains(under)) change(thing, list.filter((id) => id !== thing.id));
				else if (under && ranked.contains(under)) {
					const middles = list.map((id) => {
						const { top, height } = of(id).row.getBoundingClientRect();
						return top + height / 2;
					});
					change(thing, placed(list, thing.id, indexAt(middles, event.clientY), most));
				}
			},
		});
	}
	for (const area of areas) {
		area.addEventListener("click", () => {
			const thing = of(fact(area, "area"));
			const is = list.includes(thing.id);
			change(thing, is ? list.filter((id) => id !== thing.id) : placed(list, thing.id, list.length, most));
		});
	}
	show();
}
