import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LocalJson } from "../../local/local-json.ts";
import {
  type LocalCloudProcess,
  type ProcessOptions,
  startLocalCloudProcess,
} from "./local-cloud-process.ts";
import { type LocalControl, localControl } from "./local-control.ts";
import { dkimRecordsOf, itemsOf } from "./local-tables.ts";

export { withoutStatement } from "./template-patches.ts";

export interface Mail {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly from: readonly { address: string; name: string }[];
  readonly envelope: { readonly from: { address: string }; readonly to: readonly { address: string }[] };
  readonly attachments?: readonly { filename: string; size: number }[];
}

export interface Customer {
  readonly accountId: number;
  readonly domain: string;
  readonly token: string;
}

export interface NewCustomer {
  readonly planName?: string;
  readonly planStart?: string;
  readonly monthLimit?: number;
  readonly emailsPerHour?: number;
  readonly messageBytes?: number;
  readonly requestsPer10Seconds?: number;
}

export interface Usage {
  readonly used: number;
  readonly remaining: number;
  readonly periodStart: string;
  readonly periodEnd: string;
}

/** A local cloud for one test file, with an account, a domain and a token to begin with. */
export interface LocalCloud extends LocalControl, Customer, Pick<LocalJson, "domainId" | "urls" | "smtp"> {
  readonly stateFolder: string;
  /** Another account with a compliant domain and a token. */
  newAccount(customer: NewCustomer): Promise<Customer>;
  usage(accountId?: number): Promise<Usage>;
  /** Runs a function and gives its answer; throws when the function fails. */
  invoke(functionId: string, event: object): Promise<unknown>;
  mailbox(): Promise<Mail[]>;
  /** The message byte for byte, as text. */
  rawMail(id: string): Promise<string>;
  /** The message's row, of whatever account. */
  message(messageId: string): Promise<Record<string, unknown> | undefined>;
  /** The states of the messages' rows, in the order of the ids. */
  messageStates(messageIds: readonly string[]): Promise<(string | undefined)[]>;
  /** Nothing is left to be done until the clock moves: what is queued is delayed or invisible. */
  queuesAtRest(): Promise<boolean>;
  /** No queue holds anything, dead-letter queues left aside. */
  queuesIdle(): Promise<boolean>;
  deadLetters(): Promise<number>;
  /** How often a function's thread died and was replaced. */
  deaths(): Promise<number>;
  /** TXT records of all sending domains' DKIM keys, by name. */
  dkimRecords(): Promise<Map<string, string>>;
  /** Moves the clock to the start of the next hour. */
  startOfHour(): Promise<void>;
  /** What the functions printed, failed with and were denied. */
  log(): Promise<string>;
  /** Ends as a power cut does; start again with `stateFolder` to go on. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the local cloud in a process and a state folder of its own, on free ports. */
export async function startLocalCloud(options: ProcessOptions = {}): Promise<LocalCloud> {
  const running = await startLocalCloudProcess(options);
  const { description } = running;
  const control = localControl(description.urls.api);
  const { DYNAMODB: dynamodb, LAMBDA: lambda } = await control.awsEndpoints();
  const invoke = (functionId: string, event: object) => invokeFunction(lambda, functionId, event);
  return {
    ...description,
    ...control,
    ...customers(invoke, description.accountId),
    ...messages(dynamodb),
    ...queues(control),
    ...mails(description.urls.mailbox),
    ...lifeOf(running),
    invoke,
    dkimRecords: async () => dkimRecordsOf(await itemsOf(dynamodb, "AccountsTable")),
    async startOfHour() {
      const hourMs = 3_600_000;
      const next = Math.ceil((await control.now()).getTime() / hourMs) * hourMs;
      await control.advanceClock({ to: new Date(next).toISOString() });
    },
  };
}

type Invoke = LocalCloud["invoke"];

async function invokeFunction(lambdaUrl: string, functionId: string, event: object): Promise<unknown> {
  const response = await fetch(`${lambdaUrl}/2015-03-31/functions/${functionId}/invocations`, {
    method: "POST",
    body: JSON.stringify(event),
  });
  const answer = await response.text();
  if (!response.ok || response.headers.has("x-amz-function-error")) {
    throw new Error(`${functionId} failed: ${answer}`);
  }
  return JSON.parse(answer);
}

function customers(invoke: Invoke, firstAccountId: number) {
  const operate = (command: object) => invoke("Operator", command) as Promise<Record<string, unknown>>;
  let made = 0;
  return {
    async newAccount({ planName = "business-100k", planStart, monthLimit, ...other }: NewCustomer) {
      made += 1;
      const domain = `customer${made}.example`;
      const limits = { emailsPerMonth: monthLimit, ...other };
      const owner = { name: `Customer ${made}`, ownerEmail: `owner@${domain}` };
      const account = await operate({ action: "createAccount", ...owner, planName, limits, planStart });
      const accountId = Number(account["accountId"]);
      await operate({ action: "addDomain", accountId, domainName: domain, complianceStatus: "compliant" });
      const { token } = await operate({ action: "createToken", accountId, name: "Test", accessLevel: 100 });
      return { accountId, domain, token: String(token) };
    },
    usage: async (accountId = firstAccountId) =>
      (await invoke("Operator", { action: "usage", accountId })) as Usage,
  };
}

function messages(dynamodbUrl: string) {
  const rows = async (attributes?: readonly string[]) => {
    const items = await itemsOf(dynamodbUrl, "MessagesTable", attributes);
    return new Map(items.map((item) => [String(item["sk"]), item]));
  };
  return {
    message: async (messageId: string) => (await rows()).get(messageId),
    async messageStates(messageIds: readonly string[]) {
      const known = await rows(["sk", "state"]);
      return messageIds.map((id) => known.get(id)?.["state"] as string | undefined);
    },
  };
}

async function isAtRest(control: LocalControl): Promise<boolean> {
  const { queues: depths, inWork } = await control.queues();
  return inWork === 0 && depths.every(({ visible, isDeadLetterQueue }) => isDeadLetterQueue || visible === 0);
}

function queues(control: LocalControl) {
  return {
    // Twice: a message on its way from its queue to a poller is in neither for a moment.
    async queuesAtRest() {
      if (!(await isAtRest(control))) return false;
      await delay(100);
      return await isAtRest(control);
    },
    async queuesIdle() {
      const { queues: depths, inWork } = await control.queues();
      const working = depths.filter(({ isDeadLetterQueue }) => !isDeadLetterQueue);
      return inWork === 0 && working.every((depth) => depth.visible + depth.invisible + depth.delayed === 0);
    },
    async deadLetters() {
      const { queues: depths } = await control.queues();
      const dead = depths.filter(({ isDeadLetterQueue }) => isDeadLetterQueue);
      return dead.reduce((sum, { visible, invisible }) => sum + visible + invisible, 0);
    },
    async deaths() {
      const { functions } = await control.calls();
      return functions.reduce((sum, { deaths }) => sum + deaths, 0);
    },
  };
}

function mails(mailboxUrl: string) {
  return {
    mailbox: async () => (await (await fetch(`${mailboxUrl}/api/email`)).json()) as Mail[],
    rawMail: async (id: string) => await (await fetch(`${mailboxUrl}/api/email/${id}/source`)).text(),
  };
}

function lifeOf({ stateFolder, stop, kill }: LocalCloudProcess) {
  return {
    stateFolder,
    stop,
    kill,
    async log() {
      const folder = join(stateFolder, "logs");
      const files = await readdir(folder);
      return (await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))).join("\n");
    },
  };
}
