import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { InvocationResult } from "../runtime/function-host.ts";
import type { HttpApi } from "./http-apis.ts";
import { proxyEvent } from "./proxy-event.ts";
import { gatewayResponse, proxyResponse, type WireResponse } from "./proxy-response.ts";
import { readBody } from "./read-body.ts";
import { router } from "./routes.ts";

/** An HTTP API refuses longer requests before any function sees them. */
const requestLimitBytes = 10 * 1024 * 1024;

export type Invoke = (functionId: string, event: string) => Promise<InvocationResult>;

/** Answers requests to an HTTP API of the template as API Gateway would. */
export function apiServer(api: HttpApi, invoke: Invoke) {
  const match = router(api.routes);

  async function answer(request: IncomingMessage, requestId: string): Promise<WireResponse> {
    const { method = "GET", url: target = "/" } = request;
    const matched = match(method, target.split("?")[0] ?? "/");
    if (!matched) return gatewayResponse(404, "Not Found");
    const body = await readBody(request, requestLimitBytes);
    if (!body) return gatewayResponse(413, "Request Entity Too Large");
    const event = proxyEvent({
      method,
      target,
      body,
      requestId,
      protocol: `HTTP/${request.httpVersion}`,
      headers: request.headers,
      sourceIp: (request.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
      port: request.socket.localPort ?? 0,
      apiId: api.apiId,
      routeKey: matched.route.routeKey,
      pathParameters: matched.pathParameters,
      receivedAt: Date.now(),
    });
    return answerOf(await invoke(matched.route.functionId, JSON.stringify(event)));
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomBytes(12).toString("base64url").slice(0, 16);
    const { status, headers, body } = await answer(request, requestId);
    response.writeHead(status, {
      ...headers,
      "apigw-requestid": requestId,
      "content-length": Buffer.byteLength(body),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}

function answerOf(result: InvocationResult): WireResponse {
  switch (result.outcome) {
    case "answered":
      return proxyResponse(result.payload);
    case "failed":
      return gatewayResponse(500, "Internal Server Error");
    case "throttled":
      return gatewayResponse(503, "Service Unavailable");
    case "too large":
      return gatewayResponse(413, "Request Entity Too Large");
  }
}
