import { getManyValues, isMany, none } from "stream-chain/defs.js";
import { jsonParser } from "stream-json/core/parser.js";
import { PosternError } from "../../shared/platform/errors.ts";
import { Files, type FilesOptions } from "./files.ts";
import { JsonBuilder, type Token } from "./json-builder.ts";

/** A request's value, and roughly how much memory it takes. */
export interface ReadValue {
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * The parser reads so much at once. What it makes of that lives until it was worked on, perhaps as long as an
 * upload takes: were it much, the collector would take it for something that stays, and let 100 MB of such
 * text pile up before it looks again.
 */
const pieceBytes = 4 * 1024;

/**
 * Reads a request as JSON, whose attachments go into the payload bucket on the way.
 *
 * @param chunks each is read before the next is asked for, and not kept
 * @throws PosternError `invalid_request` for what is no JSON, `message_too_large` for a single email whose
 * attachments are more than it may have
 */
export async function readValue(
  chunks: AsyncIterable<Uint8Array>,
  options: FilesOptions,
): Promise<ReadValue> {
  const files = new Files(options);
  const builder = new JsonBuilder({
    sinkFor: (path) => files.sinkFor(path),
    opened: (path) => files.opened(path),
  });
  try {
    for await (const tokens of tokensOf(chunks)) {
      for (const token of tokens) {
        const wait = builder.take(token);
        if (wait) await wait;
        if (files.isBusy) await files.settle();
      }
    }
    await files.settleAll();
    return builder;
  } catch (error) {
    await files.abandon();
    throw error;
  }
}

async function* tokensOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Token[]> {
  // Its type forgets that it takes the end, too.
  const parse = jsonParser({ packValues: false }) as (piece: string | typeof none) => unknown;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      yield understood(() => parse(decoder.decode(piece, { stream: true })));
    }
  }
  yield understood(() => parse(decoder.decode()));
  yield understood(() => parse(none));
}

// What the parser says is not passed on, since it may quote the body.
function understood(parse: () => unknown): readonly Token[] {
  try {
    const tokens = parse();
    return isMany(tokens) ? (getManyValues(tokens) as Token[]) : [];
  } catch {
    throw new PosternError("invalid_request", { messages: ["request body is not valid JSON"] });
  }
}
