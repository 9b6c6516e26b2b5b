import { Readable } from "node:stream";
import { createAPIServer } from "@maildev/api";
import { createSMTPServer } from "@maildev/smtp";
import { registerUI } from "@maildev/ui/server";
import { runAsChild } from "./child.ts";
import type { Mail } from "./mail.ts";
import { MailStore } from "./mail-store.ts";

// The largest mail that SES takes, and some room for what it adds.
const maxMessageSize = 48 * 1024 * 1024;

export interface MailboxOptions {
  webPort: number;
  host: string;
  smtpPort: number;
  dir: string;
}

export interface MailboxReady {
  webPort: number;
  smtpPort: number;
}

export interface DeliverRequest {
  id: string;
  mail: Mail;
}

export interface DeliverAnswer {
  id: string;
  error?: string;
}

async function startMaildev(options: MailboxOptions) {
  const storage = new MailStore(options.dir, (email) => smtp.emit("new", email));
  await storage.initialize();
  const smtp = createSMTPServer({
    port: options.smtpPort,
    host: "127.0.0.1",
    storage,
    mailDir: storage.mailDir,
    maxMessageSize,
    logger: false,
  });
  readFromStore(smtp, storage);
  await smtp.start();
  const api = createAPIServer({ port: options.webPort, host: options.host, storage, smtp });
  await api.registerPlugins();
  await registerUI(api.server, { basePath: "" });
  await api.listen();
  return { storage, smtp, api };
}

/** Maildev keeps a file for each mail; here the messages are in the store. */
function readFromStore(smtp: ReturnType<typeof createSMTPServer>, storage: MailStore): void {
  const rawMail = async (id: string) => {
    const raw = await storage.raw(id);
    if (raw) return Readable.from([raw]);
    throw new Error("Email was not found");
  };
  smtp.getRawEmail = rawMail;
  smtp.downloadEmail = async (id) => ({
    contentType: "message/rfc822",
    filename: `${id}.eml`,
    stream: await rawMail(id),
  });
  smtp.deleteAllEmails = async () => {
    const count = await storage.deleteAll();
    smtp.emit("delete", { id: "all" });
    return count;
  };
}

await runAsChild<MailboxOptions, MailboxReady>(async (options) => {
  const { storage, smtp, api } = await startMaildev(options);
  const answer = (reply: DeliverAnswer) => process.connected && process.send?.(reply);
  return {
    ready: { webPort: api.getPort() ?? options.webPort, smtpPort: smtp.getPort() },
    stop: async () => {
      await api.stop();
      await smtp.stop();
      await storage.close();
    },
    onMessage: (message) => {
      const { id, mail } = message as DeliverRequest;
      storage.receive(mail).then(
        () => answer({ id }),
        (error: unknown) => answer({ id, error: String(error) }),
      );
    },
  };
});
