import { describe, expect, it } from "vitest";
import { permissionsOf } from "./permissions.ts";
import { deployedLength, type Resources, synthesize, variablesOf } from "./synthesized.ts";

const secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:smtp-AbCdEf";
const edgeCertificateArn =
  "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012";
const zone = { hostedZoneId: "Z0123456789ABC", mailHost: "mail.example.com", hostedZoneName: "example.com" };
const smtp = { smtpDoor: true, smtpCertificateSecretArn: secret };
const whole = synthesize({ ...zone, ...smtp, edgeCertificateArn, customTrackingHosts: true });
const looking = ["acm:DescribeCertificate", "cloudfront:GetDistribution", "secretsmanager:DescribeSecret"];

const told = (resources: Resources) => JSON.stringify(variablesOf(resources, "Operator")["INSTALLATION"]);

/** By what the doctor may look at, the actions that only look at what the outside meets first. */
function looks(resources: Resources): Record<string, string[]> {
  const found = Object.entries(permissionsOf(resources, "Operator")).map(
    ([resource, actions]) => [resource, actions.filter((action) => looking.includes(action))] as const,
  );
  return Object.fromEntries(found.filter(([, actions]) => actions.length > 0));
}

describe("what the outside meets first", () => {
  it("is known to the doctor as far as it is deployed", () => {
    const text = told(whole);
    expect(text).toContain(`\\"smtp\\":{\\"secret\\":\\"${secret}\\"}`);
    for (const host of ["send", "bulk", "t"])
      expect(text).toMatch(new RegExp(`distributions.*"${host}\\\\"`));
    for (const host of ["api", "track", "gateway"]) {
      expect(text).toMatch(new RegExp(`certificates.*"${host}\\\\"`));
    }
    expect(text).toContain(`\\"send bulk\\":\\"${edgeCertificateArn}\\"`);
    const bare = told(synthesize({}));
    for (const part of ["smtp", "distributions", "certificates"]) expect(bare).not.toContain(`"${part}\\"`);
  });

  it("may be looked at by it, one by one, and no more", () => {
    const found = looks(whole);
    expect(found[secret]).toEqual(["secretsmanager:DescribeSecret"]);
    expect(found[edgeCertificateArn]).toEqual(["acm:DescribeCertificate"]);
    const actions = Object.values(found).flat();
    expect(looking.map((action) => actions.filter((one) => one === action).length)).toEqual([4, 3, 1]);
    expect(Object.keys(found).filter((resource) => resource.includes("*"))).toEqual([]);
    expect(looks(synthesize({}))).toEqual({});
  });

  it("fits into the function's variables with all else", () => {
    const sizes = Object.entries(variablesOf(whole, "Operator")).map(
      ([name, value]) => name.length + deployedLength(value),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_096);
  });
});
