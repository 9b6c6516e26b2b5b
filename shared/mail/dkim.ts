import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import RelaxedBody from "nodemailer/lib/dkim/relaxed-body.js";
import sign from "nodemailer/lib/dkim/sign.js";
import { fieldsOf, type HeaderLine } from "./header-block.ts";
import { chunksOf, isInMemory, type LargeMime, type Mime, type Piece } from "./mime.ts";

export interface SigningKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}

/**
 * What a signature covers where it is present: RFC 6376 §5.4.1, both fields of one-click unsubscribing
 * (RFC 8058 §4), and what feedback loops go by (RFC 9477 §3.1).
 */
const signedFields = [
  ..."From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type".split(":"),
  ..."Content-Transfer-Encoding:In-Reply-To:References:List-Id:List-Help:List-Unsubscribe".split(":"),
  ..."List-Unsubscribe-Post:List-Subscribe:List-Post:List-Owner:List-Archive".split(":"),
  ..."Feedback-ID:CFBL-Address:CFBL-Feedback-ID".split(":"),
].join(":");

const chunkBytes = 64 * 1024;

/**
 * The message with a DKIM-Signature field before it (RFC 6376, rsa-sha256, relaxed/relaxed). What lies in
 * files is read through once.
 *
 * @throws Error where the key is unusable
 */
export async function signed(mime: Mime, key: SigningKey): Promise<Mime> {
  const { head, body } = isInMemory(mime) ? cut(mime) : mime;
  const field = Buffer.from(`${signature(fieldsOf(head), await bodyHash(body), key)}\r\n`);
  return isInMemory(mime) ? Buffer.concat([field, mime]) : { head: Buffer.concat([field, head]), body };
}

function cut(mime: Buffer): LargeMime {
  const end = mime.indexOf("\r\n\r\n") + 4;
  return { head: mime.subarray(0, end), body: [mime.subarray(end)] };
}

async function bodyHash(body: readonly Piece[]): Promise<string> {
  const hasher = new RelaxedBody();
  const [[hash]] = await Promise.all([
    once(hasher, "hash") as Promise<[string]>,
    pipeline(lines(body), hasher.resume()),
  ]);
  return hash;
}

/** The last line ends as the others do, as it will on its way (RFC 6376 §3.4.4). */
async function* lines(body: readonly Piece[]): AsyncGenerator<Buffer> {
  let last: number | undefined = 0x0a;
  // The hasher is done with a chunk before it asks for the next, each as large as it takes at once.
  for await (const chunk of chunksOf(body, Buffer.allocUnsafe(chunkBytes))) {
    yield chunk;
    last = chunk.at(-1) ?? last;
  }
  if (last !== 0x0a) yield Buffer.from("\r\n");
}

function signature(fields: readonly HeaderLine[], hash: string, key: SigningKey): string {
  const { domain, selector, privateKey } = key;
  const headers = fields.map(({ name, line }) => ({
    key: name,
    line: Buffer.from(line, "latin1").toString(),
  }));
  const field: string | false = sign(headers, "sha256", hash, {
    domainName: domain,
    keySelector: selector,
    privateKey,
    ...{ headerFieldNames: signedFields, skipFields: unsignable(fields) },
  }) as string | false;
  if (field === false) throw new Error(`the DKIM key ${selector} of ${domain} does not sign`);
  return field;
}

/** The signer reads fields as UTF-8, and takes every space of Unicode for white space, as no verifier does. */
function unsignable(fields: readonly HeaderLine[]): string {
  return fields
    .filter(({ line }) => {
      const text = Buffer.from(line, "latin1").toString();
      return text.includes("\ufffd") || /[^\S \t\r\n]/.test(text);
    })
    .map(({ name }) => name)
    .join(":");
}
