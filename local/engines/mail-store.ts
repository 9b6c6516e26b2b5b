import { mkdir, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
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
import { indexedMail, type MailEntry, mailPath, unreadMail } from "./mail-index.ts";

const quietMs = 100;
const parsedAtOnce = 4;
const filesAtOnce = 16;

/**
 * Maildev's storage, made for many mails at once: a mail that comes in is written to disk and entered
 * in a journal, nothing more (0.1 ms instead of 2 ms); it is parsed when somebody asks for it, or in a
 * quiet moment. The journal keeps what the message itself doesn't say: the envelope.
 */
export class MailStore extends MemoryStorage {
  readonly mailDir: string;
  readonly #journalPath: string;
  readonly #onNew: (email: Email) => void;
  /** Mails that nobody has parsed yet. */
  readonly #unparsed = new Set<string>();
  /** Of these, the ones the page has not been told of. */
  readonly #unannounced = new Set<string>();
  readonly #parsing = new Map<string, Promise<void>>();
  #journal: Awaited<ReturnType<typeof open>> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #arrivedSinceLook = 0;

  /** `onNew` hears of each mail once it is parsed. */
  constructor(dir: string, onNew: (email: Email) => void) {
    super();
    this.mailDir = join(dir, "mails");
    this.#journalPath = join(dir, "journal.jsonl");
    this.#onNew = onNew;
  }

  override async initialize(): Promise<void> {
    await mkdir(this.mailDir, { recursive: true });
    this.#journal = await open(this.#journalPath, "a");
    await this.#restore();
  }

  /** Stores a mail; resolves once it is on disk. */
  async receive(mail: Mail): Promise<void> {
    const { from, to, raw } = mail;
    const entry = { id: makeId(12), receivedAt: Date.now(), size: raw.length, from, to };
    await writeFile(mailPath(this.mailDir, entry.id), raw);
    await this.#enter(entry);
    this.#unparsed.add(entry.id);
    this.#unannounced.add(entry.id);
    await super.save(unreadMail(entry, this.mailDir, false));
    this.#arrivedSinceLook += 1;
    this.#lookAgainSoon();
  }

  /** Maildev's own SMTP server and its page save here: the one a new mail, the other a changed one. */
  override async save(email: Email): Promise<void> {
    if (!this.emails.has(email.id)) {
      await this.#enter({
        id: email.id,
        receivedAt: Date.now(),
        size: email.size,
        from: email.envelope.from.address,
        to: email.envelope.to.map(({ address }) => address),
      });
    }
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
    await this.#removeFiles(id);
    return super.delete(id);
  }

  override async deleteAll(): Promise<number> {
    const ids = [...this.emails.keys()];
    for (const id of ids) this.#forget(id);
    // What arrives meanwhile stays: only the mails seen here go.
    await mapLimit(ids, filesAtOnce, (id) => this.#removeFiles(id));
    for (const id of ids) await super.delete(id);
    if (this.emails.size === 0) await truncate(this.#journalPath);
    return ids.length;
  }

  override async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#journal?.close();
    await super.close();
  }

  #forget(id: string): void {
    this.#unparsed.delete(id);
    this.#unannounced.delete(id);
  }

  async #removeFiles(id: string): Promise<void> {
    await rm(mailPath(this.mailDir, id), { force: true });
    await rm(join(this.mailDir, id), { recursive: true, force: true });
  }

  // The line break comes first, so that a line torn by a crash cannot swallow the next entry.
  async #enter(entry: MailEntry): Promise<void> {
    await this.#journal?.appendFile(`\n${JSON.stringify(entry)}`);
  }

  /** A mail without its file was deleted; a file without its entry was never acknowledged, and goes. */
  async #restore(): Promise<void> {
    const files = new Set((await readdir(this.mailDir)).filter((name) => name.endsWith(".eml")));
    for (const entry of entriesOf(await readFile(this.#journalPath, "utf8"))) {
      if (!files.delete(`${entry.id}.eml`)) continue;
      this.#unparsed.add(entry.id);
      await super.save(unreadMail(entry, this.mailDir, true));
    }
    await mapLimit([...files], filesAtOnce, (name) => rm(join(this.mailDir, name)));
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
    const email = await indexedMail(mail, this.mailDir);
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

/** The journal's entries; a line torn by a crash was never acknowledged and is passed over. */
function entriesOf(journal: string): MailEntry[] {
  return journal.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as MailEntry];
    } catch {
      return [];
    }
  });
}
