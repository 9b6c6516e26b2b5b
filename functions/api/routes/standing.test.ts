import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ban, lift, suspend, warn } from "../../../shared/accounts/standing.ts";
import type { TokenResource } from "../../../shared/accounts/token.ts";
import { type AccountApi, newPlace, startAccountApi } from "../../../test/support/account-api.ts";
import type { Place } from "../../../test/support/api-requests.ts";
import { apiEvent } from "../../../test/support/api-service.ts";
import { apiDoor } from "../door/door.ts";
import { standingRoutes } from "./standing.ts";

let api: AccountApi;
let place: Place;

beforeAll(async () => {
  api = await startAccountApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  place = await newPlace(api.deps);
});

/** How the account stands for who has a token of this. */
async function standing(resource?: Pick<TokenResource, "resourceType" | "resourceId">, named = false) {
  const { accountId } = place;
  const whole = { resourceType: "account", resourceId: accountId } as const;
  const resources = [{ ...(resource ?? whole), accessLevel: 10 as const }];
  const { secret } = await api.deps.accounts.tokens.create(accountId, {
    name: "t",
    resources,
    expiresAt: null,
  });
  const path = `/api${named ? `/accounts/${accountId}` : ""}/standing`;
  const { statusCode, body } = await apiDoor(
    api.deps,
    standingRoutes(api.deps),
  )(apiEvent("GET", path, { token: secret }));
  return { status: statusCode, body: JSON.parse(body ?? "null") };
}

const change = (...changes: Parameters<AccountApi["deps"]["standings"]["change"]>[1][]) =>
  changes.reduce(async (before, one) => {
    await before;
    await api.deps.standings.change(place.accountId, one);
  }, Promise.resolve());

const none = { messages: 0, is_all: true };

async function hold(name: string, domainName: string, stream: string): Promise<void> {
  const mail = { accountId: place.accountId, name, domainName, stream, messages: 2, job: { text: "{}" } };
  await api.deps.held.put(mail);
}

describe("how an account stands", () => {
  it("is well until somebody says otherwise, in both forms of the path", async () => {
    const well = { status: "active", ban: null, suspensions: [], warnings: [], held: none };
    expect(await standing()).toEqual({ status: 200, body: well });
    expect(await standing(undefined, true)).toEqual({ status: 200, body: well });
  });

  it("says what is suspended, why, since and until when, and how much is held of it", async () => {
    const { domainName, domainId } = place;
    await change(
      suspend({ scope: { kind: "domain", domainName }, reason: "Complaints." }),
      suspend({ scope: { kind: "stream", stream: "bulk" }, reason: "6% bounced.", automatic: true }),
    );
    await hold("1", domainName, "bulk");
    await hold("2", "other.example", "bulk");
    const { body } = await standing();
    expect(body).toMatchObject({
      ...{ status: "active", held: { messages: 4, is_all: true } },
      suspensions: [
        {
          ...{ scope: "domain", domain_id: domainId, domain_name: domainName, stream: null },
          ...{ reason: "Complaints.", answered: false, automatic: false, held: { messages: 2 } },
        },
        { scope: "stream", stream: "bulk", domain_id: null, automatic: true, held: { messages: 4 } },
      ],
    });
    const [{ since, ban_at: banAt }] = body.suspensions;
    expect(Date.parse(banAt) - Date.parse(since)).toBe(14 * 86_400_000);
  });

  it("says of what it was warned, until that is a suspension", async () => {
    await change(warn("bulk", "3% bounced; 2% is the most."));
    expect((await standing()).body.warnings).toMatchObject([
      { stream: "bulk", reason: "3% bounced; 2% is the most.", since: expect.any(String) },
    ]);
    await change(suspend({ scope: { kind: "stream", stream: "bulk" }, reason: "6% bounced." }));
    expect((await standing()).body).toMatchObject({ warnings: [], suspensions: [{ reason: "6% bounced." }] });
  });

  it("says why it is banned, for as long as it is", async () => {
    await change(ban("Phishing."));
    expect((await standing()).body).toMatchObject({ status: "banned", ban: { reason: "Phishing." } });
    await change(lift({ kind: "account" }));
    expect((await standing()).body).toMatchObject({ status: "active", ban: null });
  });

  it("shows a domain's token nothing of other domains, and an organization's nothing", async () => {
    await change(suspend({ scope: { kind: "domain", domainName: "other.example" }, reason: "Complaints." }));
    await hold("1", "other.example", "bulk");
    const own = { resourceType: "domain", resourceId: place.domainId } as const;
    expect((await standing(own)).body).toMatchObject({ suspensions: [], held: none });
    const organization = { resourceType: "organization", resourceId: place.organizationId } as const;
    expect((await standing(organization)).status).toBe(403);
  });
});
