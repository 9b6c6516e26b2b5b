import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import type { Installation } from "../installation.ts";
import { shownCertificate } from "./certificate.ts";
import { failed, look, type Outcome, ok } from "./finding.ts";
import type { InstallationClient } from "./installation-client.ts";
import { callSmtp, type SmtpCall, type SmtpDoor } from "./smtp-client.ts";

export interface SmtpDeps {
  readonly installation: Pick<Installation, "smtp">;
  readonly aws: Pick<InstallationClient, "secret">;
  readonly clock: Clock;
  readonly smtpDoor?: SmtpDoor | undefined;
  readonly mailHost: string;
}

const callMs = 10_000;
const hows = { starttls: "STARTTLS", tls: "TLS" } as const;

/** The door for mail programs, where there is one: each host answers, with a certificate of its own; and its secret. */
export async function examineSmtp(deps: SmtpDeps): Promise<Finding[]> {
  const { smtp } = deps.installation;
  if (smtp === undefined) return [];
  const { secret } = smtp;
  const hosts = deps.smtpDoor?.hosts ?? ["live", "bulk"].map((stream) => `${stream}.smtp.${deps.mailHost}`);
  const calls = hosts.flatMap((host) =>
    (["starttls", "tls"] as const).map((how) =>
      look(`${host} (${hows[how]})`, () =>
        hostOutcome(deps, { host, how, door: deps.smtpDoor, patienceMs: callMs }),
      ),
    ),
  );
  const kept =
    secret === undefined ? [] : [look("Secret with the certificate", () => secretOutcome(deps, secret))];
  return await Promise.all([...calls, ...kept]);
}

async function hostOutcome({ installation, clock }: SmtpDeps, call: SmtpCall): Promise<Outcome> {
  const { host } = call;
  const secret = installation.smtp?.secret ?? "<smtpCertificateSecretArn>";
  const put = `aws secretsmanager put-secret-value --secret-id ${secret}, with {"certificate": "<PEM chain>", "privateKey": "<PEM>"}; the gateway takes it up within minutes.`;
  try {
    return await callSmtp(call, (socket) =>
      shownCertificate(socket, {
        ...{ host, now: clock.now() },
        renew: `Put a renewed certificate into the secret: ${put}`,
        replace: `Put a certificate for ${host}, with its whole chain, into the secret: ${put}`,
      }),
    );
  } catch (error) {
    return unreachable(call, Object(error));
  }
}

function unreachable(
  { host, how }: SmtpCall,
  { code, name, message }: { code?: string; name?: string; message?: string },
): Outcome {
  if (code === "ENOTFOUND") {
    return failed(
      `${host} is not in the DNS`,
      `Add the record: ${host} CNAME <the stack's output SmtpHost>, or deploy with hostedZoneId.`,
    );
  }
  const reason = name === "TimeoutError" || name === "AbortError" ? "no answer in time" : (code ?? message);
  return failed(
    `${host} takes no mail by ${hows[how]}: ${reason}`,
    "See the events and the log of the gateway's ECS service, and the runbook's entry Gateway unhealthy.",
  );
}

async function secretOutcome({ aws }: SmtpDeps, arn: string): Promise<Outcome> {
  const secret = await aws.secret(arn);
  if (secret === undefined) {
    return failed(
      `there is no secret ${arn}: no container of the gateway can start`,
      "Make it (deploying.md, SMTP and large requests), and deploy with -c smtpCertificateSecretArn=<its ARN>.",
    );
  }
  if (secret.DeletedDate !== undefined) {
    return failed(
      `the secret ${arn} is to be deleted: no container of the gateway can start`,
      `aws secretsmanager restore-secret --secret-id ${arn}`,
    );
  }
  return ok(`${secret.Name ?? arn} is there`);
}
