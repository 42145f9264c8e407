/** Answers on the device until the server has them: IndexedDB, or this page alone where it refuses. */

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

/** @param {string} attempt @returns {Promise<AnswerStore>} */
export async function openStorage(attempt) {
  /** @type {Map<number, number>} */
  const used = new Map();
  /** @type {IDBDatabase | null} */
  let database = null;
  try {
    const request = indexedDB.open("exam", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("answers", { keyPath: ["attempt", "lease", "sequence"] });
      request.result.createObjectStore("numbers", { keyPath: ["attempt", "lease"] });
    };
    database = await result(request);
  } catch {
    // The page says so; see `durable`.
  }

  return {
    get durable() { return database !== null; },
    async entries() {
      if (!database) return [];
      const range = IDBKeyRange.bound([attempt], [attempt, []]);
      const rows = await result(database.transaction("answers").objectStore("answers").getAll(range));
      return rows.map(({ attempt: _, ...entry }) => entry);
    },
    highest: (lease) => used.get(lease) ?? 0,
    async add(lease, floor, change) {
      let sequence = Math.max(used.get(lease) ?? 0, floor) + 1;
      try {
        if (database) {
          // Number and answer in one transaction: two tabs can never use one number twice.
          const transaction = database.transaction(["answers", "numbers"], "readwrite", { durability: "strict" });
          const numbers = transaction.objectStore("numbers");
          const row = await result(numbers.get([attempt, lease]));
          sequence = Math.max(sequence, (row?.sequence ?? 0) + 1);
          numbers.put({ attempt, lease, sequence });
          transaction.objectStore("answers").add({ ...change, attempt, lease, sequence });
          await done(transaction);
        }
      } catch {
        database = null;
      }
      used.set(lease, sequence);
      return { ...change, lease, sequence };
    },
    async remove({ lease, sequence }) {
      const transaction = database?.transaction("answers", "readwrite");
      transaction?.objectStore("answers").delete([attempt, lease, sequence]);
      if (transaction) await done(transaction).catch(() => undefined);
    },
  };
}
