/** Drawing on a picture: with mouse, pen or finger, or with the arrow keys and the space bar. */

import { all, hideNative, make, makeButton, number, one, say } from "./page.js";
import { movedBy, pointAt } from "./points.js";

const STEP = 4;
const PEN = 3;

/** @param {HTMLElement} box */
export function draw(box) {
	const frame = /** @type {HTMLElement} */ (one(box, ".frame"));
	const image = frame.querySelector("img");
	/** @type {HTMLInputElement} */
	const field = one(box, "input[type=file]");
	const size = { width: number(frame, "width"), height: number(frame, "height") };
	const canvas = make("canvas", {
		width: String(size.width), height: String(size.height), tabindex: "0", role: "application",
		"aria-label": "Drawing. Arrow keys move the pen, Space puts it down or lifts it.",
	});
	const found = canvas.getContext("2d", { willReadFrequently: true });
	if (!found) return;
	const paper = found;
	const clear = makeButton("Clear the drawing", "", "small");
	clear.removeAttribute("aria-label");
	frame.append(canvas);
	frame.after(make("p", { class: "adding" }, clear));
	hideNative(box);
	all(box, ".areas").forEach((overlay) => overlay.remove());

	let pen = { x: size.width / 2, y: size.height / 2 };
	let down = false;
	/** @type {ImageData | null} what is drawn, without the pen of the keyboard */
	let drawn = null;

	/** @param {{ x: number, y: number }} to */
	function lineTo(to) {
		paper.strokeStyle = "#b5460f";
		paper.lineWidth = PEN;
		paper.lineCap = "round";
		paper.beginPath();
		paper.moveTo(pen.x, pen.y);
		paper.lineTo(to.x, to.y);
		paper.stroke();
	}

	function lift() {
		if (drawn) paper.putImageData(drawn, 0, 0);
		drawn = null;
	}

	function showPen() {
		drawn = paper.getImageData(0, 0, size.width, size.height);
		paper.strokeStyle = "#16211f";
		paper.lineWidth = 1;
		paper.strokeRect(pen.x - 5, pen.y - 5, 10, 10);
	}

	function keep() {
		lift();
		const whole = make("canvas", { width: String(size.width), height: String(size.height) });
		const under = whole.getContext("2d");
		if (image) under?.drawImage(image, 0, 0, size.width, size.height);
		under?.drawImage(canvas, 0, 0);
		whole.toBlob((blob) => {
			if (!blob) return;
			const files = new DataTransfer();
			files.items.add(new File([blob], "drawing.png", { type: "image/png" }));
			field.files = files.files;
			field.dispatchEvent(new Event("change", { bubbles: true }));
		}, "image/png");
	}

	canvas.addEventListener("pointerdown", (event) => {
		if (event.button !== 0) return;
		lift();
		pen = pointAt({ x: event.clientX, y: event.clientY }, canvas.getBoundingClientRect(), size);
		canvas.setPointerCapture(event.pointerId);
		/** @param {PointerEvent} move */
		const follow = (move) => {
			const to = pointAt({ x: move.clientX, y: move.clientY }, canvas.getBoundingClientRect(), size);
			lineTo(to);
			pen = to;
		};
		canvas.addEventListener("pointermove", follow);
		canvas.addEventListener("pointerup", () => {
			canvas.removeEventListener("pointermove", follow);
			keep();
		}, { once: true });
	});
	canvas.addEventListener("keydown", (event) => {
		if (event.key === " ") {
			event.preventDefault();
			down = !down;
			say(box, down ? "The pen is down." : "The pen is up.");
			if (!down) keep();
			return;
		}
		const to = movedBy(pen, event.key, event.shiftKey ? STEP * 5 : STEP, size);
		if (!to) return;
		event.preventDefault();
		lift();
		if (down) lineTo(to);
		pen = to;
		showPen();
	});
	canvas.addEventListener("blur", () => {
		if (down) keep();
		else lift();
		down = false;
	});
	clear.addEventListener("click", () => {
		drawn = null;
		paper.clearRect(0, 0, size.width, size.height);
		field.value = "";
		say(box, "The drawing is cleared.");
	});
}
