import { describe, expect, it } from "vitest";
import { noon, useOperator } from "../../test/support/operator-world.ts";

describe("the operator", () => {
  const operator = useOperator();
  const { operate, newAccount, events } = operator;

  it("makes users, organizations and their tokens, and all of it is in the audit log", async () => {
    const accountId = await newAccount();
    const user = { accountId, email: "ada@example.com", name: "Ada", accessLevel: 10 };
    const { accessId } = await operate({ action: "createUser", ...user });
    const { organizationId } = await operate({ action: "createOrganization", accountId, name: "Group" });
    const tokenOf = async (more: object) =>
      (await operate({ action: "createToken", accountId, name: "t", accessLevel: 100, ...more }))["token"];
    const [adas, groups] = [String(await tokenOf({ accessId })), String(await tokenOf({ organizationId }))];
    expect((await operator.deps.accounts.findByToken(adas))?.token.resources).toEqual([
      { resourceType: "account", resourceId: accountId, accessLevel: 10 },
    ]);
    expect((await operator.deps.accounts.findByToken(groups))?.token.resources).toEqual([
      { resourceType: "organization", resourceId: organizationId, accessLevel: 100 },
    ]);
    await operate({ action: "setPlan", accountId, planName: "basic-10k" });
    await operate({ action: "usage", accountId });
    const entries = await operator.audits.list(accountId, { limit: 10 });
    // Ids of the same millisecond sort as they please.
    expect(entries.map(({ event }) => event.replace("activity_log.", "")).toSorted()).toEqual([
      ...["account.created", "account.plan_changed", "api_token.created", "api_token.created"],
      ...["organization.created", "user.created"],
    ]);
    expect(entries.every(({ actor }) => actor.name === "Operator")).toBe(true);
    expect(JSON.stringify(entries)).not.toContain(adas);
  });

  it.each<[string, object, string]>([
    ["no action", {}, "action"],
    ["an unknown action", { action: "dropEverything" }, "action"],
    ["a missing name", { action: "createAccount", ownerEmail: "a@example.com" }, "name"],
    ["a mistyped field", { action: "setLimits", accountId: 1, emailPerMonth: 5 }, "emailPerMonth"],
    ["an owner without address", { action: "createAccount", name: "a", ownerEmail: "nobody" }, "ownerEmail"],
    [
      "an unknown plan",
      { action: "createAccount", name: "a", ownerEmail: "a@example.com", planName: "gold" },
      "basic-10k",
    ],
    ["a negative limit", { action: "setLimits", accountId: 1, emailsPerHour: -1 }, "emailsPerHour"],
    [
      "an unknown access level",
      { action: "createToken", accountId: 1, name: "a", accessLevel: 1000 },
      "accessLevel",
    ],
  ])("is told what is wrong with %s", async (_what, event, named) => {
    const error = await operate(event).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_request" });
    expect(String(error)).toContain(named);
  });

  it("is told so when the account does not exist", async () => {
    const accountId = 999_999;
    for (const event of [
      { action: "usage", accountId },
      { action: "createToken", accountId, name: "a", accessLevel: 100 },
      { action: "addDomain", accountId, domainName: "nobody.example" },
      { action: "setAccountStatus", accountId, status: "banned" },
      { action: "setLimits", accountId, emailsPerMonth: 5 },
      { action: "setPlan", accountId, planName: "free" },
    ]) {
      await expect(operate(event)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("passes a mailbox provider's complaint on, and says which message it is about", async () => {
    const messageId = "01941f29-7c00-7aaa-9aaa-aaaaaaaaaaaa";
    const report = (type: string) =>
      [
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n',
        `--b\nContent-Type: message/feedback-report\n\nFeedback-Type: ${type}\n`,
        `--b\nContent-Type: message/rfc822\n\nCFBL-Feedback-ID: 7.${messageId}\n\nHi\n--b--\n`,
      ].join("\n");
    const action = "recordFeedbackReport";

    expect(await operate({ action, report: report("abuse") })).toEqual({
      isComplaint: true,
      accountId: 7,
      messageId,
    });
    expect(await operate({ action, report: report("not-spam") })).toEqual({ isComplaint: false });
    await expect(operate({ action, report: "Subject: hi\n\nThis is spam" })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(events).toMatchObject([{ kind: "spam_complaint", accountId: 7, messageId, at: noon }]);
  });
});
