import { Route53Client } from "@aws-sdk/client-route-53";

/** A Route 53 client; alone in its file, because few functions need it. */
export function zoneClient(): Route53Client {
  return new Route53Client({
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
}
