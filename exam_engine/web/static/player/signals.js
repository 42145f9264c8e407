/** What the browser noticed, kept until a heartbeat takes it. Evidence for a person, not a verdict. */

const MOST = 50;

/** @type {WatchSignals} */
export function watchSignals(on) {
	/** @type {Signal[]} */
	let kept = [];
	/** @type {Map<string, number>} */
	const began = new Map();

	/** @type {(kind: string, begun?: string) => void} */
	function note(kind, begun) {
		const at = performance.now();
		const since = began.get(begun ?? kind);
		if (begun ? since === undefined : since !== undefined) return;
		if (begun) began.delete(begun);
		else began.set(kind, at);
		kept = [...kept, { kind, at, duration_ms: since === undefined ? null : Math.round(at - since) }].slice(-MOST);
	}

	addEventListener("blur", () => note("focus_lost"));
	addEventListener("focus", () => note("focus_returned", "focus_lost"));
	addEventListener("offline", () => (note("offline"), on.offline()));
	addEventListener("online", () => (note("online", "offline"), on.online()));
	document.addEventListener("visibilitychange", () => {
		if (document.hidden) return note("hidden");
		note("shown", "hidden");
		on.shown();
	});

	return {
		note,
		take: () => kept.splice(0),
		giveBack: (taken) => (kept = [...taken, ...kept].slice(-MOST)),
	};
}

/** As the server wants them. @type {(signals: Signal[], now: number) => object[]} */
export const asSent = (signals, now) =>
	signals.map(({ kind, at, duration_ms }) => ({ kind, ago_ms: Math.round(now - at), duration_ms }));
