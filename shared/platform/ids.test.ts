import { describe, expect, it } from "vitest";
import { derivedId, messageIdAt, newId, timeOfId } from "./ids.ts";

const noon = Date.UTC(2026, 0, 31, 12);

describe("ids", () => {
  it("are UUID v7 with the RFC variant", () => {
    expect(newId(noon)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("carry their time and sort by it", () => {
    expect(timeOfId(newId(noon))).toBe(noon);
    expect(newId(noon) < newId(noon + 1)).toBe(true);
  });

  it("of the messages of one submission are always the same, all different, and sort as the recipients do", () => {
    const submission = newId(noon);
    const ids = Array.from({ length: 3000 }, (_, place) => messageIdAt(submission, place));

    expect(ids).toEqual(Array.from({ length: 3000 }, (_, place) => messageIdAt(submission, place)));
    expect(new Set(ids).size).toBe(3000);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.every((id) => timeOfId(id) === noon)).toBe(true);
  });

  it("that are derived follow from their parts alone, and are UUID v8", () => {
    expect(derivedId("m1", "open", 7)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(derivedId("m1", "open", 7)).toBe(derivedId("m1", "open", 7));
    expect(new Set([derivedId("a", "bc"), derivedId("ab", "c"), derivedId("abc"), derivedId()]).size).toBe(4);
  });
});
