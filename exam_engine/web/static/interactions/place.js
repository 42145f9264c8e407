/** Putting choices into gaps or onto areas: drag, or pick one up and press the place. */

import { draggable } from "./drag.js";
import { all, copyOf, fact, fill, hideNative, letter, make, number, one, say, turnOff } from "./page.js";
import { count, hasRoom, put } from "./uses.js";

/** Characters of what stands on a picture. */
const LONGEST = 24;

/** @typedef {{ id: string, words: string, uses: number, chip: HTMLButtonElement, shown: Element }} Choice */
/** @typedef {{ place: string, words: string, field: HTMLSelectElement, button: HTMLButtonElement }} Hole */

/** @param {HTMLElement} box */
export function place(box) {
	const most = number(box, "most");
	/** @type {Choice[]} */
	const choices = all(box, "[data-bank] > [data-choice]").map((row) => {
		const shown = one(row, ".shown");
		const chip = make("button", { type: "button", class: "chip", "aria-pressed": "false" }, shown);
		row.append(chip);
		return { id: fact(row, "choice"), words: fact(row, "words"), uses: number(row, "uses"), chip, shown };
	});
	/** @type {Hole[]} */
	const holes = all(box, "[data-place]").flatMap((at) => {
		/** @type {HTMLSelectElement[]} */
		const fields = all(at, "select");
		return fields.map((field) => {
			const button = make("button", { type: "button", class: "hole" });
			at.append(button);
			return { place: fact(at, "place"), words: field.getAttribute("aria-label") ?? "", field, button };
		});
	});
	/** @type {SVGGElement[]} */
	const areas = all(box, "[data-area]");
	hideNative(box);
	let held = holes.map((hole) => hole.field.value);
	/** @type {{ choice: Choice, from: number } | null} */
	let picked = null;

	/** @param {string} id */
	const of = (id) => choices.find((choice) => choice.id === id);
	/** @param {Hole} hole @param {Choice} choice */
	const fits = (hole, choice) => Array.from(hole.field.options).some((entry) => entry.value === choice.id);

	function show() {
		for (const [index, hole] of holes.entries()) {
			const choice = of(held[index] ?? "");
			fill(hole.field, choice?.id ?? "");
			hole.button.replaceChildren(choice ? copyOf(choice.shown) : "");
			hole.button.classList.toggle("filled", Boolean(choice));
			hole.button.setAttribute("aria-label", `${hole.words}: ${choice?.words ?? "empty"}`);
			turnOff(hole.button, picked !== null && !fits(hole, picked.choice));
		}
		for (const choice of choices) {
			const free = hasRoom(count(held, choice.id), choice.uses);
			turnOff(choice.chip, !free);
			choice.chip.setAttribute("aria-pressed", String(picked?.choice === choice && picked.from < 0));
		}
		for (const area of areas) {
			const inside = holes.flatMap((hole, index) => (hole.place === fact(area, "area") && held[index] ? [of(held[index] ?? "")] : []));
			area.classList.toggle("chosen", inside.length > 0);
			const words = inside.map((choice) => choice?.words ?? "").join(", ");
			letter(area, words ? `${fact(area, "letter")}: ${words.slice(0, LONGEST)}` : fact(area, "letter"));
		}
		box.classList.toggle("picking", picked !== null);
	}

	/** @param {Choice} choice @param {number} index @param {number} from */
	function lay(choice, index, from) {
		const hole = holes[index];
		if (!hole) return;
		if (!fits(hole, choice)) return tell(`${choice.words} does not go to ${hole.words}.`);
		const after = put(held, choice.id, index, from, { uses: choice.uses, most });
		if ("refusal" in after) return tell(`${choice.words} ${after.refusal}`);
		held = after.holes;
		tell(`${hole.words}: ${choice.words}.`);
	}

	/** @param {number} index */
	function empty(index) {
		const was = of(held[index] ?? "");
		held = held.map((each, at) => (at === index ? "" : each));
		tell(`${holes[index]?.words} is empty. ${was?.words ?? ""} is back.`);
	}

	/** @param {string} sentence */
	function tell(sentence) {
		picked = null;
		show();
		say(box, sentence);
	}

	/** The hole of an area that a choice goes to: one that is empty, else the first. @param {string} place */
	function holeOf(place) {
		const open = holes.findIndex((hole, index) => hole.place === place && !held[index]);
		return open < 0 ? holes.findIndex((hole) => hole.place === place) : open;
	}

	/** @param {Element | null} under */
	function holeUnder(under) {
		const area = under?.closest("[data-area]");
		if (area && box.contains(area)) return holeOf(fact(area, "area"));
		return holes.findIndex((hole) => under !== null && (hole.button.contains(under) || hole.button === under));
	}

	/** @param {Element | null} under */
	function light(under) {
		const at = holeUnder(under);
		for (const [index, hole] of holes.entries()) hole.button.classList.toggle("over", index === at);
	}

	for (const choice of choices) {
		choice.chip.addEventListener("click", () => {
			if (choice.chip.getAttribute("aria-disabled") === "true")
				return tell(`${choice.words} is used as often as it may be. Take it out of its place first.`);
			if (picked?.choice === choice) return tell(`${choice.words} is put back.`);
			picked = { choice, from: -1 };
			show();
			say(box, `${choice.words} is picked up. Press the place for it, or Escape.`);
		});
		draggable(choice.chip, {
			allowed: () => choice.chip.getAttribute("aria-disabled") !== "true",
			over: light,
			drop: (under) => {
				const at = holeUnder(under);
				if (at >= 0) lay(choice, at, -1);
			},
		});
	}
	for (const [index, hole] of holes.entries()) {
		const inside = () => of(held[index] ?? "");
		hole.button.addEventListener("click", () => {
			if (picked) lay(picked.choice, index, picked.from);
			else if (inside()) empty(index);
			else say(box, "Pick a choice first, then press the place for it.");
		});
		draggable(hole.button, {
			allowed: () => Boolean(inside()),
			over: light,
			drop: (under) => {
				const choice = inside();
				const at = holeUnder(under);
				if (choice && at >= 0) lay(choice, at, index);
				else empty(index);
			},
		});
	}
	for (const area of areas) {
		area.addEventListener("click", () => {
			const at = holeOf(fact(area, "area"));
			if (picked) lay(picked.choice, at, picked.from);
			else if (held[at]) empty(at);
			else say(box, "Pick a choice first, then press the place for it.");
		});
	}
	box.addEventListener("keydown", (event) => {
		if (event.key !== "Escape" || !picked) return;
		event.preventDefault();
		const { choice } = picked;
		tell(`${choice.words} is put back.`);
		choice.chip.focus();
	});
	show();
}
