import { join } from "node:path";
import type { Template } from "../../local/template/template.ts";
import { startLocalCloud } from "../../test/support/local-cloud.ts";
import type { MailServer } from "./mail-server.ts";

const unlimited = 100_000_000;
const waitForDisk = join(import.meta.dirname, "wait-for-disk.ts");

/**
 * The gateway as the local cloud runs it, with nothing that takes messages off its queue.
 *
 * @param waits whether the queue answers only when the disk has a message, in place of when it outlives its
 * process: the one promise is that of the servers beside it, the other is the local cloud's usual one
 */
export async function startPostern({ waits }: { waits: boolean }): Promise<MailServer> {
  const cloud = await startLocalCloud({
    templatePatch: withoutWorkers,
    ...(waits && { env: { NODE_OPTIONS: `--import=${waitForDisk}` } }),
  });
  const { domain, token } = await cloud.newAccount({
    monthLimit: unlimited,
    emailsPerHour: unlimited,
    requestsPer10Seconds: unlimited,
  });
  return {
    name: waits ? "Postern" : "Postern, no fsync",
    port: cloud.smtp.port,
    senderDomain: domain,
    auth: Buffer.from(`\0${cloud.smtp.user}\0${token}`).toString("base64"),
    messagesPerConnection: 100,
    stop: () => cloud.stop(),
  };
}

function withoutWorkers(template: Template): Template {
  const kept = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type !== "AWS::Lambda::EventSourceMapping",
  );
  return { ...template, Resources: Object.fromEntries(kept) };
}
