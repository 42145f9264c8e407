/** A file of answers is being read: when it is, the page that says what it holds is loaded. */

const reading = /** @type {HTMLElement | null} */ (document.getElementById("reading"));
const ASK_MS = 1_000;

if (reading) setInterval(() => void ask(reading.dataset.from ?? ""), ASK_MS);

/** @param {string} address */
async function ask(address) {
	try {
		const reply = await fetch(address, { cache: "no-store" });
		if (!reply.ok || (await reply.json()).state !== "reading") location.reload();
	} catch {
		// the server does not answer: the next asking may find it
	}
}

export {}; // a module: its names are its own
