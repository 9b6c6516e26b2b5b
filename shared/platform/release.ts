/**
 * Gives back the memory of a buffer that nobody uses any more, at once. The collector counts what lies outside
 * its heap only roughly: left to it, some 64 MB of buffers that have passed through wait for its next round.
 */
export function release(buffer: Uint8Array<ArrayBufferLike>): void {
  const memory = buffer.buffer;
  // Small buffers share a piece of memory with others.
  const isAlone = buffer.byteLength === memory.byteLength;
  if (isAlone && memory instanceof ArrayBuffer) memory.transfer(0);
}
