/** The question on the page: choosing, flagging, clearing, crossing out. */

import { byId } from "./frame.js";

const REST_MS = 400;

/** @type {CreatePaper} */
export function createPaper(answered) {
	const place = byId("question");
	/** @type {Record<number, Set<string>>} */
	const crossed = {};
	let position = 0;
	let byArrow = false;
	let timer = 0;

	/** @returns {HTMLInputElement[]} */
	const radios = () => Array.from(place.querySelectorAll("[type=radio]"));
	/** @returns {HTMLInputElement | null} */
	const flag = () => place.querySelector("[name=flagged]");

	const read = () => ({
		response: radios().find((r) => r.checked)?.value ?? null,
		flagged: flag()?.checked ?? false,
	});

	function settle() {
		if (!timer) return;
		clearTimeout(timer);
		timer = 0;
		answered(read());
	}

	/** @param {number} ms */
	function soon(ms) {
		clearTimeout(timer);
		timer = Number(setTimeout(settle, ms));
		if (!ms) settle();
	}

	/** @param {HTMLInputElement | undefined} radio @param {boolean} [out] */
	function cross(radio, out) {
		const row = radio?.closest(".option");
		if (!radio || !row) return;
		out = row.classList.toggle("crossed", out);
		(crossed[position] ??= new Set())[out ? "add" : "delete"](radio.value);
		row.querySelector("button")?.setAttribute("aria-pressed", String(out));
	}

	/** @param {HTMLInputElement | null | undefined} input @param {boolean} on */
	function put(input, on) {
		if (!input || input.matches(":disabled")) return;
		input.focus();
		if (input.checked === on) return;
		input.checked = on;
		if (input.type === "radio") cross(input, false);
		soon(0);
	}

	place.addEventListener("keydown", (event) => {
		byArrow = event.key.startsWith("Arrow");
		// Enter would submit the form; it must never leave a question.
		if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
	});
	place.addEventListener("pointerdown", () => (byArrow = false));
	place.addEventListener("change", ({ target }) => {
		if (!position) return; // what comes so early is taken when the page is shown
		const input = /** @type {HTMLInputElement} */ (target);
		const radio = input.type === "radio";
		if (radio) cross(input, false);
		soon(radio && byArrow ? REST_MS : 0);
	});
	place.addEventListener("click", ({ target }) => {
		const row = /** @type {Element} */ (target).closest("button")?.closest(".option");
		cross(radios().find((r) => row?.contains(r)));
	});

	return {
		settle,
		early: () => ([...radios(), flag()].some((one) => one?.checked !== one?.defaultChecked) ? read() : null),
		set({ response, flagged }) {
			for (const radio of radios()) radio.checked = radio.value === response;
			const box = flag();
			if (box) box.checked = flagged;
		},
		show(at, html, answer) {
			position = at;
			// The page as it came is kept, with its focus.
			if (place.innerHTML !== html) place.innerHTML = html;
			radios().forEach((radio, i) => {
				radio.closest(".option")?.insertAdjacentHTML("beforeend",
					`<button type="button" class="quiet" aria-pressed="false">Cross out<span class="vh"> ${"ABCDEFGH"[i]}</span></button>`);
				if (crossed[at]?.has(radio.value)) cross(radio, true);
			});
			if (answer) this.set(answer);
		},
		choose: (n = 0) => put(radios()[n], true),
		cross: () => cross(radios().find((r) => r === document.activeElement)),
		flag: () => put(flag(), !flag()?.checked),
		clear() {
			const chosen = radios().find((r) => r.checked);
			if (!chosen) return;
			chosen.checked = false;
			soon(0);
		},
	};
}
