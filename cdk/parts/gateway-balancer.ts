import { Duration, Validations } from "aws-cdk-lib";
import { Certificate, CertificateValidation } from "aws-cdk-lib/aws-certificatemanager";
import type { Metric, MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import type { FargateService } from "aws-cdk-lib/aws-ecs";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { ARecord, RecordTarget } from "aws-cdk-lib/aws-route53";
import { LoadBalancerTarget } from "aws-cdk-lib/aws-route53-targets";
import { Construct } from "constructs";
import { Deployment } from "../defaults/deployment.ts";
import { gatewayPorts } from "./gateway-ports.ts";
import { operatorsZone } from "./zone.ts";

/** Where CloudFront finds the gateway, for each stream. */
export const edgePorts = { transactional: 443, bulk: 8443 } as const;

const starttlsPorts = [25, 587, 2525] as const;
const tlsPort = 465;

export interface GatewayBalancerProps {
  readonly vpc: ec2.IVpc;
  readonly service: FargateService;
}

/** The load balancer before the gateway: SMTP as it comes, and HTTP in TLS for CloudFront. */
export class GatewayBalancer extends Construct {
  readonly balancer: elb.NetworkLoadBalancer;
  /** The host name under which CloudFront reaches the gateway; only where the operator has given a zone. */
  readonly originHost: string | undefined;
  /** Of that host. */
  certificate: Certificate | undefined;
  private readonly service: FargateService;
  private readonly vpc: ec2.IVpc;
  private readonly groups: elb.NetworkTargetGroup[] = [];

  constructor(scope: Construct, id: string, { vpc, service }: GatewayBalancerProps) {
    super(scope, id);
    this.service = service;
    this.vpc = vpc;
    const outside = new ec2.SecurityGroup(this, "SecurityGroup", { vpc, allowAllOutbound: false });
    this.balancer = new elb.NetworkLoadBalancer(this, "Balancer", {
      vpc,
      internetFacing: true,
      crossZoneEnabled: true,
      securityGroups: [outside],
    });
    this.openSmtp();
    this.originHost = this.openHttp();
    this.name();
    this.connect(outside);
    this.acknowledge(outside);
  }

  openConnections(options: MetricOptions): Metric {
    return this.balancer.metrics.activeFlowCount({ statistic: "Average", ...options });
  }

  unhealthyTargets(options: MetricOptions): Metric {
    const [group] = this.groups;
    if (group === undefined) throw new Error("the balancer has no targets");
    return group.metrics.unHealthyHostCount({ statistic: "Maximum", ...options });
  }

  // The address of the client comes in a PROXY header: limits and the log go by it.
  private openSmtp(): void {
    const starttls = this.group("Smtp", gatewayPorts.smtp, { proxyProtocolV2: true });
    for (const port of starttlsPorts) {
      this.balancer.addListener(`Smtp${port}`, { port, defaultTargetGroups: [starttls] });
    }
    const tls = this.group("Smtps", gatewayPorts.smtps, { proxyProtocolV2: true });
    this.balancer.addListener(`Smtps${tlsPort}`, { port: tlsPort, defaultTargetGroups: [tls] });
  }

  private openHttp(): string | undefined {
    const zone = operatorsZone(this);
    if (zone === undefined) return undefined;
    const host = `gateway.${Deployment.of(this).settings.mailHost}`;
    const certificate = new Certificate(this, "Certificate", {
      domainName: host,
      validation: CertificateValidation.fromDns(zone),
    });
    this.certificate = certificate;
    const groups = {
      transactional: this.group("Http", gatewayPorts.http),
      bulk: this.group("HttpBulk", gatewayPorts.httpBulk),
    };
    for (const stream of ["transactional", "bulk"] as const) {
      this.balancer.addListener(`Http${edgePorts[stream]}`, {
        port: edgePorts[stream],
        protocol: elb.Protocol.TLS,
        certificates: [certificate],
        sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
        defaultTargetGroups: [groups[stream]],
      });
    }
    return host;
  }

  private group(
    id: string,
    port: number,
    options: { proxyProtocolV2?: boolean } = {},
  ): elb.NetworkTargetGroup {
    const group = new elb.NetworkTargetGroup(this, id, {
      vpc: this.vpc,
      port,
      protocol: elb.Protocol.TCP,
      targets: [this.service.loadBalancerTarget({ containerName: "Container", containerPort: port })],
      // A container that must go keeps its connections for so long, and takes no new ones.
      deregistrationDelay: Duration.seconds(120),
      healthCheck: {
        protocol: elb.Protocol.HTTP,
        port: String(gatewayPorts.health),
        path: "/",
        interval: Duration.seconds(10),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
      ...options,
    });
    this.groups.push(group);
    return group;
  }

  private name(): void {
    const zone = operatorsZone(this);
    if (zone === undefined) return;
    const { mailHost } = Deployment.of(this).settings;
    for (const [id, host] of Object.entries({ Live: "live.smtp", Bulk: "bulk.smtp", Origin: "gateway" })) {
      new ARecord(this, `${id}Address`, {
        zone,
        recordName: `${host}.${mailHost}.`,
        target: RecordTarget.fromAlias(new LoadBalancerTarget(this.balancer)),
      });
    }
  }

  private connect(outside: ec2.SecurityGroup): void {
    const open = [...starttlsPorts, tlsPort, ...(this.originHost ? Object.values(edgePorts) : [])];
    for (const port of open) outside.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port));
    const inside = [gatewayPorts.smtp, gatewayPorts.smtps, gatewayPorts.health];
    const http = this.originHost ? [gatewayPorts.http, gatewayPorts.httpBulk] : [];
    for (const port of [...inside, ...http]) {
      this.service.connections.allowFrom(outside, ec2.Port.tcp(port));
      outside.connections.allowTo(this.service, ec2.Port.tcp(port));
    }
  }

  private acknowledge(outside: ec2.SecurityGroup): void {
    Validations.of(outside).acknowledge({
      id: "AwsSolutions-EC23",
      reason: "Customers come from anywhere; the token is checked before anything they say is taken.",
    });
    Validations.of(this.balancer).acknowledge({
      id: "AwsSolutions-ELB2",
      reason: "A network load balancer logs TLS connections only; the gateway logs its own sessions.",
    });
  }
}
