/** Answers on the device until the server has them: IndexedDB, or this page alone if it refuses. */

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
  /** @type {Map<number, number>} */
  const used = new Map();
  let database = await open().catch(() => null);

  return {
    get durable() { return database !== null; },
    highest: (lease) => used.get(lease) ?? 0,
    async entries() {
      const transaction = database?.transaction("answers");
      if (!transaction) return [];
      const all = transaction.objectStore("answers").getAll(IDBKeyRange.bound([attempt], [attempt, []]));
      await done(transaction);
      return all.result.map(({ attempt: _, ...entry }) => entry);
    },
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
