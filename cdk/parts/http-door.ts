import { type CfnResource, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate, CertificateValidation } from "aws-cdk-lib/aws-certificatemanager";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { ARecord, type IHostedZone, RecordTarget } from "aws-cdk-lib/aws-route53";
import { ApiGatewayv2DomainProperties } from "aws-cdk-lib/aws-route53-targets";
import { Construct } from "constructs";
import { Deployment } from "../defaults/deployment.ts";
import type { ServiceFunction } from "../defaults/service-function.ts";
import { operatorsZone } from "./zone.ts";

export interface Route {
  readonly method: "GET" | "POST" | "ANY";
  readonly path: `/${string}`;
}

export interface HttpDoorProps {
  /** First label of the host's name, under the operator's domain. */
  readonly host: "api" | "send" | "bulk" | "track";
  readonly description: string;
  readonly routes: readonly Route[];
  /** Answers the routes, and everything else with its own 404. */
  readonly worker: ServiceFunction;
  /** About so many requests in a second of each route, and twice as many at once; more are answered 429 by the API itself. */
  readonly mostPerSecond?: number;
  /** Why anybody may call: who checks what instead of an authorizer. */
  readonly openBecause: string;
}

/** An HTTP API on a host of its own, with a certificate and a name where the operator has given a zone. */
export class HttpDoor extends Construct {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  readonly api: apigateway.HttpApi;
  /** Of its own host; undefined where it has none. */
  readonly certificate: Certificate | undefined;

  constructor(scope: Construct, id: string, props: HttpDoorProps) {
    super(scope, id);
    const { settings } = Deployment.of(this);
    const zone = operatorsZone(this);
    // Behind CloudFront the name is CloudFront's, and the API keeps the address that CloudFront calls.
    const isSending = props.host === "send" || props.host === "bulk";
    const isBehindEdge = isSending && settings.edgeCertificateArn !== undefined;
    const ownZone = isBehindEdge ? undefined : zone;
    const hostName = `${props.host}.${settings.mailHost}`;
    this.certificate = ownZone && certificateFor(this, hostName, ownZone);
    const domain = ownZone && this.certificate && this.ownDomain(hostName, ownZone, this.certificate);
    const integration = new HttpLambdaIntegration("Integration", props.worker, {
      payloadFormatVersion: apigateway.PayloadFormatVersion.VERSION_2_0,
    });
    this.api = new apigateway.HttpApi(this, "Api", {
      description: props.description,
      defaultIntegration: integration,
      createDefaultStage: false,
      disableExecuteApiEndpoint: domain !== undefined,
    });
    for (const { method, path } of props.routes) {
      this.api.addRoutes({ path, methods: [apigateway.HttpMethod[method]], integration });
    }
    const resource = this.api.node.defaultChild as CfnResource;
    resource.overrideLogicalId(id);
    resource.addMetadata("postern:host", props.host);
    this.addStage(domain, props.mostPerSecond);
    this.url = zone === undefined ? this.api.apiEndpoint : `https://${props.host}.${settings.mailHost}`;
    Validations.of(this).acknowledge({ id: "AwsSolutions-APIG4", reason: props.openBecause });
    this.watch(props.host);
  }

  private addStage(domain: apigateway.DomainName | undefined, mostPerSecond: number | undefined): void {
    this.api.addStage("Stage", {
      stageName: "$default",
      autoDeploy: true,
      ...(domain !== undefined && { domainMapping: { domainName: domain } }),
      ...(mostPerSecond !== undefined && {
        throttle: { rateLimit: mostPerSecond, burstLimit: 2 * mostPerSecond },
      }),
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(
          new LogGroup(this, "AccessLog", {
            retention: Deployment.of(this).settings.logRetentionDays,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        // The route, never the path: a path of the tracking host is itself a key to somebody's subscription.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: "$context.requestId",
            time: "$context.requestTimeEpoch",
            route: "$context.routeKey",
            status: "$context.status",
            milliseconds: "$context.responseLatency",
            requestBytes: "$context.requestLength",
            responseBytes: "$context.responseLength",
            integrationError: "$context.integrationErrorMessage",
          }),
        ),
      },
    });
  }

  private ownDomain(domainName: string, zone: IHostedZone, certificate: Certificate): apigateway.DomainName {
    const domain = new apigateway.DomainName(this, "Domain", {
      domainName,
      certificate,
      securityPolicy: apigateway.SecurityPolicy.TLS_1_2,
    });
    new ARecord(this, "Address", {
      zone,
      recordName: `${domainName}.`,
      target: RecordTarget.fromAlias(
        new ApiGatewayv2DomainProperties(domain.regionalDomainName, domain.regionalHostedZoneId),
      ),
    });
    return domain;
  }

  private watch(host: string): void {
    Deployment.of(this).alarms.raise(this, "ServerErrorsAlarm", {
      says: `The host ${host} answers 5xx`,
      runbook: "server-errors",
      metric: this.api.metricServerError({ period: Duration.minutes(5), statistic: "Sum" }),
      atLeast: 5,
    });
  }
}

function certificateFor(scope: Construct, domainName: string, zone: IHostedZone): Certificate {
  return new Certificate(scope, "Certificate", {
    domainName,
    validation: CertificateValidation.fromDns(zone),
  });
}
