import { KMSClient } from "@aws-sdk/client-kms";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { deadLetterClient } from "../../functions/operator/dead-letter-client.ts";
import { type OperatorDeps, perform } from "../../functions/operator/perform.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../local/engines/aws/endpoint.ts";
import { sesFaults } from "../../local/engines/aws/ses-faults.ts";
import { accessStore } from "../../shared/accounts/access-store.ts";
import { accountListStore } from "../../shared/accounts/account-list-store.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { type AuditStore, auditStore } from "../../shared/accounts/audit-store.ts";
import { organizationStore } from "../../shared/accounts/organization-store.ts";
import { standingStore } from "../../shared/accounts/standing-store.ts";
import { tokenStore } from "../../shared/accounts/token-store.ts";
import type { MessageEvent } from "../../shared/contracts/message-event.ts";
import { companyInfoStore } from "../../shared/domains/company-info-store.ts";
import { demoDomainStore } from "../../shared/domains/demo-domain-store.ts";
import { dkimKeyClient } from "../../shared/domains/dkim-key-client.ts";
import { domainReviewStore } from "../../shared/domains/domain-review-store.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import { sesIdentityClient } from "../../shared/domains/ses-identity-client.ts";
import { heldStore } from "../../shared/messages/held-store.ts";
import { wordsOf } from "../../shared/notifications/catalogue.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { type TestDynamo, useDynamo } from "./dynamodb.ts";
import { settableClock } from "./test-table.ts";

/** When each test begins. */
export const noon = Date.UTC(2026, 0, 31, 12);

/** What the operator's actions have caused beyond the tables. */
interface Heard {
  /** What owners were told, in words. */
  readonly told: string[];
  /** Jobs that were let go. */
  readonly released: string[];
  readonly events: MessageEvent[];
  /** In cents. */
  readonly refunds: number[];
}

interface Engines {
  readonly dynamo: TestDynamo;
  readonly ses: SESv2Client;
  readonly kms: KMSClient;
  readonly clock: ReturnType<typeof settableClock>;
}

/** What the operator's function works with, for the tests of a `describe`: tables, SES and KMS as they are locally. */
export function useOperator() {
  const dynamo = useDynamo();
  const clock = settableClock(noon);
  const heard: Heard = { told: [], released: [], events: [], refunds: [] };
  let aws: AwsEndpoint;
  let clients: Pick<Engines, "ses" | "kms">;
  let deps: OperatorDeps & { readonly audits: AuditStore };
  const operate = (event: unknown) => perform(deps, event) as Promise<Record<string, unknown>>;

  beforeAll(async () => {
    aws = await startAwsEndpoint({
      ...{ mailbox: { deliver: async () => undefined }, configurationSets: [], eventDestinations: [] },
      ...{ snsUrl: "http://127.0.0.1:9", sesFaults: sesFaults() },
      invoke: async () => ({ payload: null }),
    });
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const at = { endpoint: aws.url, region: "us-east-1", credentials };
    clients = { ses: new SESv2Client(at), kms: new KMSClient(at) };
  });
  afterAll(() => aws.stop());

  beforeEach(() => {
    clock.set(noon);
    for (const list of Object.values(heard)) list.length = 0;
    deps = depsOn({ dynamo, clock, ...clients }, heard);
  });

  return {
    ...{ dynamo, clock, ...heard, operate },
    get deps() {
      return deps;
    },
    get audits() {
      return deps.audits;
    },
    get ses() {
      return clients.ses;
    },
    get kms() {
      return clients.kms;
    },
    /** @returns the id of a new account */
    newAccount: async (more: object = {}): Promise<number> => {
      const wanted = { action: "createAccount", name: "Example", ownerEmail: "owner@example.com", ...more };
      return Number((await operate(wanted))["accountId"]);
    },
  };
}

function depsOn({ dynamo, ses, kms, clock }: Engines, heard: Heard) {
  const table = { client: dynamo.client, clock };
  const accounts = { ...table, table: dynamo.tables.accounts };
  const dkimKeys = dkimKeyClient({ kms, keyId: "dkim" });
  const audits = auditStore(accounts);
  return {
    ...storesOn(accounts),
    audits,
    quota: quotaStore({ ...table, table: dynamo.tables.quota }),
    dkimKeys,
    keyZone: { publish: async () => undefined },
    sesIdentities: sesIdentityClient({ ses, dkimKeys }),
    owner: { tell: async (_accountId, news) => void heard.told.push(wordsOf(news).text) },
    events: { put: async (some) => void heard.events.push(...some) },
    refundEvents: { put: async (_period, { cents }) => void heard.refunds.push(cents) },
    installation: { queues: [] },
    // Looked at in the system tests, where there is an installation.
    doctor: {} as OperatorDeps["doctor"],
    deadLetters: deadLetterClient(new SQSClient({ region: "us-east-1" })),
    held: heldStore({ client: dynamo.client, table: dynamo.tables.messages }),
    heldJobs: { get: () => Promise.reject(new Error("nothing is stored")) },
    queues: { transactional: queueInto(heard.released), bulk: queueInto(heard.released) },
    pause: async (ms) => clock.advance(ms),
    mailHost: "postern.test",
    clock,
  } satisfies OperatorDeps;
}

/** The stores that keep what they have in the table of accounts. */
function storesOn(accounts: Parameters<typeof accountStore>[0]) {
  return {
    accounts: accountStore(accounts),
    accesses: accessStore(accounts),
    organizations: organizationStore(accounts),
    tokens: tokenStore(accounts),
    domains: domainStore(accounts),
    demoDomains: demoDomainStore(accounts),
    accountList: accountListStore(accounts),
    domainReviews: domainReviewStore(accounts),
    companyInfos: companyInfoStore(accounts),
    standings: standingStore(accounts),
  };
}

/** A queue that takes everything. */
function queueInto(bodies: string[]) {
  return {
    send: async (some: readonly string[]) => {
      bodies.push(...some);
      return new Set<number>();
    },
  };
}
