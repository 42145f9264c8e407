/** What stands around the question: the bar with time and saved state, the answer sheet. */

import { countdown } from "./countdown.js";
import { navigation } from "./navigation.js";
import { words } from "./words.js";

const MINUTE = 60_000;

/** @template {keyof PageIds} K @param {K} id @returns {PageIds[K]} */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

/** @type {Fill} */
export function fill(place, selector, text) {
	const found = place.querySelector(selector);
	if (found && found.textContent !== text) found.textContent = text;
}

/** @type {Say} */
export function say(how, text) {
	const region = byId(how);
	// The same text twice is only read when the region was empty in between.
	region.textContent = "";
	setTimeout(() => (region.textContent = text), 100);
}

/** @type {CreateBar} */
export function createBar(allowance) {
	const bar = /** @type {Element} */ (byId("saved").parentElement);
	let hidden = false;
	/** @type {number | null} */
	let before = null;
	/** The line was away lately: say more than "Saved". */
	let trouble = false;
	let state = "";
	let since = 0;
	let told = "";

	/** @type {(said: Overall, durable: boolean) => string} */
	function textOf(said, durable) {
		if (said.state === "saved") return trouble ? words.allSent : words.saved(said.at);
		if (said.state === "saving") return trouble ? words.back(said.count) : words.saving;
		if (said.state === "idle") return trouble ? words.back(0) : "";
		if (said.state === "waiting") return words.waiting;
		if (said.state === "offline") return words.offline(said.count, durable);
		return said.state === "refused" ? said.sentence : words.signedOut(said.count);
	}

	return {
		hideTime(hide = !hidden) {
			hidden = hide;
			byId("hide").textContent = hide ? "Show time" : "Hide";
		},
		saved: () => byId("saved").textContent || words.allSent,
		showSaved(said, durable, now) {
			if (said.state !== state) since = now;
			state = said.state;
			trouble = state === "offline" || (trouble && (said.count > 0 || now - since < 6_000));
			const text = textOf(said, durable);
			const urgent = state === "waiting" || state === "signed_out";
			if (now - since >= (state === "waiting" ? 25_000 : 3_000) && told !== state) {
				told = state;
				if (urgent || trouble) say(urgent ? "assertive" : "polite", text);
			}
			const saved = byId("saved");
			saved.className = state;
			if (saved.dataset.text === text) return;
			saved.dataset.text = saved.textContent = text;
			if (state === "signed_out") saved.insertAdjacentHTML("beforeend", ' <a href="/sign-in" target="_blank">Sign in</a>');
		},
		showTime(left) {
			const passed = countdown.crossed(before, left, allowance);
			if (passed) say("polite", passed === MINUTE ? words.lastMinute : words.left(countdown.spoken(passed)));
			if (passed === 5 * MINUTE) this.hideTime(false);
			before = left;
			const low = left <= 10 * MINUTE && !hidden;
			byId("timer").classList.toggle("low", low);
			fill(bar, "#timer", hidden ? words.hidden : `${countdown.face(left)} ${low ? "min " : ""}left`);
		},
	};
}

/** @type {CreateSheet} */
export function createSheet() {
	const nav = byId("sheet");
	/** @type {HTMLAnchorElement[]} */
	const links = Array.from(nav.querySelectorAll("li a"));
	/** @type {Mark[]} */
	const marks = links.map(({ classList }, i) => ({
		position: i + 1, answered: classList.contains("answered"), flagged: classList.contains("flagged"),
	}));

	/** @param {Mark} mark */
	function draw(mark) {
		marks[mark.position - 1] = mark;
		const link = links[mark.position - 1];
		if (!link) return;
		link.href = navigation.pathOf(mark.position);
		link.className = `${mark.answered ? "answered" : ""} ${mark.flagged ? "flagged" : ""}`;
		link.setAttribute("aria-label", navigation.nameOf(mark));
	}
	marks.forEach(draw);

	return {
		marks,
		mark(position, { response, flagged }) {
			draw({ position, flagged, answered: response !== null, answer: { response, flagged } });
			fill(nav, "p", `${marks.length - navigation.summary(marks).open.length} of ${marks.length} answered`);
		},
		current(position) {
			nav.classList.remove("shown");
			nav.querySelector("[aria-current]")?.removeAttribute("aria-current");
			links[position - 1]?.setAttribute("aria-current", "page");
		},
		letters: () => `<ol class="letters">${marks.map(({ position, answered, flagged }) =>
			`<li><a href="${navigation.pathOf(position)}"${answered ? "" : ' class="open"'}><span>${position}</span> <b>${answered ? "•" : "–"}<span class="vh"> ${answered ? "answered" : "no answer"}</span></b>${flagged ? " <i>flag</i>" : ""}</a></li>`,
		).join("")}</ol>`,
		absent: (absent) => links.forEach((a, i) => a.classList.toggle("absent", absent(i + 1))),
		show() {
			nav.classList.add("shown");
			(links.find((a) => a.hasAttribute("aria-current")) ?? links[0])?.focus();
		},
	};
}
