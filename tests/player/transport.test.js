import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import {
  classify, createQuestions, createSender, exchange,
} from "../../exam_engine/web/static/player/transport.js";

const ATTEMPT = "6f8a1c9e-0000-4000-8000-000000000001";
const ENTRY = { lease: 1, sequence: 4, position: 9, response: "c", flagged: false };

const receiptOf = (entry) => ({
  attempt_id: ATTEMPT, position: entry.position, lease: entry.lease, sequence: entry.sequence,
  received_at: "2026-03-14T09:41:07Z", hash: "ab".repeat(32), current: true, remaining_ms: 60_000,
});
const reply = (status, body = null, retryAfterMs = null) => ({
  status, body, retryAfterMs, sentAt: 0, receivedAt: performance.now(),
});
const problem = (status, code) => reply(status, { status, code, detail: `Said ${code}.` });
const meaning = (of) => classify(of, ATTEMPT, ENTRY);

test("a receipt for this very answer is one; any other 200 is not", () => {
  assert.equal(meaning(reply(200, receiptOf(ENTRY))), "receipt");
  assert.equal(meaning(reply(200, receiptOf({ ...ENTRY, sequence: 5 }))), "again");
  assert.equal(meaning(reply(200, null)), "again");
});

for (const [status, code] of [
  [409, "answer_late"], [409, "attempt_closed"], [409, "sequence_reused"], [422, "unknown_option"],
  [422, "no_such_question"], [422, "not_understood"], [404, "not_found"],
])
  test(`${status} ${code} is final`, () => assert.equal(meaning(problem(status, code)), "refused"));

for (const [status, code] of [
  [409, "attempt_paused"], [409, "lease_required"], [409, "not_started"], [409, "a_code_of_next_year"],
  [429, "too_many_requests"], [503, "try_again"], [500, "our_fault"], [403, "not_allowed"],
])
  test(`${status} ${code} keeps the answer`, () => assert.equal(meaning(problem(status, code)), "again"));

test("a 404 or 409 that is not ours keeps the answer", () => {
  assert.equal(meaning(reply(404, null)), "again");
  assert.equal(meaning(reply(409, { message: "squid" })), "again");
});

test("an ended sign-in, or another person's, keeps the answer until somebody signs in", () => {
  assert.equal(meaning(problem(401, "not_signed_in")), "signed_out");
  assert.equal(meaning(problem(404, "no_such_attempt")), "signed_out");
});

test("no reply at all means no line", () => assert.equal(meaning(reply(0)), "down"));

/** What the next request is answered with. @type {(request: any, response: any) => void} */
let answer;
const server = createServer((request, response) => answer(request, response));
let url = "";
before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  server.unref(); // a promise that nothing keeps then fails its test instead of hanging it
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

test("an exchange brings status, body and the wait that was asked for", async () => {
  answer = (_, response) =>
    response.writeHead(503, { "retry-after": "2" }).end('{"code":"try_again"}');
  const { status, body, retryAfterMs, sentAt, receivedAt } = await exchange(url, {});
  assert.deepEqual([status, body, retryAfterMs], [503, { code: "try_again" }, 2_000]);
  assert.ok(receivedAt >= sentAt);
});

test("a page of HTML comes back as a body that is nobody's receipt", async () => {
  answer = (_, response) => response.writeHead(200).end("<h1>Welcome to our network</h1>");
  const { status, body } = await exchange(url, {});
  assert.deepEqual([status, body], [200, null]);
});

test("a broken line never throws", async () => {
  answer = (request) => request.socket.destroy();
  assert.equal((await exchange(url, {})).status, 0);
});

test("a body that breaks off in the middle is no reply", async () => {
  answer = (request, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write('{"attempt_id":', () => request.socket.destroy());
  };
  assert.equal((await exchange(url, {})).status, 0);
});

/** A device that keeps answers in a list, and a server with a script of replies. */
function aSender(replies, left = []) {
  const kept = [...left];
  const sent = [];
  const heard = [];
  const listeners = [];
  let last = 0;
  let idle = () => {};
  const emptied = new Promise((resolve) => (idle = () => resolve(null)));
  const sender = createSender({
    attempt: ATTEMPT,
    storage: {
      durable: true,
      entries: left,
      highest: () => last,
      add: async (lease, floor, change) => {
        for (let turns = change.position; turns > 0; turns -= 1) await null; // slower or faster
        last = Math.max(last, floor) + 1;
        const entry = { ...change, lease, sequence: last };
        kept.push(entry);
        return entry;
      },
      remove: (entry) => {
        assert.ok(kept.includes(entry), "only what is on the device is taken off it");
        kept.splice(kept.indexOf(entry), 1);
      },
    },
    exchange: async (path, body) => {
      sent.push(body);
      assert.ok(kept.includes(body), "an answer is on the device before it is sent");
      const next = replies.shift() ?? ((entry) => reply(200, receiptOf(entry)));
      return next(body);
    },
    changed: () => {},
    heard: (verdict) => {
      heard.push(verdict);
      listeners.shift()?.(verdict);
      if (!kept.length) idle();
    },
  });
  /** The verdict of the next exchange, once the sender has drawn its conclusions. */
  const next = () =>
    new Promise((resolve) => listeners.push((verdict) => queueMicrotask(() => resolve(verdict))));
  return { sender, kept, sent, heard, emptied, next };
}

