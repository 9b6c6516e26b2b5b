import { ACMClient } from "@aws-sdk/client-acm";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LocalCertificate } from "../../../local/engines/aws/acm.ts";
import type { LocalDistribution } from "../../../local/engines/aws/cloudfront-distributions.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../../local/engines/aws/endpoint.ts";
import { sesFaults } from "../../../local/engines/aws/ses-faults.ts";
import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import { type EdgeDeps, examineEdge } from "./edge.ts";
import { installationClient } from "./installation-client.ts";

const now = Date.UTC(2026, 0, 31, 12);
const day = 86_400_000;
const host = "send.mail.example";
const arn = "arn:aws:acm:us-east-1:000000000000:certificate/1";
const record = { Name: `_x.${host}.`, Type: "CNAME", Value: "_y.acm-validations.aws." };
const issued: LocalCertificate = {
  ...{ CertificateArn: arn, DomainName: "*.mail.example", Status: "ISSUED" },
  NotAfter: (now + 90 * day) / 1_000,
  DomainValidationOptions: [{ DomainName: host, ResourceRecord: record }],
};

const distributions: LocalDistribution[] = [];
const certificates: LocalCertificate[] = [];
let endpoint: AwsEndpoint;
let deps: EdgeDeps;

beforeAll(async () => {
  endpoint = await startAwsEndpoint({
    ...{ mailbox: { deliver: async () => undefined }, configurationSets: [], eventDestinations: [] },
    ...{ snsUrl: "http://127.0.0.1:9", sesFaults: sesFaults(), distributions, certificates },
    invoke: async () => ({ payload: null }),
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const at = { endpoint: endpoint.url, region: "us-east-1", credentials };
  deps = {
    mailHost: "mail.example",
    installation: { distributions: { send: "E1" }, certificates: { send: arn } },
    aws: installationClient({
      ...{ ses: new SESv2Client(at), sns: new SNSClient(at), sqs: new SQSClient(at) },
      ...{ scheduler: new SchedulerClient(at), secretsManager: new SecretsManagerClient(at) },
      ...{ cloudfront: new CloudFrontClient(at), acm: (region) => new ACMClient({ ...at, region }) },
    }),
    clock: { now: () => now },
  };
});
afterAll(() => endpoint.stop());
beforeEach(() => {
  has({ id: "E1", aliases: [host], connectionMode: "direct", isEnabled: true }, issued);
});

function has(distribution: LocalDistribution | undefined, certificate?: LocalCertificate): void {
  distributions.splice(0, distributions.length, ...(distribution ? [distribution] : []));
  certificates.splice(0, certificates.length, ...(certificate ? [certificate] : []));
}

const examined = async () => (await examineEdge(deps)) as [Finding, Finding];

describe("the look at CloudFront and ACM", () => {
  it("is content with what is enabled, issued and for the host", async () => {
    expect(await examined()).toMatchObject([
      { name: `Distribution of ${host}`, outcome: "ok" },
      { name: `Certificate of ${host}`, outcome: "ok", says: "issued, until 2026-05-01" },
    ]);
  });

  it("finds nothing where nothing of that is deployed", async () => {
    expect(await examineEdge({ ...deps, installation: {} })).toEqual([]);
  });

  it.each<[string, Partial<LocalDistribution> | undefined, string]>([
    ["is gone", undefined, "there is no distribution E1"],
    ["is disabled", { isEnabled: false }, "is disabled: send.mail.example answers nobody"],
    ["does not know its host", { aliases: ["other.example"] }, "does not know the host send.mail.example"],
  ])("sees that a distribution %s", async (_what, change, says) => {
    const usual = { id: "E1", aliases: [host], connectionMode: "direct", isEnabled: true };
    has(change && { ...usual, ...change }, issued);
    expect((await examined())[0]).toMatchObject({ outcome: "failed", says: expect.stringContaining(says) });
  });

  it("asks no host of a distribution for tenants", async () => {
    has({ id: "E1", aliases: [], connectionMode: "tenant-only", isEnabled: true }, issued);
    expect((await examined())[0]).toMatchObject({ outcome: "ok" });
  });

  it.each<[string, object | undefined, Finding["outcome"], string, string]>([
    ["is gone", undefined, "failed", "there is no certificate arn:aws:acm", "edgeCertificateArn"],
    [
      "waits for its record",
      { Status: "PENDING_VALIDATION", NotAfter: undefined },
      ...(["failed", "not issued yet", `${record.Name} CNAME ${record.Value}`] as const),
    ],
    [
      "cannot be renewed",
      { RenewalSummary: { RenewalStatus: "PENDING_VALIDATION" } },
      ...(["warning", "cannot renew it", `${record.Name} CNAME`] as const),
    ],
    [
      "was refused",
      { Status: "FAILED", FailureReason: "CAA_ERROR" },
      "failed",
      "FAILED (CAA_ERROR)",
      "Ask ACM",
    ],
    ["ends soon", { NotAfter: (now + 9.5 * day) / 1_000 }, "warning", "ends in 9 days", "record"],
    ["has ended", { Status: "EXPIRED", NotAfter: now / 1_000 - 9 }, "failed", "has ended at", "record"],
    ["is for others", { DomainName: "*.other.example" }, "failed", "is not for send.mail.example", "Ask ACM"],
  ])("sees that a certificate %s", async (_what, change, outcome, says, remedy) => {
    has(distributions[0], change && { ...issued, ...change });
    expect((await examined())[1]).toMatchObject({
      ...{ outcome, says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) },
    });
  });
});
