import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { itemsOf } from "../support/local-tables.ts";
import { officialClient } from "../support/official-client.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
let client: ReturnType<typeof officialClient>;
beforeAll(async () => {
  cloud = await startLocalCloud();
  client = officialClient(cloud);
});
afterAll(() => cloud.stop());

const api = (method: string, path: string, body?: string) =>
  fetch(`${cloud.urls.api}/api/suppressions${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.token}`, "content-type": "text/csv" },
    ...(body !== undefined && { body }),
  });

describe("the official client", () => {
  it("puts an address on the list, finds it and takes it off", async () => {
    const wish = {
      email: "gone@example.net",
      domain_id: cloud.domainId,
      sending_stream: "transactional",
    } as const;
    const { data } = await client.suppressions.create(wish);
    expect(data).toMatchObject({
      email: "gone@example.net",
      type: "manual import",
      domain_name: cloud.domain,
    });
    expect(await client.suppressions.getList({ email: "GONE@example.net" })).toEqual([data]);
    expect(await client.suppressions.delete(data.id)).toEqual(data);
    await expect(client.suppressions.delete(data.id)).rejects.toThrow("Suppression not found");
  });

  it("keeps tracking opt-outs", async () => {
    const { data } = await client.trackingOptOuts.create({
      email: "quiet@example.net",
      domain_id: cloud.domainId,
    });
    expect(await client.trackingOptOuts.getList()).toEqual({ data: [data], last_id: null });
    expect(await client.trackingOptOuts.delete(data.id)).toEqual(data);
  });
});

describe("a hard bounce", () => {
  it("suppresses its recipient", async () => {
    const to = "bounce@simulator.amazonses.com";
    const send = async () => {
      const email = {
        from: { email: `hello@${cloud.domain}` },
        to: [{ email: to }],
        subject: "Hi",
        text: "Hello",
      };
      expect((await post(cloud, email)).status).toBe(200);
    };
    await send();
    // Not by the API, which answers ten such questions a minute.
    const { DYNAMODB } = await cloud.awsEndpoints();
    await eventually(async () => {
      const items = await itemsOf(DYNAMODB, "SuppressionsTable");
      expect(items.filter(({ email }) => email === to)).toHaveLength(1);
    }, 60_000);
    const [suppression] = await client.suppressions.getList({ email: to });
    expect(suppression).toMatchObject({
      type: "hard bounce",
      sending_stream: "transactional",
      domain_name: cloud.domain,
      message_bounce_category: "badrecipient",
      message_subject: "Hi",
      message_sender_email: `hello@${cloud.domain}`,
    });
  });
});

describe("a list", () => {
  it("is imported in the background and exported again", async () => {
    const emails = Array.from({ length: 1_200 }, (_, place) => `reader-${place}@example.net`);
    const taken = await api("POST", "/import", ["email", ...emails, "nobody"].join("\r\n"));
    const { data } = (await taken.json()) as { data: { id: string } };
    expect(taken.status).toBe(202);
    await eventually(async () => {
      const progress = await (await api("GET", `/imports/${data.id}`)).json();
      expect(progress).toMatchObject({
        data: {
          status: "finished",
          added: 1_200,
          bad_lines: [{ line: 1_202, reason: "is not an email address" }],
        },
      });
    }, 60_000);
    const exported = await api("GET", "/export");
    expect(exported.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const text = await exported.text();
    expect(emails.filter((email) => !text.includes(`${email},manual import,any,,`))).toEqual([]);
  });
});
