/** The player: joins the pure parts, the device, the line and the page. */

import { createBar, say } from "./bar.js";
import * as countdown from "./countdown.js";
import { createHeartbeat, isTruth } from "./heartbeat.js";
import { meaning, pathOf, positionOf, summary } from "./navigation.js";
import { overall } from "./outbox.js";
import { byId, fill } from "./page.js";
import { createPaper } from "./paper.js";
import { createQuestions } from "./questions.js";
import { createSender } from "./sender.js";
import { createSheet } from "./sheet.js";
import { asSent, watchSignals } from "./signals.js";
import { openStorage } from "./storage.js";
import { claimTab } from "./tab.js";
import { exchange } from "./transport.js";
import { words } from "./words.js";

const { attempt = "", exam, allowance, lease: offered } = byId("exam").dataset;
const api = `/api/attempts/${attempt}`;
const bar = createBar(Number(allowance) * 1000);
const sheet = createSheet();
const count = sheet.marks.length;
const questions = createQuestions(attempt, count, exchange);
const paper = createPaper(answered);
/** @type {Map<number, Answer>} */
const answers = new Map();

let position = positionOf(location.pathname);
let lease = 0;
/** The highest sequence that the server knows of in this lease. */
let floor = 0;
/** @type {(value: unknown) => void} */
let grant = () => {};
const granted = new Promise((resolve) => (grant = resolve));
let clock = countdown.unknown;
let state = "running";
/** @type {string | null} */
let pausedAt = null;
let message = "";
/** @type {Stop} */
let stopped = "";
/** @type {"" | "device" | "tab"} */
let elsewhere = "";
let over = false;

const storage = await openStorage(attempt);
const sender = createSender({ attempt, storage, exchange, changed, heard });
const signals = watchSignals({
  online: () => void heart.beat(),
  offline: () => sender.tell("down"),
  shown: () => void heart.beat(),
});
const heart = createHeartbeat({
  async send() {
    const taken = signals.take();
    const reply = await exchange(`${api}/heartbeat`, {
      lease, waiting: sender.count, signals: asSent(taken, performance.now()),
    });
    if (reply.status !== 200) signals.giveBack(taken);
    return reply;
  },
  heard(reply) {
    if (reply.status === 0) sender.tell("down");
    else if (reply.status === 401) sender.tell("signed_out");
    else if (reply.status === 200 && isTruth(reply.body)) {
      sender.tell("up");
      learn(reply.body, reply);
    }
  },
  state: () => stopped || state,
});

/** The reply to an answer. @param {Verdict} verdict @param {Reply} reply @param {Entry} entry */
function heard(verdict, reply, entry) {
  if (verdict.kind === "receipt") {
    if (state === "running") clock = countdown.sync(clock, verdict.receipt.remaining_ms, reply.sentAt, reply.receivedAt);
  } else if (verdict.kind === "refused") {
    tell(words.refused(entry.position, verdict.sentence), "bad");
    if (verdict.code === "sequence_reused") void takeLease(false);
    else void heart.beat();
  } else if (verdict.kind === "again" && reply.status === 409) void heart.beat();
}

/** The server's word on the attempt. @param {Truth} truth @param {Reply} reply */
function learn(truth, reply) {
  const was = state;
  state = truth.state;
  pausedAt = truth.paused_at;
  if (state === "created") return location.replace("/exam/check-in");
  if (state !== "running" && state !== "paused") return void finish();
  if (state === "paused") {
    clock = countdown.stop(truth.remaining_ms ?? 0);
    stop("paused");
  } else {
    clock = countdown.sync(clock, truth.remaining_ms ?? 0, reply.sentAt, reply.receivedAt);
    if (was === "paused") tell(`${words.resumed} ${truth.message}`, "ok");
    else if (truth.message && truth.message !== message) tell(truth.message, "info");
    message = truth.message;
    if (stopped === "paused" || (stopped === "time" && truth.remaining_ms)) stop("");
  }
  if (lease && !truth.writes_here && !elsewhere) {
    // Still our lease by number: we signed in again. A higher one: another device took over.
    if (truth.lease === lease) void takeLease(true);
    else showElsewhere("device");
  } else if (!lease && !elsewhere) void takeLease(false);
  if (position && !questions.held.has(position)) void go(position, false);
  else questions.ahead(position);
}

/** @param {boolean} take_over */
async function takeLease(take_over) {
  const { status, body } = await exchange(`${api}/lease`, { take_over });
  if (status === 200 && body?.next_sequence) {
    lease = body.lease;
    floor = body.next_sequence - 1;
    grant(0);
    return true;
  }
  if (body?.code === "other_device") showElsewhere("device");
  return false;
}

/** @param {Answer} answer */
async function answered(answer) {
  const at = position;
  answers.set(at, answer);
  sheet.mark(at, answer);
  await granted;
  await sender.add(lease, floor, { position: at, ...answer });
}

