import { describe, expect, it } from "vitest";
import { finishedNotes } from "./finished-notes.ts";

const ids = (count: number, prefix = "s") => Array.from({ length: count }, (_, place) => `${prefix}${place}`);

describe("notes of finished submissions", () => {
  it("are taken once, 25 at a time, each account's by itself", () => {
    const notes = finishedNotes();
    notes.add(1, ids(30));
    notes.add(2, ["other"]);
    expect(notes.take(1)).toEqual(ids(30).slice(0, 25));
    expect(notes.take(1)).toEqual(ids(30).slice(25));
    expect(notes.take(1)).toEqual([]);
    expect(notes.take(2)).toEqual(["other"]);
  });

  it("are there again when they are put back", () => {
    const notes = finishedNotes();
    notes.add(1, ids(2));
    notes.add(1, notes.take(1));
    expect(notes.take(1)).toEqual(ids(2));
  });

  it("do not grow without end, neither for one account nor for many", () => {
    const notes = finishedNotes();
    notes.add(1, ids(5_000));
    let taken = 0;
    for (let some = notes.take(1); some.length > 0; some = notes.take(1)) taken += some.length;
    expect(taken).toBe(1_000);

    for (let accountId = 1; accountId <= 1_001; accountId++) notes.add(accountId, ["one"]);
    expect(notes.take(1)).toEqual([]);
    expect(notes.take(1_001)).toEqual(["one"]);
  });
});
