import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { readBody } from "../http/read-body.ts";

/** What a control route does with the request's body: the answer, to be shown as JSON. */
export type ControlRoute = (body: unknown) => unknown | Promise<unknown>;

const bodyLimitBytes = 1024 * 1024;

/**
 * Answers `/_local/...` by a table of routes such as `GET /_local/clock`. A request that cannot be
 * understood is a 400 that says why.
 */
export function controlServer(routes: Readonly<Record<string, ControlRoute>>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const route = routes[`${request.method} ${path}`];
    const { status, answer } = isFromElsewhere(request)
      ? { status: 403, answer: { error: "web pages of other origins may not control the local cloud" } }
      : route
        ? await outcomeOf(route, request)
        : unknown(routes, path);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(`${JSON.stringify(answer ?? {}, null, 2)}\n`);
  };
}

// Any page that is open in the developer's browser could post here.
function isFromElsewhere({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin !== undefined && origin !== `http://${host}`;
}

async function outcomeOf(route: ControlRoute, request: IncomingMessage) {
  try {
    return { status: 200, answer: await route(await jsonBody(request)) };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, answer: { error: z.prettifyError(error) } };
    if (error instanceof SyntaxError) return { status: 400, answer: { error: `not JSON: ${error.message}` } };
    if (error instanceof RangeError) return { status: 400, answer: { error: error.message } };
    return { status: 500, answer: { error: String(error) } };
  }
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, bodyLimitBytes);
  if (!body) throw new RangeError(`the request is longer than ${bodyLimitBytes} bytes`);
  return body.length === 0 ? undefined : JSON.parse(body.toString("utf8"));
}

function unknown(routes: Readonly<Record<string, ControlRoute>>, path: string) {
  const known = Object.keys(routes);
  const samePath = known.filter((route) => route.endsWith(` ${path}`));
  return samePath.length > 0
    ? { status: 405, answer: { error: `use one of ${samePath.join(", ")}` } }
    : { status: 404, answer: { error: `there is no ${path}`, routes: known } };
}
