import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
  isBrokenCircuitError,
  retry,
  wrap,
} from "cockatiel";
import type { Clock } from "../platform/clock.ts";
import type { Outcome, OutgoingRoute } from "./outcome.ts";

/** A route that is left alone for a while when it is sick. */
export interface GuardedRoute extends OutgoingRoute {
  /** Whether it is worth choosing now: it is well, or it is time to see whether it is again. */
  isOpen(): boolean;
}

const noTimeLeft: Outcome = { kind: "temporary", reason: "no time was left to send" };

const sickInARow = 3;
const probeAfterMs = 30_000;
/** Two more tries of what may pass in moments: that is all the patience a worker has. */
const patience = { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 }) };

/**
 * Keeps a sick route out: after a few failures in a row that would meet every message, nothing is sent
 * over it for half a minute, then one message probes it. One process learns for itself alone.
 *
 * @param onSick called each time the route is taken out
 */
export function guardedRoute(
  route: OutgoingRoute,
  { clock, onSick }: { clock: Clock; onSick: (reason: string) => void },
): GuardedRoute {
  const breaker = circuitBreaker(handleWhenResult(isAboutTheRoute), {
    halfOpenAfter: probeAfterMs,
    breaker: new ConsecutiveBreaker(sickInARow),
  });
  const policy = wrap(breaker, retry(handleWhenResult(mayPassInMoments), patience));
  let sickUntil = 0;
  breaker.onBreak((cause) => {
    sickUntil = clock.now() + probeAfterMs;
    onSick("value" in cause ? (cause.value as Outcome & { reason: string }).reason : "sick");
  });
  return {
    isOpen: () =>
      breaker.state === CircuitState.Closed ||
      (breaker.state === CircuitState.Open && clock.now() >= sickUntil),

    async send(dispatch) {
      try {
        return await policy.execute(async () =>
          dispatch.mayStart() ? await route.send(dispatch) : noTimeLeft,
        );
      } catch (error) {
        if (isBrokenCircuitError(error)) return { kind: "sick", reason: "the route is sick", widely: true };
        throw error;
      }
    },
  };
}

/** For a route without a middle that could be sick: each message meets another server. */
export function unguardedRoute(route: OutgoingRoute): GuardedRoute {
  return {
    isOpen: () => true,
    send: async (dispatch) => (dispatch.mayStart() ? await route.send(dispatch) : noTimeLeft),
  };
}

function isAboutTheRoute(result: unknown): boolean {
  const outcome = result as Outcome;
  const isAnswerLost = outcome.kind === "unknown" || (outcome.kind === "temporary" && outcome.mayHaveLeft);
  return isAnswerLost || (outcome.kind === "sick" && outcome.widely);
}

function mayPassInMoments(result: unknown): boolean {
  const outcome = result as Outcome;
  return outcome.kind === "sick" && outcome.briefly === true;
}
