/** The steady question "how do we stand?", and the time until the next one. */

/** @type {(body: any) => body is Truth} */
export const isTruth = (body) => typeof body?.state === "string" && typeof body.lease === "number";

/** @type {Pace} */
export const pace = (state, failures, random) =>
	Math.min(20_000, (state === "running" ? 10_000 : 3_000) * 1.5 ** failures) * (0.9 + random / 5);

/** @type {CreateHeartbeat} */
export function createHeartbeat({ send, heard, state }) {
	let failures = 0;
	let timer = 0;
	/** @type {Promise<void> | null} */
	let under = null;

	async function once() {
		clearTimeout(timer);
		const reply = await send();
		failures = isTruth(reply.body) ? 0 : failures + 1;
		heard(reply);
		timer = Number(setTimeout(beat, reply.retryAfterMs ?? pace(state(), failures, Math.random())));
	}

	const beat = () => (under ??= once().finally(() => (under = null)));
	return beat;
}
