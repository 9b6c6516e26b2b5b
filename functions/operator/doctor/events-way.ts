import * as z from "zod";
import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import type { Installation } from "../installation.ts";
import { failed, look, type Outcome, ok } from "./finding.ts";
import type { InstallationClient } from "./installation-client.ts";

export interface EventsWayDeps {
  readonly aws: Pick<
    InstallationClient,
    "configurationSet" | "destinations" | "subscriptions" | "queuePolicy"
  >;
  readonly installation: Pick<Installation, "configurationSets" | "events" | "queues">;
}

const neededTypes = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "DELIVERY_DELAY", "REJECT"];
const deployAgain =
  "Deploy the stack again; if that changes nothing, look for what was changed by hand: aws cloudformation detect-stack-drift";

/** The way of SES's word on messages: configuration sets, their destinations, topic, subscription, queue. */
export async function examineEventsWay({ aws, installation }: EventsWayDeps): Promise<Finding[]> {
  const { configurationSets, events, queues } = installation;
  const sets = configurationSets.flatMap(({ stream, name }) => [
    look(`Configuration set (${stream})`, () => setOutcome(aws, name)),
    look(`Event destination (${stream})`, () => destinationOutcome(aws, name, events.topicArn)),
  ]);
  const url = queues.find(({ name }) => name === "Events")?.url ?? "";
  return await Promise.all([
    ...sets,
    look("Subscription of the queue", () => subscriptionOutcome(aws, events)),
    look("Policy of the queue", async () => policyOutcome(await aws.queuePolicy(url), events)),
  ]);
}

async function setOutcome(aws: EventsWayDeps["aws"], name: string): Promise<Outcome> {
  const set = await aws.configurationSet(name);
  if (set === undefined) return failed(`there is no configuration set ${name}`, deployAgain);
  if (set.SendingOptions?.SendingEnabled === false) {
    return failed(
      `sending is paused for the configuration set ${name}`,
      `aws sesv2 put-configuration-set-sending-options --configuration-set-name ${name} --sending-enabled`,
    );
  }
  return ok(`${name} sends`);
}

async function destinationOutcome(
  aws: EventsWayDeps["aws"],
  name: string,
  topicArn: string,
): Promise<Outcome> {
  const all = await aws.destinations(name);
  const ours = all.filter(({ SnsDestination }) => SnsDestination?.TopicArn === topicArn);
  if (ours.length === 0) return failed(`${name} publishes no events to ${topicArn}`, deployAgain);
  const enabled = ours.filter(({ Enabled }) => Enabled !== false);
  if (enabled.length === 0) {
    return failed(
      `the event destination ${ours[0]?.Name} of ${name} is disabled`,
      `Enable it: aws sesv2 update-configuration-set-event-destination, or deploy the stack again.`,
    );
  }
  const types = new Set(enabled.flatMap(({ MatchingEventTypes = [] }) => MatchingEventTypes.map(asType)));
  const missing = neededTypes.filter((type) => !types.has(asType(type)));
  if (missing.length > 0) {
    return failed(`the event destination of ${name} leaves out ${missing.join(", ")}`, deployAgain);
  }
  return ok("SES publishes what becomes of messages");
}

/** CloudFormation and the API spell them differently. */
function asType(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

async function subscriptionOutcome(
  aws: EventsWayDeps["aws"],
  { topicArn, queueArn }: Installation["events"],
): Promise<Outcome> {
  const subscriptions = await aws.subscriptions(topicArn);
  if (subscriptions.some(({ Protocol, Endpoint }) => Protocol === "sqs" && Endpoint === queueArn)) {
    return ok("the topic hands on to the queue");
  }
  return failed(
    `the topic ${topicArn} does not hand on to the queue ${queueArn}`,
    `aws sns subscribe --topic-arn ${topicArn} --protocol sqs --notification-endpoint ${queueArn} --attributes RawMessageDelivery=true`,
  );
}

const several = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const policySchema = z.object({
  Statement: z.array(
    z.looseObject({
      Effect: z.string(),
      Action: several,
      Principal: z.union([z.string(), z.record(z.string(), several)]).optional(),
    }),
  ),
});

function policyOutcome(policy: string | undefined, { topicArn, queueArn }: Installation["events"]): Outcome {
  const { Statement = [] } = policy ? policySchema.parse(JSON.parse(policy)) : {};
  const isAllowed = Statement.some(
    ({ Effect, Action, Principal }) =>
      Effect === "Allow" &&
      Action.some((action) => ["sqs:*", "sqs:sendmessage"].includes(action.toLowerCase())) &&
      JSON.stringify(Principal ?? "").includes("sns.amazonaws.com"),
  );
  if (isAllowed) return ok("the topic may send to it");
  return failed(
    `the policy of the queue ${queueArn} does not let SNS send to it`,
    `It lacks the permission sqs:SendMessage for sns.amazonaws.com with aws:SourceArn ${topicArn}: deploy the stack again.`,
  );
}
