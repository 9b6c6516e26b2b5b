import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Template as LocalTemplate } from "../../local/template/template.ts";
import { newApp } from "../infra/synthesized.ts";
import { awsClients, type DoctorWorld, diagnosis } from "../support/doctor.ts";
import { faults } from "../support/doctor-faults.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { runProgram } from "../support/operator-program.ts";
import { serverCertificate } from "../support/server-certificate.ts";

let cloud: LocalCloud;
let aws: DoctorWorld["aws"];

beforeAll(async () => {
  // With a distribution of CloudFront to look at.
  const { stack } = newApp({ local: true, customTrackingHosts: true });
  cloud = await startLocalCloud({
    templatePatch: () => Template.fromStack(stack).toJSON() as LocalTemplate,
  });
  aws = await awsClients(cloud);
});
afterAll(async () => {
  for (const client of Object.values(aws)) client.destroy();
  await cloud.stop();
});

describe("the doctor", () => {
  it("finds a fresh installation healthy", async () => {
    const { code, text } = await diagnosis(cloud);
    expect([code, text]).toEqual([0, ""]);
    const shown = await runProgram(cloud, ["doctor", "--only", "dns", "ses"]);
    expect(shown.out).toMatch(/Healthy: 8 points hold\.$/);
    expect(Math.max(...shown.out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each(faults)("sees that $what", async (fault) => {
    const mend = await fault.break({ cloud, aws });
    try {
      const { code, text } = await diagnosis(cloud, fault.points, 8);
      for (const part of fault.says) expect(text).toContain(part);
      expect(code).toBe(fault.isWarning === true ? 0 : 1);
    } finally {
      await mend();
    }
    // The way to the simulator and back is proved once, at the end.
    const quick = fault.points.filter((point) => !["mail", "webhook"].includes(point));
    if (quick.length > 0) expect((await diagnosis(cloud, quick)).text).toBe("");
  });

  it("finds it healthy again when all is mended", async () => {
    await cloud.advanceClock({ minutes: 10 });
    const { code, text } = await diagnosis(cloud);
    expect([code, text]).toEqual([0, ""]);
  });
});

describe("the doctor, of an SMTP door whose certificate ends soon,", () => {
  const hosts = ["localhost", "live.localhost", "bulk.localhost"];
  let stateFolder = "";
  let ending: LocalCloud;
  beforeAll(async () => {
    stateFolder = await mkdtemp(join(tmpdir(), "postern-test-"));
    await mkdir(join(stateFolder, "data"));
    const certificate = serverCertificate(hosts, Date.now() + 5.5 * 86_400_000);
    await writeFile(join(stateFolder, "data/gateway-certificate.json"), JSON.stringify(certificate));
    ending = await startLocalCloud({ stateFolder });
  });
  afterAll(async () => {
    await ending.stop();
    await rm(stateFolder, { recursive: true, force: true });
  });

  it("warns of it at each host and port, and names the secret", async () => {
    const { code, findings, text } = await diagnosis(ending, ["smtp"], 8);
    expect(findings.map(({ name, outcome }) => [name, outcome])).toEqual(
      ["live", "bulk"].flatMap((host) => [
        [`${host}.localhost (STARTTLS)`, "warning"],
        [`${host}.localhost (TLS)`, "warning"],
      ]),
    );
    expect(text).toContain("the certificate of bulk.localhost ends in 5 days");
    expect(text).toContain("put-secret-value --secret-id <smtpCertificateSecretArn>");
    expect(code).toBe(0);
  });
});
