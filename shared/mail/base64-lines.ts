const lineLength = 76;
const bytesPerLine = (lineLength / 4) * 3;

/** A file's bytes as the body of a part in base64 (RFC 2045 §6.8), without a line break at its end. */
export async function* base64Lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of chunks) {
    const bytes: Buffer =
      rest.length > 0
        ? Buffer.concat([rest, chunk])
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const whole = bytes.length - (bytes.length % bytesPerLine);
    rest = bytes.subarray(whole);
    if (whole === 0) continue;
    yield linesOf(bytes.subarray(0, whole), isFirst);
    isFirst = false;
  }
  if (rest.length > 0) yield linesOf(rest, isFirst);
}

/** Each line with the line break before it, the very first without. */
function linesOf(bytes: Buffer, isFirst: boolean): Buffer {
  const base64 = Buffer.from(bytes.toString("base64"), "latin1");
  const lines = Math.ceil(base64.length / lineLength);
  const text = Buffer.allocUnsafe(base64.length + 2 * lines);
  for (let line = 0; line < lines; line += 1) {
    const at = line * (lineLength + 2);
    text.write("\r\n", at, "latin1");
    base64.copy(text, at + 2, line * lineLength, (line + 1) * lineLength);
  }
  return isFirst ? text.subarray(2) : text;
}
