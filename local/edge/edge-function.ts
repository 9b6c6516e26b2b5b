import type { IncomingHttpHeaders } from "node:http";
import { runInNewContext } from "node:vm";

/** What a CloudFront Function made of a request. */
export interface EdgeChoice {
  /** Id of the origin that it selected; undefined leaves the distribution's own choice. */
  readonly origin: string | undefined;
  /** The request's headers as they go on. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface EdgeRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly viewerIp: string;
}

interface EdgeHeaders {
  [name: string]: { value: string };
}

type Handler = (event: object) => { headers: EdgeHeaders };

/**
 * Runs a CloudFront Function (viewer request, runtime 2.0) as far as Postern's uses it: headers, and choosing
 * an origin by its id.
 *
 * @param source as it is deployed
 */
export function edgeFunction(source: string): (request: EdgeRequest) => EdgeChoice {
  let origin: string | undefined;
  const cf = {
    selectRequestOriginById(id: string) {
      origin = id;
    },
  };
  const script = `${source.replace(/^import cf from ["']cloudfront["'];/m, "")}\nhandler;`;
  const handler = runInNewContext(script, { cf }, { filename: "choose-origin.js" }) as Handler;
  return ({ method, target, headers, viewerIp }) => {
    origin = undefined;
    const request = {
      method,
      uri: target.split("?")[0],
      headers: Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, { value: String(value) }]],
        ),
      ),
    };
    const changed = handler({ version: "1.0", viewer: { ip: viewerIp }, request });
    const entries = Object.entries(changed.headers).map(([name, { value }]) => [name, value]);
    return { origin, headers: Object.fromEntries(entries) };
  };
}
