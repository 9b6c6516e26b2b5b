import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../shared/platform/ids.ts";
import { deadJob } from "../support/dead-job.ts";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { longest, type ProgramOptions, runProgram } from "../support/operator-program.ts";

let cloud: LocalCloud;
let sqs: SQSClient;
beforeAll(async () => {
  cloud = await startLocalCloud();
  const { SQS: endpoint } = await cloud.awsEndpoints();
  sqs = new SQSClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
});
afterAll(async () => {
  sqs.destroy();
  await cloud.stop();
});

const postern = (args: readonly string[], options?: ProgramOptions) => runProgram(cloud, args, options);
const json = async (...args: string[]) => JSON.parse((await postern([...args, "--json"])).out);

async function newAccount(name: string, ...more: string[]): Promise<number> {
  const args = ["accounts", "create", "--name", name, "--owner", `owner@${newId(0)}.example`, ...more];
  return (await json(...args)).accountId;
}

describe("the operator's program", () => {
  it("makes an account, shows it, and changes its plan and limits", async () => {
    const accountId = await newAccount("Shop", "--plan", "basic-10k", "--hour", "5_000");
    const id = String(accountId);
    expect(await postern(["accounts", "limits", id, "--month", "12,000", "--requests", "300"])).toMatchObject(
      {
        ...{ code: 0, out: `Account ${id} has its limits.`, err: "" },
      },
    );
    expect(await json("accounts", "show", id)).toMatchObject({
      ...{ accountId, name: "Shop", status: "active", planName: "basic-10k" },
      limits: { emailsPerHour: 5_000, requestsPer10Seconds: 300 },
      usage: { used: 0, monthLimit: 12_000 },
    });
    expect((await postern(["accounts", "show", id])).out).toMatch(/^Used +0 of 12,000$/m);
    expect(await postern(["accounts", "plan", id, "business-100k"])).toMatchObject({
      ...{ code: 0, out: `Account ${id}: basic-10k → business-100k, now.` },
    });
    expect((await json("usage", id)).planName).toBe("business-100k");
    expect((await postern(["accounts", "plan", id, "free"])).out).toMatch(
      /: business-100k → free, when its period ends, \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/,
    );
    expect((await postern(["usage", id])).out).toMatch(/^Plan +business-100k, free from .* UTC on$/m);
    expect((await postern(["accounts", "plan", id, "business-100k"])).out).toContain(
      "stays on business-100k",
    );
  });

  it("lets emails beyond the month's go out, up to a cap, and no longer", async () => {
    const id = String(await newAccount("Over", "--plan", "basic-10k"));
    const overage = async (...more: string[]) => (await postern(["accounts", "overage", id, ...more])).out;
    expect(await overage()).toBe(`Account ${id}: overage is off; $1.00 for each 1,000 once it is on.`);
    expect(await overage("--on", "--cap", "2_000")).toMatch(/overage is on, 0 of 2,000 used in this period/);
    expect((await postern(["accounts", "show", id])).out).toMatch(/^Overage +0 of 2,000$/m);
    expect(await overage("--off")).toContain("overage is off");
    const free = String(await newAccount("Free"));
    const refused = await postern(["accounts", "overage", free, "--on"]);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining("the account's plan sells none"),
    ]);
  });

  it("makes organizations with sub-accounts, and lists them", async () => {
    const main = await newAccount("Group main", "--plan", "business-100k");
    const made = await json("organizations", "create", String(main), "--name", "Group");
    const organization = String(made.organizationId);
    const added = await json("organizations", "add", organization, "--name", "Branch");
    expect(await json("organizations", "show", organization)).toMatchObject({
      ...{ name: "Group", mainAccountId: main },
      subAccounts: [{ accountId: added.accountId, name: "Branch" }],
    });
    expect((await postern(["organizations", "list"])).out).toMatch(
      new RegExp(`^ *${organization}  Group +${main}$`, "m"),
    );
    expect(await json("accounts", "show", String(added.accountId))).toMatchObject({
      ...{ organizationId: made.organizationId, planName: "business-100k" },
    });
    expect((await postern(["organizations", "show", "99999999"])).err).toContain("no organization 99999999");
  });

  it("gives people access to an account, and lists them", async () => {
    const id = String(await newAccount("People"));
    const args = ["users", "add", id, "ada@people.example", "--name", "Ada", "--level", "viewer"];
    expect((await postern(args)).code).toBe(0);
    const { users } = await json("users", "list", id);
    expect(users).toMatchObject([{ kind: "owner" }, { kind: "user", email: "ada@people.example" }]);
    const { out } = await postern(["users", "list", id]);
    expect(out).toMatch(/user +ada@people\.example +Ada +viewer$/m);
    const token = await postern(["tokens", "create", id, "--name", "Ada", "--user", `${users[1].accessId}`]);
    const headers = { authorization: `Bearer ${token.out}` };
    expect((await fetch(`${cloud.urls.api}/api/standing`, { headers })).status).toBe(200);
    expect((await fetch(`${cloud.urls.api}/api/audit_log`, { headers })).status).toBe(403);
  });

  it("changes a domain's settings", async () => {
    const id = String(await newAccount("Settings", "--plan", "basic-10k"));
    const { domainId, domainName } = await json("domains", "add", id, `settings${id}.example`);
    const change = ["domains", "settings", id, String(domainId), "--click-tracking", "on"];
    expect((await postern(change)).out).toBe(`${domainName}: click tracking on.`);
    expect(await postern(["domains", "settings", id, String(domainId)])).toMatchObject({ code: 2 });
  });

  it("records a complaint from a file, and refuses what is none", async () => {
    const file = join(cloud.stateFolder, "no-complaint.eml");
    await writeFile(file, "Subject: Hello\r\n\r\nHello");
    expect(await postern(["complaint", file])).toMatchObject({
      ...{ code: 1, err: expect.stringContaining("is no feedback report") },
    });
    expect(await postern(["complaint", "/nowhere/report.eml"])).toMatchObject({ code: 2 });
  });

  it("lists accounts in 80 columns, whatever their names, and cuts nothing in a pipe", async () => {
    const name = `A shop with a long name 商店 \u001b[31mred\u001b[0m\nand two lines ${"x".repeat(60)}`;
    const id = await newAccount(name);
    const terminal = await postern(["accounts", "list", "--all"]);
    expect(longest(terminal.out)).toBeLessThanOrEqual(80);
    expect(terminal.out).not.toContain("\u001b");
    expect(terminal.out).toMatch(new RegExp(`^ *${id}  A shop.*…  `, "m"));
    const pipe = await postern(["accounts", "list", "--all"], { columns: null });
    expect(pipe.out).toContain(`red and two lines ${"x".repeat(60)}`);
    expect(longest((await postern(["usage"])).out)).toBeLessThanOrEqual(80);
  });

  it("says where a list goes on", async () => {
    const ids = [await newAccount("One"), await newAccount("Two")];
    const first = await postern(["accounts", "list", "--after", String(Number(ids[0]) - 1), "--limit", "1"]);
    expect(first.err).toMatch(/--after \d+/);
    const next = /--after (\d+)/.exec(first.err)?.[1] ?? "";
    expect((await json("accounts", "list", "--after", next)).accounts[0].accountId).toBe(ids[1]);
  });

  it("decides about domains", async () => {
    const id = String(await newAccount("Domains", "--plan", "basic-10k"));
    const name = `decided${id}.example`;
    expect((await postern(["domains", "add", id, name])).out).toMatch(/unverified_dns/);
    expect(await postern(["domains", "approve", id, name])).toMatchObject({
      code: 0,
      out: `${name} may send.`,
    });
    const reasons = ["--reason", "It sends what nobody asked for.", "It has no website."];
    expect(await postern(["domains", "reject", id, name, ...reasons])).toMatchObject({ code: 0 });
    expect((await postern(["domains", "list", id])).out).toMatch(new RegExp(`${name} +\\d+ +non_compliant`));
    expect(await postern(["domains", "review"])).toMatchObject({ out: "Nothing waits for a decision." });
  });

  it("makes a token that works, and prints nothing else on its output", async () => {
    const made = await postern(["tokens", "create", String(cloud.accountId), "--name", "cli"]);
    const answer = await fetch(`${cloud.urls.api}/api/accounts/${cloud.accountId}/suppressions`, {
      headers: { authorization: `Bearer ${made.out}` },
    });
    expect(answer.status).toBe(200);
  });

  it.each<[string, string[], number, RegExp]>([
    ["an account that is not there", ["accounts", "show", "99999999"], 1, /no account 99999999/],
    ["a plan that is not there", ["accounts", "plan", "1", "gold"], 1, /there are: free/],
    ["a queue that is not there", ["queues", "dead", "Nowhere"], 1, /there are: DeliverTransactional/],
    ["no number", ["accounts", "show", "shop"], 2, /whole number/],
    ["no limit", ["accounts", "limits", "1"], 2, /--month/],
    ["an unknown command", ["accounts", "shwo"], 2, /Did you mean show/],
    ["an unknown option", ["usage", "--jsn"], 2, /--json/],
    ["no reason", ["domains", "reject", "1", "a.example"], 2, /--reason/],
    ["no installation", ["usage", "--local", "/nowhere"], 2, /--function/],
  ])("refuses %s", async (_what, args, code, says) => {
    const run = await postern(args);
    expect([run.code, run.out]).toEqual([code, ""]);
    expect(run.err).toMatch(says);
  });
});

