import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { afterEach, expect, it } from "vitest";
import { trackingHostClient } from "./tracking-host-client.ts";

const host = "mt-link.example.com";
const arn = "arn:aws:acm:us-east-1:1:certificate/1";
const inactive = `<DistributionTenant><Id>dt_1</Id><Domains><member><Domain>${host}</Domain><Status>inactive</Status></member></Domains></DistributionTenant>`;
const certificate = (status: string) =>
  `<ManagedCertificateDetails><CertificateArn>${arn}</CertificateArn><CertificateStatus>${status}</CertificateStatus></ManagedCertificateDetails>`;
const refusal = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

type Answer = readonly [status: number, xml: string];

let server: Server | undefined;
afterEach(() => server?.close());

/** Opens the host at a CloudFront that gives these answers, one after the other; with what it was asked. */
async function openAt(...answers: Answer[]) {
  const asked: string[] = [];
  server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    asked.push(`${request.method} ${request.url?.split("?")[0]} ${body}`);
    const [status, xml] = answers[asked.length - 1] ?? [500, refusal("Unexpected")];
    response.writeHead(status, { "content-type": "text/xml", etag: "E1" }).end(xml);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const cloudfront = new CloudFrontClient({
    ...{ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", maxAttempts: 1 },
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const client = trackingHostClient({ cloudfront, distributionId: "E1", connectionGroupId: "cg_1" });
  return { opened: await client.open(host).catch((error: Error) => error.name), asked };
}

it("says that a host is taken where another AWS account has it", async () => {
  const { opened } = await openAt([404, refusal("EntityNotFound")], [409, refusal("CNAMEAlreadyExists")]);
  expect(opened).toEqual({ state: "failed", reason: expect.stringContaining("another AWS account") });
});

it("waits where another look was faster, or CloudFront does not see the record yet", async () => {
  for (const code of ["EntityAlreadyExists", "InvalidArgument"]) {
    const { opened } = await openAt([404, refusal("EntityNotFound")], [400, refusal(code)]);
    expect(opened).toEqual({ state: "pending" });
  }
});

it("waits for the certificate, and sets it once it is issued", async () => {
  const waiting = await openAt([200, inactive], [200, certificate("pending-validation")]);
  expect([waiting.opened, waiting.asked]).toEqual([
    { state: "pending" },
    expect.objectContaining({ length: 2 }),
  ]);

  const { opened, asked } = await openAt([200, inactive], [200, certificate("issued")], [200, inactive]);
  expect(opened).toEqual({ state: "pending" });
  expect(asked[2]).toContain(`<Certificate><Arn>${arn}</Arn></Certificate>`);
});

it.each(["validation-timed-out", "failed", "revoked", "expired"])(
  "asks for another certificate where one is %s, and says what may be in the way",
  async (status) => {
    const { opened, asked } = await openAt([200, inactive], [200, certificate(status)], [200, inactive]);
    expect(opened).toEqual({ state: "failed", reason: expect.stringContaining("CAA") });
    expect(asked[2]).toContain(`<PrimaryDomainName>${host}</PrimaryDomainName>`);
  },
);

it("fails as CloudFront does where it throttles or refuses us", async () => {
  expect((await openAt([400, refusal("Throttling")])).opened).toBe("Throttling");
  expect((await openAt([404, refusal("EntityNotFound")], [403, refusal("AccessDenied")])).opened).toBe(
    "AccessDenied",
  );
});
