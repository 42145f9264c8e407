/** Uploading a file of questions, and waiting for its report; without this the forms do it alone. */

import { ask } from "./asking.js";

const ASK_AGAIN_MS = 700;
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("upload"));
const reading = document.getElementById("reading");
const choices = document.getElementById("choices");

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

if (form) prepare(form);
if (reading) void follow(reading.dataset.import ?? "");
if (choices) {
	choices.addEventListener("submit", (event) => {
		const button = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
		if (!button?.dataset.busy) return;
		if (button.getAttribute("aria-disabled")) event.preventDefault();
		button.setAttribute("aria-disabled", "true");
		button.textContent = button.dataset.busy;
	});
}

/** @param {HTMLFormElement} form */
function prepare(form) {
	const file = /** @type {HTMLInputElement} */ (byId("file"));
	const drop = byId("drop");
	const hint = /** @type {HTMLElement} */ (drop.querySelector(".drop-hint"));
	hint.hidden = false;
	for (const kind of ["dragenter", "dragover"]) {
		drop.addEventListener(kind, (event) => {
			event.preventDefault();
			drop.classList.add("over");
		});
	}
	drop.addEventListener("dragleave", (event) => {
		if (!drop.contains(/** @type {Node | null} */ (event.relatedTarget))) drop.classList.remove("over");
	});
	drop.addEventListener("drop", (event) => {
		event.preventDefault();
		drop.classList.remove("over");
		const dropped = event.dataTransfer?.files;
		if (!dropped?.length) return;
		file.files = dropped;
		byId("sending").textContent = `${dropped[0]?.name ?? "The file"} is chosen.`;
		complain("");
	});
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		if (!file.files?.length) {
			complain("Choose a file with questions, like march.xlsx");
			file.focus();
			return;
		}
		send(form);
	});
}

/** @param {string} sentence */
function complain(sentence) {
	const wrong = byId("file-wrong");
	wrong.textContent = sentence;
	wrong.hidden = !sentence;
	byId("file").toggleAttribute("aria-invalid", false);
	if (sentence) byId("file").setAttribute("aria-invalid", "true");
}

/** @param {HTMLFormElement} form */
function send(form) {
	const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
	if (button.getAttribute("aria-disabled")) return;
	const told = byId("sending");
	const sent = /** @type {HTMLProgressElement} */ (byId("sent"));
	const request = new XMLHttpRequest();
	complain("");
	button.setAttribute("aria-disabled", "true");
	told.textContent = "Sending the file…";
	sent.hidden = false;
	request.upload.addEventListener("progress", (event) => {
		if (event.lengthComputable) sent.value = (100 * event.loaded) / event.total;
	});
	const stop = (/** @type {string} */ sentence) => {
		button.removeAttribute("aria-disabled");
		told.textContent = "";
		sent.hidden = true;
		complain(sentence);
		byId("file").focus();
	};
	request.addEventListener("error", () => stop("The server did not answer. Nothing was stored. Try again"));
	request.addEventListener("load", () => {
		const answer = request.response;
		if (request.status === 202 && answer?.id) location.assign(`/bank/imports/${answer.id}`);
		else stop(answer?.faults?.[0]?.message ?? answer?.detail ?? "The file was not taken. Try again");
	});
	request.open("POST", "/api/item-imports");
	request.responseType = "json";
	request.send(new FormData(form));
}

/** @param {string} id */
async function follow(id) {
	const doing = byId("doing");
	const done = /** @type {HTMLProgressElement} */ (byId("done"));
	for (;;) {
		await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
		try {
			const reply = await ask(`/api/item-imports/${id}`);
			if (reply.status === 401) location.reload();
			if (!reply.ok) continue;
			const report = await reply.json();
			if (report.state !== "reading") {
				location.reload();
				return;
			}
			const { doing: words, done: so, of } = report.progress;
			// A reader of the screen hears each step once, not each number.
			if (words && doing.textContent !== words) doing.textContent = words;
			if (of > 1) {
				done.max = of;
				done.value = so;
			} else done.removeAttribute("value");
		} catch {
			doing.textContent = "The server does not answer. The reading goes on; this page asks again.";
		}
	}
}
