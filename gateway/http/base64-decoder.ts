const notDigits = /[^A-Za-z0-9+/]/;
const lastGroup = /^([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;

/**
 * Decodes base64 that comes in pieces of any length: RFC 4648 §4 with its padding; white space is dropped
 * (RFC 2045 §6.8).
 */
export class Base64Decoder {
  /** How many bytes were decoded. */
  bytes = 0;
  /** False as soon as something is no base64; nothing more is decoded then. */
  isSound = true;
  /** Less than a group and one more character: only the last group may have padding. */
  #held = "";
  #decoded: Buffer = Buffer.alloc(0);

  /** @returns bytes that are good until the next call: one piece of memory serves all of them */
  push(text: string): Buffer {
    const digits = this.#held + (/\s/.test(text) ? text.replace(/\s+/g, "") : text);
    const end = Math.max(0, digits.length - 1 - ((digits.length - 1) % 4));
    this.#held = digits.slice(end);
    return this.#decode(digits.slice(0, end), (groups) => !notDigits.test(groups));
  }

  /** @returns bytes as `push` does */
  end(): Buffer {
    return this.#decode(this.#held, (group) => group === "" || lastGroup.test(group));
  }

  #decode(text: string, isBase64: (text: string) => boolean): Buffer {
    this.isSound &&= isBase64(text);
    const length = this.isSound ? this.#room(text).write(text, "base64") : 0;
    this.bytes += length;
    return this.#decoded.subarray(0, length);
  }

  #room(text: string): Buffer {
    const bytes = Buffer.byteLength(text, "base64");
    if (bytes > this.#decoded.length) this.#decoded = Buffer.allocUnsafeSlow(bytes);
    return this.#decoded;
  }
}
