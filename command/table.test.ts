import { describe, expect, it } from "vitest";
import { oneLine } from "./plain-text.ts";
import { brokenLines, listOf, tableOf, wrapped } from "./table.ts";

const shape = [
  { title: "ID", value: ({ id }: { id: number; name: string }) => id, align: "right" as const },
  { title: "NAME", value: ({ name }: { id: number; name: string }) => name, shrinks: true },
];

describe("a table", () => {
  it("aligns numbers to the right and cuts what may be cut to the terminal's columns", () => {
    const rows = [
      { id: 7, name: "Short" },
      { id: 12_345, name: "A name that is much too long" },
    ];
    expect(tableOf(rows, shape, 20).split("\n")).toEqual([
      "   ID  NAME",
      "    7  Short",
      "12345  A name that …",
    ]);
  });

  it("counts columns, not characters", () => {
    const [, line = ""] = tableOf([{ id: 1, name: "商店商店商店商店商店" }], shape, 15).split("\n");
    expect(line).toBe(" 1  商店商店商…");
  });

  it("cuts nothing where nobody looks at lines", () => {
    expect(tableOf([{ id: 1, name: "x".repeat(300) }], shape, undefined)).toContain("x".repeat(300));
  });

  it("leaves a dash where there is nothing", () => {
    expect(tableOf([{}], [{ title: "A", value: () => undefined }], 80)).toBe("A\n–");
  });
});

it("breaks sentences that are too long for the terminal between words, and in a pipe nothing", () => {
  expect(brokenLines("Fits\nDoes not fit here", 10)).toBe("Fits\nDoes not\nfit here");
  expect(brokenLines("Does not fit here", undefined)).toBe("Does not fit here");
});

it("shows names before values, without those that are not there", () => {
  const entries = [
    ["Name", "Shop"],
    ["No", undefined],
    ["Account", 7],
  ] as const;
  expect(listOf(entries)).toBe("Name     Shop\nAccount  7");
});

it("breaks text between words, and leaves a word that is too long whole", () => {
  expect(wrapped("one two three-is-too-long-for-it four", 12, "  ")).toBe(
    "one two\n  three-is-too-long-for-it\n  four",
  );
});

it.each([
  ["\u001b[2J\u001b[31mred\u001b[0m", "red"],
  ["two\r\nlines\u0007", "two lines"],
  ["\u202egnitirw sdrawkcab\u200b", "gnitirw sdrawkcab"],
])("lets no name move the cursor: %j", (text, shown) => {
  expect(oneLine(text)).toBe(shown);
});
