/** A file of answers is being read: when it is, the page that says what it holds is loaded. */

import { ask } from "./asking.js";

const reading = /** @type {HTMLElement | null} */ (document.getElementById("reading"));
const ASK_MS = 1_000;

if (reading) setTimeout(look, ASK_MS, reading.dataset.from);

/** @param {string} address */
async function look(address) {
	try {
		const reply = await ask(address);
		if (reply.status < 500 && (!reply.ok || (await reply.json()).state !== "reading")) location.reload();
	} catch {
		// the server does not answer: the next asking may find it
	}
	setTimeout(look, ASK_MS, address);
}
