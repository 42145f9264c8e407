/** What this device holds: the answers until the server has them, and which tab may write. */

/** @type {(transaction: IDBTransaction) => Promise<void>} */
const done = (transaction) =>
	new Promise((resolve, reject) => {
		transaction.oncomplete = () => resolve();
		transaction.onabort = () => reject(transaction.error);
	});

/** @type {() => Promise<IDBDatabase>} */
const open = () =>
	new Promise((resolve, reject) => {
		const request = indexedDB.open("exam", 1);
		const keyPath = ["attempt", "lease", "sequence"];
		request.onupgradeneeded = () => void request.result.createObjectStore("answers", { keyPath });
		request.onsuccess = () => resolve(request.result);
		request.onerror = reject;
	});

/** @type {OpenStorage} */
export async function openStorage(attempt) {
	let database = await open().catch(() => null);
	const reading = database?.transaction("answers");
	const rows = reading?.objectStore("answers").getAll(IDBKeyRange.bound([attempt], [attempt, []]));
	if (reading) await done(reading);
	// Rows come in the order of their keys, so the highest number of a lease stands.
	/** @type {Map<number, number>} */
	const used = new Map(rows?.result.map((row) => [row.lease, row.sequence]));

	/** Committed without waiting: it also outlives a page that is left at once. @param {"add" | "put"} verb @param {object} row */
	async function write(verb, row) {
		const transaction = database?.transaction("answers", "readwrite", { durability: "strict" });
		transaction?.objectStore("answers")[verb]({ ...row, attempt });
		transaction?.commit();
		if (transaction) await done(transaction);
	}

	return {
		get durable() { return database !== null; },
		entries: (rows?.result ?? []).filter((row) => row.position).map(({ attempt: _, ...entry }) => entry),
		highest: (lease) => used.get(lease) ?? 0,
		async add(lease, floor, change) {
			for (;;) {
				const sequence = Math.max(used.get(lease) ?? 0, floor) + 1;
				used.set(lease, sequence);
				try {
					await write("add", { ...change, lease, sequence });
					return { ...change, lease, sequence };
				} catch (error) {
					// Another tab used this number: take the next. All else means that nothing can be kept.
					if (/** @type {Error} */ (error)?.name !== "ConstraintError") database = null;
				}
			}
		},
		// The bare number stays, so that it is never used again.
		remove: ({ lease, sequence }) => void write("put", { lease, sequence }).catch(() => {}),
	};
}

/** @type {ClaimTab} */
export const claimTab = (attempt, steal, lost) =>
	(navigator.locks ? byLock : byVoice)(`exam-writer-${attempt}`, steal, lost);

/** @type {ClaimTab} */
const byLock = (name, steal, lost) =>
	new Promise((resolve) => {
		let held = false;
		// The page before a reload may need a moment to let go.
		const options = steal ? { steal } : { signal: AbortSignal.timeout(600) };
		const forEver = new Promise(() => {});
		navigator.locks
			.request(name, options, () => (resolve((held = true)), forEver))
			.catch(() => (held ? lost() : resolve(false)));
	});

/** @type {ClaimTab} */
const byVoice = (name, steal, lost) =>
	new Promise((resolve) => {
		const channel = new BroadcastChannel(name);
		let mine = true;
		channel.onmessage = ({ data }) => {
			if (mine && data === "who") return channel.postMessage("held");
			if (mine) lost();
			resolve((mine = false));
		};
		channel.postMessage(steal ? "mine" : "who");
		setTimeout(() => resolve(mine), 250);
	});
