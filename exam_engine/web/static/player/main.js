/** The player: joins the pure parts, the device, the line and the page. */

import { ask as asking } from "../asking.js";
import { countdown, unknown } from "./countdown.js";
import { byId, createBar, createSheet, fill, say } from "./frame.js";
import { createHeartbeat, isTruth } from "./heartbeat.js";
import { navigation } from "./navigation.js";
import { outbox } from "./outbox.js";
import { createPaper } from "./paper.js";
import { asSent, watchSignals } from "./signals.js";
import { claimTab, openStorage } from "./storage.js";
import { createQuestions, createSender, exchange } from "./transport.js";
import { words } from "./words.js";

const { attempt = "", allowance, remaining, lease: offered } = byId("exam").dataset;
const { pathOf, positionOf } = navigation;
const programme = document.title.split(" – ").pop();
const api = `/api/attempts/${attempt}`;
const [moves, stopper, view] = [byId("moves"), byId("stop"), byId("view-review")];
const bar = createBar(Number(allowance) * 1000);
const sheet = createSheet();
const count = sheet.marks.length;
const questions = createQuestions(attempt, count, exchange);
/** @param {Answer} answer */
const answered = (answer) => {
	sheet.mark(position, answer);
	void sender.add({ position, ...answer });
};
const paper = createPaper(answered);

let position = positionOf(location.pathname);
let state = "running";
/** @type {string | null} */
let pausedAt = null;
let message = "";
/** @type {Stop} */
let stopped = "";
/** @type {"" | "device" | "tab"} */
let elsewhere = "";
let over = false;
let started = false;
let warned = false;
// The page was asked for at 0 on its own clock, so the time left in it is a reading like any other.
let clock = countdown.sync(unknown, Number(remaining), 0, performance.now());
const timeLeft = () => countdown.remaining(clock, performance.now()) ?? 0;

const storage = await openStorage(attempt);
const sender = createSender({ attempt, storage, exchange, changed, heard });
const signals = watchSignals({ online: () => void beat(), offline: () => sender.tell("down"), shown: () => void beat() });
const beat = createHeartbeat({
	async send() {
		const taken = signals.take();
		const reply = await exchange(`${api}/heartbeat`, {
			lease: sender.lease, waiting: sender.count, signals: asSent(taken, performance.now()),
		});
		if (reply.status !== 200) signals.giveBack(taken);
		return reply;
	},
	heard(reply) {
		if (isTruth(reply.body)) {
			sender.tell("up");
			learn(reply.body, reply);
		} else if (reply.status === 0) sender.tell("down");
		else if (reply.status === 401) sender.tell("signed_out");
	},
	state: () => stopped || state,
});

/** @type {Player["heard"]} */
function heard(verdict, { body, status, sentAt, receivedAt }, entry) {
	if (verdict === "receipt" && state === "running")
		clock = countdown.sync(clock, body.remaining_ms, sentAt, receivedAt);
	if (verdict === "refused") tell(words.refused(entry.position, body.detail), "bad");
	if (body?.code === "sequence_reused") void takeLease(false);
	else if (status === 409) void beat();
}

/** @type {Player["learn"]} */
function learn(truth, { sentAt, receivedAt }) {
	const left = truth.remaining_ms ?? 0;
	const was = state;
	state = truth.state;
	pausedAt = truth.paused_at;
	if (state === "created") return location.replace("/exam/check-in");
	if (state === "paused") {
		clock = countdown.stop(left);
		stop("paused");
	} else if (state === "running") {
		clock = countdown.sync(clock, left, sentAt, receivedAt);
		if (stopped === "paused" || (stopped === "time" && left)) stop("");
		if (was === "paused") tell(`${words.resumed} ${truth.message}`, "ok");
		else if (truth.message && truth.message !== message) tell(truth.message, "");
		message = truth.message;
	} else return finish();
	if (sender.lease && !elsewhere && !truth.writes_here) {
		// By number still our lease: we signed in again. A higher one: another device took over.
		if (truth.lease === sender.lease) void takeLease(true);
		else showElsewhere("device");
	}
	if (position && !questions.held.has(position)) void go(position, false);
	else questions.ahead(position);
}

/** @type {Player["takeLease"]} */
async function takeLease(takeOver) {
	const { body } = await exchange(`${api}/lease`, { take_over: takeOver });
	if (body?.next_sequence) {
		sender.grant(body.lease, body.next_sequence - 1);
		return true;
	}
	if (body?.code === "other_device") showElsewhere("device");
	else if (!over) setTimeout(takeLease, 3_000, takeOver);
	return false;
}

