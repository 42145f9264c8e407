/** Gives each interaction of the page its hand. Fields that the server wrote stay what is sent. */

import { associate } from "./associate.js";
import { choose, chooseAreas, match } from "./choose.js";
import { media, slider } from "./devices.js";
import { draw } from "./draw.js";
import { mark } from "./mark.js";
import { order } from "./order.js";
import { all, fact } from "./page.js";
import { place } from "./place.js";

/** @type {Readonly<Record<string, (box: HTMLElement) => void>>} */
const HANDS = {
	choice: choose,
	hottext: choose,
	hotspot: chooseAreas,
	match,
	order,
	"graphic-order": order,
	"gap-match": place,
	"graphic-gap-match": place,
	associate,
	"graphic-associate": associate,
	"select-point": mark,
	"position-object": mark,
	slider,
	media,
	drawing: draw,
};

/** Enter in a field would press the form's first button, which may end the attempt. @param {KeyboardEvent} event */
function holdEnter(event) {
	const field = event.target;
	if (event.key !== "Enter" || !(field instanceof HTMLInputElement) || !field.closest(".item")) return;
	if (field.type !== "file" && field.type !== "submit") event.preventDefault();
}

/** @param {ParentNode} within */
export function enhance(within) {
	/** @type {HTMLElement[]} */
	const boxes = all(within, "[data-interaction]:not([data-ready])");
	for (const box of boxes) {
		box.setAttribute("data-ready", "");
		HANDS[fact(box, "interaction")]?.(box);
	}
}

document.addEventListener("keydown", holdEnter);
enhance(document);
