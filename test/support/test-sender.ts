import { bodyOf, postEvent, type SendService } from "./send-service.ts";

type Account = Awaited<ReturnType<SendService["account"]>>;

/** A list of recipients for an email. */
export function to(...names: string[]) {
  return { to: names.map((name) => ({ email: `${name}@example.net` })) };
}

/** Posts emails as an account does, from its own domain, with subject and text. */
export function testSender(service: SendService, account: Account) {
  const usual = { from: { email: `a@${account.domain}` }, subject: "S", text: "T" };

  async function post(path: string, body: object, headers: Record<string, string>) {
    const answer = await service.door()(postEvent(path, account.token, body, headers));
    return { status: answer.statusCode, ...bodyOf(answer) };
  }

  return {
    accountId: account.accountId,
    send: (email: object, headers = {}) => post("/api/send", { ...usual, ...email }, headers),
    batch: (requests: object[], headers = {}) => post("/api/batch", { base: usual, requests }, headers),
    /** Units of this month's quota. */
    used: async () => (await service.quota.usage(account.accountId))?.used,
  };
}

/** The ids of all messages that are in the queue, which is empty afterwards. */
export function takeQueuedIds(service: SendService): string[] {
  return service.takeJobs().flatMap(({ recipients }) => recipients.map(({ messageId }) => messageId));
}
