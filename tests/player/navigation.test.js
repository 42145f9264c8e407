import assert from "node:assert/strict";
import { test } from "node:test";

import { navigation } from "../../exam_engine/web/static/player/navigation.js";

const { meaning, nameOf, pathOf, positionOf, summary, wanted } = navigation;

const key = (code, more = {}) => ({
  code, altKey: false, shiftKey: false, ctrlKey: false, metaKey: false, repeat: false, ...more,
});
const chord = (code, more = {}) => key(code, { altKey: true, shiftKey: true, ...more });
const held = (...positions) => (position) => positions.includes(position);

test("a question's path and its position lead to each other", () => {
  assert.equal(pathOf(17), "/exam/questions/17");
  assert.equal(positionOf(pathOf(17)), 17);
  for (const path of ["/exam/review", "/exam/questions/", "/exam/questions/17/x", "/x/exam/questions/1"])
    assert.equal(positionOf(path), 0);
});

test("the next ten questions are fetched ahead", () => {
  assert.deepEqual(wanted(1, 100, held(1)), { start: 2, count: 10 });
});

test("nothing is fetched while half of them lie ready", () => {
  assert.equal(wanted(1, 100, held(1, 2, 3, 4, 5, 6)), null);
  assert.deepEqual(wanted(2, 100, held(1, 2, 3, 4, 5, 6)), { start: 7, count: 6 });
});

test("a run stops at the end and at what is there already", () => {
  assert.deepEqual(wanted(97, 100, held(97)), { start: 98, count: 3 });
  assert.equal(wanted(100, 100, held(100)), null);
  assert.deepEqual(wanted(1, 100, held(1, 5, 6)), { start: 2, count: 3 });
});

test("a mark says its number, whether it is answered and whether it is flagged", () => {
  assert.equal(nameOf({ position: 17, answered: true, flagged: true }), "Question 17, answered, flagged");
  assert.equal(nameOf({ position: 4, answered: false, flagged: false }), "Question 4");
});

test("the summary lists what is open and what is flagged", () => {
  const marks = [
    { position: 1, answered: true, flagged: false },
    { position: 2, answered: false, flagged: true },
    { position: 3, answered: false, flagged: false },
  ];
  assert.deepEqual(summary(marks), { open: [2, 3], flagged: [2] });
});

test("Alt+Shift and a letter is a command anywhere", () => {
  const expected = { N: "next", P: "previous", F: "flag", R: "review", M: "map", T: "time", S: "saved" };
  for (const [letter, command] of Object.entries(expected))
    for (const focus of ["page", "answers", "keys"])
      assert.deepEqual(meaning(chord(`Key${letter}`), focus), [command]);
});

test("no chord submits", () => {
  for (let c = 65; c <= 90; c += 1)
    assert.notEqual(meaning(chord(`Key${String.fromCharCode(c)}`), "page")[0], "submit");
});

test("bare letters and digits choose only among the answers", () => {
  assert.deepEqual(meaning(key("KeyA"), "answers"), ["choose", 0]);
  assert.deepEqual(meaning(key("KeyE"), "answers"), ["choose", 4]);
  assert.deepEqual(meaning(key("Digit2"), "answers"), ["choose", 1]);
  assert.deepEqual(meaning(key("Numpad3"), "answers"), ["choose", 2]);
  assert.deepEqual(meaning(key("KeyX"), "answers"), ["cross"]);
  for (const code of ["KeyA", "KeyX", "Digit1", "KeyN"])
    assert.deepEqual(meaning(key(code), "page"), [""]);
});

test("among the answers all other keys keep their own meaning", () => {
  for (const code of ["Digit0", "Digit9", "KeyJ", "KeyN", "Enter", "Space", "ArrowDown", "Tab", "Escape"])
    assert.deepEqual(meaning(key(code), "answers"), [""]);
});

test("in the window of keys the letter alone is enough", () => {
  assert.deepEqual(meaning(key("KeyR"), "keys"), ["review"]);
  assert.deepEqual(meaning(key("KeyA"), "keys"), [""]);
});

test("F2 opens the window of keys", () => {
  assert.deepEqual(meaning(key("F2"), "page"), ["keys"]);
  assert.deepEqual(meaning(key("F2"), "answers"), ["keys"]);
});

test("a held key counts once, and chords of others are left alone", () => {
  assert.deepEqual(meaning(chord("KeyN", { repeat: true }), "page"), [""]);
  assert.deepEqual(meaning(chord("KeyN", { ctrlKey: true }), "page"), [""]);
  assert.deepEqual(meaning(key("KeyA", { ctrlKey: true }), "answers"), [""]);
  assert.deepEqual(meaning(key("KeyA", { altKey: true }), "answers"), [""]);
  assert.deepEqual(meaning(key("KeyA", { shiftKey: true }), "answers"), [""]);
  assert.deepEqual(meaning(key("KeyC", { metaKey: true }), "answers"), [""]);
});
