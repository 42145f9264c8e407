/** What goes over the line: answers up, questions down, and what a reply means. */

import { ask } from "../asking.js";
import { navigation } from "./navigation.js";
import { empty, outbox } from "./outbox.js";

const FINAL = [
	"answer_late", "attempt_closed", "sequence_reused", "unknown_option", "no_such_question",
	"not_understood", "not_found",
];

/** @type {Exchange} */
export async function exchange(path, body) {
	const sentAt = performance.now();
	let status = 0;
	let retryAfterMs = null;
	let read = null;
	try {
		const response = await ask(path, {
			headers: { accept: "application/json", "content-type": "application/json" },
			...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
		});
		const text = await response.text();
		status = response.status;
		retryAfterMs = Number(response.headers.get("retry-after")) * 1000 || null;
		read = JSON.parse(text);
	} catch {
		// No line, or a page that is not JSON: nobody takes a null body for a receipt.
	}
	return { status, body: read, retryAfterMs, sentAt, receivedAt: performance.now() };
}

/** @type {Classify} */
export function classify({ status, body }, attempt, entry) {
	if (status === 0) return "down";
	if (status === 401 || body?.code === "no_such_attempt") return "signed_out";
	if (status === 200 && outbox.isReceipt(body, attempt, entry)) return "receipt";
	return [404, 409, 422].includes(status) && FINAL.includes(body?.code) ? "refused" : "again";
}

/** @type {CreateSender} */
export function createSender({ attempt, storage, exchange, changed, heard }) {
	let box = empty;
	let running = false;
	/** @type {Line} */
	let line = "up";
	let wake = () => {};
	let lease = 0;
	let floor = 0;
	/** @type {(value?: unknown) => void} */
	let open = () => {};
	/** @type {Promise<unknown>} */
	let stored = new Promise((resolve) => (open = resolve));

	async function run() {
		if (running) return;
		running = true;
		for (let entry; (entry = outbox.first(box)); ) {
			const wait = box.notBefore - performance.now();
			if (wait > 0) {
				await new Promise((resolve) => setTimeout((wake = () => resolve(0)), wait));
				continue;
			}
			const reply = await exchange(`/api/attempts/${attempt}/answers`, entry);
			const verdict = classify(reply, attempt, entry);
			const { body, receivedAt } = reply;
			line = verdict === "down" || verdict === "signed_out" ? verdict : "up";
			if (verdict === "receipt") box = outbox.receipted(box, entry, body.received_at, receivedAt);
			else if (verdict === "refused") box = outbox.refused(box, entry, body.detail, receivedAt);
			else box = outbox.failed(box, receivedAt, Math.random(), reply.retryAfterMs);
			if (outbox.first(box) !== entry) storage.remove(entry);
			heard(verdict, reply, entry);
			changed();
		}
		running = false;
	}

	/** @param {Entry} entry */
	function put(entry) {
		box = outbox.enqueue(box, entry, performance.now());
		changed();
		void run();
	}

	return {
		get box() { return box; },
		get line() { return line; },
		get lease() { return lease; },
		get known() { return floor; },
		get count() { return box.entries.length; },
		get last() { return Math.max(floor, storage.highest(lease)); },
		grant(number, known) {
			lease = number;
			floor = known;
			open();
		},
		load: () => storage.entries.forEach(put),
		add(change) {
			box = outbox.hold(box, performance.now());
			changed();
			return (stored = stored.then(async () => {
				const entry = await storage.add(lease, floor, change);
				box = outbox.release(box);
				put(entry);
			}));
		},
		settled: () => stored,
		tell(known) {
			if (line !== "up" && known === "up") {
				box = outbox.hurry(box);
				wake();
			}
			line = known;
			changed();
		},
	};
}

/** @type {CreateQuestions} */
export function createQuestions(attempt, count, exchange) {
	/** @type {Map<number, string>} */
	const held = new Map();
	/** @type {Promise<void> | null} */
	let under = null;

	/** @param {number} start @param {number} many */
	async function fetchRun(start, many) {
		const { body } = await exchange(`/api/attempts/${attempt}/questions?start=${start}&count=${many}`);
		for (const q of body?.questions ?? []) held.set(q.position, q.html);
	}

	return {
		held,
		ahead(position) {
			const run = under ? null : navigation.wanted(position, count, (p) => held.has(p));
			if (run) under = fetchRun(run.start, run.count).finally(() => (under = null));
		},
		async get(position) {
			if (!held.has(position)) await under;
			if (!held.has(position)) await fetchRun(position, Math.min(10, count - position + 1));
			return held.get(position);
		},
	};
}
