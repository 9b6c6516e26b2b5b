import type { IncomingMessage, ServerResponse } from "node:http";
import { apiServer, type Invoke } from "./http/api-server.ts";
import { type Host, type HttpApi, hosts } from "./http/http-apis.ts";
import { type Handler, type Listener, listen } from "./http/listener.ts";
import type { CloudOptions } from "./options.ts";
import { settleAll } from "./settle-all.ts";

/** The ports at which the outside comes in, one for each host of Postern. */
export type Doors = Readonly<Record<Host, Listener>>;

const settings: Readonly<Record<Host, string>> = {
  api: "API_PORT",
  send: "SEND_PORT",
  bulk: "BULK_PORT",
  track: "TRACK_PORT",
};

export async function openDoors({ host, ports }: CloudOptions, stack: AsyncDisposableStack): Promise<Doors> {
  const listeners = await settleAll(
    hosts.map(async (name) => {
      const listener = await listen(ports[name], { host, setting: settings[name] });
      stack.defer(() => listener.stop());
      return [name, listener] as const;
    }),
  );
  return Object.fromEntries(listeners) as Record<Host, Listener>;
}

/** What the general port answers besides the API that the template may declare for it. */
export interface GeneralPort {
  readonly control: Handler;
  page(): string;
}

/** What stands before an HTTP API, such as a CDN that sends some requests elsewhere. */
export type Before = (host: Host, api: Handler) => Handler;

/** From now on each port answers with the HTTP API that the template declares for it. */
export function answerAtDoors(
  doors: Doors,
  apis: readonly HttpApi[],
  { invoke, general, before }: { invoke: Invoke; general: GeneralPort; before: Before },
): void {
  for (const name of hosts) {
    const declared = apis.find(({ host }) => host === name);
    const api = apiServer(declared ?? { logicalId: name, apiId: name, host: name, routes: [] }, invoke);
    doors[name].answerWith(name === "api" ? generalHandler(general, api) : before(name, api));
  }
}

function generalHandler(general: GeneralPort, api: Handler): Handler {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.split("?")[0] ?? "/";
    if (path.startsWith("/_local/")) return general.control(request, response);
    if (path !== "/") return api(request, response);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(general.page());
  };
}
