import type { Before } from "../doors.ts";
import type { GatewayPlace } from "../gateway.ts";
import type { Deployment } from "../template/deployment.ts";
import { edgeFunction } from "./edge-function.ts";
import { edgeHandler } from "./edge-handler.ts";

/**
 * CloudFront before the send and bulk hosts, as far as the template declares it: its function, which chooses
 * between the HTTP API and the gateway. A template without one has the HTTP APIs only.
 */
export function edgeBefore(deployment: Deployment, { host, http, originSecret }: GatewayPlace): Before {
  const declared = deployment
    .resources("AWS::CloudFront::Function")
    .find(({ logicalId }) => logicalId === "ChooseOrigin");
  if (!declared) return (_, api) => api;
  const choose = edgeFunction(String(declared.properties["FunctionCode"]));
  return (name, api) =>
    name === "send" || name === "bulk"
      ? edgeHandler({ choose, usual: api, gateway: { host, port: http[name] }, originSecret })
      : api;
}
