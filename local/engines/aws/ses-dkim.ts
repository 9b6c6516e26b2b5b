import { createPrivateKey, type KeyObject } from "node:crypto";
import { once } from "node:events";
import RelaxedBody from "nodemailer/lib/dkim/relaxed-body.js";
import sign from "nodemailer/lib/dkim/sign.js";
import type { Identity } from "./ses-identities.ts";
import type { RawMessage } from "./ses-message.ts";

// RFC 6376 §5.4.1, and what one-click unsubscribing (RFC 8058 §4) and feedback loops want signed.
const signedFields = [
  "From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding",
  "In-Reply-To:References:List-Id:List-Help:List-Unsubscribe:List-Unsubscribe-Post:List-Subscribe",
  "List-Post:List-Owner:List-Archive:Feedback-ID",
].join(":");

const parsedKeys = new Map<string, KeyObject>();

/** The DKIM-Signature field (relaxed/relaxed) with the identity's key, for the identity's domain. */
export async function dkimSignature(message: RawMessage, identity: Identity): Promise<string> {
  const headers = message.fields.map(({ name, line }) => ({
    key: name,
    // The signer hashes text as UTF-8; the fields are kept byte by byte.
    line: Buffer.from(line, "latin1").toString("utf8"),
  }));
  return sign(headers, "sha256", await bodyHash(message.body), {
    domainName: identity.name.slice(identity.name.lastIndexOf("@") + 1),
    keySelector: identity.dkim.selector,
    // A parsed key instead of its text saves a tenth of each signature's time; the type knows only text.
    privateKey: parsedKey(identity.dkim.privateKey) as unknown as string,
    ...({ headerFieldNames: signedFields } as object),
  });
}

async function bodyHash(body: Buffer): Promise<string> {
  const hasher = new RelaxedBody();
  const hashed = once(hasher, "hash");
  hasher.resume().end(body);
  const [hash] = (await hashed) as [string];
  return hash;
}

function parsedKey(pem: string): KeyObject {
  const key = parsedKeys.get(pem) ?? createPrivateKey(pem);
  parsedKeys.set(pem, key);
  return key;
}
