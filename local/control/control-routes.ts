import * as z from "zod";
import type { BusEvent } from "../engines/aws/event-bridge.ts";
import type { SesFaults } from "../engines/aws/ses-faults.ts";
import type { LocalDns } from "../engines/dns/dns.ts";
import type { Queues } from "../engines/queues.ts";
import type { SmtpFaults } from "../engines/smtp-faults.ts";
import type { Functions } from "../functions.ts";
import type { AwsEndpoints } from "../runtime/function-definition.ts";
import type { Deployment } from "../template/deployment.ts";
import type { Triggers } from "../triggers/triggers.ts";
import { callReport } from "./call-report.ts";
import { clockRequestSchema, moveOf } from "./clock-request.ts";
import type { ControlRoute } from "./control-server.ts";
import { changeDns, dnsRequestSchema, dnsState } from "./dns-request.ts";
import { type FaultRequest, faultRequestSchema } from "./fault-request.ts";
import type { LocalClock } from "./local-clock.ts";
import { queueDepths } from "./queue-depths.ts";

/** What the control routes look at and change. */
export interface Controlled {
  readonly clock: LocalClock;
  readonly functions: Functions;
  readonly triggers: Triggers;
  readonly deployment: Deployment;
  readonly queues: Pick<Queues, "depths">;
  readonly endpoints: AwsEndpoints;
  /** Done when all that SES has to tell so far is in its topic. */
  readonly sesSettled: () => Promise<void>;
  readonly busEvents: () => readonly BusEvent[];
  readonly sesFaults: SesFaults;
  readonly smtpFaults: SmtpFaults;
  readonly dns: LocalDns;
}

const callsRequestSchema = z.strictObject({ countCapacity: z.boolean() });

/** The routes under `/_local/`, by which demonstrations and tests hurry and trouble the local cloud. */
export function controlRoutes(controlled: Controlled): Record<string, ControlRoute> {
  const { clock, functions, deployment, queues, endpoints, triggers, dns } = controlled;
  return {
    "GET /_local/clock": () => clockState(clock),
    "POST /_local/clock": async (body) => {
      await clock.advance(moveOf(clockRequestSchema.parse(body), Date.now()));
      return clockState(clock);
    },
    "GET /_local/faults": () => faultState(controlled),
    "POST /_local/faults": (body) => {
      setFaults(controlled, faultRequestSchema.parse(body));
      return faultState(controlled);
    },
    "DELETE /_local/faults": () => {
      setFaults(controlled, { aws: [], ses: [], smtp: [] });
      return faultState(controlled);
    },
    "GET /_local/calls": () => callReport(functions.hosts, triggers.pollerCalls),
    "POST /_local/calls": (body) => {
      functions.countCapacity(callsRequestSchema.parse(body).countCapacity);
      return {};
    },
    "DELETE /_local/calls": () => {
      for (const host of functions.hosts) host.resetUsage();
      triggers.pollerCalls.clear();
      return {};
    },
    "GET /_local/queues": async () => {
      await controlled.sesSettled();
      return {
        queues: queueDepths(deployment, await queues.depths()),
        /** Messages that functions are working on at this moment. */
        inWork: triggers.queues.reduce((sum, trigger) => sum + trigger.held, 0),
      };
    },
    "GET /_local/events": () => ({ events: controlled.busEvents() }),
    "GET /_local/endpoints": () => endpoints,
    "GET /_local/dns": () => dnsState(dns),
    "POST /_local/dns": async (body) => {
      await changeDns(dns.records, dnsRequestSchema.parse(body));
      return dnsState(dns);
    },
    "DELETE /_local/dns": async () => {
      await dns.records.reset();
      dns.records.faults.clear();
      return dnsState(dns);
    },
  };
}

function clockState(clock: LocalClock): object {
  return { now: new Date().toISOString(), offsetMs: clock.offsetMs() };
}

function faultState({ functions, sesFaults, smtpFaults }: Controlled): object {
  return { aws: functions.faults.list(), ses: sesFaults.rules(), smtp: smtpFaults.rules() };
}

function setFaults({ functions, sesFaults, smtpFaults }: Controlled, request: FaultRequest): void {
  const { aws, ses, smtp, seed } = request;
  if (aws) functions.setFaults(aws);
  if (ses) sesFaults.set({ rules: ses, seed });
  if (smtp) smtpFaults.set({ rules: smtp, seed });
}
