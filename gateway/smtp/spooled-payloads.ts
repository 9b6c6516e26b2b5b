import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PayloadClient } from "../../shared/submission/payload-client.ts";

const partBytes = 5 * 1024 * 1024;
/** The part that is read, its copy, the part that is sent. */
const partsInMemory = 3;
/** One large upload, or many small ones. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Uploads by way of the disk. An upload holds some megabytes in memory as long as it lasts; straight from
 * slow clients, and from many of them, that would be much and long.
 */
export function spooledPayloads(payloads: PayloadClient): PayloadClient {
  const room = new Room(mostBytes);
  return {
    ...payloads,
    async upload(key: string, body: Readable): Promise<void> {
      const file = join(tmpdir(), `postern-${crypto.randomUUID()}.eml`);
      try {
        await pipeline(body, createWriteStream(file, { mode: 0o600 }));
        const { size } = await stat(file);
        const bytes = Math.min(size, partBytes) * partsInMemory;
        await room.within(bytes, () => payloads.upload(key, createReadStream(file)));
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}

/** Memory that is shared by those who do something at once; the others wait in the order in which they came. */
class Room {
  #left: number;
  readonly #waiting: { readonly bytes: number; enter(): void }[] = [];

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** @param bytes what doing it takes, at most the whole room */
  async within(bytes: number, doing: () => Promise<void>): Promise<void> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ bytes, enter });
      this.#serve();
    });
    try {
      await doing();
    } finally {
      this.#left += bytes;
      this.#serve();
    }
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#left; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#left -= next.bytes;
      next.enter();
    }
  }
}
