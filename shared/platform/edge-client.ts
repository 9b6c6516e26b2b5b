import { CloudFrontClient } from "@aws-sdk/client-cloudfront";

/** A CloudFront client; alone in its file, because few functions need it. CloudFront is asked in one region only. */
export function edgeClient(): CloudFrontClient {
  return new CloudFrontClient({
    region: "us-east-1",
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
}
