import { Duration, Validations } from "aws-cdk-lib";
import { AdjustmentType } from "aws-cdk-lib/aws-applicationautoscaling";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as ecs from "aws-cdk-lib/aws-ecs";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import { ServiceContainer } from "../defaults/service-container.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import { allowAccept } from "./accepting.ts";
import { GatewayBalancer } from "./gateway-balancer.ts";
import { gatewayPorts } from "./gateway-ports.ts";
import type { Storage } from "./storage.ts";

export interface GatewayProps {
  readonly storage: Storage;
  readonly transactionalQueue: ServiceQueue;
  readonly bulkQueue: ServiceQueue;
}

// In different zones, so that one of them may fail, and one container may be replaced.
const fewestTasks = 2;
const mostTasks = 20;

/** The door for what functions cannot take: SMTP, and large HTTP requests. Containers behind a load balancer. */
export class Gateway extends Construct {
  readonly container: ServiceContainer;
  readonly balancer: GatewayBalancer;
  readonly service: ecs.FargateService;

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const vpc = this.network();
    const cluster = new ecs.Cluster(this, "Cluster", {
      vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
    });
    this.container = new ServiceContainer(this, "Gateway", {
      entry: "gateway/main.ts",
      cpu: 1024,
      memoryMiB: 2048,
      ports: {
        [environmentNames.smtpPort]: gatewayPorts.smtp,
        [environmentNames.smtpsPort]: gatewayPorts.smtps,
        [environmentNames.httpPort]: gatewayPorts.http,
        [environmentNames.httpBulkPort]: gatewayPorts.httpBulk,
        [environmentNames.healthPort]: gatewayPorts.health,
      },
    });
    this.allowWork(props);
    this.service = new ecs.FargateService(this, "Service", {
      cluster: cluster as ecs.ICluster,
      taskDefinition: this.container.task,
      desiredCount: fewestTasks,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      assignPublicIp: true,
      healthCheckGracePeriod: Duration.minutes(1),
    });
    this.balancer = new GatewayBalancer(this, "Balancer", { vpc, service: this.service });
    this.scale();
    this.watch();
  }

  /**
   * Public subnets only. The containers need SQS, ECR, logs and secrets: a public address for each costs $4 a
   * month, a NAT gateway $33 and its traffic, and interface endpoints $7 for each service and zone. Nobody
   * reaches the addresses: the security group lets the load balancer in only.
   */
  private network(): ec2.IVpc {
    const vpc = new ec2.Vpc(this, "Vpc", {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: "public", subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
      ],
      restrictDefaultSecurityGroup: false,
      gatewayEndpoints: {
        S3: { service: ec2.GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    Validations.of(vpc).acknowledge({
      id: "AwsSolutions-VPC7",
      reason: "The gateway logs its own sessions; who needs each packet's record turns on flow logs.",
    });
    // It is one; only its declaration of the optional attributes is looser than the interface's.
    return vpc as ec2.IVpc;
  }

  private allowWork({ storage, transactionalQueue, bulkQueue }: GatewayProps): void {
    const { container } = this;
    allowAccept(container, storage);
    // Connections are counted over all containers.
    storage.counters.allow(container, "GetItem");
    storage.payloads.allowUpload(container);
    transactionalQueue.allowSend(container, environmentNames.transactionalQueueUrl);
    bulkQueue.allowSend(container, environmentNames.bulkQueueUrl);
    container.tell(environmentNames.mailHost, Deployment.of(this).settings.mailHost);
    container.tell(environmentNames.proxyProtocol, "true");
    container.tell(
      environmentNames.smtpConnectionsPerAddress,
      String(Deployment.of(this).settings.smtpConnectionsPerAddress),
    );
    this.allowCertificate();
  }

  private allowCertificate(): void {
    const { smtpCertificateSecretArn: arn } = Deployment.of(this).settings;
    if (arn === undefined) return;
    const secret = Secret.fromSecretCompleteArn(this, "SmtpCertificate", arn);
    this.container.allow(["secretsmanager:GetSecretValue"], [secret.secretArn]);
    this.container.tell(environmentNames.certificateSecretArn, secret.secretArn);
  }

  // Open connections tell of work before the processor does, and the processor of work that few bring.
  private scale(): void {
    const tasks = this.service.autoScaleTaskCount({ minCapacity: fewestTasks, maxCapacity: mostTasks });
    tasks.scaleOnCpuUtilization("Processor", {
      targetUtilizationPercent: 60,
      scaleInCooldown: Duration.minutes(5),
      scaleOutCooldown: Duration.minutes(1),
    });
    tasks.scaleOnMetric("Connections", {
      metric: this.balancer.openConnections({ period: Duration.minutes(1) }),
      adjustmentType: AdjustmentType.EXACT_CAPACITY,
      scalingSteps: [
        { upper: 1_000, change: fewestTasks },
        { lower: 1_000, change: 4 },
        { lower: 2_000, change: 8 },
        { lower: 4_000, change: mostTasks },
      ],
    });
  }

  private watch(): void {
    const { alarms } = Deployment.of(this);
    alarms.raise(this, "ProcessorAlarm", {
      says: "The gateway's containers are busy although there are as many as there may be, or more come too slowly",
      runbook: "gateway-busy",
      metric: this.service.metricCpuUtilization({ period: Duration.minutes(5) }),
      atLeast: 85,
      periods: 3,
    });
    alarms.raise(this, "UnhealthyAlarm", {
      says: "A container of the gateway does not answer",
      runbook: "gateway-unhealthy",
      metric: this.balancer.unhealthyTargets({ period: Duration.minutes(1) }),
      atLeast: 1,
      periods: 5,
    });
  }
}