/** This page may have been made before its predecessor's last answer arrived: ask what is stored. */
async function reconcile() {
	const { body } = await exchange(api);
	for (const stored of body?.answers ?? []) {
		if (sheet.marks[stored.position - 1]?.answer) continue;
		sheet.mark(stored.position, stored);
		if (stored.position === position) paper.set(stored);
	}
}

/** Draw what can be said of the outbox. */
function changed() {
	const now = performance.now();
	const left = sender.count;
	const up = sender.line === "up";
	if (!storage.durable && !warned) {
		warned = true;
		tell(words.cannotStore, "bad");
		signals.note("storage_blocked");
	}
	bar.showSaved(outbox.overall(sender.box, now, sender.line), storage.durable, now);
	sheet.absent((at) => !up && !questions.held.has(at));
	fill(view, "#stored", !up ? words.offline(left, storage.durable) : left ? words.waiting : words.allSent);
	if (!stopped) return;
	const [title, text] = words[stopped](left, up, pausedAt);
	fill(stopper, "h1", title);
	fill(stopper, "p", text);
}

/** @type {Player["tell"]} */
function tell(text, kind) {
	const place = byId("news");
	place.className = `notice ${kind}`;
	fill(place, "p", text);
	place.hidden = false;
	say(kind ? "assertive" : "polite", text);
}

/** @type {Player["showElsewhere"]} */
function showElsewhere(where) {
	elsewhere = where;
	byId("paper").disabled = true;
	const place = byId("elsewhere");
	const parts = place.querySelectorAll("h2, p");
	if (where === "tab") parts.forEach((part, i) => (part.textContent = words.otherTab[i] ?? ""));
	place.hidden = false;
	place.querySelector("h2")?.focus();
	say("assertive", parts[1]?.textContent ?? "");
}

/** @type {Player["stop"]} */
function stop(why) {
	if (stopped === why) return;
	paper.settle();
	stopped = why;
	stopper.hidden = !why;
	byId("desk").hidden = moves.hidden = Boolean(why);
	if (!why) return void (view.hidden ? go(position || 1, false) : review(false));
	byId("back").hidden = why !== "submit";
	if (why === "paused") address("/exam/paused", false);
	changed();
	arrive(stopper);
}

/** @type {Player["address"]} */
function address(path, push) {
	if (location.pathname !== path) history[push ? "pushState" : "replaceState"](null, "", path);
}

/** @type {Player["arrive"]} */
function arrive(place) {
	if (!started) return;
	scrollTo(0, 0);
	place.querySelector("h1")?.focus();
}

/** @type {Player["go"]} */
async function go(to, push) {
	if (to < 1 || to > count || stopped) return;
	paper.settle();
	if (!storage.durable && to !== position) {
		await sender.settled();
		if (sender.count) return tell(words.stay, "warn");
	}
	byId("news").hidden ||= push;
	position = to;
	sessionStorage.setItem(`place-${attempt}`, String(to));
	address(pathOf(to), push);
	if (!questions.held.has(to)) frame(to, words.loading);
	const html = await questions.get(to);
	if (position !== to || stopped) return;
	if (html) paper.show(to, html, sheet.marks[to - 1]?.answer);
	frame(to, html ? "" : words.absent(to, [...questions.held.keys()].sort((a, b) => a - b)));
	if (outbox.standing(sender.box, to) === "refused")
		tell(words.refused(to, sender.box.refused.get(to) ?? ""), "bad");
	questions.ahead(to);
}

/** @type {Player["frame"]} */
function frame(to, instead) {
	const place = byId("question");
	if (instead) place.innerHTML = `<h1 tabindex="-1"><span class="vh">Question </span>${to} <small>of ${count}</small></h1><p>${instead}</p>`;
	view.hidden = true;
	byId("view-question").hidden = moves.hidden = false;
	sheet.current(to);
	const [previous, next] = moves.querySelectorAll("button");
	if (previous) previous.disabled = to === 1;
	if (next) next.textContent = to === count ? "Review" : "Next";
	document.title = `Question ${to} of ${count} – ${programme}`;
	arrive(place);
}

/** @type {Player["review"]} */
async function review(push) {
	paper.settle();
	address("/exam/review", push);
	byId("view-question").hidden = moves.hidden = true;
	view.hidden = false;
	sheet.current(0);
	document.title = `Check your answers – ${programme}`;
	const { open, flagged } = navigation.summary(sheet.marks);
	fill(view, "#open", words.open(open));
	fill(view, "#marked", words.flagged(flagged));
	if (started) byId("letters").innerHTML = sheet.letters();
	const list = byId("letters").firstElementChild; // another visit draws another: late letters are then for nobody
	changed();
	arrive(view);
	// The letters are on the server's own page. They take their places, so that nothing moves.
	const text = sender.line === "up" && !sender.count && (await asking("/exam/review").then((r) => r.text(), () => ""));
	const letters = new DOMParser().parseFromString(text || "", "text/html").querySelectorAll("#letters b");
	list?.querySelectorAll("b").forEach((place, i) => letters[i] && place.replaceWith(letters[i]));
}

