import { type FileHandle, open } from "node:fs/promises";

const scanBytes = 4 * 1024;
const lineFeed = 0x0a;

/** What is known of a mail without reading it. */
export interface MailEntry {
  id: string;
  /** Epoch ms. */
  receivedAt: number;
  /** Bytes of the message. */
  size: number;
  from: string;
  to: string[];
}

type Line = MailEntry | { deleted: string };

interface Place {
  entry: MailEntry;
  /** Where in the file the message begins. */
  offset: number;
}

interface Write {
  line: Line;
  raw: Buffer;
  done(): void;
  failed(error: unknown): void;
}

/**
 * All mails in one append-only file: for each a line of JSON, then the message byte for byte. Mails that
 * come in together are written together, which a file for each mail would not allow.
 */
export class MailLog {
  readonly #file: FileHandle;
  readonly #places = new Map<string, Place>();
  #end = 0;
  #queue: Write[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the file and drops what a crash left torn at its end: it was never acknowledged. */
  static async open(path: string): Promise<MailLog> {
    const log = new MailLog(await open(path, "a+"));
    await log.#scan();
    await log.#file.truncate(log.#end);
    return log;
  }

  entries(): MailEntry[] {
    return [...this.#places.values()].map(({ entry }) => entry);
  }

  /** Resolves once the mail is in the file. */
  append(entry: MailEntry, raw: Buffer): Promise<void> {
    return this.#write(entry, raw);
  }

  /** The message byte for byte; undefined where there is none of this id. */
  async read(id: string): Promise<Buffer | undefined> {
    const place = this.#places.get(id);
    return place && this.#bytes(place.offset, place.entry.size);
  }

  /** Forgets these mails; when none is left, the file is empty again. */
  async remove(ids: string[]): Promise<void> {
    const known = ids.filter((id) => this.#places.delete(id));
    await Promise.all(known.map((id) => this.#write({ deleted: id }, Buffer.alloc(0))));
    while (this.#writing) await this.#writing;
    if (this.#places.size > 0) return;
    this.#end = 0;
    this.#writing = this.#file.truncate(0).finally(() => this.#next());
    await this.#writing;
  }

  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
    await this.#file.close();
  }

  #write(line: Line, raw: Buffer): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ line, raw, done, failed });
      if (!this.#writing) this.#next();
    });
  }

  #next(): void {
    const writes = this.#queue;
    this.#queue = [];
    this.#writing = writes.length === 0 ? undefined : this.#writeTogether(writes).finally(() => this.#next());
  }

  async #writeTogether(writes: Write[]): Promise<void> {
    const start = this.#end;
    const buffers = writes.flatMap(({ line, raw }) => [Buffer.from(`${JSON.stringify(line)}\n`), raw]);
    try {
      await this.#file.appendFile(Buffer.concat(buffers));
    } catch (error) {
      // A part may be in the file; it must not stand before what comes next.
      await this.#file.truncate(start).catch(() => undefined);
      for (const { failed } of writes) failed(error);
      return;
    }
    writes.forEach(({ line, done }, place) => {
      this.#take(line, this.#end + (buffers[2 * place]?.length ?? 0));
      done();
    });
  }

  /** Notes what a line says; the message that belongs to it begins at `offset`. */
  #take(line: Line, offset: number): void {
    if ("deleted" in line) this.#places.delete(line.deleted);
    else this.#places.set(line.id, { entry: line, offset });
    this.#end = offset + ("deleted" in line ? 0 : line.size);
  }

  async #scan(): Promise<void> {
    const { size } = await this.#file.stat();
    while (this.#end < size) {
      const text = await this.#lineAt(this.#end, size);
      const line = text === undefined ? undefined : lineOf(text);
      if (text === undefined || line === undefined) return;
      const offset = this.#end + text.length + 1;
      if (!("deleted" in line) && offset + line.size > size) return;
      this.#take(line, offset);
    }
  }

  async #lineAt(offset: number, size: number): Promise<Buffer | undefined> {
    for (let length = scanBytes; ; length *= 2) {
      const bytes = await this.#bytes(offset, Math.min(length, size - offset));
      const end = bytes.indexOf(lineFeed);
      if (end >= 0) return bytes.subarray(0, end);
      if (offset + length >= size) return undefined;
    }
  }

  async #bytes(position: number, length: number): Promise<Buffer> {
    const { buffer } = await this.#file.read(Buffer.alloc(length), 0, length, position);
    return buffer;
  }
}

function lineOf(text: Buffer): Line | undefined {
  try {
    return JSON.parse(text.toString("utf8")) as Line;
  } catch {
    return undefined;
  }
}
