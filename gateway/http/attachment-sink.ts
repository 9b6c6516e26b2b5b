import { PassThrough } from "node:stream";
import type { PayloadClient } from "../../shared/submission/payload-client.ts";
import { StoredFile } from "../../shared/submission/stored-file.ts";
import { Base64Decoder } from "./base64-decoder.ts";
import { Blocks } from "./blocks.ts";
import type { TextSink } from "./json-builder.ts";

/** So much text of a file stays in the request's value: storing it apart would cost more than it saves. */
const keptCharacters = 64 * 1024;
/** So much text of an upload is gathered before it is decoded: few calls, and little that the collector copies. */
const decodedCharacters = 4 * 1024;

export interface AttachmentPlace {
  readonly key: string;
  readonly payloads: Pick<PayloadClient, "upload">;
  /**
   * Whether the email has room for so many more bytes; what has none is counted and not stored.
   *
   * @throws PosternError `message_too_large` where there is no other email in the request
   */
  takeRoom(bytes: number): boolean;
  /** Is told of each upload that begins, so that it can be waited for. */
  started(upload: Promise<void>): void;
}

/** The `content` of one attachment: short ones stay text, long ones go decoded into the payload bucket. */
export class AttachmentSink implements TextSink {
  readonly #place: AttachmentPlace;
  readonly #decoder = new Base64Decoder();
  #text: string[] = [];
  #characters = 0;
  #upload: PassThrough | undefined;
  #blocks: Blocks | undefined;
  #isRefused = false;

  constructor(place: AttachmentPlace) {
    this.#place = place;
  }

  push(text: string): Promise<void> | undefined {
    this.#text.push(text);
    this.#characters += text.length;
    const mostCharacters = this.#isPassing ? decodedCharacters : keptCharacters;
    return this.#characters > mostCharacters ? this.#pass() : undefined;
  }

  end(): string | StoredFile {
    if (!this.#isPassing) return this.#takeText();
    this.#write(this.#decoder.push(this.#takeText()));
    this.#write(this.#decoder.end());
    this.#blocks?.flush();
    this.#upload?.end();
    const { bytes, isSound } = this.#decoder;
    return new StoredFile({ key: this.#place.key, bytes, isSound });
  }

  /** Ends an upload whose request is read no further; nothing stays in the bucket. */
  abort(reason: Error): void {
    this.#upload?.destroy(reason);
  }

  /** Whether the text is no longer kept, but goes into the bucket, or nowhere. */
  get #isPassing(): boolean {
    return this.#upload !== undefined || this.#isRefused;
  }

  #pass(): Promise<void> | undefined {
    if (!this.#isPassing) this.#begin();
    const hasRoom = this.#write(this.#decoder.push(this.#takeText()));
    const upload = this.#upload;
    if (hasRoom || upload === undefined) return undefined;
    return new Promise((resolve) => {
      upload.once("drain", resolve);
      upload.once("close", resolve);
    });
  }

  #begin(): void {
    const bytes = new PassThrough({ highWaterMark: 256 * 1024 });
    // The upload tells of its failure, and nobody waits for room in what nobody reads any more.
    bytes.on("error", () => undefined);
    const upload = this.#place.payloads.upload(this.#place.key, bytes).catch((error: unknown) => {
      bytes.destroy();
      if (!this.#isRefused) throw error;
    });
    this.#upload = bytes;
    this.#blocks = new Blocks((block) => bytes.write(block));
    this.#place.started(upload);
  }

  /** @returns false when the upload cannot take more for now */
  #write(bytes: Buffer): boolean {
    if (this.#isRefused) return true;
    if (this.#decoder.isSound && this.#place.takeRoom(bytes.length))
      return this.#blocks?.write(bytes) ?? true;
    this.#isRefused = true;
    this.abort(new Error("the email is refused"));
    this.#upload = undefined;
    this.#blocks = undefined;
    return true;
  }

  #takeText(): string {
    const text = this.#text.join("");
    this.#text = [];
    this.#characters = 0;
    return text;
  }
}
