import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { itemsOf } from "../support/local-tables.ts";
import { type Answer, type PostOptions, post, postBatch } from "../support/send.ts";

let cloud: LocalCloud;
let ours: Customer;
let theirs: Customer;
beforeAll(async () => {
  cloud = await startLocalCloud();
  ours = await cloud.newAccount({});
  theirs = await cloud.newAccount({});
});
afterAll(() => cloud.stop());

const secretText = "a secret between two";
const operate = (command: object) => cloud.invoke("Operator", command) as Promise<Record<string, unknown>>;

function emailFrom(domain: string, to = "reader@example.net") {
  return { from: { email: `hello@${domain}` }, to: [{ email: to }], subject: "Hello", text: secretText };
}

async function tokenOf(accountId: number, permissions: object): Promise<string> {
  const { token } = await operate({ action: "createToken", accountId, name: "Test", ...permissions });
  return String(token);
}

async function answerTo(email: object, options: PostOptions): Promise<[number, Answer["body"]]> {
  const { status, body } = await post(cloud, email, options);
  return [status, body];
}

const refused = (status: number, error: string) => [status, { success: false, errors: [error] }];
const unauthorized = refused(401, "Unauthorized");
const accepted = [200, { success: true, message_ids: [expect.any(String)] }];

describe("a token", () => {
  it("does not send from another account's domain, and does not learn whether there is such a domain", async () => {
    expect(await answerTo(emailFrom(theirs.domain), { token: ours.token })).toEqual(unauthorized);
    expect(await answerTo(emailFrom("nobodys.example"), { token: ours.token })).toEqual(unauthorized);
    const { body } = await postBatch(
      cloud,
      { base: emailFrom(theirs.domain), requests: [{ to: [{ email: "reader@example.net" }] }] },
      { token: ours.token },
    );
    expect(body.responses).toEqual([{ success: false, errors: ["Unauthorized"] }]);
  });

  it("that may only look does not send", async () => {
    const token = await tokenOf(ours.accountId, { accessLevel: 10 });
    expect(await answerTo(emailFrom(ours.domain), { token })).toEqual(unauthorized);
  });

  it("for one domain sends from that and from no other, not even of its own account", async () => {
    const { accountId } = ours;
    const added = { action: "addDomain", accountId, complianceStatus: "compliant" };
    const { domainId } = await operate({ ...added, domainName: "second.example" });
    const token = await tokenOf(accountId, { accessLevel: 100, domainId });

    expect(await answerTo(emailFrom("second.example"), { token })).toEqual(accepted);
    expect(await answerTo(emailFrom(ours.domain), { token })).toEqual(unauthorized);
    expect(await answerTo(emailFrom("sub.second.example"), { token })).toEqual(unauthorized);
  });

  it("that is expired is as good as none, from the moment on", async () => {
    const expiresAt = new Date((await cloud.now()).getTime() + 60_000).toISOString();
    const token = await tokenOf(ours.accountId, { accessLevel: 100, expiresAt });
    expect(await answerTo(emailFrom(ours.domain), { token })).toEqual(accepted);

    await cloud.advanceClock({ seconds: 60 });

    expect(await answerTo(emailFrom(ours.domain), { token })).toEqual(unauthorized);
  });

  it.each(["", "0".repeat(32), "*", "__proto__", "a b", "x".repeat(5_000)])(
    "that never was, such as %j, is unauthorized",
    async (token) => {
      expect(await answerTo(emailFrom(ours.domain), { token })).toEqual(unauthorized);
    },
  );

  it("is kept as a hash alone", async () => {
    const { DYNAMODB: dynamodb } = await cloud.awsEndpoints();
    const rows = JSON.stringify(await itemsOf(dynamodb, "AccountsTable"));

    expect(rows).toContain("tokenHash");
    for (const { token } of [ours, theirs, cloud]) expect(rows).not.toContain(token);
  });
});

describe("an account", () => {
  it("that is banned does not send, and nobody else is", async () => {
    const { accountId, token, domain } = await cloud.newAccount({});
    await operate({ action: "setAccountStatus", accountId, status: "banned" });

    expect(await answerTo(emailFrom(domain), { token })).toEqual(refused(403, "Account is banned"));
    expect(await answerTo(emailFrom(ours.domain), { token: ours.token })).toEqual(accepted);
  });

  it("does not send from its own domain before that is verified", async () => {
    const { accountId, token } = ours;
    await operate({ action: "addDomain", accountId, domainName: "unverified.example" });

    expect(await answerTo(emailFrom("unverified.example"), { token })).toEqual(
      refused(403, "Sending from domain is not allowed"),
    );
  });

  it("keeps its Idempotency-Keys to itself", async () => {
    const headers = { "idempotency-key": "order-771" };
    const sent = async ({ token, domain }: Customer) => {
      const { status, body } = await post(cloud, emailFrom(domain), { token, headers });
      expect(status).toBe(200);
      return body.message_ids;
    };

    const [first, other, again] = [await sent(ours), await sent(theirs), await sent(ours)];

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("pays for its own emails alone", async () => {
    const before = await cloud.usage(theirs.accountId);
    await post(cloud, emailFrom(ours.domain), { token: ours.token });
    expect(await cloud.usage(theirs.accountId)).toEqual(before);
  });

  it("has its messages under its own id, with its own complaint address", async () => {
    const { body } = await post(cloud, emailFrom(ours.domain, "mine@example.net"), { token: ours.token });
    const messageId = body.message_ids?.[0] ?? "";

    const mail = await eventually(async () => {
      const found = (await cloud.mailbox()).find(({ envelope }) =>
        envelope.to.some(({ address }) => address === "mine@example.net"),
      );
      expect(found).toBeDefined();
      return found;
    });

    expect(await cloud.message(messageId)).toMatchObject({
      accountId: ours.accountId,
      domainName: ours.domain,
    });
    const source = await cloud.rawMail(mail?.id ?? "");
    expect(source).toContain(`Feedback-ID: ${ours.accountId}:transactional:postern`);
    expect(source).toContain(`CFBL-Address: fbl+${messageId}@`);
  });
});

describe("the local cloud", () => {
  it("writes no token, address or content into its logs, not even of a request that failed inside", async () => {
    await answerTo({ ...emailFrom(ours.domain), subject: "two\nlines" }, { token: ours.token });
    await answerTo(emailFrom("logged.example", "logged@example.net"), { token: `${ours.token}0` });
    await cloud.faults({ aws: [{ call: "sqs:SendMessage*", when: "before", effect: "error" }] });
    const failed = await answerTo(emailFrom(ours.domain, "logged@example.net"), { token: ours.token });
    await cloud.faults({});

    const log = await cloud.log();

    expect(failed).toEqual(refused(500, "Internal server error"));
    expect(log).toMatch(/"level":"(WARN|ERROR)"/);
    for (const secret of [ours.token, "@example.net", "logged.example", secretText, "two\\nlines"]) {
      expect(log).not.toContain(secret);
    }
  });

  it("listens on this machine only", async () => {
    const endpoints = await cloud.awsEndpoints();
    const urls = [...Object.values(cloud.urls), ...Object.values(endpoints)].map((url) => new URL(url));

    for (const { hostname } of urls) {
      expect((await lookup(hostname)).address).toMatch(/^(127\.|::1$)/);
    }
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of outside) {
      for (const { port } of urls)
        expect(await isOpen(address, Number(port)), `${address}:${port}`).toBe(false);
    }
  });
});

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