test("answers go one by one in order, and leave the device with their receipts", async () => {
  const { sender, kept, sent, emptied } = aSender([]);
  sender.grant(1, 6);
  for (const position of [3, 1, 3]) void sender.add({ position, response: "a", flagged: false });
  await sender.settled();
  await emptied;
  assert.deepEqual(sent.map((e) => [e.sequence, e.position]), [[7, 3], [8, 1], [9, 3]]);
  assert.deepEqual(kept, []);
  assert.equal(sender.count, 0);
  assert.equal(sender.last, 9);
});

test("a change made before there is a lease waits for it and is not called saved", async () => {
  const { sender, sent, emptied } = aSender([]);
  const added = sender.add({ position: 1, response: "a", flagged: false });
  assert.equal(sender.box.held, 1);
  assert.deepEqual(sent, []);
  sender.grant(2, 0);
  await added;
  await emptied;
  assert.deepEqual(sent.map((e) => [e.lease, e.sequence]), [[2, 1]]);
  assert.equal(sender.box.held, 0);
});

test("what an earlier page left goes first, under its own lease and number", async () => {
  const left = [{ ...ENTRY, lease: 1, sequence: 8 }];
  const { sender, sent, emptied } = aSender([], left);
  sender.load();
  sender.grant(2, 0);
  await sender.add({ position: 1, response: "a", flagged: false });
  await emptied;
  assert.deepEqual(sent.map((e) => [e.lease, e.sequence]), [[1, 8], [2, 1]]);
});

test("an answer is sent again, unchanged, until it has its receipt", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] }); // no wait ends by itself
  const { sender, kept, sent, next, emptied } = aSender([() => reply(0), () => reply(200, null)]);
  sender.grant(1, 0);
  const failed = next();
  await sender.add({ position: 1, response: "a", flagged: false });
  assert.equal(await failed, "down");
  assert.equal(sender.line, "down");
  assert.equal(kept.length, 1);

  const again = next();
  sender.tell("up"); // a heartbeat came through
  assert.equal(await again, "again");
  assert.equal(sender.line, "up");
  assert.equal(kept.length, 1);

  sender.tell("down");
  sender.tell("up");
  await emptied;
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent).size, 1);
});

test("after a failure nothing is sent before the wait is over", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { sender, sent, next, emptied } = aSender([() => reply(503, null, 60_000)]);
  sender.grant(1, 0);
  const failed = next();
  await sender.add({ position: 1, response: "a", flagged: false });
  await failed;
  await sender.add({ position: 2, response: "b", flagged: false });
  assert.equal(sent.length, 1);
  assert.equal(sender.count, 2);
  sender.tell("down");
  sender.tell("up");
  await emptied;
  assert.deepEqual(sent.map((e) => e.position), [1, 1, 2]);
});

test("a final refusal lets the next answer through", async () => {
  const { sender, sent, heard, emptied } = aSender([() => problem(422, "unknown_option")]);
  sender.grant(1, 0);
  void sender.add({ position: 1, response: "z", flagged: false });
  await sender.add({ position: 2, response: "a", flagged: false });
  await emptied;
  assert.deepEqual(sent.map((e) => e.position), [1, 2]);
  assert.deepEqual(heard, ["refused", "receipt"]);
  assert.equal(sender.box.refused.get(1), "Said unknown_option.");
});

test("questions are fetched ahead once, and one by one where they are missing", async () => {
  const asked = [];
  const questions = createQuestions(ATTEMPT, 100, async (path) => {
    asked.push(path.replace(/.*\?/, ""));
    const [, start, count] = /start=(\d+)&count=(\d+)/.exec(path) ?? [];
    const list = Array.from({ length: Number(count) }, (_, i) => ({
      position: Number(start) + i, html: `<p>${Number(start) + i}</p>`,
    }));
    return reply(200, { questions: list });
  });
  questions.held.set(1, "<p>1</p>");
  questions.ahead(1);
  questions.ahead(1);
  assert.equal(await questions.get(5), "<p>5</p>");
  assert.equal(await questions.get(95), "<p>95</p>");
  assert.deepEqual(asked, ["start=2&count=10", "start=95&count=6"]);
});

test("a question that cannot be had is not made up", async () => {
  const questions = createQuestions(ATTEMPT, 10, async () => reply(0));
  assert.equal(await questions.get(2), undefined);
});
