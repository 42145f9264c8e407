/** The exam clock on the page's monotonic clock. The wall clock plays no part. */

const MINUTE = 60_000;

/** @type {ExamClock} */
export const unknown = { deadline: null, frozen: null };

/** @type {Countdown} */
export const countdown = {
	sync: ({ deadline }, left, sentAt, receivedAt) => ({
		deadline: Math.min(Math.max(deadline ?? 0, sentAt + left), receivedAt + left),
		frozen: null,
	}),
	stop: (left) => ({ deadline: null, frozen: left }),
	remaining: ({ deadline, frozen }, now) =>
		frozen ?? (deadline === null ? null : Math.max(0, deadline - now)),
	crossed(before, after, allowance) {
		if (before === null || !after) return null;
		const passed = [allowance / 2, 30 * MINUTE, 10 * MINUTE, 5 * MINUTE, MINUTE]
			.filter((t) => t < allowance && before > t && after <= t);
		return passed.length ? Math.min(...passed) : null;
	},
	face(left) {
		const seconds = Math.ceil(left / 1000);
		const n = seconds <= 600 ? seconds : Math.ceil(seconds / 60);
		return `${Math.floor(n / 60)}:${String(n % 60).padStart(2, "0")}`;
	},
	spoken(left) {
		const s = Math.ceil(left / 1000);
		return Object.entries({ hour: s / 3600, minute: (s / 60) % 60, second: s < 600 ? s % 60 : 0 })
			.filter(([, n]) => n >= 1)
			.map(([noun, n]) => `${Math.floor(n)} ${noun}${n >= 2 ? "s" : ""}`)
			.join(" ");
	},
};
