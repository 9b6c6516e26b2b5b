import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { type Fixtures, mismatches, readVectors, requestOf } from "../vectors/vectors.ts";

// Needs stored templates, which do not exist yet.
const later = new Set(["send-16"]);

let cloud: LocalCloud;
let fixtures: Fixtures;
let urls: Record<string, string>;

beforeAll(async () => {
  cloud = await startLocalCloud();
  urls = { "send.api.mailtrap.io": cloud.urls.send, "bulk.api.mailtrap.io": cloud.urls.bulk };
  fixtures = await preparedFixtures();
});
afterAll(() => cloud.stop());

async function preparedFixtures(): Promise<Fixtures> {
  const banned = await cloud.newAccount({});
  await cloud.invoke("Operator", {
    action: "setAccountStatus",
    accountId: banned.accountId,
    status: "banned",
  });
  const { accountId } = cloud;
  await cloud.invoke("Operator", { action: "addDomain", accountId, domainName: "pending.example" });
  const viewer = { action: "createToken", accountId, name: "Viewer", accessLevel: 10 };
  const { token: viewerToken } = (await cloud.invoke("Operator", viewer)) as { token: string };
  return {
    TOKEN: cloud.token,
    TOKEN_VIEWER: viewerToken,
    TOKEN_WRONG: "0".repeat(32),
    TOKEN_BANNED: banned.token,
    DOMAIN: cloud.domain,
    DOMAIN_PENDING: "pending.example",
    TEMPLATE_UUID: "b81aabcd-1a1e-41cf-91b6-eca0254b3d96",
  };
}

describe("the running service, as its clients know it:", () => {
  const vectors = readVectors("send-vectors.json").filter(({ id }) => !later.has(id));

  it.each(vectors)("$id: $title", async (vector) => {
    const { method, host, path, headers, body } = requestOf(vector, fixtures);

    const answer = await fetch(`${urls[host]}${path}`, { method, headers, body: JSON.stringify(body) });

    expect(answer.status).toBe(vector.expect.status);
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(mismatches(vector.expect.body ?? {}, await answer.json())).toEqual([]);
  });
});
