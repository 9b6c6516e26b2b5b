import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSClient,
} from "@aws-sdk/client-kms";
import {
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException as NoSuchFunction,
} from "@aws-sdk/client-lambda";
import {
  GetSecretValueCommand,
  ResourceNotFoundException as NoSuchSecret,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startTestEndpoint, type TestEndpoint } from "./endpoint-test-kit.ts";
import type { Invocation, InvocationResult } from "./lambda.ts";

const KeyId = "11111111-2222-3333-4444-555555555555";
const relayArn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:relay-Ab12Cd";

let dataDir: string;
let endpoint: TestEndpoint;
let kms: KMSClient;
let lambda: LambdaClient;
let invocations: Invocation[] = [];

async function invoke(invocation: Invocation): Promise<InvocationResult | undefined> {
  invocations.push(invocation);
  if (invocation.functionName === "broken") {
    return { payload: { errorType: "Error", errorMessage: "boom" }, functionError: "Unhandled" };
  }
  return invocation.functionName.endsWith("operator") ? { payload: { heard: invocation.event } } : undefined;
}

async function start(): Promise<void> {
  const secrets = [{ name: "relay", arn: relayArn, value: '{"host":"127.0.0.1"}' }];
  endpoint = await startTestEndpoint({ dataDir, secrets, invoke });
  kms = new KMSClient({ ...endpoint.reached, maxAttempts: 1 });
  lambda = new LambdaClient({ ...endpoint.reached, maxAttempts: 1 });
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "postern-aws-"));
  await start();
});

beforeEach(() => {
  invocations = [];
});

afterAll(async () => {
  await endpoint.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test("what KMS encrypted it decrypts, also after a restart, and only under the same context and key", async () => {
  const Plaintext = randomBytes(4_096);
  const EncryptionContext = { account: "7", domain: "here.example" };
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
  await endpoint.stop();
  await start();

  const inOtherOrder = { domain: "here.example", account: "7" };
  const opened = await kms.send(
    new DecryptCommand({
      CiphertextBlob,
      EncryptionContext: inOtherOrder,
      KeyId: `arn:aws:kms:us-east-1:000000000000:key/${KeyId}`,
    }),
  );
  expect(Buffer.from(opened.Plaintext ?? []).equals(Plaintext)).toBe(true);

  const other = { ...EncryptionContext, account: "8" };
  await expect(
    kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: other })),
  ).rejects.toBeInstanceOf(InvalidCiphertextException);
  await expect(
    kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId: "another" })),
  ).rejects.toBeInstanceOf(IncorrectKeyException);
});

test("every flipped byte of a ciphertext is noticed", async () => {
  const { CiphertextBlob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId, Plaintext: Buffer.from("secret") }),
  );
  for (let at = 0; at < CiphertextBlob.length; at += 7) {
    const flipped = Buffer.from(CiphertextBlob);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    await expect(kms.send(new DecryptCommand({ CiphertextBlob: flipped }))).rejects.toBeInstanceOf(
      InvalidCiphertextException,
    );
  }
});

test("data keys made at once, the first use of their key included, can all be opened", async () => {
  const command = () => kms.send(new GenerateDataKeyCommand({ KeyId: "fresh", KeySpec: "AES_256" }));
  const made = await Promise.all([command(), command(), command()]);
  for (const { CiphertextBlob, Plaintext } of made) {
    expect(Plaintext).toHaveLength(32);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? []).equals(Buffer.from(Plaintext ?? []))).toBe(true);
  }
});

test("a plaintext above KMS's limit is refused", async () => {
  const tooLarge = new EncryptCommand({ KeyId, Plaintext: randomBytes(4_097) });
  await expect(kms.send(tooLarge)).rejects.toMatchObject({ name: "ValidationException" });
});

test.each(["relay", relayArn])("the secret %s is found", async (SecretId) => {
  const secrets = new SecretsManagerClient({ ...endpoint.reached, maxAttempts: 1 });
  const found = await secrets.send(new GetSecretValueCommand({ SecretId }));
  expect(found).toMatchObject({ Name: "relay", ARN: relayArn, SecretString: '{"host":"127.0.0.1"}' });
});

test("a secret that does not exist is not found", async () => {
  const secrets = new SecretsManagerClient({ ...endpoint.reached, maxAttempts: 1 });
  const command = new GetSecretValueCommand({ SecretId: "none" });
  await expect(secrets.send(command)).rejects.toBeInstanceOf(NoSuchSecret);
});

test("a function is invoked by name or ARN and its result comes back", async () => {
  const Payload = JSON.stringify({ action: "usage", accountId: 7 });
  const byName = await lambda.send(new InvokeCommand({ FunctionName: "operator", Payload }));
  expect(JSON.parse(byName.Payload?.transformToString() ?? "")).toEqual({ heard: JSON.parse(Payload) });
  expect(byName.FunctionError).toBeUndefined();
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:operator";
  await lambda.send(new InvokeCommand({ FunctionName: `${arn}:live`, Payload }));
  expect(invocations.map(({ functionName }) => functionName)).toEqual(["operator", arn]);
});

test("a function's failure is an answer with the kind of error; a missing function is an exception", async () => {
  const broken = await lambda.send(new InvokeCommand({ FunctionName: "broken" }));
  expect([broken.StatusCode, broken.FunctionError]).toEqual([200, "Unhandled"]);
  expect(JSON.parse(broken.Payload?.transformToString() ?? "")).toMatchObject({ errorMessage: "boom" });
  await expect(lambda.send(new InvokeCommand({ FunctionName: "none" }))).rejects.toBeInstanceOf(
    NoSuchFunction,
  );
});

test("an event invocation is answered at once, and runs", async () => {
  const { StatusCode } = await lambda.send(
    new InvokeCommand({ FunctionName: "operator", InvocationType: "Event", Payload: "{}" }),
  );
  expect(StatusCode).toBe(202);
  await vi.waitFor(() => expect(invocations.map(({ invocationType }) => invocationType)).toEqual(["Event"]));
});

test("a body above 60 MB is refused without being kept, whatever it claims to be", async () => {
  const chunk = Buffer.alloc(1024 * 1024);
  const endless = new ReadableStream({
    start: () => undefined,
    pull: (controller) => controller.enqueue(chunk),
  });
  const response = await fetch(`${endpoint.url}/v2/email/outbound-emails`, {
    method: "POST",
    body: endless,
    duplex: "half",
  } as RequestInit).catch((error: Error) => error);
  if (response instanceof Response) expect(response.status).toBe(413);
  else expect(response).toBeInstanceOf(Error);
  const after = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("still well") }));
  expect(after.CiphertextBlob?.length).toBeGreaterThan(0);
});

test.each([
  ["/v2/email/outbound-emails", "POST", "not json", 400],
  ["/v2/email/outbound-emails", "POST", "null", 400],
  ["/v2/email/outbound-emails", "POST", '{"Content":{"Raw":{"Data":{}}}}', 400],
  ["/v2/email/identities/%E0%A4%A", "GET", undefined, 400],
  ["/v2/email/nothing", "GET", undefined, 404],
  ["/", "POST", "{}", 404],
  ["/2015-03-31/functions/operator/invocations", "POST", "{", 400],
  ["/2015-03-31/functions/%E0%A4%A/invocations", "POST", "{}", 400],
])("nonsense at %s is an error of the client, not ours", async (path, method, body, status) => {
  const response = await fetch(`${endpoint.url}${path}`, { method, ...(body ? { body } : {}) });
  expect(response.status).toBe(status);
  expect(response.headers.get("x-amzn-errortype")).toBeTruthy();
});
