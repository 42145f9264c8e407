/** The live room: a hint comes by the stream, the truth is fetched, at most once a second. */

import { ask } from "./asking.js";
import { byId } from "./player/frame.js";
import { exchange } from "./player/transport.js";

const room = byId("room");
const seats = byId("seats");
const contact = byId("contact");
const told = byId("told");
const POLL_MS = 5_000;
const SILENCE_MS = 40_000;

let under = false;
let again = false;
let fetchedAt = 0;
let heardAt = performance.now();
let streaming = false;
let lost = false;
/** @type {Set<string>} */
let waitingBefore = new Set(lane());

function lane() {
	return [...seats.querySelectorAll(".lane b")].map((b) => b.textContent ?? "");
}

/** @param {string} text */
function say(text) {
	told.textContent = "";
	setTimeout(() => (told.textContent = text), 100);
}

/** @param {boolean} live */
function show(live) {
	lost = !live;
	room.classList.toggle("frozen", !live);
	const word = /** @type {HTMLElement} */ (contact.querySelector("span"));
	const text = live ? (streaming ? "live" : "every 5 seconds") : "Contact lost. What you see is from this time; it goes on by itself.";
	if (word.textContent === text) return;
	word.textContent = text;
	if (!live) say(text);
}

/** Put the new list in place row by row, so that focus and pointer stay where they are. @param {string} html */
function put(html) {
	const fresh = new DOMParser().parseFromString(html, "text/html").body;
	const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
	const rows = new Map([...fresh.querySelectorAll("tbody tr")].map((row) => [row.id, row]));
	const old = [...seats.querySelectorAll("tbody tr")];
	const sameRows = old.length === rows.size && old.every((row) => rows.has(row.id));
	if (sameRows) {
		for (const row of old) {
			const next = rows.get(row.id);
			if (next && next.outerHTML !== row.outerHTML) row.replaceWith(next);
		}
		for (const part of [".counts", ".lane-place"]) {
			const now = seats.querySelector(part);
			const next = fresh.querySelector(part);
			if (now && next && now.outerHTML !== next.outerHTML) now.replaceWith(next);
		}
	} else seats.replaceChildren(...fresh.childNodes);
	if (focused) /** @type {HTMLElement | null} */ (seats.querySelector(`[data-key="${focused}"]`))?.focus();
	const waiting = lane();
	const added = waiting.filter((name) => !waitingBefore.has(name));
	waitingBefore = new Set(waiting);
	if (added.length) say(`Needs you: ${added.join(", ")}`);
}

async function pull() {
	if (under) {
		again = true;
		return;
	}
	under = true;
	const wait = fetchedAt + 1_000 - performance.now();
	if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
	fetchedAt = performance.now();
	again = false;
	try {
		// a full room takes its time on a thin line
		const reply = await ask(`/sittings/${room.dataset.sitting}/room/seats`, { signal: AbortSignal.timeout(SILENCE_MS) });
		if (reply.redirected || reply.status === 401) location.reload();
		if (!reply.ok) throw new Error(String(reply.status));
		const html = await reply.text();
		if (!html.includes("counts")) throw new Error("not our page");
		put(html);
		heardAt = performance.now();
		const time = contact.querySelector("time");
		const stamp = /** @type {HTMLElement | null} */ (seats.querySelector("[data-server-time]"))?.dataset.serverTime;
		if (time && stamp) time.textContent = stamp;
		show(true);
	} catch {
		show(false);
	}
	under = false;
	if (again) void pull();
}

seats.addEventListener("submit", async (event) => {
	const form = /** @type {HTMLFormElement} */ (event.target);
	const { act, session } = form.dataset;
	const button = form.querySelector("button");
	if (!act || !session || !button) return;
	event.preventDefault();
	if (button.getAttribute("aria-disabled")) return;
	button.setAttribute("aria-disabled", "true");
	const reply = await exchange(`/api/sessions/${session}/${act}`, { reason: "" });
	if (reply.status !== 200) {
		const text = reply.body?.detail || "The server did not answer. Nothing was changed; try again.";
		say(text);
		byId("trouble").textContent = text;
		button.removeAttribute("aria-disabled");
	} else byId("trouble").textContent = "";
	void pull();
});

const stream = new EventSource(room.dataset.stream ?? "");
stream.addEventListener("open", () => {
	streaming = true;
	void pull();
});
stream.addEventListener("error", () => (streaming = false));
for (const kind of ["seat", "beat"]) {
	stream.addEventListener(kind, () => {
		heardAt = performance.now();
		if (kind === "seat") void pull();
	});
}
// The browser knows of a pulled cable at once; a dead line that it does not see, the timer finds.
for (const kind of ["offline", "online"]) addEventListener(kind, () => void pull());
setInterval(() => {
	if (performance.now() - heardAt > SILENCE_MS) show(false);
	if (lost || !streaming || performance.now() - fetchedAt > 30_000) void pull();
}, POLL_MS);
