import type { DeliveryJob } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { fieldsComposer } from "./compose-for.ts";
import { rawComposer } from "./compose-raw.ts";
import type { ComposeDeps, Composer, Content } from "./composing.ts";

/** What writes an email for each of its recipients. */
export function composerFor(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: Content,
  domain: SendingDomain,
): Composer {
  return "raw" in content
    ? rawComposer(deps, job, content, domain)
    : fieldsComposer(deps, job, content, domain);
}
