import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { SMTPServerOptions, SMTPServerSession } from "smtp-server";
import type { ConnectionLeaseStore } from "../../shared/accounts/connection-lease-store.ts";
import { beatMs } from "../../shared/accounts/connection-lease-store.ts";
import type { Stream } from "../../shared/contracts/streams.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { lookupCache } from "../../shared/platform/lookup-cache.ts";
import { logger } from "../../shared/platform/observability.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import type { Certificate } from "../certificates.ts";
import { ConnectionCounts } from "./connection-counts.ts";
import type { SmtpDoorDeps } from "./door-deps.ts";
import { type SmtpLimits, usualSmtpLimits } from "./limits.ts";
import { replyErrorOf } from "./replies.ts";
import { DoorServer } from "./server.ts";
import { Visit } from "./visit.ts";

/** A month that has been spent is known within this time, and so is one that has begun. */
const quotaKnownMs = 5_000;
const rememberedAccounts = 10_000;
const bulkName = /^bulk\./i;

/** One port of the SMTP door. */
export interface SmtpPort {
  readonly port: number;
  readonly host?: string;
  /** TLS from the first byte (RFC 8314) instead of STARTTLS. */
  readonly tls: boolean;
  /** The stream of all that comes in here; unless given, the server name of TLS chooses. */
  readonly stream?: Stream;
}

export interface SmtpDoorSettings {
  readonly accept: (stream: Stream) => AcceptDeps;
  readonly leases: ConnectionLeaseStore;
  readonly certificate: Certificate;
  /** The name by which the door greets. */
  readonly hostName: string;
  /** Whether connections begin with a PROXY protocol header. */
  readonly isProxied?: boolean;
  readonly limits?: Partial<SmtpLimits>;
  readonly ports: readonly SmtpPort[];
}

/** Opens the SMTP door on its ports. */
export async function startSmtpDoor(settings: SmtpDoorSettings) {
  const limits = { ...usualSmtpLimits, ...settings.limits };
  let isStopping = false;
  const deps = depsOf(settings, limits, () => isStopping);
  await settings.leases.beat();
  const beats = setInterval(() => void beat(settings.leases), beatMs);
  const leaving = new Set<Promise<void>>();
  const servers = settings.ports.map((port) => serverOn(settings, port, deps, leaving));
  await Promise.all(servers.map((server, place) => listen(server, settings.ports[place] as SmtpPort)));

  return {
    /** The ports that are open, in the order of the settings. */
    ports: servers.map((server) => (server.server.address() as AddressInfo).port),

    /** Connections that are open now. */
    connections: () => servers.reduce((sum, server) => sum + server.connections.size, 0),

    /** New connections meet another certificate; those that are open stay. */
    useCertificate(certificate: Certificate): void {
      for (const server of servers) server.updateSecureContext({ ...certificate });
    },

    /**
     * Takes no new connection and no new message, lets those that are coming in finish, and closes all
     * connections at the latest after some time.
     */
    async stop(mostMs: number): Promise<void> {
      isStopping = true;
      await Promise.all(servers.map((server) => server.stop(mostMs)));
      // Who was told to come back must not find itself counted still.
      await setImmediate();
      await Promise.all(leaving);
      clearInterval(beats);
    },
  };
}

function depsOf(
  { accept, leases }: SmtpDoorSettings,
  limits: SmtpLimits,
  isStopping: () => boolean,
): SmtpDoorDeps {
  const { quota, clock } = accept("transactional");
  const quotas = lookupCache({
    clock,
    find: (accountId) => quota.usage(Number(accountId)),
    foundMs: quotaKnownMs,
    missingMs: quotaKnownMs,
    max: rememberedAccounts,
  });
  return {
    accept,
    isMonthSpent: async (accountId) => ((await quotas.get(String(accountId)))?.remaining ?? 1) <= 0,
    counts: new ConnectionCounts(leases),
    limits,
    isStopping,
  };
}

function serverOn(
  settings: SmtpDoorSettings,
  port: SmtpPort,
  deps: SmtpDoorDeps,
  leaving: Set<Promise<void>>,
): DoorServer {
  const visits = new WeakMap<SMTPServerSession, Visit>();
  const visitOf = (session: SMTPServerSession): Visit => {
    const streamOf = () =>
      port.stream ?? (bulkName.test(session.servername || "") ? "bulk" : "transactional");
    const visit = visits.get(session) ?? new Visit(deps, server.connectionOf(session), streamOf);
    visits.set(session, visit);
    return visit;
  };
  const server = new DoorServer(
    { ...optionsOf(settings, port, deps.limits), ...handlers(visitOf, leaving) },
    deps.limits,
  );
  server.on("error", (error) => logger.debug("an SMTP connection failed", { failure: failureOf(error) }));
  return server;
}

function optionsOf(settings: SmtpDoorSettings, port: SmtpPort, limits: SmtpLimits): SMTPServerOptions {
  return {
    ...settings.certificate,
    minVersion: "TLSv1.2",
    secure: port.tls,
    name: settings.hostName,
    heloResponse: "%s",
    authMethods: ["PLAIN", "LOGIN"],
    authRequiredMessage: "5.7.1 Authentication required",
    disabledCommands: ["XCLIENT", "XFORWARD", "WIZ", "SHELL", "KILL"],
    hideENHANCEDSTATUSCODES: false,
    // The connection itself says which size; smtp-server would say the same to everybody.
    size: limits.largestMessageBytes,
    hideSize: true,
    disableReverseLookup: true,
    useProxy: settings.isProxied ?? false,
    maxClients: limits.connections,
    maxCommandLength: limits.commandBytes,
    socketTimeout: limits.strangerIdleMs,
    logger: false,
  };
}

/** The steps of a visit, as smtp-server calls them. */
function handlers(
  visitOf: (session: SMTPServerSession) => Visit,
  leaving: Set<Promise<void>>,
): SMTPServerOptions {
  const answer = (step: Promise<unknown>, callback: (error?: Error | null) => void): void =>
    void step.then(
      () => callback(),
      (error: unknown) => callback(replyErrorOf(error)),
    );
  return {
    onConnect: (session, callback) => answer(visitOf(session).enter(), callback),
    onAuth: (given, session, callback) =>
      void visitOf(session)
        .logIn(given)
        .then(
          (user) => callback(null, { user }),
          (error: unknown) => callback(replyErrorOf(error)),
        ),
    onMailFrom: (address, session, callback) => answer(visitOf(session).checkSender(address), callback),
    onRcptTo: (address, session, callback) =>
      answer(
        (async () => visitOf(session).checkRecipient(address, session.envelope.rcptTo.length))(),
        callback,
      ),
    onData: (content, session, callback) =>
      void visitOf(session)
        .receive(content)
        .then(
          (text) => callback(null, text),
          (error: unknown) => callback(replyErrorOf(error)),
        ),
    onClose: (session) => {
      const left = visitOf(session)
        .leave()
        .finally(() => leaving.delete(left));
      leaving.add(left);
    },
  };
}

function listen(server: DoorServer, { port, host }: SmtpPort): Promise<void> {
  return new Promise((resolve, reject) => {
    server.server.once("error", reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.server.off("error", reject);
      resolve();
    });
  });
}

async function beat(leases: ConnectionLeaseStore): Promise<void> {
  try {
    await leases.beat();
  } catch (error) {
    logger.warn("the gateway could not say that it lives", { failure: failureOf(error) });
  }
}