/** Draw what can be said of the outbox. */
function changed() {
  const now = performance.now();
  const left = sender.count;
  const up = sender.line === "up";
  bar.showSaved(overall(sender.box, now, sender.line), storage.durable, now);
  sheet.absent((at) => !up && !questions.held.has(at));
  fill(byId("view-review"), "#stored", left ? words.waiting : up ? words.allSent : words.offline(0, true));
  if (stopped) fill(byId("stop"), "p", {
    paused: words.paused(pausedAt, left),
    time: up ? words.asking : words.timeUp(left),
    submit: up && !left ? words.submitting : words.notSubmitted(left),
  }[stopped]);
}

/** @param {string} text @param {string} kind */
function tell(text, kind) {
  const place = byId("news");
  place.className = `notice ${kind}`;
  fill(place, "p", text);
  fill(place, "h2", kind === "bad" ? "Take note" : "Message");
  place.hidden = false;
  say(kind === "info" ? "polite" : "assertive", text);
}

/** This page can only show. @param {"device" | "tab"} where */
function showElsewhere(where) {
  elsewhere = where;
  byId("paper").disabled = true;
  const place = byId("elsewhere");
  if (where === "tab") {
    fill(place, "h2", words.otherTabTitle);
    fill(place, "p", words.otherTab);
    fill(place, "form p", words.otherTabAsk);
  }
  place.hidden = false;
  place.querySelector("h2")?.focus();
  say("assertive", place.querySelector("p")?.textContent ?? "");
}

/** Replace the page while the candidate cannot work; "" brings it back. @param {Stop} why */
function stop(why) {
  if (stopped === why) return;
  paper.settle();
  stopped = why;
  const place = byId("stop");
  place.hidden = !why;
  byId("desk").hidden = byId("moves").hidden = Boolean(why);
  if (!why) return void go(position || 1, false);
  fill(place, "h1", words.titles[why]);
  for (const button of place.querySelectorAll("button")) button.hidden = why !== "submit";
  if (why === "paused") history.replaceState(null, "", "/exam/paused");
  place.querySelector("h1")?.focus();
  changed();
}

/** @param {string} path @param {boolean} push */
function address(path, push) {
  if (location.pathname !== path) history[push ? "pushState" : "replaceState"](null, "", path);
}

/** @param {number} to @param {boolean} push */
async function go(to, push) {
  if (to < 1 || to > count || stopped) return;
  paper.settle();
  await sender.settled();
  if (!storage.durable && sender.count && to !== position) return tell(words.stay, "warn");
  position = to;
  sessionStorage.setItem(`place-${attempt}`, String(to));
  address(pathOf(to), push);
  if (!questions.held.has(to)) frame(to, words.loading);
  const html = await questions.get(to);
  if (position !== to || stopped) return;
  if (html) paper.show(to, html, answers.get(to));
  frame(to, html ? "" : words.absent(to, [...questions.held.keys()].sort((a, b) => a - b)));
  questions.ahead(to);
}

/** Everything around question `to`, and a sentence in its place. @param {number} to @param {string} instead */
function frame(to, instead) {
  const place = byId("question");
  if (instead) place.innerHTML = `<h1 tabindex="-1"><span class="vh">Question </span>${to} <small>of ${count}</small></h1><p>${instead}</p>`;
  byId("view-review").hidden = true;
  byId("view-question").hidden = byId("moves").hidden = false;
  byId("answer").action = pathOf(to);
  sheet.current(to);
  const [previous, next] = byId("moves").querySelectorAll("button");
  if (previous) previous.disabled = to === 1;
  if (next) {
    next.value = to === count ? "review" : "next";
    next.textContent = to === count ? "Review" : "Next";
  }
  document.title = `Question ${to} of ${count} – ${exam}`;
  scrollTo(0, 0);
  place.querySelector("h1")?.focus();
}

/** @param {boolean} push */
async function review(push) {
  paper.settle();
  address("/exam/review", push);
  const view = byId("view-review");
  byId("view-question").hidden = byId("moves").hidden = true;
  view.hidden = false;
  sheet.current(0);
  document.title = `Check your answers – ${exam}`;
  const { open, flagged } = summary(sheet.marks);
  fill(view, "#open", words.count(open, open.length === 1 ? "has no answer" : "have no answer", words.none));
  fill(view, "#marked", words.count(flagged, flagged.length === 1 ? "is flagged" : "are flagged"));
  changed();
  scrollTo(0, 0);
  view.querySelector("h1")?.focus();
  // The letters are on the server's own page; without a line the map beside has to do.
  if (sender.line !== "up" || sender.count) return;
  const text = await fetch("/exam/review").then((r) => (r.ok ? r.text() : ""), () => "");
  const letters = new DOMParser().parseFromString(text, "text/html").getElementById("letters");
  if (letters) byId("letters").replaceChildren(...letters.childNodes);
}

