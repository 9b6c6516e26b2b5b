import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { type DomainService, startDomainService } from "../../../test/support/domain-service.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { autoBccRoutes } from "./auto-bcc.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
let sending: SendService;
let service: DomainService;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;
let path: string;

beforeAll(async () => {
  sending = await startSendService(clock);
  const client = DynamoDBDocumentClient.from(sending.dynamo, {
    marshallOptions: { removeUndefinedValues: true },
  });
  service = await startDomainService({ client, table: "Accounts", clock });
  ask = apiClient(sending, autoBccRoutes({ domainWork: service.work }));
});
afterAll(async () => {
  await service.stop();
  await sending.stop();
});
beforeEach(async () => {
  account = await sending.account();
  const domain = await sending.domains.read(account.accountId, account.domain);
  path = `/api/domains/${domain?.id}/auto_bcc`;
});

const show = () => ask("GET", path, { token: account.token });
const put = (auto_bcc: unknown, token = account.token) => ask("PUT", path, { token, body: { auto_bcc } });
const addresses = (count: number) => Array.from({ length: count }, (_, place) => `a${place}@example.net`);
const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, place) => [`X-F${place}`, "v"]));

type Refusal = [what: string, wanted: unknown, errors: Record<string, string[]>];

describe("auto-BCC of a domain", () => {
  it("is nobody at first, and what was put last", async () => {
    expect((await show()).body).toEqual({ auto_bcc: { emails: [], headers: {} } });
    const first = { emails: ["crm@Example.net", "Boss@example.net"], headers: { "X-Copy": "yes, a copy" } };
    const kept = { ...first, emails: ["crm@example.net", "Boss@example.net"] };
    expect(await put(first)).toMatchObject({ status: 200, body: { auto_bcc: kept } });
    expect((await show()).body).toEqual({ auto_bcc: kept });
    await put({ emails: [] });
    expect((await show()).body).toEqual({ auto_bcc: { emails: [], headers: {} } });
  });

  it.each<Refusal>([
    ["an address that is none", { emails: ["crm"] }, { emails: ["has an invalid address"] }],
    ["a line break", { emails: ["a@b.example\r\nBcc: c@d.example"] }, { emails: ["has an invalid address"] }],
    ["an address twice", { emails: ["a@b.example", "A@B.example"] }, { emails: ["has an address twice"] }],
    ["eleven addresses", { emails: addresses(11) }, { emails: ["has too many addresses (maximum is 10)"] }],
    ["no list", { emails: "a@b.example" }, { emails: ["must be a list of addresses"] }],
    ["no addresses", {}, { emails: ["must be a list of addresses"] }],
    ["nothing", undefined, { auto_bcc: ["is invalid"] }],
    ...["Subject", "Copy", "X-", "X-SES-Configuration-Set", "X-A:", "X A", "X-Ä"].map(
      (name) =>
        [
          `the name ${name}`,
          { emails: [], headers: { [name]: "v" } },
          { headers: ["must have names like X-Copy"] },
        ] satisfies Refusal,
    ),
    ...["", " ", "a\r\nBcc: c@d.example", "ä", "v".repeat(256), 1, null].map(
      (value) =>
        [
          `the value ${JSON.stringify(value).slice(0, 20)}`,
          { emails: [], headers: { "X-Copy": value } },
          { headers: ["must have values of 1 to 255 printable ASCII characters"] },
        ] satisfies Refusal,
    ),
    ["a name twice", { emails: [], headers: { "X-A": "v", "x-a": "w" } }, { headers: ["has a name twice"] }],
    [
      "eleven fields",
      { emails: [], headers: fields(11) },
      { headers: ["has too many fields (maximum is 10)"] },
    ],
  ])("refuses %s", async (_what, wanted, errors) => {
    expect(await put(wanted)).toMatchObject({ status: 422, body: { errors } });
    expect((await show()).body).toEqual({ auto_bcc: { emails: [], headers: {} } });
  });

  it("has ten addresses and ten fields at most", async () => {
    expect((await put({ emails: addresses(10), headers: fields(10) })).status).toBe(200);
  });

  it("is seen and changed by whom the token lets", async () => {
    expect((await ask("GET", path, { token: account.viewerToken })).status).toBe(200);
    expect((await put({ emails: [] }, account.viewerToken)).status).toBe(403);
    const stranger = await sending.account();
    expect((await put({ emails: [] }, stranger.token)).status).toBe(404);
  });

  it("is not for demo domains", async () => {
    const demo = `demo${account.accountId}.example`;
    const wanted = { accountId: account.accountId, name: demo, complianceStatus: "demo" } as const;
    const { id } = await sending.domains.add({ ...wanted, dkimKeys: [] });
    path = `/api/domains/${id}/auto_bcc`;
    expect(await put({ emails: ["crm@example.net"] })).toMatchObject({
      ...{ status: 422, body: { errors: { base: ["Auto-BCC is not available on demo domains"] } } },
    });
  });
});
