import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Finding } from "../../shared/contracts/operator-answers.ts";
import type { LocalCloud } from "./local-cloud.ts";
import { runProgram } from "./operator-program.ts";

const credentials = { accessKeyId: "local", secretAccessKey: "local" };

/** An installation, and clients of the services that it stands on. */
export interface DoctorWorld {
  readonly cloud: LocalCloud;
  readonly aws: Awaited<ReturnType<typeof awsClients>>;
}

/** Clients of that cloud's services; who asks for them destroys them. */
export async function awsClients(cloud: LocalCloud) {
  const endpoints = await cloud.awsEndpoints();
  const at = (endpoint: string) => ({ endpoint, region: "us-east-1", credentials });
  return {
    ses: new SESv2Client(at(endpoints.SESV2)),
    sns: new SNSClient(at(endpoints.SNS)),
    sqs: new SQSClient(at(endpoints.SQS)),
    scheduler: new SchedulerClient(at(endpoints.SCHEDULER)),
    cloudfront: new CloudFrontClient(at(endpoints.CLOUDFRONT)),
  };
}

interface Diagnosis {
  readonly code: number;
  readonly findings: readonly Finding[];
  /** What is wrong, as the doctor says it. */
  readonly text: string;
}

/** What the doctor says of these points, or of all; it waits at most so many seconds for mail and calls. */
export async function diagnosis(
  of: LocalCloud,
  points: readonly string[] = [],
  wait = 45,
): Promise<Diagnosis> {
  const only = points.length === 0 ? [] : ["--only", ...points];
  const { code, out } = await runProgram(of, ["doctor", ...only, "--wait", String(wait), "--json"]);
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  const wrong = findings.filter(({ outcome }) => outcome === "failed" || outcome === "warning");
  return {
    code,
    findings,
    text: wrong.map(({ name, says, remedy }) => `${name}: ${says} ${remedy}`).join("\n"),
  };
}

/** A physical name, as a finding begins with it. */
export async function nameIn(of: LocalCloud, point: string, finding: string): Promise<string> {
  const { findings } = await diagnosis(of, [point]);
  return findings.find(({ name }) => name === finding)?.says.split(/[ ,]/)[0] ?? "";
}
