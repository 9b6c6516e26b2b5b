const blockBytes = 64 * 1024;

/**
 * Gathers small pieces into blocks that have their memory to themselves: it can be given back as soon as a block
 * was read, where that of small buffers waits for the collector.
 */
export class Blocks {
  readonly #take: (block: Buffer) => boolean;
  #block: Buffer | undefined;
  #filled = 0;

  /** @param take is given each block for good; it says whether it can take more for now */
  constructor(take: (block: Buffer) => boolean) {
    this.#take = take;
  }

  /** @returns false when no more can be taken for now */
  write(bytes: Buffer): boolean {
    let hasRoom = true;
    for (let read = 0; read < bytes.length; ) {
      this.#block ??= Buffer.allocUnsafeSlow(blockBytes);
      const copied = bytes.copy(this.#block, this.#filled, read);
      this.#filled += copied;
      read += copied;
      if (this.#filled === blockBytes) hasRoom = this.flush();
    }
    return hasRoom;
  }

  /** Hands over what was gathered. */
  flush(): boolean {
    const block = this.#block?.subarray(0, this.#filled);
    this.#block = undefined;
    this.#filled = 0;
    return block === undefined || this.#take(block);
  }
}
