/** Runs, live: a hint comes by the stream, the truth is fetched; without a stream every 5 seconds. */

const live = /** @type {HTMLElement | null} */ (document.getElementById("live"));
const told = document.getElementById("told");
const POLL_MS = 5_000;
let streaming = false;
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
		if (!streaming) void pull(place);
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
	try {
		const reply = await fetch(place.dataset.from ?? "", { cache: "no-store" });
		if (reply.redirected || reply.status === 401) location.reload();
		if (reply.ok) put(place, await reply.text());
	} catch {
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
