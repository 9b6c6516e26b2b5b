import type { Token } from "stream-json/core/parser.js";
import { PosternError } from "../../shared/platform/errors.ts";

export type { Token };

/** Takes the text of one string in pieces; what it makes of it stands in the value in the string's place. */
export interface TextSink {
  /** @returns what to wait for before the next piece */
  push(text: string): Promise<void> | undefined;
  end(): unknown;
}

type Container = unknown[] | Record<string, unknown>;

interface Level {
  readonly container: Container;
  /** Where the next value of an object goes. */
  key: string;
}

// What a value costs in memory besides its text. An array of empty arrays is all cost and no text.
const bytesOfAValue = 64;
const mostBytes = 100 * 1024 * 1024;

/** Where in the value something goes: keys, and `[]` for any place in an array; cut where it is long. */
export type Path = readonly string[];

export interface BuilderOptions {
  /** What takes the string that goes to this path, where it is not to stand in the value. */
  sinkFor(path: Path): TextSink | undefined;
  /** An object begins that goes to this path. */
  opened(path: Path): void;
}

const longestPath = 8;

/**
 * Builds a value from the tokens of a JSON text as `JSON.parse` would, except that strings at chosen paths go
 * into sinks, piece by piece.
 */
export class JsonBuilder {
  /** Roughly how much memory the value takes so far. */
  bytes = 0;
  #root: unknown;
  readonly #levels: Level[] = [];
  readonly #options: BuilderOptions;
  #sink: TextSink | undefined;
  #text: string[] = [];

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  /** The value, once all tokens were taken. */
  get value(): unknown {
    return this.#root;
  }

  /**
   * @returns what to wait for before the next token
   * @throws PosternError `message_too_large` for a value that memory has no room for
   */
  take(token: Token): Promise<void> | undefined {
    switch (token.name) {
      case "stringChunk":
      case "numberChunk":
        if (this.#sink) return this.#sink.push(token.value);
        this.#count(token.value.length);
        this.#text.push(token.value);
        return undefined;
      case "startString":
        this.#sink = this.#options.sinkFor(this.#path());
        return undefined;
      case "endString":
        this.#put(this.#sink ? this.#sink.end() : this.#takeText());
        this.#sink = undefined;
        return undefined;
      case "endNumber":
        this.#put(Number(this.#takeText()));
        return undefined;
      case "endKey":
        this.#setKey(this.#takeText());
        return undefined;
      default:
        this.#takeOther(token);
        return undefined;
    }
  }

  #takeOther(token: Token): void {
    switch (token.name) {
      case "startObject":
        this.#options.opened(this.#path());
        this.#open({});
        return;
      case "startArray":
        this.#open([]);
        return;
      case "endObject":
      case "endArray":
        this.#levels.pop();
        return;
      case "trueValue":
      case "falseValue":
      case "nullValue":
        this.#put(token.value);
    }
  }

  #open(container: Container): void {
    this.#put(container);
    this.#levels.push({ container, key: "" });
  }

  #put(value: unknown): void {
    this.#count(bytesOfAValue);
    const level = this.#levels.at(-1);
    if (level === undefined) this.#root = value;
    else if (Array.isArray(level.container)) level.container.push(value);
    else setOwn(level.container, level.key, value);
  }

  #setKey(key: string): void {
    const level = this.#levels.at(-1);
    if (level) level.key = key;
  }

  #takeText(): string {
    const text = this.#text.join("");
    this.#text = [];
    return text;
  }

  #path(): Path {
    return this.#levels
      .slice(0, longestPath)
      .map(({ container, key }) => (Array.isArray(container) ? "[]" : key));
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > mostBytes) throw new PosternError("message_too_large");
  }
}

// As `JSON.parse` does: a key `__proto__` is a key like any other.
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
