import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../exam_engine/web/static/app.css", import.meta.url), "utf8");

/** The colours of the first block of custom properties after `from`. */
function tokens(from) {
  const block = css.slice(css.indexOf(from)).match(/:root \{([^}]*)\}/)?.[1] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6})\b/g)].map(([, k, v]) => [k, v]));
}

const light = tokens(":root {");
const dark = { ...light, ...tokens("prefers-color-scheme: dark") };

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex) {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex;
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(full.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["page", "surface", "sunken"];
const TEXT = [
  ...["ink", "ink-2"].flatMap((ink) => GROUNDS.map((ground) => [ink, ground])),
  ["ink", "accent-tint"], ["ink-2", "accent-tint"], ["page", "ink-2"],
  ...["accent", "accent-hover"].flatMap((ink) => ["page", "surface", "accent-tint"].map((g) => [ink, g])),
  ["on-accent", "accent"], ["on-accent", "accent-hover"], ["flag-ink", "flag"],
  ...["ok", "warn", "bad", "info"].flatMap((tone) =>
    [[tone, `${tone}-tint`], [tone, "surface"], ["ink", `${tone}-tint`], ["accent", `${tone}-tint`]]),
];
const SHAPES = [
  ...["edge", "focus", "accent"].flatMap((line) => GROUNDS.map((ground) => [line, ground])),
  ["flag-ink", "flag"],
];

for (const [name, theme] of Object.entries({ light, dark })) {
  test(`every text colour of the ${name} theme has 4.5 on its grounds`, () => {
    for (const [ink, ground] of TEXT) {
      const found = contrast(theme[ink], theme[ground]);
      assert.ok(found >= 4.5, `${ink} on ${ground}: ${found.toFixed(2)}`);
    }
  });
  test(`every border and ring of the ${name} theme has 3 on its grounds`, () => {
    for (const [line, ground] of SHAPES) {
      const found = contrast(theme[line], theme[ground]);
      assert.ok(found >= 3, `${line} on ${ground}: ${found.toFixed(2)}`);
    }
  });
}

test("the ruler itself is right: black on white is 21, and a published pair agrees", () => {
  assert.equal(contrast("#000", "#fff").toFixed(1), "21.0");
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48"); // WebAIM's often quoted grey
});

test("the dark theme redefines every colour that differs", () => {
  for (const name of ["page", "surface", "sunken", "ink", "edge", "accent", "warn-tint", "focus"])
    assert.notEqual(dark[name], light[name], name);
});
