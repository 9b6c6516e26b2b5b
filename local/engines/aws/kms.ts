import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { type AwsRequest, type AwsService, bodyAs, ok } from "./protocol.ts";
import { type StateFile, stateFile } from "./state-file.ts";

const formatVersion = 1;
const ivBytes = 12;
const tagBytes = 16;
const plaintextLimit = 4_096;

const contextSchema = z.record(z.string(), z.string()).optional();
const base64 = z.base64().transform((text) => Buffer.from(text, "base64"));
const encryptSchema = z.object({
  KeyId: z.string().min(1),
  Plaintext: base64.refine((data) => data.length >= 1 && data.length <= plaintextLimit, "1 to 4096 bytes"),
  EncryptionContext: contextSchema,
});
const decryptSchema = z.object({
  KeyId: z.string().min(1).optional(),
  CiphertextBlob: base64,
  EncryptionContext: contextSchema,
});
const dataKeySchema = z.object({
  KeyId: z.string().min(1),
  KeySpec: z.enum(["AES_256", "AES_128"]).optional(),
  NumberOfBytes: z.number().int().min(1).max(1_024).optional(),
  EncryptionContext: contextSchema,
});

type Context = z.infer<typeof contextSchema>;

/**
 * KMS for symmetric keys: Encrypt, Decrypt, GenerateDataKey. A key is named by its id or ARN and comes
 * into being at its first use; ciphertexts are AES-256-GCM bound to their encryption context.
 */
export function kmsService(options: {
  dir?: string | undefined;
  region: string;
  account: string;
}): AwsService {
  const keys = stateFile<string>(options.dir, "kms-keys.json");
  const keyOf = keyRing(keys);
  const arn = (id: string) => `arn:aws:kms:${options.region}:${options.account}:key/${id}`;
  const operations: Record<string, (request: AwsRequest) => Promise<object>> = {
    Encrypt: async (request) => {
      const { KeyId, Plaintext, EncryptionContext } = bodyAs(encryptSchema, request, "ValidationException");
      const id = keyIdOf(KeyId);
      const blob = seal(await keyOf(id), id, Plaintext, EncryptionContext);
      return {
        CiphertextBlob: blob.toString("base64"),
        KeyId: arn(id),
        EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      };
    },
    Decrypt: async (request) => {
      const input = bodyAs(decryptSchema, request, "ValidationException");
      const { id, plaintext } = openSealed(keys, input.CiphertextBlob, input.EncryptionContext);
      if (input.KeyId !== undefined && keyIdOf(input.KeyId) !== id) {
        throw new AwsError(400, "IncorrectKeyException", "The ciphertext was encrypted under another key.");
      }
      return {
        Plaintext: plaintext.toString("base64"),
        KeyId: arn(id),
        EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      };
    },
    GenerateDataKey: async (request) => {
      const input = bodyAs(dataKeySchema, request, "ValidationException");
      const id = keyIdOf(input.KeyId);
      const plaintext = randomBytes(input.NumberOfBytes ?? (input.KeySpec === "AES_128" ? 16 : 32));
      const blob = seal(await keyOf(id), id, plaintext, input.EncryptionContext);
      return {
        Plaintext: plaintext.toString("base64"),
        CiphertextBlob: blob.toString("base64"),
        KeyId: arn(id),
      };
    },
  };
  return async (request) => {
    const name = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const operation = operations[name];
    if (!operation)
      throw new AwsError(400, "UnknownOperationException", `KMS ${name} is not served locally.`);
    return ok(await operation(request));
  };
}

function keyIdOf(idOrArn: string): string {
  return idOrArn.replace(/^arn:[^/]*:key\//, "");
}

/** Makes a key at its first use; nothing is sealed under a key that a crash could still lose. */
function keyRing(keys: StateFile<string>): (id: string) => Promise<Buffer> {
  const kept = new Map<string, Promise<Buffer>>();
  const load = async (id: string) => {
    if (!keys.values.has(id)) {
      keys.values.set(id, randomBytes(32).toString("base64"));
      await keys.save();
    }
    return Buffer.from(keys.values.get(id) ?? "", "base64");
  };
  return (id) => {
    const key = kept.get(id) ?? load(id);
    kept.set(id, key);
    return key;
  };
}

/** The blob: version, length of the key id, key id, IV, tag, ciphertext. */
function seal(key: Buffer, id: string, plaintext: Buffer, context: Context): Buffer {
  const name = Buffer.from(id);
  const head = Buffer.concat([Buffer.from([formatVersion, name.length]), name]);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(contextBytes(context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, iv, cipher.getAuthTag(), sealed]);
}

function openSealed(
  keys: StateFile<string>,
  blob: Buffer,
  context: Context,
): { id: string; plaintext: Buffer } {
  try {
    if (blob[0] !== formatVersion) throw new Error("unknown version");
    const ivAt = 2 + (blob[1] ?? 0);
    const id = blob.toString("utf8", 2, ivAt);
    const tagAt = ivAt + ivBytes;
    const dataAt = tagAt + tagBytes;
    const key = Buffer.from(keys.values.get(id) ?? "", "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, blob.subarray(ivAt, tagAt), {
      authTagLength: tagBytes,
    })
      .setAuthTag(blob.subarray(tagAt, dataAt))
      .setAAD(contextBytes(context));
    return { id, plaintext: Buffer.concat([decipher.update(blob.subarray(dataAt)), decipher.final()]) };
  } catch {
    throw new AwsError(400, "InvalidCiphertextException", "The ciphertext cannot be decrypted.");
  }
}

function contextBytes(context: Context): Buffer {
  const pairs = Object.entries(context ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
