/** Making pairs: drag one onto the other, or press one and then the other. */

import { draggable } from "./drag.js";
import { all, fact, fill, hideNative, make, makeButton, number, one, say, turnOff } from "./page.js";
import { count, hasRoom, pairFault } from "./uses.js";

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {{ id: string, words: string, uses: number, chip: HTMLButtonElement }} Choice */

/** @param {HTMLElement} box */
export function associate(box) {
	const most = number(box, "most");
	/** @type {Choice[]} */
	const choices = all(box, "[data-bank] > [data-choice]").map((row) => {
		const chip = make("button", { type: "button", class: "chip", "aria-pressed": "false" }, one(row, ".shown"));
		row.append(chip);
		return { id: fact(row, "choice"), words: fact(row, "words"), uses: number(row, "uses"), chip };
	});
	/** @type {HTMLSelectElement[][]} */
	const rows = all(box, ".pairs > li").map((row) => all(row, "select"));
	/** @type {SVGGElement[]} */
	const areas = all(box, "[data-area]");
	const overlay = box.querySelector(".areas");
	const made = make("ul", { class: "made" });
	one(box, ".pairs").after(make("p", { class: "side", lang: "en", dir: "auto" }, "Your pairs"), made);
	hideNative(box);
	/** @type {[string, string][]} */
	let pairs = rows.flatMap(([first, second]) => (first?.value && second?.value ? [/** @type {[string, string]} */ ([first.value, second.value])] : []));
	/** @type {Choice | null} */
	let picked = null;

	/** @param {string} id */
	const of = (id) => /** @type {Choice} */ (choices.find((choice) => choice.id === id));
	const rules = { most, rows: rows.length, uses: (/** @type {string} */ id) => of(id).uses, words: (/** @type {string} */ id) => of(id).words };

	function show() {
		for (const [index, [first, second]] of rows.entries()) {
			if (first) fill(first, pairs[index]?.[0] ?? "");
			if (second) fill(second, pairs[index]?.[1] ?? "");
		}
		const entries = pairs.map(([a, b]) => {
			const words = `${of(a).words} and ${of(b).words}`;
			const remove = makeButton("×", `Remove the pair ${words}`, "small back");
			remove.addEventListener("click", () => {
				pairs = pairs.filter(([x, y]) => x !== a || y !== b);
				tell(`The pair ${words} is removed.`);
				(made.querySelector("button") ?? choices[0]?.chip)?.focus();
			});
			return make("li", {}, make("span", {}, of(a).words), make("span", { class: "and" }, "and"), make("span", {}, of(b).words), remove);
		});
		made.replaceChildren(...entries);
		made.classList.toggle("bare", pairs.length === 0);
		for (const choice of choices) {
			turnOff(choice.chip, !hasRoom(count(pairs.flat(), choice.id), choice.uses));
			choice.chip.setAttribute("aria-pressed", String(choice === picked));
		}
		for (const area of areas) {
			const id = fact(area, "area");
			area.classList.toggle("chosen", pairs.flat().includes(id));
			area.classList.toggle("picked", picked?.id === id);
		}
		draw();
	}

	/** A line from area to area for each pair. */
	function draw() {
		if (!overlay) return;
		for (const line of all(overlay, "line")) line.remove();
		for (const pair of pairs) {
			const [from, to] = pair.map((id) => {
				const shape = areas.find((area) => fact(area, "area") === id)?.firstElementChild;
				return shape instanceof SVGGraphicsElement ? shape.getBBox() : null;
			});
			if (!from || !to) continue;
			const line = document.createElementNS(SVG, "line");
			line.setAttribute("x1", String(from.x + from.width / 2));
			line.setAttribute("y1", String(from.y + from.height / 2));
			line.setAttribute("x2", String(to.x + to.width / 2));
			line.setAttribute("y2", String(to.y + to.height / 2));
			overlay.prepend(line);
		}
	}

	/** @param {string} sentence */
	function tell(sentence) {
		picked = null;
		show();
		say(box, sentence);
	}

	/** @param {Choice} one @param {Choice} other */
	function join(one, other) {
		const fault = pairFault(pairs, one.id, other.id, rules);
		if (fault) return tell(fault);
		pairs = [...pairs, [one.id, other.id]];
		tell(`Pair ${pairs.length}: ${one.words} and ${other.words}.`);
	}

	/** @param {Choice} choice */
	function press(choice) {
		if (picked === choice) return tell(`${choice.words} is put back.`);
		if (picked) return join(picked, choice);
		if (choice.chip.getAttribute("aria-disabled") === "true")
			return tell(`${choice.words} is in as many pairs as it may be. Remove one first.`);
		picked = choice;
		show();
		say(box, `${choice.words} is picked up. Press its partner, or Escape.`);
	}

	/** @param {Element | null} under */
	const choiceUnder = (under) =>
		choices.find((choice) => under !== null && choice.chip.contains(under)) ??
		choices.find((choice) => choice.id === fact(under?.closest("[data-area]") ?? box, "area"));

	for (const choice of choices) {
		choice.chip.addEventListener("click", () => press(choice));
		draggable(choice.chip, {
			over: (under) => {
				for (const each of choices) each.chip.classList.toggle("over", each !== choice && each === choiceUnder(under));
			},
			drop: (under) => {
				const other = choiceUnder(under);
				if (other && other !== choice) join(choice, other);
			},
		});
	}
	for (const area of areas) area.addEventListener("click", () => press(of(fact(area, "area"))));
	box.addEventListener("keydown", (event) => {
		if (event.key !== "Escape" || !picked) return;
		event.preventDefault();
		tell(`${picked.words} is put back.`);
	});
	show();
}
