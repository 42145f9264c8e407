/**
 * Answers that the server has not acknowledged. Pure: every function returns a new box. They leave
 * in the order of lease, then sequence, one at a time; none is merged or renumbered.
 */

/** @type {Box} */
export const empty = {
	entries: [], held: 0, since: null, failures: 0, notBefore: 0, savedAt: null, refused: new Map(),
};

const PATIENCE_MS = 5_000;
const LONGEST_WAIT_MS = 4_000;

/** @type {(a: Entry, b: Entry) => number} */
const order = (a, b) => a.lease - b.lease || a.sequence - b.sequence;

/** @type {Outbox["enqueue"]} */
function without(box, entry, now) {
	const entries = box.entries.filter((e) => order(e, entry));
	return { ...outbox.hurry(box), entries, since: entries.length + box.held ? now : null };
}

/** @type {Outbox} */
export const outbox = {
	hold: (box, now) => ({ ...box, held: box.held + 1, since: box.since ?? now }),
	release: (box) => ({ ...box, held: box.held - 1 }),
	enqueue(box, entry, now) {
		if (box.entries.some((e) => !order(e, entry))) return box;
		const refused = new Map(box.refused);
		refused.delete(entry.position);
		return { ...box, entries: [...box.entries, entry].sort(order), refused, since: box.since ?? now };
	},
	first: (box) => box.entries[0],
	receipted: (box, entry, at, now) => ({ ...without(box, entry, now), savedAt: at }),
	refused: (box, entry, sentence, now) => ({
		...without(box, entry, now), refused: new Map(box.refused).set(entry.position, sentence),
	}),
	failed(box, now, random, waitMs) {
		const failures = box.failures + 1;
		const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures);
		return { ...box, failures, notBefore: now + (waitMs ?? longest * (0.5 + random / 2)) };
	},
	hurry: (box) => ({ ...box, failures: 0, notBefore: 0 }),
	standing(box, position) {
		if (box.entries.some((e) => e.position === position)) return "unsent";
		return box.refused.has(position) ? "refused" : "settled";
	},
	overall({ entries, held, since, refused, savedAt }, now, line) {
		const count = entries.length;
		if (line !== "up") return { state: line === "down" ? "offline" : line, count };
		if (since !== null && now - since > PATIENCE_MS) return { state: "waiting", count };
		if (count) return { state: "saving", count };
		// Not even on the device yet: there is nothing good to say.
		if (held) return { state: "idle", count };
		const sentence = [...refused.values()].at(-1);
		if (sentence) return { state: "refused", count, sentence };
		return savedAt ? { state: "saved", count, at: savedAt } : { state: "idle", count };
	},
	isReceipt: (body, attempt, { position, lease, sequence }) =>
		body?.attempt_id === attempt && body.position === position && body.lease === lease &&
		body.sequence === sequence && /^[0-9a-f]{64}$/.test(body.hash),
};
