import { type SesFaults, sesFaults } from "./engines/aws/ses-faults.ts";
import { type LocalDns, startDns } from "./engines/dns/dns.ts";
import { startDynamoEngine } from "./engines/dynamodb.ts";
import { type Announced, announced } from "./engines/mail.ts";
import { type Mailbox, startMailbox } from "./engines/mailbox.ts";
import { type Queues, startQueues } from "./engines/queues.ts";
import { type SmtpFaults, smtpFaults } from "./engines/smtp-faults.ts";
import { type SmtpSink, startSmtpSink } from "./engines/smtp-sink.ts";
import { requireFreePort } from "./http/listener.ts";
import type { CloudOptions } from "./options.ts";
import { settleAll } from "./settle-all.ts";
import type { StateFolder } from "./state-folder.ts";

/** The services that stand for AWS and for the rest of the world. */
export interface Services {
  readonly dynamodb: { readonly url: string; readonly engine: string };
  readonly queues: Queues;
  readonly dns: LocalDns;
  readonly mailbox: Mailbox & Announced;
  readonly smtpSink: SmtpSink;
  readonly sesFaults: SesFaults;
  readonly smtpFaults: SmtpFaults;
}

/** Starts the services, all at once; the stack stops those that came up, whatever happens to the others. */
export async function startServices(
  { host, ports }: CloudOptions,
  { state, clockOffsetMs, stack }: { state: StateFolder; clockOffsetMs: number; stack: AsyncDisposableStack },
): Promise<Services> {
  const dataDir = state.data;
  const faults = { sesFaults: sesFaults(), smtpFaults: smtpFaults() };
  const stopping = async <Service extends { stop(): Promise<void> }>(starting: Promise<Service>) => {
    const service = await starting;
    stack.defer(() => service.stop());
    return service;
  };
  const mail = async () => {
    await requireFreePort(ports.mailbox, { host, setting: "MAILBOX_PORT" });
    const mailbox = announced(
      await stopping(startMailbox({ webPort: ports.mailbox, dataDir: `${dataDir}/mailbox` })),
    );
    const smtpSink = await stopping(startSmtpSink({ mailbox, faults: faults.smtpFaults, dataDir }));
    return { mailbox, smtpSink };
  };
  const [dynamodb, queues, dns, { mailbox, smtpSink }] = await settleAll([
    stopping(startDynamoEngine({ dataDir })),
    stopping(startQueues({ dataDir, clockOffsetMs })),
    stopping(startDns({ dataDir, port: ports.dns })),
    mail(),
  ]);
  return { dynamodb, queues, dns, mailbox, smtpSink, ...faults };
}
