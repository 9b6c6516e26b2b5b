import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Email,
  type ListOptions,
  type ListResult,
  MemoryStorage,
  makeId,
  mapLimit,
} from "@maildev/core";
import type { Mail } from "./mail.ts";
import { indexedMail, unreadMail } from "./mail-index.ts";
import { MailLog } from "./mail-log.ts";

const quietMs = 100;
const parsedAtOnce = 4;
const filesAtOnce = 16;

/**
 * Maildev's storage, made for many mails at once: a mail that comes in is appended to a log with its
 * envelope, nothing more (0.05 ms instead of 2 ms); it is parsed when somebody asks for it, or in a quiet
 * moment.
 */
export class MailStore extends MemoryStorage {
  /** For attachments of parsed mails, and for what comes over maildev's own SMTP server. */
  readonly mailDir: string;
  readonly #dir: string;
  readonly #onNew: (email: Email) => void;
  /** Mails that nobody has parsed yet. */
  readonly #unparsed = new Set<string>();
  /** Of these, the ones the page has not been told of. */
  readonly #unannounced = new Set<string>();
  readonly #parsing = new Map<string, Promise<void>>();
  #log: MailLog | undefined;
  #timer: NodeJS.Timeout | undefined;
  #arrivedSinceLook = 0;

  /** `onNew` hears of each mail once it is parsed. */
  constructor(dir: string, onNew: (email: Email) => void) {
    super();
    this.#dir = dir;
    this.mailDir = join(dir, "parsed");
    this.#onNew = onNew;
  }

  override async initialize(): Promise<void> {
    // All of it can be had from the log again.
    await rm(this.mailDir, { recursive: true, force: true });
    await mkdir(this.mailDir, { recursive: true });
    this.#log = await MailLog.open(join(this.#dir, "mails.log"));
    for (const entry of this.#log.entries()) {
      this.#unparsed.add(entry.id);
      await super.save(unreadMail(entry, true));
    }
  }

  /** Stores a mail; resolves once it is on disk. */
  async receive(mail: Mail): Promise<void> {
    const { from, to, raw } = mail;
    const entry = { id: makeId(12), receivedAt: Date.now(), size: raw.length, from, to };
    await this.#opened.append(entry, raw);
    this.#unparsed.add(entry.id);
    this.#unannounced.add(entry.id);
    await super.save(unreadMail(entry, false));
    this.#arrivedSinceLook += 1;
    this.#lookAgainSoon();
  }

  /** The message byte for byte. */
  raw(id: string): Promise<Buffer | undefined> {
    return this.#opened.read(id);
  }

  /** Maildev's own SMTP server and its page save here: the one a new mail, the other a changed one. */
  override async save(email: Email): Promise<void> {
    if (!this.emails.has(email.id)) await this.#moveToLog(email);
    await super.save(email);
  }

  override async getById(id: string): Promise<Email | undefined> {
    await this.#parse([id]);
    return super.getById(id);
  }

  override async getAll(): Promise<Email[]> {
    await this.#parse([...this.#unparsed]);
    return super.getAll();
  }

  override async filter(query: Record<string, unknown>): Promise<Email[]> {
    await this.#parse([...this.#unparsed]);
    return super.filter(query);
  }

  override async list(options: ListOptions = {}): Promise<ListResult<Email>> {
    if (options.search) await this.#parse([...this.#unparsed]);
    const page = await super.list(options);
    await this.#parse(page.items.map(({ id }) => id));
    return { ...page, items: page.items.map((email) => this.emails.get(email.id) ?? email) };
  }

  override async delete(id: string): Promise<boolean> {
    this.#forget(id);
    await this.#removeStored([id]);
    return super.delete(id);
  }

  override async deleteAll(): Promise<number> {
    const ids = [...this.emails.keys()];
    for (const id of ids) this.#forget(id);
    // What arrives meanwhile stays: only the mails seen here go.
    await this.#removeStored(ids);
    for (const id of ids) await super.delete(id);
    return ids.length;
  }

  override async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#log?.close();
    await super.close();
  }

  #forget(id: string): void {
    this.#unparsed.delete(id);
    this.#unannounced.delete(id);
  }

  get #opened(): MailLog {
    if (this.#log) return this.#log;
    throw new Error("the mail store is not initialized");
  }

  async #moveToLog(email: Email): Promise<void> {
    const { from, to } = email.envelope;
    const raw = await readFile(email.source);
    const addresses = to.map(({ address }) => address);
    const entry = {
      id: email.id,
      receivedAt: Date.now(),
      size: raw.length,
      from: from.address,
      to: addresses,
    };
    await this.#opened.append(entry, raw);
    await rm(email.source);
  }

  async #removeStored(ids: string[]): Promise<void> {
    await this.#opened.remove(ids);
    const withFiles = ids.filter((id) => (this.emails.get(id)?.attachments.length ?? 0) > 0);
    await mapLimit(withFiles, filesAtOnce, (id) =>
      rm(join(this.mailDir, id), { recursive: true, force: true }),
    );
  }

  async #parse(ids: string[]): Promise<void> {
    const wanted = ids.filter((id) => this.#unparsed.has(id));
    await mapLimit(wanted, parsedAtOnce, (id) => this.#parseOnce(id));
  }

  #parseOnce(id: string): Promise<void> {
    const running = this.#parsing.get(id) ?? this.#parseNow(id).finally(() => this.#parsing.delete(id));
    this.#parsing.set(id, running);
    return running;
  }

  async #parseNow(id: string): Promise<void> {
    const mail = this.emails.get(id);
    if (!mail || !this.#unparsed.has(id)) return;
    const raw = await this.raw(id);
    if (!raw) return;
    const email = await indexedMail(mail, raw, this.mailDir);
    // Deleted while it was parsed: saving it would bring it back.
    const current = this.emails.get(id);
    if (!current) return;
    this.#unparsed.delete(id);
    await super.save({ ...email, read: current.read });
    if (this.#unannounced.delete(id)) this.#onNew(email);
  }

  #lookAgainSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#parseWhenQuiet();
    }, quietMs);
  }

  // Under load parsing would cost what delivering needs, so it waits for the load to end, and even
  // then leaves most of the processor to others.
  async #parseWhenQuiet(): Promise<void> {
    const quiet = this.#arrivedSinceLook <= parsedAtOnce;
    this.#arrivedSinceLook = 0;
    const next = [...this.#unannounced].slice(0, parsedAtOnce);
    if (quiet) await this.#parse(next);
    if (this.#unannounced.size > 0) this.#lookAgainSoon();
  }
}
