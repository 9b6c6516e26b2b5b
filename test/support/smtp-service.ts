import { GetObjectCommand } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type SmtpDoorSettings, startSmtpDoor } from "../../gateway/smtp/door.ts";
import { certificateIn } from "../../local/engines/certificate.ts";
import { connectionLeaseStore } from "../../shared/accounts/connection-lease-store.ts";
import type { DeliveryJob } from "../../shared/contracts/delivery-job.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { type AccountWish, startSendService } from "./send-service.ts";
import { SmtpClient } from "./smtp-client.ts";

const certificate = await certificateIn(undefined);

export type SmtpSettings = Partial<SmtpDoorSettings>;
export type SmtpService = Awaited<ReturnType<typeof startSmtpService>>;
export type SmtpAccount = Awaited<ReturnType<SmtpService["account"]>>;

/** The SMTP door on ports of its own, over the real stores of a send service. */
export async function startSmtpService(clock: Clock, settings: SmtpSettings = {}) {
  const service = await startSendService(clock);
  const client = DynamoDBDocumentClient.from(service.dynamo);
  let processes = 0;

  /** One more process of the gateway over the same tables. */
  async function openDoor(more: SmtpSettings = {}) {
    const door = await startSmtpDoor({
      accept: () => service.deps,
      leases: connectionLeaseStore({ client, table: "Counters", clock, processId: `process-${processes++}` }),
      certificate,
      hostName: "smtp.postern.example",
      ports: [
        { port: 0, host: "127.0.0.1", tls: false },
        { port: 0, host: "127.0.0.1", tls: false, stream: "bulk" },
        { port: 0, host: "127.0.0.1", tls: true },
      ],
      ...settings,
      ...more,
    });
    const [port = 0, bulkPort = 0, tlsPort = 0] = door.ports;
    return { ...door, port, bulkPort, tlsPort };
  }

  const door = await openDoor();
  return {
    ...service,
    certificate,
    door,
    openDoor,
    account: (wish?: AccountWish) => service.account(wish),

    /** A client that has logged in, on a connection in TLS. */
    async loggedIn({ token }: { token: string }, port = door.tlsPort): Promise<SmtpClient> {
      const smtp = await SmtpClient.connectTls(port);
      await smtp.reply();
      await smtp.say("EHLO client.example");
      await smtp.say(`AUTH PLAIN ${plain("api", token)}`);
      return smtp;
    },

    /** The message that a job carries, wherever it is. */
    async messageOf({ content }: DeliveryJob): Promise<string> {
      if (!("raw" in content)) throw new Error("a job with fields");
      if ("inline" in content.raw) return Buffer.from(content.raw.inline, "base64").toString("latin1");
      const { Body } = await service.s3.send(
        new GetObjectCommand({ Bucket: "payloads", Key: content.raw.stored }),
      );
      return (await Body?.transformToString("latin1")) ?? "";
    },

    async stop(): Promise<void> {
      await door.stop(0);
      await service.stop();
    },
  };
}

/** The initial response of AUTH PLAIN (RFC 4616). */
export function plain(user: string, password: string): string {
  return Buffer.from(`\0${user}\0${password}`).toString("base64");
}

/** A message from an account, in lawful lines. */
export function messageFrom({ domain }: { domain: string }, body = "Paid.\r\n", head = ""): string {
  return `From: Till <billing@${domain}>\r\nTo: reader@example.net\r\nSubject: Receipt\r\n${head}\r\n${body}`;
}

export const mebibyte = 1024 * 1024;

/** A message from an account, of exactly so many bytes. */
export function messageOfSize(bytes: number, { domain }: { domain: string }): string {
  const head = messageFrom({ domain }, "");
  const line = `${"x".repeat(76)}\r\n`;
  const body = line.repeat(Math.floor((bytes - head.length) / line.length) - 1);
  return `${head}${body}${"y".repeat(bytes - head.length - body.length - 2)}\r\n`;
}