describe("an account that misbehaves", () => {
  it("is suspended, in parts or as a whole, shown so, and let go again", async () => {
    const id = String(await newAccount("Loud", "--plan", "basic-10k"));
    const reason = "Too many complaints.";
    const suspended = await postern(["accounts", "suspend", id, "--stream", "bulk", "--reason", reason]);
    expect(suspended.out).toMatch(new RegExp(`^The bulk stream of account ${id} is suspended[^]*${reason}$`));
    expect((await postern(["accounts", "show", id])).out).toMatch(/^Suspended +bulk stream since /m);
    const all = await postern(["suspensions"]);
    expect(all.out).toMatch(new RegExp(`^\\d{4}-.* +14 +no +0 +${id}  Loud +bulk stream$`, "m"));
    expect(longest(all.out)).toBeLessThanOrEqual(80);
    expect((await postern(["accounts", "answered", id, "--stream", "bulk"])).out).toContain("answered");
    const lift = ["accounts", "lift", id, "--stream", "bulk"];
    expect((await postern(lift)).out).toContain("may send again");
    expect((await postern(lift)).out).toContain("was not suspended");
  });

  it("is banned only by who means it", async () => {
    const id = String(await newAccount("Worse"));
    const ban = ["accounts", "ban", id];
    expect(await postern(ban)).toMatchObject({ code: 2, err: expect.stringContaining("--yes") });
    expect(await postern(ban, { answer: false })).toMatchObject({ code: 2 });
    expect((await json("accounts", "show", id)).status).toBe("active");
    expect((await postern(ban, { answer: true })).out).toContain("is banned");
    expect((await json("accounts", "show", id)).status).toBe("banned");
  });
});

