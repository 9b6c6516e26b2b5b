import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import nodemailer from "nodemailer";
import type SMTPPool from "nodemailer/lib/smtp-pool/index.js";
import type SMTPTransport from "nodemailer/lib/smtp-transport/index.js";
import * as z from "zod";
import { isInMemory, type Mime } from "../mail/mime.ts";
import type { Clock } from "../platform/clock.ts";
import type { RecipientReply } from "./delivery-events.ts";
import type { Outcome } from "./outcome.ts";
import { type SmtpEnvelope, sendMime } from "./send-mime.ts";
import { outcomeOfSmtpError } from "./smtp-errors.ts";

/** Hands a finished message to the next SMTP server. */
export interface SmtpHop {
  send(envelope: SmtpEnvelope, mime: Mime): Promise<SmtpAnswer>;
}

/** As an `Outcome`, which then learns the message's own id. */
export type SmtpAnswer =
  | { readonly kind: "accepted"; readonly delivered?: RecipientReply }
  | Exclude<Outcome, { kind: "accepted" }>;

const relaySchema = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535),
  user: z.string().optional(),
  password: z.string().optional(),
  /** TLS from the first byte; otherwise STARTTLS. */
  secure: z.boolean().optional(),
  /** False allows a relay without TLS, as only a private network does. */
  requireTls: z.boolean().default(true),
  /** PEM of the authority behind the relay's certificate, where it is a private one. */
  certificate: z.string().optional(),
});

type Relay = z.infer<typeof relaySchema>;

const connections = 5;
/** Changed credentials are taken up within this time. */
const secretMs = 5 * 60_000;

/** No step of a conversation may outlast the worker. */
export const smtpTimeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000 };

/** A relay (smart host) that takes mail for everyone; its address and credentials are a secret. */
export function relayHop(deps: { secrets: SecretsManagerClient; secretArn: string; clock: Clock }): SmtpHop {
  const readRelay = cachedSecret(deps);
  const pools = sharedPools();
  return {
    async send(envelope, mime) {
      const relay = await readRelay().catch((error: unknown) => failed("the relay's secret", nameOf(error)));
      if ("kind" in relay) return relay;
      const { pool, greeted, leave } = pools.enter(relay);
      try {
        const trouble = await greeted;
        if (trouble) return trouble;
        await sendMime(isInMemory(mime) ? pool : single(relay), envelope, mime);
        return { kind: "accepted" };
      } catch (error) {
        return outcomeOfSmtpError(error, "relay");
      } finally {
        leave();
      }
    },
  };
}

function failed(what: string, why: string): SmtpAnswer & { kind: "sick" } {
  return { kind: "sick", reason: `${what} cannot be used: ${why}`.slice(0, 500), widely: true };
}

/** The text of an error about the secret may quote the secret. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "Error";
}

function cachedSecret({
  secrets,
  secretArn,
  clock,
}: {
  secrets: SecretsManagerClient;
  secretArn: string;
  clock: Clock;
}): () => Promise<Relay> {
  let known: { relay: Promise<Relay>; until: number } | undefined;
  return () => {
    if (known === undefined || known.until <= clock.now()) {
      const relay = secrets
        .send(new GetSecretValueCommand({ SecretId: secretArn }))
        .then(({ SecretString }) => relaySchema.parse(JSON.parse(SecretString ?? "null")));
      known = { relay, until: clock.now() + secretMs };
      relay.catch(() => {
        known = undefined;
      });
    }
    return known.relay;
  };
}

/**
 * One pool of connections for those who send at the same time. It ends with the last of them: a
 * connection that sleeps with its Lambda environment is dead when it wakes, and would lose a message.
 */
function sharedPools() {
  let current: (ReturnType<typeof newPool> & { relay: Relay; users: number }) | undefined;
  return {
    enter(relay: Relay) {
      if (current?.relay !== relay) current = { ...newPool(relay), relay, users: 0 };
      const mine = current;
      mine.users += 1;
      const leave = () => {
        mine.users -= 1;
        if (mine.users > 0) return;
        mine.pool.close();
        if (current === mine) current = undefined;
      };
      return { pool: mine.pool, greeted: mine.greeted, leave };
    },
  };
}

/**
 * Before the first message, a connection without one goes as far as TLS and login: what fails there has
 * surely not sent anything, which nodemailer's errors do not tell in the middle of a conversation.
 */
function newPool(relay: Relay) {
  const pool = nodemailer.createTransport(poolOptions(relay));
  const greeted = pool.verify().then(
    () => undefined,
    (error: unknown) => failed("the relay", String(error)),
  );
  return { pool, greeted };
}

/**
 * A connection for one message: the pool would repeat a message whose connection has closed, and a stream
 * flows but once.
 */
function single(relay: Relay) {
  return nodemailer.createTransport(smtpOptions(relay));
}

function poolOptions(relay: Relay): SMTPPool.Options {
  return { ...smtpOptions(relay), pool: true, maxConnections: connections };
}

function smtpOptions({
  host,
  port,
  user,
  password,
  secure,
  requireTls,
  certificate,
}: Relay): SMTPTransport.Options {
  return {
    host,
    port,
    secure: secure ?? port === 465,
    requireTLS: requireTls,
    ...(user && { auth: { user, pass: password ?? "" } }),
    ...(certificate && { tls: { ca: certificate } }),
    ...smtpTimeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
