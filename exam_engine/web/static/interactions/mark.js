/** Marking points of a picture: press it, drag a mark, move it with the arrow keys, or type numbers. */

import { draggable } from "./drag.js";
import { all, fact, fill, make, makeButton, number, one, say } from "./page.js";
import { movedBy, pointAt, pointOf } from "./points.js";

const FAR = 10;
const REST_MS = 500;

/** @typedef {{ row: HTMLElement, x: HTMLInputElement, y: HTMLInputElement, mark: HTMLButtonElement }} Entry */

/** @param {HTMLElement} box */
export function mark(box) {
	const frame = /** @type {HTMLElement} */ (one(box, ".frame"));
	const image = frame.querySelector("img");
	const noun = fact(box, "noun");
	const moved = fact(box, "moved");
	const size = { width: number(frame, "width"), height: number(frame, "height") };
	let resting = 0;

	/** @type {Entry[]} */
	const entries = all(box, ".points > li").map((row, index) => {
		const words = `${noun} ${index + 1}`;
		const [x, y] = /** @type {[HTMLInputElement, HTMLInputElement]} */ (all(row, "input"));
		const button = makeButton(String(index + 1), words, moved ? "mark moved" : "mark");
		if (moved) button.replaceChildren(make("img", { src: moved, alt: "", draggable: "false" }));
		const remove = makeButton("×", `Remove ${words.toLowerCase()}`, "small back");
		row.append(remove);
		const entry = { row: /** @type {HTMLElement} */ (row), x, y, mark: button };
		remove.addEventListener("click", () => drop(entry));
		for (const field of [x, y]) field.addEventListener("input", () => show());
		button.addEventListener("keydown", (event) => {
			const at = pointOf(x.value, y.value);
			if (!at) return;
			if (event.key === "Delete" || event.key === "Backspace") {
				event.preventDefault();
				return drop(entry);
			}
			const next = movedBy(at, event.key, event.shiftKey ? FAR : 1, size);
			if (!next) return;
			event.preventDefault();
			set(entry, next);
			clearTimeout(resting);
			resting = Number(setTimeout(() => say(box, `${words} at ${next.x} across, ${next.y} down.`), REST_MS));
		});
		button.addEventListener("pointerdown", (down) => {
			if (down.button !== 0) return;
			down.preventDefault();
			button.focus();
			/** @param {PointerEvent} event */
			const follow = (event) => set(entry, pointOn(event));
			const end = () => {
				removeEventListener("pointermove", follow);
				removeEventListener("pointerup", end);
				removeEventListener("pointercancel", end);
			};
			addEventListener("pointermove", follow);
			addEventListener("pointerup", end);
			addEventListener("pointercancel", end);
		});
		frame.append(button);
		return entry;
	});
	const add = makeButton(`Add ${noun === "Object" ? "an object" : "a point"}`, "", "small");
	add.removeAttribute("aria-label");
	one(box, ".points").after(make("p", { class: "adding" }, add));

	/** @param {MouseEvent} event */
	const pointOn = (event) => pointAt({ x: event.clientX, y: event.clientY }, frame.getBoundingClientRect(), size);
	/** @param {Entry} entry */
	const isSet = (entry) => pointOf(entry.x.value, entry.y.value) !== null;

	function show() {
		const [across = size.width / 2, down = size.height / 2] = fact(box, "center").split(" ").filter(Boolean).map(Number);
		for (const entry of entries) {
			const at = pointOf(entry.x.value, entry.y.value);
			entry.mark.hidden = !at;
			entry.row.hidden = !at && !entry.row.contains(document.activeElement);
			if (!at) continue;
			const wide = number(box, "moved-width");
			if (moved && wide) {
				entry.mark.style.width = `${(100 * wide) / size.width}%`;
				entry.mark.style.left = `${(100 * (at.x - across)) / size.width}%`;
				entry.mark.style.top = `${(100 * (at.y - down)) / size.height}%`;
			} else {
				entry.mark.style.left = `${(100 * at.x) / size.width}%`;
				entry.mark.style.top = `${(100 * at.y) / size.height}%`;
				entry.mark.classList.add("centred");
			}
			const name = `${noun} ${entries.indexOf(entry) + 1} at ${at.x} across, ${at.y} down. Arrow keys move it.`;
			entry.mark.setAttribute("aria-label", name);
		}
		add.hidden = entries.every(isSet);
	}

	/** @param {Entry} entry @param {{ x: number, y: number }} at */
	function set(entry, at) {
		fill(entry.x, String(at.x));
		fill(entry.y, String(at.y));
		show();
	}

	/** @param {Entry} entry */
	function drop(entry) {
		fill(entry.x, "");
		fill(entry.y, "");
		add.hidden = false;
		add.focus();
		show();
		say(box, `${noun} ${entries.indexOf(entry) + 1} is removed.`);
	}

	/** @param {{ x: number, y: number }} at */
	function another(at) {
		const free = entries.find((entry) => !isSet(entry)) ?? (entries.length === 1 ? entries[0] : undefined);
		if (!free) return say(box, `You have set all ${entries.length}. Remove one first.`);
		set(free, at);
		say(box, `${noun} ${entries.indexOf(free) + 1} at ${at.x} across, ${at.y} down.`);
		return free;
	}

	/** @type {HTMLElement | null} */
	const source = box.querySelector(".source img");
	if (source) {
		draggable(source, {
			drop: (under, event) => {
				if (under && frame.contains(under)) another(pointOn(event));
			},
		});
	}
	frame.addEventListener("click", (event) => {
		if (!(/** @type {Element} */ (event.target).closest(".mark"))) another(pointOn(event));
	});
	add.addEventListener("click", () => another({ x: Math.round(size.width / 2), y: Math.round(size.height / 2) })?.mark.focus());
	if (image && !fact(frame, "sized")) {
		const measure = () => {
			Object.assign(size, { width: image.naturalWidth || size.width, height: image.naturalHeight || size.height });
			show();
		};
		if (image.complete) measure();
		else image.addEventListener("load", measure, { once: true });
	}
	frame.classList.add("live");
	show();
}
