import { PosternError } from "../../shared/platform/errors.ts";
import { newId } from "../../shared/platform/ids.ts";
import type { PayloadClient } from "../../shared/submission/payload-client.ts";
import { AttachmentSink } from "./attachment-sink.ts";
import type { Path } from "./json-builder.ts";

/** Uploads of one request that run at the same time; each holds a part of 5 MiB. */
const uploadsAtOnce = 2;

export interface FilesOptions {
  readonly accountId: number;
  /** The most that one email may have. */
  readonly messageBytes: number;
  /** Whether the request holds several emails, each of which stands for itself. */
  readonly isBatch: boolean;
  readonly payloads: Pick<PayloadClient, "upload">;
}

// Where emails stand in a request.
const emails = { single: [""], batch: ["base", "requests/[]"] } as const;

/** The files of one request, on their way into the payload bucket. */
export class Files {
  readonly #options: FilesOptions;
  readonly #emails: readonly string[];
  readonly #contents: readonly string[];
  readonly #prefix: string;
  readonly #running = new Set<Promise<void>>();
  #count = 0;
  #emailBytes = 0;
  #last: AttachmentSink | undefined;
  #failure: { error: unknown } | undefined;

  constructor(options: FilesOptions) {
    this.#options = options;
    this.#emails = options.isBatch ? emails.batch : emails.single;
    this.#contents = this.#emails.map((email) => `${email && `${email}/`}attachments/[]/content`);
    this.#prefix = `${options.accountId}/${newId(Date.now())}`;
  }

  /** An object begins at this path. */
  opened(path: Path): void {
    if (this.#emails.includes(path.join("/"))) this.#emailBytes = 0;
  }

  /** What takes the string at this path, if it is that of a file. */
  sinkFor(path: Path): AttachmentSink | undefined {
    if (!this.#contents.includes(path.join("/"))) return undefined;
    this.#last = new AttachmentSink({
      key: `${this.#prefix}/${this.#count++}`,
      payloads: this.#options.payloads,
      takeRoom: (bytes) => this.#takeRoom(bytes),
      started: (upload) => this.#started(upload),
    });
    return this.#last;
  }

  /** True while so many uploads run that the next has to wait. */
  get isBusy(): boolean {
    return this.#running.size >= uploadsAtOnce || this.#failure !== undefined;
  }

  /** Waits until the next upload may begin. */
  async settle(): Promise<void> {
    while (this.isBusy && this.#failure === undefined) await Promise.race(this.#running);
    if (this.#failure) throw this.#failure.error;
  }

  async settleAll(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure) throw this.#failure.error;
  }

  /** Ends what is under way; whole files that are stored already go with the bucket's expiry. */
  async abandon(): Promise<void> {
    this.#last?.abort(new Error("the request is refused"));
    await Promise.all(this.#running);
  }

  #started(upload: Promise<void>): void {
    const settled = upload
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(settled));
    this.#running.add(settled);
  }

  #takeRoom(bytes: number): boolean {
    this.#emailBytes += bytes;
    if (this.#emailBytes <= this.#options.messageBytes) return true;
    if (this.#options.isBatch) return false;
    throw new PosternError("message_too_large");
  }
}
