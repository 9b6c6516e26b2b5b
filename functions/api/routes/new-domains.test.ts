import { GetEmailIdentityCommand } from "@aws-sdk/client-sesv2";
import { describe, expect, it } from "vitest";
import { addDomain } from "../../../shared/domains/add-domain.ts";
import { useDomainApi } from "../../../test/support/domain-api.ts";
import { mailHost } from "../../../test/support/domain-service.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";

const api = useDomainApi();
const { ask, call, create, newName, tokenFor } = api;

describe("the vectors of domains", () => {
  it.each(readVectors("domain-vectors.json"))("$id: $title", async (vector) => {
    const { id } = await create();
    const fixtures = {
      ...{ TOKEN: api.account.token, ACCOUNT_ID: api.account.accountId, DOMAIN_ID: id },
      ...{ NEW_DOMAIN: newName(), NEW_DOMAIN_2: newName() },
    };
    const { method, path, headers, body } = requestOf(vector, fixtures);
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const answer = await ask(method, path, { headers: Object.fromEntries(lower), body });
    expect(answer.status).toBe(vector.expect.status);
    const filled = JSON.stringify(vector.expect.body ?? null)
      .replaceAll("${NEW_DOMAIN}", fixtures.NEW_DOMAIN)
      .replaceAll("${NEW_DOMAIN_2}", fixtures.NEW_DOMAIN_2);
    if (vector.expect.body !== undefined) expect(mismatches(JSON.parse(filled), answer.body)).toEqual([]);
  });
});

describe("a new domain", () => {
  it.each([
    [
      undefined,
      {
        base: [
          "Validation failed: Domain name can't be blank, Tracking domain name is not a valid domain name",
        ],
      },
    ],
    ["www.shop.example", { domain_name: ["must be given without www."] }],
    ["mail.gmail.com", { domain_name: ["belongs to a public mailbox provider"] }],
    ["not a name", { domain_name: ["is not a valid domain name"] }],
  ])("%s is refused", async (domain_name, errors) => {
    const answer = await call("POST", "/api/domains", { domain: { domain_name } });
    expect(answer).toMatchObject({ status: 422, body: { errors } });
  });

  it.each([mailHost, `demo-1.${mailHost}`, `deep.below.${mailHost}`])(
    "is refused where it is the operator's: %s",
    async (domain_name) => {
      expect(await call("POST", "/api/domains", { domain: { domain_name } })).toMatchObject({
        ...{ status: 422, body: { errors: { domain_name: ["belongs to this service"] } } },
      });
    },
  );

  it("is refused when the account has it, and when another has it", async () => {
    const { domain_name } = await create();
    expect(await call("POST", "/api/domains", { domain: { domain_name } })).toMatchObject({
      ...{ status: 422, body: { errors: { domain_name: ["has already been taken"] } } },
    });
    const other = await api.sending.account();
    await api.sending.accounts.setPlanName(other.accountId, "basic-10k");
    expect(await call("POST", "/api/domains", { domain: { domain_name } }, other.token)).toMatchObject({
      ...{ status: 422, body: { errors: { domain_name: ["belongs to another account"] } } },
    });
  });

  it("is one of as many as the plan has", async () => {
    await api.sending.accounts.setPlanName(api.account.accountId, "basic-10k");
    api.clock.advance(31_000);
    const { data } = (await call("GET", "/api/domains")).body as { data: unknown[] };
    for (let count = data.length; count < 5; count += 1) await create();
    expect(await call("POST", "/api/domains", { domain: { domain_name: newName() } })).toMatchObject({
      ...{ status: 422, body: { errors: { base: ["Your plan's limit of domains is reached: 5"] } } },
    });
  });

  it("is refused to who adds and deletes them without end, for a week", async () => {
    await api.sending.accounts.setPlanName(api.account.accountId, "basic-10k");
    api.clock.advance(31_000);
    for (let count = 0; count < 10; count += 1) {
      expect((await call("DELETE", `/api/domains/${(await create()).id}`)).status).toBe(204);
    }
    const refused = {
      status: 422,
      body: { errors: { base: ["Too many domains were deleted within a week"] } },
    };
    const again = () => call("POST", "/api/domains", { domain: { domain_name: newName() } });
    expect(await again()).toMatchObject(refused);
    api.clock.advance(7 * 86_400_000);
    expect((await again()).status).toBe(200);
  });

  it("needs a token that is admin of the account", async () => {
    const { id } = await create();
    const token = await tokenFor(id, 100);
    expect((await call("POST", "/api/domains", { domain: { domain_name: newName() } }, token)).status).toBe(
      403,
    );
  });

  it("is completed when it is added again after its making was cut off", async () => {
    const name = newName();
    const broken = {
      ...api.service.work,
      sesIdentities: {
        ...api.service.work.sesIdentities,
        create: () => Promise.reject(new Error("cut off")),
      },
    };
    const { accountId } = api.account;
    const wanted = { accountId, typedName: name, complianceStatus: "unverified_dns" } as const;
    await expect(addDomain(broken, wanted)).rejects.toThrow("cut off");
    const { id } = await create(name);
    await api.service.ses.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
    expect(await api.service.work.domains.get(accountId, id)).toMatchObject({ setUpAt: api.clock.now() });
  });

  it("is one of as many as the plan has, though several are added at the same moment", async () => {
    await api.sending.accounts.setPlanName(api.account.accountId, "basic-10k");
    api.clock.advance(31_000);
    const { data } = (await call("GET", "/api/domains")).body as { data: unknown[] };
    for (let count = data.length; count < 4; count += 1) await create();
    const statuses = await Promise.all(
      [1, 2, 3].map(
        async () => (await call("POST", "/api/domains", { domain: { domain_name: newName() } })).status,
      ),
    );
    expect(statuses.toSorted()).toEqual([200, 422, 422]);
  });
});
