import type { CallOutcome, EndpointClient } from "./endpoint-client.ts";
import { bodyOf } from "./payload.ts";
import type { SecretClient } from "./secret-client.ts";
import { signatureHeader, signatureOf } from "./signature.ts";
import type { Webhook } from "./webhook.ts";

export interface CallDeps {
  readonly endpoints: Pick<EndpointClient, "post">;
  readonly secrets: Pick<SecretClient, "open">;
}

/**
 * Posts events to a webhook's endpoint, signed.
 *
 * @param payloads JSON texts
 */
export async function callEndpoint(
  { endpoints, secrets }: CallDeps,
  webhook: Webhook,
  payloads: readonly string[],
  timeoutMs?: number,
): Promise<CallOutcome> {
  const { contentType, text } = bodyOf(payloads, webhook.payloadFormat);
  const signature = signatureOf(text, await secrets.open(webhook));
  return await endpoints.post({
    url: webhook.url,
    body: text,
    headers: { "content-type": contentType, [signatureHeader]: signature },
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}
