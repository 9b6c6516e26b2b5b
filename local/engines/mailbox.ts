import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild } from "./child.ts";
import type { Deliver } from "./mail.ts";
import type { DeliverAnswer, DeliverRequest, MailboxOptions, MailboxReady } from "./mailbox-process.ts";

/**
 * The mailbox that stands for every recipient. Its page is at `url`; its API:
 * - `GET /api/email` lists all mails in order of arrival (`?skip=&limit=`, and filters by any field such
 *   as `?headers.x-id=7`), each with `id`, `envelope.from.address`, `envelope.to[].address`, `subject`,
 *   `headers` (lower-case names), `text`, `html`, `attachments`;
 * - `GET /api/email/summary?limit=1` is the cheap way to count: `total`, plus a page of summaries;
 * - `GET /api/email/<id>/source` is the message byte for byte;
 * - `DELETE /api/email/all` empties the mailbox.
 */
export interface Mailbox {
  url: string;
  smtpPort: number;
  /** The fast way in. Resolves once the mail is on disk. */
  deliver: Deliver;
  stop(): Promise<void>;
}

/**
 * Starts the mailbox in a process of its own. Without `dataDir` its mails are gone when it stops. Port 0
 * takes a free one.
 */
export async function startMailbox(options: {
  webPort: number;
  /** Where the page listens; loopback unless told otherwise. */
  host?: string;
  smtpPort?: number;
  dataDir?: string;
}): Promise<Mailbox> {
  const { webPort, host = "127.0.0.1", smtpPort = 0, dataDir } = options;
  const dir = dataDir ?? (await mkdtemp(join(tmpdir(), "postern-mailbox-")));
  const child = await startChild<MailboxReady>(new URL("./mailbox-process.ts", import.meta.url), {
    webPort,
    host,
    smtpPort,
    dir,
  } satisfies MailboxOptions);
  return {
    url: `http://127.0.0.1:${child.ready.webPort}`,
    smtpPort: child.ready.smtpPort,
    deliver: deliverer(child),
    stop: async () => {
      await child.stop();
      if (dataDir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

function deliverer(child: Child<MailboxReady>): Deliver {
  const waiting = new Map<string, { resolve(): void; reject(error: Error): void }>();
  let gone = false;
  child.onMessage((message) => {
    const { id, error } = message as DeliverAnswer;
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve();
    else call?.reject(new Error(`the mailbox did not take the mail: ${error}`));
  });
  child.onExit(() => {
    gone = true;
    for (const { reject } of waiting.values()) reject(new Error("the mailbox has stopped"));
    waiting.clear();
  });
  return (mail) =>
    new Promise((resolve, reject) => {
      if (gone) return reject(new Error("the mailbox has stopped"));
      const id = randomUUID();
      waiting.set(id, { resolve, reject });
      child.send({ id, mail } satisfies DeliverRequest);
    });
}
