import { localRegion } from "../template/account.ts";

/** What all clients of the SDK have in common. */
export interface SdkClient {
  readonly config: { readonly serviceId: string };
  readonly middlewareStack: {
    remove(name: string): boolean;
    add(
      middleware: (next: Next) => Next,
      options: { step: "finalizeRequest"; name: string; aliases: string[]; priority: "low" },
    ): void;
  };
}

type Next = (args: { request: { headers: Record<string, string> } }) => Promise<unknown>;

/** They make log entries that nobody reads, and describe this machine to itself. */
const idleMiddlewares = ["loggerMiddleware", "getUserAgentMiddleware"];

/**
 * Lets a client send a fixed header in place of a signature: nobody checks signatures here, and making
 * them costs a fifth of a call's processor time. What else of its work is in vain here is left out too.
 *
 * @param service the name of the service in a credential's scope
 */
export function speakUnsigned(client: SdkClient, service: string): void {
  if (!client.middlewareStack.remove("httpSigningMiddleware")) return;
  for (const name of idleMiddlewares) client.middlewareStack.remove(name);
  const scope = `local/20200101/${localRegion}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`;
  client.middlewareStack.add(
    (next) => (args) => {
      args.request.headers["authorization"] = authorization;
      args.request.headers["x-amz-date"] = "20200101T000000Z";
      return next(args);
    },
    // Who makes a signed link asks for its place by this name.
    { step: "finalizeRequest", name: "localAuthorization", aliases: ["awsAuthMiddleware"], priority: "low" },
  );
}
