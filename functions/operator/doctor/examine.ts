import type { DoctorPoint, Finding } from "../../../shared/contracts/operator-answers.ts";
import { type DnsDeps, examineDns } from "./dns.ts";
import { type EdgeDeps, examineEdge } from "./edge.ts";
import { type EventsWayDeps, examineEventsWay } from "./events-way.ts";
import { examineHosts, type HostsDeps } from "./hosts.ts";
import { examineMail, type MailDeps } from "./mail.ts";
import { examineSchedules, type SchedulesDeps } from "./schedules.ts";
import { examineSes, type SesDeps } from "./ses.ts";
import { examineSmtp, type SmtpDeps } from "./smtp.ts";
import { examineWebhook, type WebhookDeps } from "./webhook.ts";

type ExamineDeps = DnsDeps &
  SesDeps &
  EventsWayDeps &
  SchedulesDeps &
  HostsDeps &
  SmtpDeps &
  EdgeDeps &
  MailDeps &
  WebhookDeps;

export type DoctorDeps = Omit<ExamineDeps, "patienceMs">;

const examiners: Record<DoctorPoint, (deps: ExamineDeps) => Promise<Finding[]>> = {
  dns: examineDns,
  ses: examineSes,
  events: examineEventsWay,
  schedules: examineSchedules,
  certificates: examineHosts,
  smtp: examineSmtp,
  edge: examineEdge,
  mail: examineMail,
  webhook: examineWebhook,
};

/** Looks at one point of the installation; whatever is wrong is a finding. */
export async function examine(
  deps: DoctorDeps,
  { point, waitSeconds }: { point: DoctorPoint; waitSeconds: number },
): Promise<{ findings: Finding[] }> {
  return { findings: await examiners[point]({ ...deps, patienceMs: waitSeconds * 1_000 }) };
}
