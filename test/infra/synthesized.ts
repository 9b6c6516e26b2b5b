import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll } from "vitest";
import { posternApp } from "../../cdk/postern-app.ts";

/** A resource of a template, as far as these tests look at it. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type; assertions are their schema
  readonly Properties: any;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export type Resources = Readonly<Record<string, Resource>>;

const outputs = mkdtempSync(join(tmpdir(), "postern-templates-"));
afterAll(() => rmSync(outputs, { recursive: true }));

/** An app of its own, not yet synthesized, that writes to a temporary directory and bundles nothing. */
export function newApp(context: Readonly<Record<string, unknown>> = {}): ReturnType<typeof posternApp> {
  return posternApp({
    outdir: mkdtempSync(join(outputs, "app-")),
    context: { "aws:cdk:bundling-stacks": [], ...context },
  });
}

/** The resources of the template for this context; with `local`, no rule pack is asked, which is faster. */
export function synthesize(context: Readonly<Record<string, unknown>> = { local: true }): Resources {
  return Template.fromStack(newApp(context).stack).toJSON()["Resources"];
}

/** The resources of one type, with their logical ids. */
export function ofType(resources: Resources, type: string): [id: string, resource: Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

/** An intrinsic function as one text: `<Queue.Arn>/*`; a literal as it is. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  const [name, argument] = Object.entries(value as Record<string, unknown>)[0] ?? [];
  if (name === "Ref") return `<${argument}>`;
  if (name === "Fn::GetAtt") return `<${(argument as string[]).join(".")}>`;
  if (name === "Fn::Join") {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(asText).join(separator);
  }
  if (name === "Fn::Select") return `<id of ${asText(splitIn(argument)).slice(1)}`;
  throw new Error(`unknown intrinsic function ${name}`);
}

/** What is split, of which one part is selected. */
function splitIn(argument: unknown): unknown {
  const [, { "Fn::Split": split }] = argument as [number, { "Fn::Split": [string, unknown] }];
  return split[1];
}

/** Length of a value when it is deployed; names that CloudFormation makes have 64 characters, addresses 120. */
export function deployedLength(value: unknown): number {
  const text = asText(value);
  const parts = text.split(/(<[^>]*>)/);
  const lengths = parts.map((part) => {
    if (!part.startsWith("<")) return part.length;
    if (part.startsWith("<AWS::")) return 14;
    if (/Distribution|EdgeSend|EdgeBulk/.test(part)) return 14;
    if (part.startsWith("<id of ")) return 36;
    return /\.QueueName>|Table>|Bucket>|Schedule\w*>|ConfigurationSet\w*>|Key>/.test(part) ? 64 : 120;
  });
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** The environment variables of a function. */
export function variablesOf(resources: Resources, id: string): Record<string, unknown> {
  return resources[id]?.Properties.Environment.Variables;
}

/** The alarms that watch a function or a queue. */
export function alarmsOn(
  resources: Resources,
  dimension: "FunctionName" | "QueueName",
  id: string,
): Resource[] {
  const value = dimension === "QueueName" ? `<${id}.QueueName>` : `<${id}>`;
  return ofType(resources, "AWS::CloudWatch::Alarm")
    .map(([, alarm]) => alarm)
    .filter(({ Properties }) =>
      Properties.Dimensions?.some(
        (found: { Name: string; Value: unknown }) =>
          found.Name === dimension && asText(found.Value) === value,
      ),
    );
}

interface Statement {
  readonly Effect: string;
  readonly Principal: { readonly Service?: string };
  readonly Condition?: { readonly Bool?: Record<string, string> };
}

function statementsOn(resources: Resources, policyType: string, property: string, id: string): Statement[] {
  return ofType(resources, policyType)
    .filter(([, { Properties }]) => [Properties[property]].flat().some((target) => target.Ref === id))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

/** Whether the policy on a queue, topic or bucket denies what comes without TLS. */
export function refusesPlainText(
  resources: Resources,
  policyType: string,
  property: string,
  id: string,
): boolean {
  return statementsOn(resources, policyType, property, id).some(
    ({ Effect, Condition }) => Effect === "Deny" && Condition?.Bool?.["aws:SecureTransport"] === "false",
  );
}

/** The services that a topic takes messages from. */
export function publishersTo(resources: Resources, topic: string): Set<string | undefined> {
  const allowed = statementsOn(resources, "AWS::SNS::TopicPolicy", "Topics", topic).filter(
    ({ Effect }) => Effect === "Allow",
  );
  return new Set(allowed.map(({ Principal }) => Principal.Service));
}
