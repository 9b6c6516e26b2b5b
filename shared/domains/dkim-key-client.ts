import { createPrivateKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";
import { LRUCache } from "lru-cache";
import type { DkimKey, SendingDomain } from "./sending-domain.ts";

const generate = promisify(generateKeyPair);
/** The longest key that every receiver must be able to check (RFC 8301 §3.2) and that fits a DNS record. */
const keyBits = 2_048;
const keptKeys = 500;

type DomainName = Pick<SendingDomain, "accountId" | "name">;

export type DkimKeyClient = ReturnType<typeof dkimKeyClient>;

/**
 * Makes DKIM keys and opens them again. Private keys are at rest only as KMS made them, bound to their
 * account and domain: a ciphertext copied to another domain's row does not open.
 */
export function dkimKeyClient({ kms, keyId }: { kms: KMSClient; keyId: string }) {
  const opened = new LRUCache<string, Promise<string>>({ max: keptKeys });

  return {
    /** A new RSA key pair for a domain. */
    async create(domain: DomainName, selector: string): Promise<DkimKey> {
      const { publicKey, privateKey } = await generate("rsa", {
        modulusLength: keyBits,
        publicKeyEncoding: { type: "spki", format: "der" },
        privateKeyEncoding: { type: "pkcs8", format: "der" },
      });
      const encryptedPrivateKey = await encrypt(domain, privateKey);
      const key = { selector, publicKey: publicKey.toString("base64"), encryptedPrivateKey };
      opened.set(cacheKey(domain, key), Promise.resolve(asPem(privateKey)));
      return key;
    },

    /** The private key as PKCS#8 PEM; kept in the process once it was opened. */
    privateKeyOf(domain: DomainName, key: DkimKey): Promise<string> {
      const known = opened.get(cacheKey(domain, key));
      if (known) return known;
      const opening = decrypt(domain, key.encryptedPrivateKey);
      opened.set(cacheKey(domain, key), opening);
      opening.catch(() => opened.delete(cacheKey(domain, key)));
      return opening;
    },
  };

  async function encrypt(domain: DomainName, privateKey: Uint8Array): Promise<string> {
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: keyId, Plaintext: privateKey, EncryptionContext: contextOf(domain) }),
    );
    if (CiphertextBlob === undefined) throw new Error("KMS encrypted nothing");
    return Buffer.from(CiphertextBlob).toString("base64");
  }

  async function decrypt(domain: DomainName, ciphertext: string): Promise<string> {
    const { Plaintext } = await kms.send(
      new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: Buffer.from(ciphertext, "base64"),
        EncryptionContext: contextOf(domain),
      }),
    );
    if (Plaintext === undefined) throw new Error("KMS decrypted nothing");
    return asPem(Plaintext);
  }
}

function asPem(der: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function contextOf({ accountId, name }: DomainName): Record<string, string> {
  return { account: String(accountId), domain: name };
}

/** With the domain, so that the binding also holds for a key that was opened before. */
function cacheKey({ accountId, name }: DomainName, key: DkimKey): string {
  return `${accountId}/${name}/${key.encryptedPrivateKey}`;
}
