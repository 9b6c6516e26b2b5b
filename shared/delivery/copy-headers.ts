import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";

type Headers = Readonly<Record<string, string>>;

/** The header fields that only copies made by auto-BCC have. */
export function copyHeaders(
  { autoBccHeaders = {} }: Pick<DeliveryJob, "autoBccHeaders">,
  { autoBcc }: Pick<JobRecipient, "autoBcc">,
): Headers {
  return autoBcc ? autoBccHeaders : {};
}

/** An email's own fields with those of a copy, in whose place none of the same name stays. */
export function withCopyHeaders(own: Headers, copy: Headers): Record<string, string> {
  const taken = new Set(Object.keys(copy).map((name) => name.toLowerCase()));
  const kept = Object.entries(own).filter(([name]) => !taken.has(name.toLowerCase()));
  return { ...copy, ...Object.fromEntries(kept) };
}