describe("dead letters", () => {
  it("are listed without what they say, and put back, one or all", async () => {
    const to = "reader@example.net";
    const ids = [
      await deadJob(cloud, sqs, { subject: "First letter", to }),
      await deadJob(cloud, sqs, { subject: "Second letter", to }),
      await deadJob(cloud, sqs, { subject: "Third", to }),
    ];
    expect((await postern(["queues"])).out).toMatch(/^DeliverTransactional .* 3$/m);

    const one = await postern(["queues", "replay", "delivertransactional", ids[0] ?? ""]);
    expect(one.out).toMatch(/^1 put back/);
    await eventually(async () => {
      expect((await cloud.mailbox()).map(({ subject }) => subject)).toContain("First letter");
    });
    // What was looked at in passing is hidden until then.
    await cloud.advanceClock({ minutes: 3 });

    const { deadLetters } = await json("queues", "dead", "DeliverTransactional");
    expect(deadLetters.map(({ id }: { id: string }) => id).toSorted()).toEqual(ids.slice(1).toSorted());
    expect(deadLetters[0].about).toMatchObject({ accountId: cloud.accountId, stream: "transactional" });
    expect(JSON.stringify(deadLetters)).not.toMatch(/letter|reader@/i);
    await cloud.advanceClock({ minutes: 1 });
    const table = await postern(["queues", "dead", "DeliverTransactional"]);
    expect(longest(table.out)).toBeLessThanOrEqual(80);
    await cloud.advanceClock({ minutes: 1 });

    expect(await json("queues", "replay", "DeliverTransactional")).toEqual({ moved: 2, left: 0 });
    await eventually(async () => {
      const read = (await cloud.mailbox()).filter(({ envelope }) => envelope.to[0]?.address === to);
      expect(read).toHaveLength(3);
    });
    expect(await json("queues", "dead", "DeliverTransactional")).toMatchObject({ deadLetters: [], total: 0 });
  });

  it("of schedules have no queue to go back to, which is said", async () => {
    const run = await postern(["queues", "replay", "Schedules"]);
    expect([run.code, run.err]).toEqual([1, expect.stringContaining("no queue to go back to")]);
  });
});

