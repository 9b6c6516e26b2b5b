import { once } from "node:events";
import { connect } from "node:tls";
import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import type { Installation } from "../installation.ts";
import { shownCertificate } from "./certificate.ts";
import { failed, look, type Outcome, ok } from "./finding.ts";

export interface HostsDeps {
  readonly installation: Pick<Installation, "hosts">;
  readonly clock: Clock;
  /** Certificates of authorities to trust besides the usual ones. */
  readonly authorities?: readonly string[];
}

/** A function that has not run for a while takes seconds to its first answer. */
const patienceMs = 15_000;

/** The hosts that customers and recipients call: each answers, and shows a certificate that is its own and valid. */
export async function examineHosts(deps: HostsDeps): Promise<Finding[]> {
  return await Promise.all(
    deps.installation.hosts.map(({ name, url }) =>
      look(`Host ${name}`, () => hostOutcome(deps, new URL(url))),
    ),
  );
}

async function hostOutcome(deps: HostsDeps, url: URL): Promise<Outcome> {
  if (url.protocol === "https:") {
    const certificate = await certificateOutcome(deps, url);
    if (certificate.outcome === "failed") return certificate;
    const answer = await answerOutcome(url);
    return answer.outcome === "ok" ? certificate : answer;
  }
  return await answerOutcome(url);
}

async function answerOutcome(url: URL): Promise<Outcome> {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(patienceMs), redirect: "manual" });
    if (status < 500) return ok(`${url.host} answers${url.protocol === "http:" ? ", without TLS" : ""}`);
    return failed(`${url.host} answers ${status}`, "See the runbook's entry Server errors.");
  } catch (error) {
    return unreachable(url, Object(Object(error).cause ?? error));
  }
}

async function certificateOutcome({ clock, authorities }: HostsDeps, url: URL): Promise<Outcome> {
  const socket = connect({
    ...{ host: url.hostname, port: Number(url.port || 443), servername: url.hostname },
    // Looked at below, where it can be said what is wrong with it.
    rejectUnauthorized: false,
    ...(authorities && { ca: [...authorities] }),
  });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(patienceMs) });
    const host = url.hostname;
    return shownCertificate(socket, {
      ...{ host, now: clock.now() },
      renew: `See the certificate of ${host} in ACM: its validation record must stay in the DNS, so that it is renewed.`,
      replace: "The host must show a certificate for its own name: deploy the stack again.",
    });
  } catch (error) {
    return unreachable(url, Object(error));
  } finally {
    socket.destroy();
  }
}

function unreachable(
  url: URL,
  { code, name, message }: { code?: string; name?: string; message?: string },
): Outcome {
  if (code === "ENOTFOUND") {
    return failed(
      `${url.hostname} is not in the DNS`,
      `Add the record of ${url.hostname}: deploy with hostedZoneId, or point it at the API's domain name.`,
    );
  }
  const reason = name === "TimeoutError" || name === "AbortError" ? "no answer in time" : (code ?? message);
  return failed(
    `${url.host} cannot be reached: ${reason}`,
    "See whether the API's custom domain name exists.",
  );
}
