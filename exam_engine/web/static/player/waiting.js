/** Pages without questions: wait for the proctor, paused, finished. Asks the server and moves on. */

import { byId } from "./frame.js";
import { createHeartbeat, isTruth } from "./heartbeat.js";
import { openStorage } from "./storage.js";
import { createSender, exchange } from "./transport.js";
import { words } from "./words.js";

const page = byId("exam");
const attempt = page.dataset.attempt ?? "";
const standing = byId("standing");
const first = standing.textContent ?? "";
let state = "created";

/** @param {string} text */
function say(text) {
	if (standing.textContent !== text) standing.textContent = text;
}

/** Where this state is at home, or null to stay. @param {Truth} truth */
function next(truth) {
	if (truth.state === "running") return `/exam/questions/${sessionStorage.getItem(`place-${attempt}`) ?? ""}`;
	if (truth.state === "paused") return page.dataset.page === "paused" ? null : "/exam/paused";
	if (truth.state !== "created") return "/exam/finished";
	return truth.admission === "admitted" || truth.admission === "live" ? "/exam/agreement" : null;
}

async function empty() {
	const storage = await openStorage(attempt);
	const sender = createSender({
		attempt, storage, exchange,
		changed: () => say([...sender.box.refused.values()].at(-1) ?? (sender.box.entries.length ? words.back(sender.box.entries.length) : "")),
		heard: () => undefined,
	});
	sender.load();
}

if (page.dataset.page === "finished") void empty();
else {
	const beat = createHeartbeat({
		send: () => exchange(`/api/attempts/${attempt}/heartbeat`, {}),
		heard(reply) {
			if (reply.status === 0) say(words.offline(0, true));
			else if (reply.status === 401) say(words.signedOut(0));
			else if (reply.status === 200 && isTruth(reply.body)) {
				state = reply.body.state;
				say(reply.body.message || first);
				const path = next(reply.body);
				if (path) location.replace(path);
			}
		},
		state: () => state,
	});
	document.addEventListener("visibilitychange", () => document.hidden || void beat());
	void beat();
}
