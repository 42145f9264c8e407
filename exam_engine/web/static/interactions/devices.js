/** Slider and media. */

import { all, fact, fill, make, number, one, say } from "./page.js";

/** A slider beside the number, which stays blank until one of them is used. @param {HTMLElement} box */
export function slider(box) {
	/** @type {HTMLInputElement} */
	const field = one(box, "input[type=number]");
	const { min, max } = field;
	const whole = field.step === "any" ? String((Number(max) - Number(min)) / 100) : field.step;
	const range = make("input", { type: "range", min, max, step: whole, "aria-label": `Slider from ${min} to ${max}` });
	if (fact(box, "reverse")) range.dir = "rtl";
	const ends = [make("span", { class: "end" }, min), make("span", { class: "end" }, max)];
	if (fact(box, "reverse")) ends.reverse();
	const [left, right] = /** @type {[HTMLElement, HTMLElement]} */ (ends);
	const track = make("div", { class: fact(box, "vertical") ? "track upright" : "track" }, left, range, right);
	one(box, "label.number").before(track);

	const show = () => {
		if (field.value) range.value = field.value;
		range.classList.toggle("unset", !field.value);
		range.setAttribute("aria-valuetext", field.value || "not answered");
	};
	range.addEventListener("input", () => (fill(field, range.value), show()));
	// Pressing it without moving means the value where it stands.
	range.addEventListener("click", () => (fill(field, range.value), show()));
	field.addEventListener("input", show);
	show();
}

/** Counts how often it is played from the beginning, and stops at the limit. @param {HTMLElement} box */
export function media(box) {
	const most = number(box, "most");
	/** @type {HTMLInputElement} */
	const field = one(box, "input[type=hidden]");
	/** @type {HTMLMediaElement[]} */
	const players = all(box, "audio, video");
	const plays = () => Number(field.value) || 0;
	let running = false;
	for (const player of players) {
		player.addEventListener("play", () => {
			if (running) return;
			if (most && plays() >= most) {
				player.pause();
				return say(box, `You have played it ${most === 1 ? "once" : `${most} times`}, which is all.`);
			}
			running = true;
			field.value = String(plays() + 1);
			field.dispatchEvent(new Event("change", { bubbles: true }));
			if (most) say(box, `Play ${plays()} of ${most}.`);
		});
		player.addEventListener("ended", () => (running = false));
		// Going back to the start and on again is another play.
		player.addEventListener("seeked", () => {
			if (player.currentTime < 0.3) running = false;
		});
	}
}
