import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mock, test } from "node:test";

import { PATIENCE_MS, ask } from "../../exam_engine/web/static/asking.js";

test("an asking that nobody answers ends by itself", async () => {
  const patience = new AbortController();
  const timeout = mock.method(AbortSignal, "timeout", () => patience.signal);
  const silent = createServer(() => patience.abort(new DOMException("in vain", "TimeoutError")));
  await new Promise((resolve) => silent.listen(0, "127.0.0.1", resolve));
  await assert.rejects(ask(`http://127.0.0.1:${silent.address().port}/`), { name: "TimeoutError" });
  assert.deepEqual(timeout.mock.calls[0].arguments, [PATIENCE_MS]);
  silent.closeAllConnections();
  silent.close();
});
