import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import type { Installation } from "../installation.ts";
import { endOutcome } from "./certificate.ts";
import { failed, look, type Outcome, ok, warning } from "./finding.ts";
import type { InstallationClient } from "./installation-client.ts";

export interface EdgeDeps {
  readonly installation: Pick<Installation, "certificates" | "distributions">;
  readonly aws: Pick<InstallationClient, "certificate" | "distribution">;
  readonly clock: Clock;
  readonly mailHost: string;
}

type Certificate = NonNullable<Awaited<ReturnType<InstallationClient["certificate"]>>>;

const deployAgain = "Deploy the stack again.";

/** What stands before hosts, and what they show, as AWS keeps it; nothing where nothing of that is deployed. */
export async function examineEdge(deps: EdgeDeps): Promise<Finding[]> {
  const { distributions = {}, certificates = {} } = deps.installation;
  const hostsOf = (names: string) => names.split(" ").map((host) => `${host}.${deps.mailHost}`);
  return await Promise.all([
    ...Object.entries(distributions).map(([name, id]) => {
      const [host = name] = hostsOf(name);
      return look(`Distribution of ${host}`, () => distributionOutcome(deps, host, id));
    }),
    ...Object.entries(certificates).map(([names, arn]) => {
      const hosts = hostsOf(names);
      return look(`Certificate of ${hosts.join(", ")}`, () => certificateOutcome(deps, arn, hosts));
    }),
  ]);
}

async function distributionOutcome({ aws }: EdgeDeps, host: string, id: string): Promise<Outcome> {
  const distribution = await aws.distribution(id);
  if (distribution === undefined) return failed(`there is no distribution ${id}`, deployAgain);
  const { Status, DistributionConfig } = distribution;
  if (DistributionConfig?.Enabled !== true) {
    return failed(
      `the distribution ${id} is disabled: ${host} answers nobody`,
      "Enable it in the CloudFront console, or deploy the stack again.",
    );
  }
  // A distribution for tenants has no hosts of its own.
  const isItsOwn = DistributionConfig.ConnectionMode !== "tenant-only";
  if (isItsOwn && !(DistributionConfig.Aliases?.Items ?? []).includes(host)) {
    return failed(`the distribution ${id} does not know the host ${host}`, deployAgain);
  }
  if (Status !== "Deployed") {
    return warning(
      `the distribution ${id} is being changed (${Status})`,
      "Look again in some minutes: until then some of CloudFront's places answer as before.",
    );
  }
  return ok(`${id} is enabled and deployed`);
}

async function certificateOutcome(
  { aws, clock }: EdgeDeps,
  arn: string,
  hosts: readonly string[],
): Promise<Outcome> {
  const certificate = await aws.certificate(arn);
  if (certificate === undefined) {
    return failed(
      `there is no certificate ${arn}`,
      "Ask ACM for another one; if it is the one of edgeCertificateArn, deploy with its ARN, otherwise deploy the stack again.",
    );
  }
  const { Status, NotAfter, RenewalSummary } = certificate;
  const missing = hosts.filter((host) => !namesIn(certificate).some((name) => covers(name, host)));
  if (missing.length > 0) {
    return failed(
      `the certificate ${arn} is not for ${missing.join(", ")}`,
      `Ask ACM for one that is, and deploy again: -c edgeCertificateArn=<its ARN> if it is CloudFront's.`,
    );
  }
  if (Status === "PENDING_VALIDATION") {
    return failed(`the certificate of ${hosts.join(", ")} is not issued yet`, validation(certificate));
  }
  if (Status !== "ISSUED" && Status !== "EXPIRED") {
    const why = certificate.FailureReason ?? certificate.RevocationReason;
    return failed(`ACM says ${Status}${why === undefined ? "" : ` (${why})`}`, "Ask ACM for another one.");
  }
  const renewal = RenewalSummary?.RenewalStatus;
  if (renewal === "FAILED" || renewal === "PENDING_VALIDATION") {
    return warning(`ACM cannot renew it (${renewal})`, validation(certificate));
  }
  const end = endOutcome(hosts.join(", "), {
    ...{ endsAt: NotAfter?.getTime() ?? Number.POSITIVE_INFINITY, now: clock.now() },
    renew: validation(certificate),
  });
  return end.outcome === "ok" ? ok(`issued, until ${NotAfter?.toISOString().slice(0, 10)}`) : end;
}

/** The records by which ACM sees that a host is the operator's. */
function validation({ DomainValidationOptions = [], RenewalSummary }: Certificate): string {
  const options = RenewalSummary?.DomainValidationOptions ?? DomainValidationOptions;
  const records = options
    .filter(({ ValidationStatus }) => ValidationStatus !== "SUCCESS")
    .flatMap(({ ResourceRecord: record }) =>
      record ? [`${record.Name} ${record.Type} ${record.Value}`] : [],
    );
  return records.length === 0
    ? "See it in the ACM console: its validation records must be, and stay, in the DNS."
    : `Add the records, and leave them there: ${[...new Set(records)].join("; ")}`;
}

function namesIn({ DomainName = "", SubjectAlternativeNames = [] }: Certificate): string[] {
  return [DomainName, ...SubjectAlternativeNames];
}

/** RFC 6125 §6.4.3: a wildcard stands for one label. */
function covers(name: string, host: string): boolean {
  return name === host || (name.startsWith("*.") && host.slice(host.indexOf(".")) === name.slice(1));
}
