import { buffer } from "node:stream/consumers";
import DKIM from "nodemailer/lib/dkim/index.js";

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
  ..."Feedback-ID:CFBL-Address".split(":"),
].join(":");

/** The message with a DKIM-Signature field before it (RFC 6376, rsa-sha256, relaxed/relaxed). */
export async function signed(message: Buffer, { domain, selector, privateKey }: SigningKey): Promise<Buffer> {
  const dkim = new DKIM({
    domainName: domain,
    keySelector: selector,
    privateKey,
    headerFieldNames: signedFields,
  });
  const result = await buffer(dkim.sign(message));
  // The signer passes the message through unsigned where the key is unusable.
  if (!result.subarray(0, 15).equals(Buffer.from("DKIM-Signature:"))) {
    throw new Error(`the DKIM key ${selector} of ${domain} does not sign`);
  }
  return result;
}
