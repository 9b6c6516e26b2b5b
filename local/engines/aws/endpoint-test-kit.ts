import { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from "./endpoint.ts";
import { sesFaults } from "./ses-faults.ts";

/** An endpoint, and what a client of the SDK needs to reach it. */
export interface TestEndpoint extends AwsEndpoint {
  readonly reached: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/** The endpoint for tests: what they do not ask for is not there, or does nothing. */
export async function startTestEndpoint(options: Partial<AwsEndpointOptions> = {}): Promise<TestEndpoint> {
  const endpoint = await startAwsEndpoint({
    mailbox: { deliver: async () => undefined },
    configurationSets: [],
    eventDestinations: [],
    snsUrl: "http://127.0.0.1:9",
    sesFaults: sesFaults(),
    invoke: async () => undefined,
    ...options,
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { ...endpoint, reached: { endpoint: endpoint.url, region: "us-east-1", credentials } };
}
