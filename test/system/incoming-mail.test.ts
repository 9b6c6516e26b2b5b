import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

async function arrived(address: string) {
  return await eventually(async () => {
    const found = (await cloud.mailbox()).find(({ envelope }) => envelope.to[0]?.address === address);
    expect(found, `a mail to ${address}`).toBeDefined();
    return found as NonNullable<typeof found>;
  });
}

async function suppressed(): Promise<{ email: string; type: string }[]> {
  const headers = { authorization: `Bearer ${cloud.token}` };
  const response = await fetch(`${cloud.urls.api}/api/suppressions`, { headers });
  return (await response.json()) as { email: string; type: string }[];
}

const sale = { subject: "Sale", text: "All must go" };

it("a recipient's program that unsubscribes by mail gets its recipient off the list", async () => {
  await post(cloud, { to: [{ email: "reader@example.net" }], ...sale }, { stream: "bulk" });
  const { id } = await arrived("reader@example.net");
  const unfolded = (await cloud.rawMail(id)).replaceAll(/\r?\n[ \t]+/g, "");
  const [, address = "", token = ""] = /<mailto:([^?]+)\?subject=([^>]+)>/.exec(unfolded) ?? [];
  expect(address).toBe(`unsubscribe@${cloud.domain}`);

  await post(cloud, { to: [{ email: address }], subject: `${token}x`, text: "A token that nobody signed" });
  await arrived(address);
  await post(cloud, { to: [{ email: address }], subject: token, text: "Please" });
  await eventually(async () =>
    expect(await suppressed()).toEqual([
      expect.objectContaining({ email: "reader@example.net", type: "unsubscription" }),
    ]),
  );
});
