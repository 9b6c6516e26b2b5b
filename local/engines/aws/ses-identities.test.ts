import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AlreadyExistsException,
  BadRequestException,
  CreateEmailIdentityCommand,
  DeleteEmailIdentityCommand,
  GetAccountCommand,
  GetEmailIdentityCommand,
  NotFoundException,
  PutEmailIdentityDkimSigningAttributesCommand,
  PutEmailIdentityMailFromAttributesCommand,
  type SESv2Client,
} from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestEndpoint, type TestEndpoint } from "./endpoint-test-kit.ts";
import { sesClient, signing } from "./ses-test-kit.ts";

let dataDir: string;
let endpoint: TestEndpoint;
let ses: SESv2Client;

async function start(): Promise<void> {
  endpoint = await startTestEndpoint({ dataDir });
  ses = sesClient(endpoint.url);
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "postern-identities-"));
  await start();
});

afterAll(async () => {
  await endpoint.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test("identities are made, described, changed, kept over a restart, and deleted", async () => {
  const EmailIdentity = "kept.example";
  const created = await ses.send(
    new CreateEmailIdentityCommand({ EmailIdentity, DkimSigningAttributes: signing }),
  );
  expect(created).toMatchObject({ IdentityType: "DOMAIN", VerifiedForSendingStatus: true });
  await expect(ses.send(new CreateEmailIdentityCommand({ EmailIdentity }))).rejects.toBeInstanceOf(
    AlreadyExistsException,
  );
  await ses.send(
    new PutEmailIdentityDkimSigningAttributesCommand({
      EmailIdentity,
      SigningAttributesOrigin: "EXTERNAL",
      SigningAttributes: { ...signing, DomainSigningSelector: "ps2" },
    }),
  );
  const MailFromDomain = "bounce.kept.example";
  await ses.send(new PutEmailIdentityMailFromAttributesCommand({ EmailIdentity, MailFromDomain }));
  await endpoint.stop();
  await start();
  expect(await ses.send(new GetEmailIdentityCommand({ EmailIdentity }))).toMatchObject({
    DkimAttributes: { Tokens: ["ps2"], SigningAttributesOrigin: "EXTERNAL", Status: "SUCCESS" },
    MailFromAttributes: { MailFromDomain },
  });
  await ses.send(new PutEmailIdentityMailFromAttributesCommand({ EmailIdentity }));
  const { MailFromAttributes } = await ses.send(new GetEmailIdentityCommand({ EmailIdentity }));
  expect(MailFromAttributes?.MailFromDomain).toBeUndefined();
  await ses.send(new DeleteEmailIdentityCommand({ EmailIdentity }));
  await expect(ses.send(new GetEmailIdentityCommand({ EmailIdentity }))).rejects.toBeInstanceOf(
    NotFoundException,
  );
  expect(await ses.send(new GetAccountCommand())).toMatchObject({ SendingEnabled: true });
});

test("a key that SES could not use is refused", async () => {
  const EmailIdentity = "badkey.example";
  for (const key of ["bm90IGEga2V5", generateEcKey()]) {
    const DkimSigningAttributes = { ...signing, DomainSigningPrivateKey: key };
    await expect(
      ses.send(new CreateEmailIdentityCommand({ EmailIdentity, DkimSigningAttributes })),
    ).rejects.toBeInstanceOf(BadRequestException);
  }
});

test("the custom MAIL FROM domain must lie under the identity", async () => {
  const EmailIdentity = "here.example";
  await ses.send(new CreateEmailIdentityCommand({ EmailIdentity, DkimSigningAttributes: signing }));
  await expect(
    ses.send(
      new PutEmailIdentityMailFromAttributesCommand({
        EmailIdentity,
        MailFromDomain: "bounce.elsewhere.example",
      }),
    ),
  ).rejects.toBeInstanceOf(BadRequestException);
});

function generateEcKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
}
