import { existsSync } from "node:fs";
import { join } from "node:path";
import { type CfnResource, Duration, RemovalPolicy, type Size, Stack, Validations } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { LogLevel, NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { type EnvironmentName, environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "./deployment.ts";
import type { Worker } from "./worker.ts";

const repositoryRoot = join(import.meta.dirname, "../..");

export interface ServiceFunctionProps {
  /** The folder of functions/ that holds the handler. */
  readonly folder: string;
  /** What the function does, for whoever reads the console. */
  readonly description: string;
  readonly timeout: Duration;
  /** Processor time comes with memory: 1,769 MB are one whole processor. */
  readonly memorySize: number;
  /** Disk for temporary files; 512 MiB unless given. */
  readonly ephemeralStorage?: Size;
  /** At most so many run at the same time, and so many are kept free for this function. */
  readonly reservedConcurrency?: number;
  /** The function puts work back into its own queue; Lambda would stop that after 16 rounds. */
  readonly feedsItself?: boolean;
}

/**
 * A function of Postern: Node 24 on arm64, one ES module with all it needs, traced, its log kept as long
 * as the operator says, a role that may do nothing until something is granted, and alarms for errors and
 * throttles. Its id is also its logical id, so that operators and tests can name it.
 */
export class ServiceFunction extends NodejsFunction implements Worker {
  readonly limit: Duration;
  private readonly executionRole: Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const entry = `functions/${props.folder}/handler.ts`;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: Deployment.of(scope).settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = roleThatMayLog(scope, id, logGroup);
    super(scope, id, {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memorySize,
      ...(props.ephemeralStorage && { ephemeralStorageSize: props.ephemeralStorage }),
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      tracing: lambda.Tracing.ACTIVE,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      ...(props.feedsItself === true && { recursiveLoop: lambda.RecursiveLoop.ALLOW }),
      ...codeOf(scope, entry),
    });
    this.limit = props.timeout;
    this.executionRole = role;
    const resource = this.node.defaultChild as CfnResource;
    resource.overrideLogicalId(id);
    resource.addMetadata("postern:entry", entry);
    this.node.addValidation({
      validate: () => (existsSync(join(repositoryRoot, entry)) ? [] : [`${entry} does not exist`]),
    });
    const { plans } = Deployment.of(this).settings;
    if (plans !== undefined) this.tell(environmentNames.plans, JSON.stringify(plans));
    this.acknowledgeWildcard(
      "*",
      "X-Ray's actions and ses:GetAccount know no resources; nothing else is granted on *.",
    );
    this.watch();
  }

  /** Allows exactly these actions on these resources. */
  allow(actions: readonly string[], resources: readonly string[]): void {
    this.addToRolePolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] }),
    );
  }

  /** Tells the function something of its surroundings, under a name that it knows. */
  tell(name: EnvironmentName, value: string): void {
    this.addEnvironment(name, value);
  }

  /** Says why a resource in this function's role has a wildcard: the rule pack refuses one without a reason. */
  acknowledgeWildcard(resource: string, reason: string): void {
    Validations.of(this.executionRole).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${resource}]`,
      reason,
    });
  }

  private watch(): void {
    const { alarms } = Deployment.of(this);
    const period = Duration.minutes(5);
    alarms.raise(this, "ErrorsAlarm", {
      says: `${this.node.id} failed`,
      runbook: "function-errors",
      metric: this.metricErrors({ period }),
      atLeast: 1,
    });
    alarms.raise(this, "ThrottlesAlarm", {
      says: `${this.node.id} was refused for lack of concurrency`,
      runbook: "function-throttles",
      metric: this.metricThrottles({ period }),
      atLeast: 1,
    });
  }
}

// Not the managed policy AWSLambdaBasicExecutionRole: that one may write to every log of the account.
function roleThatMayLog(scope: Construct, id: string, logGroup: LogGroup): Role {
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  return role;
}

// A template that is only read (tests, the local cloud) needs no bundle, and bundling is nine tenths of a synth.
function codeOf(scope: Construct, entry: string) {
  if (!Stack.of(scope).bundlingRequired) {
    const code = lambda.Code.fromInline('throw new Error("synthesized without bundling");');
    return { code, handler: "index.handler" };
  }
  return {
    entry: join(repositoryRoot, entry),
    handler: "handler",
    projectRoot: repositoryRoot,
    depsLockFilePath: join(repositoryRoot, "package-lock.json"),
    bundling: {
      format: OutputFormat.ESM,
      target: "node24",
      minify: true,
      logLevel: LogLevel.WARNING,
      mainFields: ["module", "main"],
      // The SDK inside the bundle starts 20 ms faster than the runtime's own, and its version is the tested one.
      bundleAwsSDK: true,
      // Packages that are still CommonJS call require, which an ES module does not have.
      banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
  };
}
