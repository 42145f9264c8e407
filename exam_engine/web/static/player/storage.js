/** What this device holds: the answers until the server has them, and which tab may write. */

/** @type {(transaction: IDBTransaction) => Promise<void>} */
const done = (transaction) =>
	new Promise((resolve, reject) => {
		transaction.oncomplete = () => resolve();
		transaction.onabort = reject;
	});

/** @type {() => Promise<IDBDatabase>} */
const open = () =>
	new Promise((resolve, reject) => {
		const request = indexedDB.open("exam", 1);
		request.onupgradeneeded = () => {
			request.result.createObjectStore("answers", { keyPath: ["attempt", "lease", "sequence"] });
			request.result.createObjectStore("numbers", { keyPath: ["attempt", "lease"] });
		};
		request.onsuccess = () => resolve(request.result);
		request.onerror = reject;
	});

/** @type {OpenStorage} */
export async function openStorage(attempt) {
	let database = await open().catch(() => null);
	/** @type {(store: string) => Promise<any[]>} */
	const all = async (store) => {
		const transaction = database?.transaction(store);
		const rows = transaction?.objectStore(store).getAll(IDBKeyRange.bound([attempt], [attempt, []]));
		if (transaction) await done(transaction);
		return rows?.result ?? [];
	};
	/** @type {Map<number, number>} */
	const used = new Map((await all("numbers")).map((row) => [row.lease, row.sequence]));

	return {
		get durable() { return database !== null; },
		highest: (lease) => used.get(lease) ?? 0,
		entries: async () => (await all("answers")).map(({ attempt: _, ...entry }) => entry),
		async add(lease, floor, change) {
			let sequence = Math.max(used.get(lease) ?? 0, floor) + 1;
			try {
				// Number and answer in one transaction: two tabs can never use one number twice.
				const transaction = database?.transaction(["answers", "numbers"], "readwrite", { durability: "strict" });
				const numbers = transaction?.objectStore("numbers");
				const last = numbers?.get([attempt, lease]);
				if (last) last.onsuccess = () => {
					sequence = Math.max(sequence, (last.result?.sequence ?? 0) + 1);
					numbers?.put({ attempt, lease, sequence });
					transaction?.objectStore("answers").add({ ...change, attempt, lease, sequence });
				};
				if (transaction) await done(transaction);
			} catch {
				database = null;
			}
			used.set(lease, sequence);
			return { ...change, lease, sequence };
		},
		remove({ lease, sequence }) {
			database?.transaction("answers", "readwrite").objectStore("answers").delete([attempt, lease, sequence]);
		},
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
