/** One exchange with the server, and what its reply means. */

import { isReceipt } from "./outbox.js";

const PATIENCE_MS = 15_000;
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
    const response = await fetch(path, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
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
export function classify({ status, body, retryAfterMs }, attempt, entry) {
  const code = body?.code ?? "";
  if (status === 0) return { kind: "no_line" };
  if (status === 401 || code === "no_such_attempt") return { kind: "signed_out" };
  if (status === 200 && isReceipt(body, attempt, entry)) return { kind: "receipt", receipt: body };
  const kind = [404, 409, 422].includes(status) && FINAL.includes(code) ? "refused" : "again";
  return { kind, code, sentence: body?.detail ?? "", waitMs: retryAfterMs };
}