function ask() {
	const sure = byId("sure");
	fill(sure, "p", words.sure(byId("open").textContent ?? ""));
	sure.returnValue = "";
	sure.showModal();
}

async function submit() {
	stop("submit");
	await sender.settled();
	for (let last = sender.last; stopped === "submit" && !over; ) {
		if (!sender.count) {
			const { body } = await exchange(`${api}/submit`, { lease: sender.lease, last_sequence: last });
			if (body?.ended_at) return finish();
			// Nothing is left here, so what the server has is all there is.
			if (body?.code === "answers_missing" && (await takeLease(false))) last = sender.known;
			else await beat();
		}
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}

/** The server says that it is over; what is left on the device goes from the next page. */
function finish() {
	over = true;
	paper.settle();
	setTimeout(() => location.replace("/exam/finished"), 200);
}

/** @type {Player["acts"]} */
const acts = {
	next: () => (position < count ? go(position + 1, true) : review(true)),
	previous: () => go(position - 1, true),
	review: () => review(true),
	return: () => go(position || 1, true),
	back: () => stop(""),
	map: sheet.show,
	flag: paper.flag,
	clear: paper.clear,
	cross: paper.cross,
	choose: paper.choose,
	hide: () => bar.hideTime(),
	keys: () => byId("keys").showModal(),
	saved: () => say("polite", bar.saved()),
	time() {
		bar.hideTime(false);
		say("polite", words.left(countdown.spoken(timeLeft())));
	},
};

/** @type {Player["act"]} */
function act(command, n) {
	if (!stopped || command === "back" || command === "time") acts[command]?.(n);
}

function listen() {
	const [keys, sure] = [byId("keys"), byId("sure")];
	keys.addEventListener("close", () => act(keys.returnValue));
	// One listener for good: a close event may come late, when the dialog is open again.
	sure.addEventListener("close", () => sure.returnValue === "yes" && submit());
	document.addEventListener("keydown", (event) => {
		const among = document.activeElement?.closest("#question fieldset");
		const [command, n] = navigation.meaning(event, keys.open ? "keys" : among ? "answers" : "page");
		if (!command || sure.open) return;
		event.preventDefault();
		if (keys.open) keys.close(command);
		else act(command, n);
	});
	document.addEventListener("click", (event) => {
		const target = /** @type {Element} */ (event.target);
		act(target.closest("button[type=button]")?.getAttribute("value") ?? "");
		const link = target.closest("a");
		if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
		const to = positionOf(link.pathname);
		const command = link.hash === "#sheet" ? "map" : link.pathname === "/exam/review" ? "review" : "";
		if (!to && !command) return;
		event.preventDefault();
		if (command) act(command);
		else void go(to, true);
	});
	document.addEventListener("submit", async (event) => {
		const form = /** @type {HTMLFormElement} */ (event.target);
		if (form.method === "dialog") return;
		event.preventDefault();
		if (form.id === "answer") act(event.submitter?.getAttribute("value") ?? "");
		else if (form.id === "submit") void (elsewhere || ask());
		else if (await (elsewhere === "tab" ? claimTab(attempt, true, () => {}) : takeLease(true))) location.reload();
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

function tick() {
	const left = timeLeft();
	bar.showTime(left);
	changed();
	if (left || state !== "running" || stopped === "time" || over) return;
	stop("time");
	void beat();
}

document.documentElement.classList.add("js");
if (position) questions.held.set(position, byId("question").innerHTML);
const mine = await claimTab(attempt, false, () => showElsewhere("tab"));
if (mine) {
	sender.load();
	for (const entry of sender.box.entries) sheet.mark(entry.position, entry);
	void reconcile();
} else {
	showElsewhere("tab");
	signals.note("second_tab");
}
listen();
if (!mine || !offered) byId("answer").reset(); // nobody takes what was chosen here
const early = paper.early();
if (position) paper.show(position, questions.held.get(position) ?? "", early ?? sheet.marks[position - 1]?.answer);
else void review(false);
if (early) answered(early);
if (!offered) elsewhere ||= "device";
else if (mine) {
	// Numbered here before: go on at once, whatever the line does. The server's word comes after.
	if (storage.highest(Number(offered))) sender.grant(Number(offered), 0);
	void takeLease(false);
}
started = true;
tick();
setInterval(tick, 500);
void beat();
