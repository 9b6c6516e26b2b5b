import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Mail } from "../../local/engines/mail.ts";
import type { DeliveryJob } from "../../shared/contracts/delivery-job.ts";
import type { Stream } from "../../shared/contracts/streams.ts";
import { type DeliveryService, startDeliveryService } from "../support/delivery-service.ts";
import { jobTo } from "../support/delivery-world.ts";

const megabyte = 1_000_000;
const mostGrownBytes = 100 * megabyte;

let service: DeliveryService;
let arrived: { to: string | undefined; bytes: number; filesHash: string }[] = [];

async function deliverMail({ to, raw }: Mail): Promise<void> {
  const filesHash = createHash("sha256").update(fileIn(raw)).digest("hex");
  arrived.push({ to: to[0], bytes: raw.length, filesHash });
}

/** The base64 lines of the one attachment. */
function fileIn(raw: Buffer): Buffer {
  const start = raw.indexOf("\r\n\r\n", raw.indexOf("name=large.bin")) + 4;
  return raw.subarray(start, raw.indexOf("\r\n--", start));
}

beforeAll(async () => {
  service = await startDeliveryService({ deliver: deliverMail });
}, 30_000);
afterAll(() => service.stop());
beforeEach(() => {
  arrived = [];
});

const file = randomBytes(30 * megabyte);
const fileLines =
  file
    .toString("base64")
    .match(/.{1,76}/g)
    ?.join("\r\n") ?? "";

function withStoredAttachment(): DeliveryJob["content"] {
  return {
    stored: [],
    inline: {
      from: { email: "shop@example.com" },
      to: [{ email: "list@example.com" }],
      cc: [],
      subject: "Large",
      text: "See the file",
      html: "<p>See the file</p>",
      headers: {},
      attachments: [
        { filename: "large.bin", disposition: "attachment", stored: "7/large.bin", bytes: file.length },
      ],
    },
  };
}

const rawMessage = Buffer.from(
  [
    "From: shop@example.com",
    "To: list@example.com",
    "Subject: Large",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="b1"',
    "",
    "--b1",
    "Content-Type: text/plain",
    "",
    "See the file",
    "--b1",
    "Content-Type: application/octet-stream; name=large.bin",
    "Content-Transfer-Encoding: base64",
    "",
    fileLines,
    "--b1--",
    "",
  ].join("\r\n"),
);

function rawAndStored(): DeliveryJob["content"] {
  return {
    raw: { stored: "7/large.eml" },
    bytes: rawMessage.length,
    from: "shop@example.com",
    subject: "Large",
  };
}

const small = () => jobTo(1, { acceptedAt: Date.now() });
const tenOf = (content: DeliveryJob["content"], stream: Stream) =>
  Array.from({ length: 10 }, () => jobTo(1, { content, stream, acceptedAt: Date.now() }));

describe("ten messages of 30 MB at once", () => {
  beforeAll(async () => {
    await service.store("7/large.bin", file);
    await service.store("7/large.eml", rawMessage);
  }, 30_000);

  it.each([
    ["with a stored attachment", "SES", "bulk", withStoredAttachment],
    ["raw and stored, unchanged", "SES", "transactional", rawAndStored],
    ["with a stored attachment", "SMTP", "transactional", withStoredAttachment],
    ["raw and stored", "SMTP", "transactional", rawAndStored],
  ] as const)(
    "%s, go out over %s as %s mail, and need less than 100 MB",
    async (_content, route, stream, content) => {
      service.failSes(route === "SMTP");
      const worker = await service.worker(stream);
      await worker.work([small()]);
      arrived = [];
      const jobs = tenOf(content(), stream);
      const { failures, grownBytes } = await worker.work(jobs);
      await worker.stop();
      process.stderr.write(`grew by ${(grownBytes / megabyte).toFixed()} MB\n`);

      const expected = createHash("sha256").update(fileLines).digest("hex");
      expect(failures).toEqual([]);
      expect(arrived.map(({ filesHash }) => filesHash)).toEqual(jobs.map(() => expected));
      expect(grownBytes).toBeLessThan(mostGrownBytes);
    },
    60_000,
  );
});
