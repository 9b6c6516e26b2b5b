import { Client } from "@smithy/core/client";
import { accessDeniedError, denialText, firstDenial, missingStatement } from "./access-denied.ts";
import { type AwsCall, awsCallOf, nameOf } from "./aws-call.ts";
import { consumedUnits, requestUnits } from "./call-counts.ts";
import { faultError } from "./fault-errors.ts";
import type { FaultEffect, FaultMoment } from "./fault-rules.ts";
import { requiredPermissions } from "./required-permissions.ts";
import type { Role } from "./role-policies.ts";
import { type SdkClient, speakUnsigned } from "./unsigned-requests.ts";

/** What surrounds each AWS call of a function. */
export interface CallGuard {
  readonly role: Role;
  /** Name of the running function, which is the session of the assumed role. */
  readonly session: string;
  /** Whether DynamoDB is to report the capacity that calls consume. */
  countsCapacity(): boolean;
  count(call: string, units: number): void;
  denied(text: string, missing: string): void;
  fault(call: string, when: FaultMoment): Promise<FaultEffect | undefined> | undefined;
  die(): never;
}

type Send = (command: Command, options?: unknown) => Promise<unknown>;

interface Command {
  readonly input: object;
  readonly constructor: { readonly name: string };
}

/**
 * Puts the guard around every AWS call of this thread: all clients of the SDK share one base class, whose
 * `send` is the one way out.
 */
export function guardAwsCalls(guard: CallGuard): void {
  const prototype = Client.prototype as unknown as { send: Send };
  const send = prototype.send;
  prototype.send = function guardedSend(this: SdkClient, command, options) {
    if (typeof options === "function") throw new Error("the local cloud takes no callbacks from send");
    const call = awsCallOf(this.config.serviceId, command.constructor.name, command.input);
    speakUnsigned(this, call.service);
    return guarded(guard, call, (input) => {
      Object.assign(command.input, input);
      return send.call(this, command, options);
    });
  };
}

async function guarded(
  guard: CallGuard,
  call: AwsCall,
  send: (additions: object) => Promise<unknown>,
): Promise<unknown> {
  const name = nameOf(call);
  checkRole(guard, call);
  await strike(guard, call, name, "before");
  const asksCapacity =
    guard.countsCapacity() && call.service === "dynamodb" && !("ReturnConsumedCapacity" in call.input);
  let units = requestUnits(call);
  try {
    const output = await send(asksCapacity ? { ReturnConsumedCapacity: "TOTAL" } : {});
    units += consumedUnits(output);
    await strike(guard, call, name, "after");
    return output;
  } finally {
    guard.count(name, units);
  }
}

function checkRole(guard: CallGuard, call: AwsCall): void {
  const denial = firstDenial(guard.role, requiredPermissions(call));
  if (!denial) return;
  const text = denialText(guard.role, guard.session, denial);
  guard.denied(text, missingStatement(denial));
  throw accessDeniedError(call, text);
}

async function strike(guard: CallGuard, call: AwsCall, name: string, when: FaultMoment): Promise<void> {
  const effect = await guard.fault(name, when);
  if (effect === "die") guard.die();
  if (effect) throw faultError(call, effect);
}
