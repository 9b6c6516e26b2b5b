import fc from "fast-check";
import { expect, it } from "vitest";
import { Base64Decoder } from "./base64-decoder.ts";

function decode(pieces: readonly string[]) {
  const decoder = new Base64Decoder();
  const parts = pieces.map((piece) => Buffer.from(decoder.push(piece)));
  const decoded = Buffer.concat([...parts, decoder.end()]);
  return { decoded, isSound: decoder.isSound, bytes: decoder.bytes };
}

it("gives the same bytes however the text is cut and folded", () => {
  const pieces = fc.array(fc.nat({ max: 90 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), pieces, fc.boolean(), (bytes, cuts, folded) => {
      const text = Buffer.from(bytes)
        .toString("base64")
        .replace(/.{76}/g, folded ? "$&\r\n" : "$&");
      const places = [0, ...cuts.map((cut) => cut * 5).sort((a, b) => a - b), text.length];
      const cut = places.slice(1).map((end, at) => text.slice(places[at], end));
      expect(decode(cut)).toEqual({ decoded: Buffer.from(bytes), isSound: true, bytes: bytes.length });
    }),
  );
});

it.each(["A", "AA", "AAA", "AA=A", "====", "AA==AAAA", "AAAA=", "AA-_", "A\u00c4AA", "AAAAAAAAA=AA"])(
  "finds that %s is no base64, wherever it is cut",
  (text) => {
    for (let cut = 0; cut <= text.length; cut++) {
      expect(decode([text.slice(0, cut), text.slice(cut)]).isSound).toBe(false);
    }
  },
);
