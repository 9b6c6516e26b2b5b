import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { type AwsAnswer, type AwsRequest, bodyAs, ok } from "./protocol.ts";
import type { EventDestination } from "./ses-events.ts";

/** What Amazon SES lets the account as a whole do; as at the start after every start. */
export interface SesAccount {
  sendingEnabled: boolean;
  productionAccess: boolean;
}

const sendingSchema = z.object({ SendingEnabled: z.boolean().default(false) });
const detailsSchema = z.object({ ProductionAccessEnabled: z.boolean().optional() });
const destinationSchema = z.object({ EventDestination: z.object({ Enabled: z.boolean().default(false) }) });

/** GetAccount. */
export function describeAccount({ sendingEnabled, productionAccess }: SesAccount): AwsAnswer {
  return ok({
    EnforcementStatus: "HEALTHY",
    ProductionAccessEnabled: productionAccess,
    SendingEnabled: sendingEnabled,
    DedicatedIpAutoWarmupEnabled: false,
    SendQuota: { Max24HourSend: 1_000_000, MaxSendRate: 1_000, SentLast24Hours: 0 },
  });
}

/** PutAccountSendingAttributes and, of PutAccountDetails, the sandbox. */
export function changeAccount(account: SesAccount, request: AwsRequest, what: string): AwsAnswer {
  if (what === "sending") {
    account.sendingEnabled = bodyAs(sendingSchema, request, "BadRequestException").SendingEnabled;
  } else {
    const { ProductionAccessEnabled } = bodyAs(detailsSchema, request, "BadRequestException");
    account.productionAccess = ProductionAccessEnabled ?? account.productionAccess;
  }
  return ok({});
}

/** The name of the one event destination that a configuration set has here. */
const destinationName = "Events";

/** GetConfigurationSet, and what is asked and changed of its event destinations. */
export function configurationSetOperations(sets: readonly string[], destinations: EventDestination[]) {
  const of = (name: string) => {
    if (sets.includes(name)) return destinations.filter(({ configurationSet }) => configurationSet === name);
    throw new AwsError(404, "NotFoundException", `Configuration set <${name}> does not exist.`);
  };
  return {
    "GET configuration-sets/*": async (_request: AwsRequest, name: string) => {
      of(name);
      return ok({ ConfigurationSetName: name, SendingOptions: { SendingEnabled: true } });
    },
    "GET configuration-sets/*/event-destinations": async (_request: AwsRequest, name: string) =>
      ok({
        EventDestinations: of(name).map(({ topicArn, eventTypes, enabled = true }) => ({
          ...{ Name: destinationName, Enabled: enabled, MatchingEventTypes: eventTypes },
          SnsDestination: { TopicArn: topicArn },
        })),
      }),
    [`PUT configuration-sets/*/event-destinations/${destinationName}`]: async (
      request: AwsRequest,
      name: string,
    ) => {
      const { EventDestination: wanted } = bodyAs(destinationSchema, request, "BadRequestException");
      for (const destination of of(name)) destination.enabled = wanted.Enabled;
      return ok({});
    },
  };
}