it("shows what closed billing periods have cost", async () => {
  const id = String(await newAccount("Past", "--plan", "basic-10k"));
  expect((await postern(["accounts", "statements", id])).out).toBe("No billing period has been closed yet.");
  await cloud.advanceClock({ days: 32 });
  await eventually(async () => {
    expect((await postern(["accounts", "statements", id])).out).toMatch(/ {2}basic-10k +0 +0 +\$15\.00$/m);
  });
  expect(await json("accounts", "statements", id)).toMatchObject({ statements: [{ totalCents: 1_500 }] });
});

it("gives a discount and a refund, and ends a plan that is not paid", async () => {
  const id = String(await newAccount("School", "--plan", "basic-50k"));
  expect((await postern(["accounts", "discount", id])).out).toBe(
    `Account ${id} pays the price of its plans.`,
  );
  expect((await postern(["accounts", "discount", id, "50%"])).out).toBe(
    `Account ${id} has 50% off the price of its plans.`,
  );
  await cloud.advanceClock({ days: 32 });
  const [statement] = (await json("accounts", "statements", id)).statements;
  expect(statement).toMatchObject({ planCents: 2_000, discountCents: 1_000, totalCents: 1_000 });

  const began = String(statement.periodStart).slice(0, 10);
  const refunded = await postern(["accounts", "refund", id, began, "--yes"]);
  expect(refunded.out).toMatch(`Account ${id} gets $10.00 back of the period that began on ${began}`);
  expect((await postern(["accounts", "statements", id])).out).toMatch(
    / basic-50k +0 +0 +\$20\.00 +\$0\.00$/m,
  );
  const events = (await (await fetch(`${cloud.urls.api}/_local/events`)).json()) as { events: object[] };
  expect(events.events).toContainEqual(
    expect.objectContaining({
      "detail-type": "Billing Refund",
      detail: expect.objectContaining({ accountId: Number(id), refundCents: 1_000 }),
    }),
  );

  expect((await postern(["accounts", "unpaid", id])).out).toMatch(
    /: basic-50k → free, when its period ends, /,
  );
  expect((await postern(["usage", id])).out).toMatch(/^Plan +basic-50k, free from .* UTC on$/m);
});
