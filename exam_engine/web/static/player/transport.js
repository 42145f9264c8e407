/** One exchange with the server, and what its reply means. */

import { isReceipt } from "./outbox.js";

const PATIENCE_MS = 15_000;
const FINAL = [
  "answer_late", "attempt_closed", "sequence_reused", "unknown_option", "no_such_question", "not_understood",
];

/** POST the body as JSON, or GET without one. Never throws. @type {Exchange} */
export async function exchange(path, body) {
  const sentAt = performance.now();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  let status = 0;
  let retryAfterMs = null;
  let read = null;
  try {
    const response = await fetch(path, {
      signal: stop.signal,
      cache: "no-store",
      ...(body === undefined ? {} : {
        method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" },
      }),
    });
    const text = await response.text();
    status = response.status;
    retryAfterMs = Number(response.headers.get("retry-after")) * 1000 || null;
    read = JSON.parse(text);
  } catch {
    // No line, or a page that is not JSON: nobody takes a null body for a receipt.
  }
  clearTimeout(timer);
  return { status, body: read, retryAfterMs, sentAt, receivedAt: performance.now() };
}

/**
 * What a reply to an answer means. Only our own problem documents refuse for good: a 404 from a box
 * between us and the server does not.
 * @param {Reply} reply @param {string} attempt @param {Entry} entry @returns {Verdict}
 */
export function classify({ status, body, retryAfterMs }, attempt, entry) {
  if (status === 0) return { kind: "no_line" };
  if (status === 401) return { kind: "signed_out" };
  if (status >= 200 && status < 300 && isReceipt(body, attempt, entry)) return { kind: "receipt", receipt: body };
  const code = body?.code ?? "";
  const final = status === 404 ? code !== "" : (status === 409 || status === 422) && FINAL.includes(code);
  return { kind: final ? "refused" : "again", code, sentence: body?.detail ?? "", waitMs: retryAfterMs };
}