async function submit() {
  const ask = byId("ask");
  fill(ask, "p", words.sure(byId("open").textContent ?? ""));
  ask.returnValue = "";
  ask.showModal();
  await new Promise((resolve) => ask.addEventListener("close", resolve, { once: true }));
  if (ask.returnValue !== "yes") return;
  stop("submit");
  await sender.settled();
  for (let last = Math.max(floor, storage.highest(lease)); stopped === "submit" && !over; ) {
    if (!sender.count) {
      const { status, body } = await exchange(`${api}/submit`, { lease, last_sequence: last });
      if (status === 200) return void finish();
      // Nothing is left here, so what the server has is all there is.
      if (body?.code === "answers_missing" && (await takeLease(false))) last = floor;
      else if (status === 0) sender.tell("down");
      else await heart.beat();
    }
    await new Promise((resolve) => setTimeout(resolve, sender.count ? 200 : 1_000));
  }
}

/** The server says that it is over; what is left on the device goes from the next page. */
async function finish() {
  over = true;
  heart.end();
  paper.settle();
  await sender.settled();
  location.replace("/exam/finished");
}

/** @param {string} command @param {number} [n] */
function act(command, n) {
  if (stopped && command !== "back" && command !== "time") return;
  if (command === "next") position < count ? void go(position + 1, true) : void review(true);
  else if (command === "previous") void go(position - 1, true);
  else if (command === "review") void review(true);
  else if (command === "return") void go(position || 1, true);
  else if (command === "back") {
    stop("");
    void review(false);
  } else if (command === "map") sheet.show();
  else if (command === "flag") paper.flag();
  else if (command === "clear") paper.clear();
  else if (command === "cross") paper.cross();
  else if (command === "choose") paper.choose(n ?? 0);
  else if (command === "hide") bar.toggleTime();
  else if (command === "keys") byId("keys").showModal();
  else if (command === "saved") say("polite", bar.saved());
  else if (command === "time") {
    const left = countdown.remaining(clock, performance.now());
    bar.hideTime(false);
    say("polite", left === null ? words.unknown : words.left(countdown.spoken(left)));
  }
}

function listen() {
  const keys = byId("keys");
  keys.addEventListener("close", () => {
    act(keys.returnValue);
    keys.returnValue = "";
  });
  document.addEventListener("keydown", (event) => {
    const focus = keys.open ? "keys" : document.activeElement?.closest("#question fieldset") ? "answers" : "page";
    const [command, n] = byId("ask").open ? [""] : meaning(event, focus);
    if (!command) return;
    event.preventDefault();
    if (keys.open) keys.close(command);
    else act(command, n);
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLButtonElement | null} */ (target.closest("button[type=button][value]"));
    if (button) act(button.value);
    const link = target.closest("a");
    if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = positionOf(link.pathname);
    const command = link.pathname === "/exam/review" ? "review" : link.hash === "#sheet" ? "map" : "";
    if (!to && !command) return;
    event.preventDefault();
    if (to && !command) void go(to, true);
    else act(command);
  });
  byId("answer").addEventListener("submit", (event) => {
    event.preventDefault();
    act(/** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? "");
  });
  byId("submit").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!elsewhere) void submit();
  });
  byId("elsewhere").addEventListener("submit", async (event) => {
    event.preventDefault();
    const mine = elsewhere === "tab" ? claimTab(attempt, true, () => {}) : takeLease(true);
    if (await mine) location.reload();
  });
  addEventListener("popstate", () => {
    const to = positionOf(location.pathname);
    if (to) void go(to, false);
    else if (location.pathname === "/exam/review") void review(false);
  });
  addEventListener("pagehide", paper.settle);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("beforeunload", (event) => {
    if (!storage.durable && sender.count) event.preventDefault();
  });
}

await sender.load();
for (const entry of sender.box.entries) {
  answers.set(entry.position, { response: entry.response, flagged: entry.flagged });
  sheet.mark(entry.position, entry);
}
document.documentElement.classList.add("js");
listen();
if (position) {
  questions.held.set(position, byId("question").innerHTML);
  void go(position, false);
} else void review(false);
if (!storage.durable) tell(words.cannotStore, "bad");
if (!(await claimTab(attempt, false, () => showElsewhere("tab")))) showElsewhere("tab");
else if (offered) await takeLease(false);
else elsewhere = "device";
setInterval(() => {
  const left = countdown.remaining(clock, performance.now());
  bar.showTime(left);
  changed();
  if (left === 0 && state === "running" && stopped !== "time" && !over) {
    stop("time");
    void heart.beat();
  }
}, 500);
await heart.beat();
