import type { DeployedResource, Deployment } from "../template/deployment.ts";
import type { Route } from "./routes.ts";

/** Hosts that Postern answers at; each HTTP API says in its metadata (`postern:host`) which one it is. */
export const hosts = ["api", "send", "bulk", "track"] as const;
export type Host = (typeof hosts)[number];

/** An HTTP API as the template declares it. */
export interface HttpApi {
  readonly logicalId: string;
  readonly apiId: string;
  readonly host: Host;
  readonly routes: readonly Route[];
}

/** The host that an HTTP API of the template stands for. */
export function hostOf(logicalId: string, metadata: Readonly<Record<string, unknown>> | undefined): Host {
  const host = hosts.find((name) => name === metadata?.["postern:host"]);
  if (!host) throw new Error(`the HTTP API ${logicalId} does not say its host (postern:host)`);
  return host;
}

/** @throws Error when a route leads nowhere, or to a function that lets no API Gateway call it */
export function httpApisOf(deployment: Deployment): HttpApi[] {
  return deployment.resources("AWS::ApiGatewayV2::Api").map((api) => {
    if (api.properties["CorsConfiguration"]) {
      throw new Error(`the local cloud does not know CORS configurations yet (${api.logicalId})`);
    }
    return {
      logicalId: api.logicalId,
      apiId: api.ref,
      host: hostOf(api.logicalId, api.metadata),
      routes: routesOf(deployment, api),
    };
  });
}

function routesOf(deployment: Deployment, api: DeployedResource): Route[] {
  const integrations = new Map(
    deployment
      .resources("AWS::ApiGatewayV2::Integration")
      .map((integration) => [integration.ref, integration]),
  );
  return deployment
    .resources("AWS::ApiGatewayV2::Route")
    .filter(({ properties }) => properties["ApiId"] === api.ref)
    .map(({ logicalId, properties }) => {
      const integration = integrations.get(String(properties["Target"]).replace("integrations/", ""));
      if (!integration) throw new Error(`the route ${logicalId} has no integration`);
      return {
        routeKey: String(properties["RouteKey"]),
        functionId: functionBehind(deployment, integration),
      };
    });
}

function functionBehind(deployment: Deployment, integration: DeployedResource): string {
  const { IntegrationUri: uri, PayloadFormatVersion: version } = integration.properties;
  const target = deployment
    .resources("AWS::Lambda::Function")
    .find(({ arn }) => uri === arn || String(uri).includes(`/functions/${arn}/`));
  if (!target) throw new Error(`the integration ${integration.logicalId} leads to no function`);
  if (version !== "2.0") throw new Error(`the integration ${integration.logicalId} needs payload format 2.0`);
  const permitted = deployment
    .resources("AWS::Lambda::Permission")
    .some(
      ({ properties }) =>
        properties["Principal"] === "apigateway.amazonaws.com" &&
        [target.arn, target.ref].includes(String(properties["FunctionName"])),
    );
  if (!permitted)
    throw new Error(`API Gateway may not invoke ${target.logicalId}: no AWS::Lambda::Permission`);
  return target.logicalId;
}
