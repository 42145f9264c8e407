/** Runs, live: a hint comes by the stream, the truth is fetched; without a stream every 5 seconds. */

import { ask } from "./asking.js";

const live = /** @type {HTMLElement | null} */ (document.getElementById("live"));
const told = document.getElementById("told");
const POLL_MS = 5_000;
const LONGEST_MS = 30_000;
let streaming = false;
/** Whether the last asking failed, and when it was: a stream can be dead without a word. */
let lost = false;
let askedAt = performance.now();
let under = false;
let again = false;

if (live && !live.dataset.over) follow(live);

/** @param {HTMLElement} place */
function follow(place) {
	const stream = new EventSource("/api/calibration-runs/stream");
	stream.addEventListener("open", () => {
		streaming = true;
		void pull(place);
	});
	stream.addEventListener("error", () => (streaming = false));
	stream.addEventListener("run", (event) => {
		if (place.dataset.any || event.data.includes(place.dataset.run ?? "")) void pull(place);
	});
	addEventListener("pagehide", () => stream.close());
	setInterval(() => {
		if (lost || !streaming || performance.now() - askedAt > LONGEST_MS) void pull(place);
	}, POLL_MS);
}

/** @param {HTMLElement} place */
async function pull(place) {
	if (under) {
		again = true;
		return;
	}
	under = true;
	again = false;
	askedAt = performance.now();
	try {
		const reply = await ask(place.dataset.from ?? "");
		if (reply.redirected || reply.status === 401) location.reload();
		lost = !reply.ok;
		if (reply.ok) put(place, await reply.text());
	} catch {
		lost = true;
		say("The server does not answer. The run goes on; this page asks again.");
	}
	under = false;
	if (again) void pull(place);
}

/** @param {HTMLElement} place @param {string} html */
function put(place, html) {
	const fresh = new DOMParser().parseFromString(html, "text/html").body;
	const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
	const doing = () => place.querySelector("#doing")?.textContent?.replace(/, cycle .*/, "") ?? "";
	const before = doing();
	place.replaceChildren(...fresh.childNodes);
	if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-key="${focused}"]`))?.focus();
	const state = /** @type {HTMLElement | null} */ (place.querySelector("[data-state]"))?.dataset.state;
	if (state && !["queued", "running"].includes(state)) location.reload();
	else if (doing() && doing() !== before) say(doing());
}

/** @param {string} text */
function say(text) {
	if (told && told.textContent !== text) told.textContent = text;
}
