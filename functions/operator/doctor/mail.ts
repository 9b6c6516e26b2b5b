import { setTimeout as wait } from "node:timers/promises";
import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import { compose } from "../../../shared/mail/compose.ts";
import type { ProbeStore } from "../../../shared/messages/probe-store.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import { newId } from "../../../shared/platform/ids.ts";
import type { DeadLetterClient } from "../dead-letter-client.ts";
import type { Installation } from "../installation.ts";
import { failed, look, type Outcome, ok } from "./finding.ts";
import type { InstallationClient } from "./installation-client.ts";

export interface MailDeps {
  readonly aws: Pick<InstallationClient, "send">;
  readonly installation: Pick<Installation, "configurationSets" | "queues">;
  readonly probes: ProbeStore;
  readonly deadLetters: Pick<DeadLetterClient, "depth">;
  readonly mailHost: string;
  readonly clock: Clock;
  /** Ms in which word of a mail has to be back. */
  readonly patienceMs: number;
}

const simulator = "success@simulator.amazonses.com";
const betweenLooksMs = 250;
/** No customer's: ids begin with 1. */
export const operatorsAccount = 0;

/** A mail by each stream's configuration set, and the notification that it has arrived, into the log. */
export async function examineMail(deps: MailDeps): Promise<Finding[]> {
  return await Promise.all(
    deps.installation.configurationSets.map(({ stream, name }) =>
      look(`Mail by the ${stream} stream`, () => mailOutcome(deps, name)),
    ),
  );
}

async function mailOutcome(deps: MailDeps, configurationSet: string): Promise<Outcome> {
  const { aws, probes, mailHost, clock } = deps;
  const id = { accountId: operatorsAccount, messageId: newId(clock.now()) };
  await probes.put(id);
  const mime = await probeMail(id.messageId, mailHost, clock.now());
  const tags = { "account-id": String(id.accountId), "message-id": id.messageId };
  try {
    await aws.send({ from: `postmaster@${mailHost}`, to: simulator, mime, configurationSet, tags });
  } catch (error) {
    const { name, message } = Object(error) as Error;
    if (name.startsWith("AccessDenied")) throw error;
    return failed(
      `Amazon SES refuses it: ${name}: ${message}`,
      "See what is said of Amazon SES above; without anything there, its Health Dashboard.",
    );
  }
  const looks = Math.ceil(deps.patienceMs / betweenLooksMs);
  for (let seen = 0; seen < looks; seen += 1) {
    if (await probes.isDelivered(id)) return ok("sent to the simulator, and its delivery is recorded");
    await wait(betweenLooksMs);
  }
  return await missing(deps);
}

function probeMail(messageId: string, mailHost: string, now: number): Promise<Uint8Array> {
  return compose({
    from: { email: `postmaster@${mailHost}`, name: "Postern" },
    ...{ to: [{ email: simulator }], cc: [], attachments: [], headers: {} },
    subject: "A test of this installation",
    text: "Sent by postern doctor.",
    serviceHeaders: { "Auto-Submitted": "auto-generated" },
    messageId: `<${messageId}@${mailHost}>`,
    date: now,
  });
}

/** Sent, but nothing came back: how far it has come shows in the queue. */
async function missing({ installation, deadLetters, patienceMs }: MailDeps): Promise<Outcome> {
  const seconds = Math.round(patienceMs / 1_000);
  const { url = "" } = installation.queues.find(({ name }) => name === "Events") ?? {};
  const { waiting, inWork } = await deadLetters.depth(url);
  if (waiting + inWork > 0) {
    return failed(
      `SES has it, but the function RecordEvents did not record its delivery within ${seconds} s; ${waiting + inWork} messages are in the queue Events`,
      "Read the ERROR lines in the log of RecordEvents, and see that its event source mapping is enabled.",
    );
  }
  return failed(
    `SES has it, but no word of it has come to the queue Events within ${seconds} s`,
    "See what is said of the way of SES's notifications above.",
  );
}
