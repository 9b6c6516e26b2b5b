import type * as z from "zod";
import type { clockRequestSchema } from "../../local/control/clock-request.ts";
import type { dnsRequestSchema } from "../../local/control/dns-request.ts";
import type { faultRequestSchema } from "../../local/control/fault-request.ts";
import type { QueueDepth } from "../../local/control/queue-depths.ts";
import type { AwsEndpoints } from "../../local/runtime/function-definition.ts";
import type { FunctionUsage } from "../../local/runtime/function-host.ts";

/** Rules of `/_local/faults`: one or several of each kind. */
export type Faults = z.input<typeof faultRequestSchema>;

export type ClockMove =
  | { days?: number; hours?: number; minutes?: number; seconds?: number }
  | { to: string };

export interface Calls {
  readonly functions: readonly (FunctionUsage & { function: string; memoryMb: number })[];
  readonly calls: readonly { function: string; call: string; count: number; units: number }[];
}

export interface Queues {
  readonly queues: readonly QueueDepth[];
  readonly inWork: number;
}

/** `/_local/` of a running local cloud. */
export interface LocalControl {
  /** Moves the clock; done when the schedules that became due have run. A number is milliseconds. */
  advanceClock(move: number | ClockMove): Promise<void>;
  now(): Promise<Date>;
  /** From now on these faults, and no others: `{}` heals everything. */
  faults(faults: Faults): Promise<void>;
  /** Address and port of the local DNS. */
  dnsServer(): Promise<string>;
  /** Sets and removes records of the local DNS, and lets names fail. */
  dns(change: z.input<typeof dnsRequestSchema>): Promise<void>;
  calls(): Promise<Calls>;
  queues(): Promise<Queues>;
  awsEndpoints(): Promise<AwsEndpoints>;
}

export function localControl(apiUrl: string): LocalControl {
  const call = (method: string, path: string, body?: unknown) =>
    request(method, `${apiUrl}/_local/${path}`, body);
  return {
    async advanceClock(move) {
      await call("POST", "clock", clockRequest(move));
    },
    now: async () => new Date(((await call("GET", "clock")) as { now: string }).now),
    async faults(faults) {
      await call("POST", "faults", { aws: [], ses: [], smtp: [], ...faults });
    },
    dnsServer: async () => ((await call("GET", "dns")) as { server: string }).server,
    async dns(change) {
      await call("POST", "dns", change);
    },
    calls: async () => (await call("GET", "calls")) as Calls,
    queues: async () => (await call("GET", "queues")) as Queues,
    awsEndpoints: async () => (await call("GET", "endpoints")) as AwsEndpoints,
  };
}

function clockRequest(move: number | ClockMove): z.input<typeof clockRequestSchema> {
  if (typeof move === "number") return { advance: move };
  if ("to" in move) return { to: new Date(move.to).toISOString() };
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = move;
  return { advance: (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 };
}

async function request(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
