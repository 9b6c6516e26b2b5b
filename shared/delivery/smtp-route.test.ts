import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { authenticate } from "mailauth";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { certificateIn } from "../../local/engines/certificate.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { mxHop } from "./mx-client.ts";
import type { Dispatch } from "./outcome.ts";
import { relayHop } from "./relay-client.ts";
import { smtpRoute } from "./smtp-route.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const dkimKeys = {
  privateKeyOf: async () => privateKey,
  create: () => Promise.reject(new Error("not here")),
};
const domain = {
  id: 1,
  accountId: 7,
  name: "example.com",
  returnPathLabel: "ve1",
  dkimKeys: [{ selector: "rwmt1", publicKey: publicKey.toString("base64"), encryptedPrivateKey: "" }],
} as unknown as SendingDomain;
const dispatch: Dispatch = {
  accountId: 7,
  messageId: "0190",
  domain,
  from: "shop@example.com",
  recipient: "anna@recipient.test",
  rfcMessageId: "<0190@example.com>",
  mime: Buffer.from(
    "From: shop@example.com\r\nMessage-ID: <0190@example.com>\r\nSubject: hi\r\n\r\nHi\r\n.dot\r\n",
  ),
  mayStart: () => true,
};

interface Received {
  from: string;
  to: string[];
  secure: boolean;
  raw: Buffer;
}

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

/** A server on a free port that takes all mail, unless the options say otherwise. */
async function startServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const { key, cert } = await certificateIn(undefined);
  const server = new SMTPServer({
    key,
    cert,
    disableReverseLookup: true,
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === "postern" && password === "secret"
        ? done(null, { user: username })
        : done(new Error("no")),
    onData: async (stream, session, done) => {
      const raw = await buffer(stream);
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom ? mailFrom.address : "";
      received.push({ from, to: rcptTo.map(({ address }) => address), secure: session.secure, raw });
      done();
    },
    ...options,
  });
  server.on("error", () => undefined);
  server.server.on("connection", (socket: Socket) => sockets.add(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  ending.push(() => new Promise((done) => server.close(() => done())));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.server.address() as AddressInfo).port, received, cert, cut };
}

function relayTo(secret: object) {
  const secrets = {
    send: async () => ({ SecretString: JSON.stringify(secret) }),
  } as unknown as SecretsManagerClient;
  const hop = relayHop({ secrets, secretArn: "arn", clock: { now: Date.now } });
  return smtpRoute({ hop, dkimKeys });
}

function relayAt({ port, cert }: { port: number; cert: string }, more = {}) {
  return relayTo({
    host: "localhost",
    port,
    user: "postern",
    password: "secret",
    certificate: cert,
    ...more,
  });
}

function replyWith(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

describe("the SMTP route over a relay", () => {
  it("hands over one recipient's signed mail, over TLS and after logging in", async () => {
    const server = await startServer({ authOptional: false });
    const outcome = await relayAt(server).send(dispatch);

    expect(outcome).toEqual({ kind: "accepted", rfcMessageId: "<0190@example.com>" });
    expect(server.received).toMatchObject([
      { from: "bounces@ve1.example.com", to: ["anna@recipient.test"], secure: true },
    ]);
    const { dkim } = await authenticate(server.received[0]?.raw ?? "", {
      trustReceived: false,
      sender: "bounces@ve1.example.com",
      ip: "192.0.2.1",
      helo: "relay",
      mta: "mx",
      resolver: async (name: string) => {
        if (name === "rwmt1._domainkey.example.com") return [[`v=DKIM1; p=${publicKey.toString("base64")}`]];
        throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
      },
    });
    expect(dkim.results.map(({ status, signingDomain }) => [status.result, signingDomain])).toEqual([
      ["pass", "example.com"],
    ]);
  });

  it("sends many at once over few connections", async () => {
    const server = await startServer();
    const route = relayAt(server);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => route.send({ ...dispatch, recipient: `r${n}@recipient.test` })),
    );

    expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
    expect(new Set(server.received.map(({ to }) => to[0])).size).toBe(20);
  });

  it("takes a 550 for the recipient as final", async () => {
    const server = await startServer({
      onRcptTo: (_address, _session, done) => done(replyWith(550, "5.1.1 no such user")),
    });

    expect(await relayAt(server).send(dispatch)).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("5.1.1 no such user"),
      reply: { responseCode: 550, enhancedStatus: "5.1.1" },
    });
  });

  it("takes a 451 for the recipient as something that passes", async () => {
    const server = await startServer({
      onRcptTo: (_address, _session, done) => done(replyWith(451, "4.7.1 greylisted")),
    });

    expect(await relayAt(server).send(dispatch)).toMatchObject({
      kind: "temporary",
      reason: expect.stringContaining("4.7.1 greylisted"),
      reply: { responseCode: 451, enhancedStatus: "4.7.1" },
    });
  });

  it("takes a 554 after the content as final", async () => {
    const server = await startServer({
      onData: (stream, _session, done) => {
        stream.resume().on("end", () => done(replyWith(554, "5.7.1 spam")));
      },
    });

    expect(await relayAt(server).send(dispatch)).toMatchObject({ kind: "refused" });
  });

  it("does not know what became of a message when the connection ends after its content", async () => {
    const server: Awaited<ReturnType<typeof startServer>> = await startServer({
      onData: (stream) => {
        stream.resume().on("end", () => server.cut());
      },
    });

    expect(await relayAt(server).send(dispatch)).toMatchObject({ kind: "temporary", mayHaveLeft: true });
  });

  it.each([
    ["cannot be reached", { port: 1 }],
    ["does not let us in", { password: "wrong" }],
    ["shows a certificate of nobody's", { certificate: undefined }],
    ["is not configured", { host: "" }],
  ])("is sick when the relay %s", async (_what, change) => {
    const server = await startServer();

    expect(await relayAt(server, change).send(dispatch)).toMatchObject({ kind: "sick", widely: true });
    expect(server.received).toEqual([]);
  });

  it("is sick when the relay offers no TLS, rather than showing it the password", async () => {
    const server = await startServer({
      hideSTARTTLS: true,
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
    });

    expect(await relayAt(server).send(dispatch)).toMatchObject({ kind: "sick" });
    expect(await relayAt(server, { requireTls: false }).send(dispatch)).toMatchObject({ kind: "accepted" });
  });

  it("never tells its secret", async () => {
    const outcome = await relayTo({ host: 5, password: "hunter2" }).send(dispatch);

    expect(outcome).toMatchObject({ kind: "sick" });
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
  });
});

