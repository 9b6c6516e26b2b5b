import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { zstdCompress, zstdCompressSync } from "node:zlib";
import type { Account } from "../accounts/account.ts";
import { bytesOfMime, chunksOf, isInMemory, type LargeMime, type Mime } from "../mail/mime.ts";
import { type CopyPlace, copyKey, copyText, daysOfCopies } from "../messages/sent-copy.ts";
import type { SentCopyClient } from "../messages/sent-copy-client.ts";
import { transferMs } from "./transfer-time.ts";

export interface CopyDeps {
  readonly client: SentCopyClient;
  /** How many days of the log the account's plan shows, besides today. */
  readonly logDaysOf: (account: Account) => number;
  /** What the process holds of copies, over all its invocations. */
  readonly held: { bytes: number };
  /** Learns of copies that nobody will find. */
  readonly lost: (ids: {
    readonly accountId: number;
    readonly messages: number;
    readonly error: unknown;
  }) => void;
}

/** A copy that a message's row may name. */
export interface Copy {
  readonly text: string;
  /** To be done once the row is settled: it takes as long as sending did. It never fails. */
  readonly upload?: () => Promise<void>;
}

/**
 * Copies of what one invocation sends. Nothing here ever fails: what cannot be kept is told of, and the row
 * names no object, or one that is not there.
 */
export interface Copies {
  /** @returns undefined where the message cannot be kept */
  keep(account: Account, mime: Mime): Promise<Copy | undefined>;
  /** Puts what is kept, one object for each account; to be done last. */
  put(): Promise<void>;
}

interface Remaining {
  readonly remainingMs: () => number;
}

/** A part of the room that S3 may be behind by. */
const fullBytes = 4 * 1024 * 1024;
const mostHeldBytes = 32 * 1024 * 1024;
/** Above it an answer of a function cannot carry a message, whose base64 may have 6 MB. */
const mostSharedBytes = 4 * 1024 * 1024;

const putMs = 8_000;
/** What an invocation still has to do after its copies are put. */
const reserveMs = 5_000;

/** Up to here a thread of its own costs more than compressing, twenty times as much for a usual message. */
const quicklyCompressedBytes = 256 * 1024;
const compressApart = promisify(zstdCompress);

interface Bundle {
  readonly accountId: number;
  readonly place: CopyPlace;
  readonly parts: Buffer[];
  bytes: number;
}

/** The copies of one invocation: small ones compressed, one after the other, in one object of their account. */
export function copiesOf(deps: CopyDeps, invocation: Remaining): Copies {
  const open = new Map<number, Bundle>();
  const underWay = new Set<Promise<void>>();

  return {
    async keep(account, mime) {
      try {
        const place = newPlace(deps, account);
        if (isInMemory(mime) && mime.length <= mostSharedBytes) return await share(account.id, place, mime);
        return { text: copyText(place), upload: () => upload(account.id, place, mime) };
      } catch (error) {
        deps.lost({ accountId: account.id, messages: 1, error });
        return undefined;
      }
    },

    async put() {
      for (const bundle of open.values()) seal(bundle);
      await Promise.all(underWay);
    },
  };

  async function share(accountId: number, place: CopyPlace, mime: Buffer): Promise<Copy> {
    const isQuick = mime.length <= quicklyCompressedBytes;
    const packed = isQuick ? zstdCompressSync(mime) : await compressApart(mime);
    if (deps.held.bytes + packed.length > mostHeldBytes) throw new Error("S3 is behind");
    const bundle = open.get(accountId) ?? { accountId, place, parts: [], bytes: 0 };
    open.set(accountId, bundle);
    const range = { offset: bundle.bytes, length: packed.length };
    bundle.parts.push(packed);
    bundle.bytes += packed.length;
    deps.held.bytes += packed.length;
    if (bundle.bytes >= fullBytes) seal(bundle);
    return { text: copyText({ ...bundle.place, range }) };
  }

  function seal(bundle: Bundle): void {
    open.delete(bundle.accountId);
    const putting = putBundle(deps, bundle, signalFor(putMs, invocation)).finally(() => {
      deps.held.bytes -= bundle.bytes;
      underWay.delete(putting);
    });
    underWay.add(putting);
  }

  async function upload(accountId: number, place: CopyPlace, mime: Mime): Promise<void> {
    const bytes = bytesOfMime(mime);
    try {
      const signal = signalFor(putMs + transferMs(bytes), invocation);
      await deps.client.putStream(copyKey(accountId, place), { chunks: chunksIn(mime), bytes }, signal);
    } catch (error) {
      deps.lost({ accountId, messages: 1, error });
    }
  }
}

async function putBundle(
  { client, lost }: CopyDeps,
  { accountId, place, parts }: Bundle,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.put(copyKey(accountId, place), Buffer.concat(parts), signal);
  } catch (error) {
    lost({ accountId, messages: parts.length, error });
  }
}

function newPlace({ logDaysOf }: CopyDeps, account: Account): CopyPlace {
  return { days: daysOfCopies(logDaysOf(account)), objectId: randomBytes(9).toString("base64url") };
}

function chunksIn(mime: Mime): AsyncIterable<Buffer> {
  return chunksOf(isInMemory(mime) ? [mime] : piecesOf(mime));
}

function piecesOf({ head, body }: LargeMime) {
  return [head, ...body];
}

function signalFor(ms: number, { remainingMs }: Remaining): AbortSignal {
  return AbortSignal.timeout(Math.max(Math.min(ms, remainingMs() - reserveMs), 1));
}
