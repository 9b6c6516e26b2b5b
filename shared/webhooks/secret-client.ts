import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";
import { LRUCache } from "lru-cache";
import type { Webhook, WebhookId } from "./webhook.ts";

const keptSecrets = 1_000;

export type SecretClient = ReturnType<typeof secretClient>;

/**
 * Seals the signing secrets of webhooks and opens them again. At rest a secret is only as KMS made it, bound
 * to its account and webhook: who reads the table, or a backup of it, can sign nothing.
 */
export function secretClient({ kms, keyId }: { kms: KMSClient; keyId: string }) {
  const opened = new LRUCache<string, Promise<string>>({ max: keptSecrets });

  async function decrypt(webhook: Webhook): Promise<string> {
    const { Plaintext } = await kms.send(
      new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: Buffer.from(webhook.sealedSecret, "base64"),
        EncryptionContext: contextOf(webhook),
      }),
    );
    if (Plaintext === undefined) throw new Error("KMS decrypted nothing");
    return Buffer.from(Plaintext).toString();
  }

  return {
    /** What is to be stored of a secret. */
    async seal(id: WebhookId, secret: string): Promise<string> {
      const { CiphertextBlob } = await kms.send(
        new EncryptCommand({
          KeyId: keyId,
          Plaintext: Buffer.from(secret),
          EncryptionContext: contextOf(id),
        }),
      );
      if (CiphertextBlob === undefined) throw new Error("KMS encrypted nothing");
      return Buffer.from(CiphertextBlob).toString("base64");
    },

    /** The secret of a webhook; kept in the process once it was opened. */
    open(webhook: Webhook): Promise<string> {
      const key = `${webhook.accountId}/${webhook.webhookId}/${webhook.sealedSecret}`;
      const known = opened.get(key);
      if (known !== undefined) return known;
      const opening = decrypt(webhook);
      opened.set(key, opening);
      opening.catch(() => opened.delete(key));
      return opening;
    },
  };
}

function contextOf({ accountId, webhookId }: WebhookId): Record<string, string> {
  return { account: String(accountId), webhook: String(webhookId) };
}
