/** A judge's sheet: every rating is saved when it is written; the button saves all of them too. */

import { ask } from "./asking.js";

const sheet = /** @type {HTMLFormElement} */ (document.getElementById("sheet"));
const told = document.getElementById("told");
const count = document.getElementById("count");
const PERCENT = /^(\d{1,3}(?:[.,]\d{1,2})?)\s*%?$/;
const WRONG = "Write a number from 0 to 100, like 65.";
const LOST = "The server does not answer. Press the button to save.";
/** One after the other, so that the last that was written is the last that is kept. */
let saving = Promise.resolve();

sheet.addEventListener("change", (event) => heard(event.target));
// What was written before this script was there; a field in which somebody writes still will say so.
for (const field of sheet.elements)
	if (field instanceof HTMLInputElement && field.value !== field.defaultValue && field !== document.activeElement)
		heard(field);

/** @param {EventTarget | null} field */
function heard(field) {
	if (!(field instanceof HTMLInputElement)) return;
	const rating = read(field);
	const bad = Number.isNaN(rating);
	if (bad) field.setAttribute("aria-invalid", "true");
	else field.removeAttribute("aria-invalid");
	if (bad) say(WRONG, true);
	else saving = saving.then(() => save(field.dataset.position ?? "0", rating));
}

/** A share, or a bookmark's page; null takes a rating back, NaN is none.
 * @param {HTMLInputElement} field @returns {number | null} */
function read(field) {
	if (!field.dataset.position) return Number(field.value);
	const text = field.value.trim();
	if (!text) return null;
	const percent = Number(PERCENT.exec(text)?.[1]?.replace(",", ".") ?? "NaN");
	return percent <= 100 ? Math.round(percent * 10_000) / 1_000_000 : NaN;
}

/** @param {string} position @param {number | null} rating */
async function save(position, rating) {
	say("Saving…");
	try {
		const reply = await ask(`/api/standards/${sheet.dataset.panel}/ratings`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ round: Number(sheet.dataset.round), ratings: { [position]: rating } }),
		});
		const said = await reply.json();
		if (!reply.ok) return say(said.detail, true);
		const kept = position === "0" ? `page ${rating}` : `${said.rated} of ${sheet.dataset.asked}`;
		if (count) count.textContent = kept;
		say("Saved");
	} catch {
		say(LOST, true);
	}
}

/** @param {string} text */
function say(text, bad = false) {
	if (!told) return;
	told.textContent = text;
	told.className = bad ? "bad" : "";
}

