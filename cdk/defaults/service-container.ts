import { join } from "node:path";
import { type CfnResource, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import * as ecs from "aws-cdk-lib/aws-ecs";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { EnvironmentName } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "./deployment.ts";
import type { Worker } from "./worker.ts";

const repositoryRoot = join(import.meta.dirname, "../..");

export interface ServiceContainerProps {
  /** The module that the image's bundle is made of. */
  readonly entry: string;
  /** 1024 are one processor. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** Ports by the name under which the code is told each. */
  readonly ports: Readonly<Partial<Record<EnvironmentName, number>>>;
}

/**
 * A long-running service of Postern on Fargate, arm64: one container with the image of the repository's
 * Dockerfile, read-only but for `/tmp`, its log kept as long as the operator says, and a role that may do
 * nothing until something is granted.
 */
export class ServiceContainer extends Construct implements Worker {
  readonly task: ecs.FargateTaskDefinition;
  readonly container: ecs.ContainerDefinition;
  private readonly taskRole: Role;

  constructor(scope: Construct, id: string, props: ServiceContainerProps) {
    super(scope, id);
    this.taskRole = new Role(this, "Role", { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") });
    this.task = new ecs.FargateTaskDefinition(this, "Task", {
      cpu: props.cpu,
      memoryLimitMiB: props.memoryMiB,
      taskRole: this.taskRole,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      volumes: [{ name: "tmp" }],
    });
    const resource = this.task.node.defaultChild as CfnResource;
    resource.overrideLogicalId(id);
    resource.addMetadata("postern:entry", props.entry);
    this.container = this.addContainer(props);
    this.acknowledge();
  }

  allow(actions: readonly string[], resources: readonly string[]): void {
    this.taskRole.addToPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] }),
    );
  }

  tell(name: EnvironmentName, value: string): void {
    this.container.addEnvironment(name, value);
  }

  acknowledgeWildcard(resource: string, reason: string): void {
    Validations.of(this.taskRole).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
  }

  private addContainer({ ports }: ServiceContainerProps): ecs.ContainerDefinition {
    const container = this.task.addContainer("Container", {
      image: imageOf(this),
      readonlyRootFilesystem: true,
      linuxParameters: new ecs.LinuxParameters(this, "Init", { initProcessEnabled: true }),
      logging: ecs.LogDrivers.awsLogs({
        streamPrefix: this.node.id.toLowerCase(),
        logGroup: new LogGroup(this, "Log", {
          retention: Deployment.of(this).settings.logRetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
      // The longest that Fargate grants: so long may what is in work take when the container must stop.
      stopTimeout: Duration.seconds(120),
      environment: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
      portMappings: Object.values(ports).map((containerPort) => ({ containerPort })),
    });
    container.addMountPoints({ sourceVolume: "tmp", containerPath: "/tmp", readOnly: false });
    return container;
  }

  private acknowledge(): void {
    Validations.of(this.task).acknowledge({
      id: "AwsSolutions-ECS2",
      reason: "The variables are names of resources and ports; what is secret is read at run time.",
    });
    Validations.of(this.task).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "Fetching the image needs ecr:GetAuthorizationToken, which knows no resources.",
    });
  }
}

// A template that is only read (tests, the local cloud) needs no image, whose context is most of the repository.
function imageOf(scope: Construct): ecs.ContainerImage {
  if (!Stack.of(scope).bundlingRequired)
    return ecs.ContainerImage.fromRegistry("synthesized-without-bundling");
  return ecs.ContainerImage.fromAsset(repositoryRoot, { platform: Platform.LINUX_ARM64 });
}
