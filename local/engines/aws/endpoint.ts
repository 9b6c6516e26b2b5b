import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type DnsRecords, dnsRecords } from "../dns/dns-records.ts";
import type { Deliver } from "../mail.ts";
import { acmService, type LocalCertificate } from "./acm.ts";
import { AwsError } from "./aws-error.ts";
import { cloudfrontService } from "./cloudfront.ts";
import { distributionsService, isDistribution, type LocalDistribution } from "./cloudfront-distributions.ts";
import { type BusEvent, eventBridgeService } from "./event-bridge.ts";
import { kmsService } from "./kms.ts";
import { type Invoke, isInvocation, lambdaService } from "./lambda.ts";
import { type AwsRequest, type AwsService, errorAnswer, readRequest, writeOutcome } from "./protocol.ts";
import { route53Service } from "./route53.ts";
import { isSchedule, type LocalSchedule, schedulerService } from "./scheduler.ts";
import { type Secret, secretsManagerService } from "./secrets-manager.ts";
import type { EventDestination } from "./ses-events.ts";
import type { SesFaults } from "./ses-faults.ts";
import { eventPublisher } from "./ses-publisher.ts";
import { sesService } from "./ses-service.ts";

export interface AwsEndpointOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  region?: string;
  account?: string;
  /** Keeps identities and keys over restarts. */
  dataDir?: string;
  mailbox: { deliver: Deliver };
  /** Names of the configuration sets that exist. */
  configurationSets: string[];
  eventDestinations: EventDestination[];
  /** Domains that are SES identities from the start. */
  identities?: readonly string[];
  /** Where SNS is, for the notifications. */
  snsUrl: string;
  sesFaults: SesFaults;
  secrets?: Secret[];
  schedules?: readonly LocalSchedule[];
  distributions?: readonly LocalDistribution[];
  certificates?: readonly LocalCertificate[];
  /** Where Route 53 writes, and what CloudFront asks; records of its own, which nobody else asks for, unless given. */
  dnsRecords?: DnsRecords;
  invoke: Invoke;
}

export interface AwsEndpoint {
  url: string;
  /** Resolves once every notification so far is published. */
  settled(): Promise<void>;
  /** The latest events on the event bus, oldest first. */
  busEvents(): readonly BusEvent[];
  stop(): Promise<void>;
}

/** One HTTP server for SES v2, KMS, Secrets Manager, EventBridge, Route 53, CloudFront, ACM, EventBridge Scheduler and Lambda's Invoke; signatures are not checked. */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const { port = 0, region = "us-east-1", account = "000000000000", dataDir, secrets = [] } = options;
  const publisher = eventPublisher({ snsUrl: options.snsUrl, region });
  const busEvents: BusEvent[] = [];
  const records = options.dnsRecords ?? dnsRecords(undefined);
  const services = {
    ses: sesService({ ...options, region, account, dir: dataDir, faults: options.sesFaults, publisher }),
    kms: kmsService({ dir: dataDir, region, account }),
    secretsManager: secretsManagerService({ secrets, region, account }),
    lambda: lambdaService(options.invoke),
    eventBridge: eventBridgeService(busEvents),
    scheduler: schedulerService(options.schedules ?? []),
    route53: route53Service(records),
    cloudfront: cloudfrontService({ records, dir: dataDir }),
    distributions: distributionsService(options.distributions ?? []),
    acm: acmService(options.certificates ?? []),
  };
  const server = createServer((request, response) => void serve(services, request, response));
  // Workers keep their connections; closing an idle one under a request would look like a lost answer.
  server.keepAliveTimeout = 0;
  await once(server.listen(port, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    settled: () => publisher.settled(),
    busEvents: () => busEvents,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await publisher.stop();
    },
  };
}

type Services = Record<
  | "acm"
  | "cloudfront"
  | "distributions"
  | "eventBridge"
  | "kms"
  | "lambda"
  | "route53"
  | "scheduler"
  | "secretsManager"
  | "ses",
  AwsService
>;

async function serve(services: Services, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const request = await readRequest(incoming);
    writeOutcome(response, await serviceFor(services, request)(request));
  } catch (error) {
    if (response.destroyed) return;
    if (!(error instanceof AwsError)) console.error("the local AWS endpoint failed:", error);
    writeOutcome(response, errorAnswer(error));
  }
}

function serviceFor(services: Services, request: AwsRequest): AwsService {
  const target = String(request.headers["x-amz-target"] ?? "");
  if (target.startsWith("TrentService.")) return services.kms;
  if (target.startsWith("secretsmanager.")) return services.secretsManager;
  if (target.startsWith("AWSEvents.")) return services.eventBridge;
  if (target.startsWith("CertificateManager.")) return services.acm;
  if (isInvocation(request)) return services.lambda;
  if (isSchedule(request)) return services.scheduler;
  if (request.path.startsWith("/v2/email/")) return services.ses;
  if (request.path.startsWith("/2013-04-01/")) return services.route53;
  if (isDistribution(request)) return services.distributions;
  if (request.path.startsWith("/2020-05-31/")) return services.cloudfront;
  throw new AwsError(404, "UnknownOperationException", "This operation is not served locally.");
}
