import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Node } from "constructs";
import * as z from "zod";
import { plansSchema } from "../shared/contracts/plan.ts";
import { suspensionRulesSchema } from "../shared/contracts/suspension-rules.ts";

/** Stands for a mail host where none is given, so that a synthesis needs no settings; nobody can own it. */
export const exampleMailHost = "postern.example";

const hostName = z
  .string()
  .regex(/^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, "must be a lower-case host name");

// The command line hands every context value over as text.
const flag = z.union([z.boolean(), z.stringbool()]);
const retentionDays = z.coerce
  .number()
  .refine(
    (days) => Object.values(RetentionDays).includes(days),
    "must be a retention that CloudWatch Logs offers",
  );
const secretArn = z.string().regex(/^arn:aws[a-z-]*:secretsmanager:/, "must be the ARN of a secret");
// Of the 4 KB that a function's variables may take together.
const mostPlansText = 3_000;
const concurrency = z.coerce.number().int().min(2).max(1000);

const settingsSchema = z
  .object({
    /** Names the stack, so that several environments can live in one AWS account. */
    environment: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,19}$/)
      .default("production"),
    /** The operator's own domain; the hosts send, bulk and track stand under it. */
    mailHost: hostName.default(exampleMailHost),
    /** Id of the Route 53 zone in which the hosts are made; without it the APIs keep AWS's own addresses. */
    hostedZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]+$/)
      .optional(),
    /** Name of that zone, where it is not the mail host itself but a domain above it. */
    hostedZoneName: hostName.optional(),
    /** Who is told of alarms. */
    operatorEmail: z.email().optional(),
    /** What stands in when SES is sick: a relay, delivery straight to the recipients' servers, or nothing. */
    smtpRoute: z.enum(["relay", "mx", "off"]).default("relay"),
    /** From where mail comes on that route, as SPF mechanisms: `ip4:192.0.2.0/24 include:relay.example`. */
    smtpRouteSpf: z
      .string()
      .regex(/^[a-z0-9:/._ -]{1,180}$/i, "must be SPF mechanisms")
      .optional(),
    /** A secret with the relay's host, port, user and password; without it an empty one is made. */
    smtpRelaySecretArn: secretArn.optional(),
    /** SMTP submission and requests above 5 MB: a load balancer and containers, which cost while idle. */
    smtpDoor: flag.default(false),
    /**
     * SMTP connections that one IP address may have at the same time. It counts before anybody has logged in, so
     * that no account can have it raised for itself alone.
     */
    smtpConnectionsPerAddress: z.coerce.number().int().min(1).max(500).default(10),
    /** A secret with the certificate that the SMTP hosts show: `{"certificate": PEM, "privateKey": PEM}`. */
    smtpCertificateSecretArn: secretArn.optional(),
    /**
     * ACM certificate for the hosts send and bulk, in us-east-1, where CloudFront reads it. With it and a zone
     * CloudFront stands before them and sends large requests to the gateway.
     */
    edgeCertificateArn: z
      .string()
      .regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]+$/, "must be a certificate in us-east-1")
      .optional(),
    /**
     * Amazon SES takes in what recipients' programs write to `unsubscribe@<mailHost>`, and reports to `fbl@<mailHost>`: in
     * regions where it receives, for a mail host that has no other mail servers.
     */
    incomingMail: flag.default(false),
    /** Days that logs are kept. */
    logRetentionDays: retentionDays.default(RetentionDays.ONE_MONTH),
    /** At most so many workers deliver transactional mail at the same time; each sends dozens of emails at once. */
    transactionalConcurrency: concurrency.default(10),
    bulkConcurrency: concurrency.default(10),
    /** At most about so many requests of each kind of link in a second: strangers make them, and each costs. */
    trackingRequestsPerSecond: z.coerce.number().int().min(10).max(10_000).default(1_000),
    /** Webhooks may call private addresses, and any port: never where strangers are customers. */
    webhookAllowPrivate: flag.default(false),
    /** The review of a domain may look at websites with private addresses. */
    websiteAllowPrivate: flag.default(false),
    /**
     * Links name customers' own hosts, `mt-link.<domain>`: CloudFront stands before the tracking API and obtains a
     * certificate for each. Without it links name the operator's host.
     */
    customTrackingHosts: flag.default(false),
    /**
     * The plans in place of the usual ones: a list as in shared/billing/plans.ts, as JSON. No limit is
     * 1000000000000. A plan that accounts have must stay, under its name.
     */
    plans: z
      .preprocess((value) => (typeof value === "string" ? parsedJson(value) : value), plansSchema)
      .refine(
        (plans) => JSON.stringify(plans).length <= mostPlansText,
        "are too long for an environment variable",
      )
      .optional(),
    /** From when on bounces and complaints suspend a customer's stream; what is not given is as usual. */
    suspensionRules: z
      .preprocess((value) => (typeof value === "string" ? parsedJson(value) : value), suspensionRulesSchema)
      .prefault({}),
    /** The template is run on this machine: nothing is bundled and no rule pack is asked. */
    local: flag.default(false),
  })
  .refine(
    ({ mailHost, hostedZoneName }) => hostedZoneName === undefined || isWithin(mailHost, hostedZoneName),
    {
      path: ["hostedZoneName"],
      error: "must be the mail host or a domain above it",
    },
  )
  .refine(({ smtpRoute, smtpRelaySecretArn }) => smtpRelaySecretArn === undefined || smtpRoute === "relay", {
    path: ["smtpRelaySecretArn"],
    error: "is for the route relay only",
  })
  .refine(
    ({ smtpDoor, smtpCertificateSecretArn, local }) =>
      local || smtpDoor === Boolean(smtpCertificateSecretArn),
    {
      path: ["smtpCertificateSecretArn"],
      error: "is needed with smtpDoor, and only with it",
    },
  )
  .refine(
    ({ smtpDoor, hostedZoneId, edgeCertificateArn }) => !edgeCertificateArn || (smtpDoor && hostedZoneId),
    {
      path: ["edgeCertificateArn"],
      error: "needs smtpDoor and hostedZoneId",
    },
  );

export type Settings = z.infer<typeof settingsSchema>;

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isWithin(host: string, zone: string): boolean {
  return host === zone || host.endsWith(`.${zone}`);
}

/**
 * The operator's settings from the app's context (cdk.json or `-c name=value`), with defaults for what is not given.
 *
 * @throws Error that names each setting that is wrong
 */
export function readSettings(node: Node): Settings {
  const context = Object.fromEntries(
    Object.keys(settingsSchema.shape).map((name) => [name, node.tryGetContext(name)]),
  );
  const result = settingsSchema.safeParse(context);
  if (!result.success) {
    throw new Error(`The context is wrong:\n${z.prettifyError(result.error)}`);
  }
  return result.data.local ? onThisMachine(result.data) : result.data;
}

// What is the operator's own in AWS is not to be had here: zone, address, relay.
function onThisMachine(settings: Settings): Settings {
  const {
    hostedZoneId: _,
    hostedZoneName: __,
    operatorEmail: ___,
    smtpRelaySecretArn: ____,
    smtpCertificateSecretArn: _____,
    edgeCertificateArn: ______,
    ...rest
  } = settings;
  return {
    ...rest,
    smtpDoor: true,
    incomingMail: true,
    webhookAllowPrivate: true,
    websiteAllowPrivate: true,
    smtpRouteSpf: "ip4:127.0.0.1",
  };
}