describe("the SMTP route straight to the recipient's server", () => {
  const dns: Record<string, object[]> = {
    "MX recipient.test": [{ exchange: "mx.recipient.test", priority: 10 }],
    "A mx.recipient.test": ["127.0.0.1"] as unknown as object[],
    "MX null.test": [{ exchange: "", priority: 0 }],
    "MX private.test": [{ exchange: "mx.private.test", priority: 10 }],
    "A mx.private.test": ["10.1.2.3"] as unknown as object[],
  };

  function mxRoute(port: number, allowPrivate = true) {
    const lookup = async (name: string, type: string) => {
      if (name === "broken.test") throw Object.assign(new Error("no answer"), { code: "ESERVFAIL" });
      const records = dns[`${type} ${name}`];
      if (!records) throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
      return records as never;
    };
    return smtpRoute({ hop: mxHop({ ownName: "mail.example.net", port, lookup, allowPrivate }), dkimKeys });
  }

  it("delivers, over TLS where the server has it", async () => {
    const server = await startServer();

    expect(await mxRoute(server.port).send(dispatch)).toEqual({
      kind: "accepted",
      delivered: {
        response: expect.stringMatching(/^250 /),
        responseCode: 250,
        enhancedStatus: undefined,
        recipientMx: "mx.recipient.test",
      },
      rfcMessageId: "<0190@example.com>",
    });
    expect(server.received).toMatchObject([{ to: ["anna@recipient.test"], secure: true }]);
    expect(server.received[0]?.raw.toString()).toMatch(/^DKIM-Signature: [\s\S]*\r\n\.dot\r\n$/);
  });

  it("keeps the server's refusal apart from its trouble", async () => {
    const refusing = await startServer({ onRcptTo: (_a, _s, done) => done(replyWith(550, "5.1.1 unknown")) });
    const busy = await startServer({ onConnect: (_s, done) => done(replyWith(421, "4.3.2 too busy")) });

    expect(await mxRoute(refusing.port).send(dispatch)).toMatchObject({
      kind: "refused",
      reply: { responseCode: 550, enhancedStatus: "5.1.1", recipientMx: "mx.recipient.test" },
    });
    expect(await mxRoute(busy.port).send(dispatch)).toMatchObject({ kind: "temporary" });
    expect(await mxRoute(1).send(dispatch)).toMatchObject({ kind: "temporary" });
  });

  it("gives up on a domain that takes no mail or is not there, and waits for one whose DNS is broken", async () => {
    const to = (recipient: string) => mxRoute(1).send({ ...dispatch, recipient });

    expect(await to("a@null.test")).toMatchObject({ kind: "refused" });
    expect(await to("a@missing.test")).toMatchObject({ kind: "refused" });
    expect(await to("a@broken.test")).toMatchObject({ kind: "temporary" });
  });

  it("never connects to a private address, wherever DNS points", async () => {
    const server = await startServer();

    for (const recipient of ["anna@recipient.test", "a@private.test", "a@[127.0.0.1]"]) {
      expect((await mxRoute(server.port, false).send({ ...dispatch, recipient })).kind).not.toBe("accepted");
    }
    expect(server.received).toEqual([]);
  });
});
