import type { CallCount } from "./call-counts.ts";
import type { FaultEffect, FaultMoment, FaultRule } from "./fault-rules.ts";
import type { Role } from "./role-policies.ts";

/** What a function's thread is born with. */
export interface ThreadSettings {
  readonly functionId: string;
  readonly functionName: string;
  readonly functionArn: string;
  /** Absolute path of the module, which exports `handler` unless it is a service. */
  readonly entry: string;
  /** The module runs by itself, and exports nothing. */
  readonly isService: boolean;
  readonly memoryMb: number;
  readonly role: Role;
  readonly clockOffsetMs: number;
  readonly rules: readonly FaultRule[];
  readonly countCapacity: boolean;
  readonly compileCache: string;
}

/** What an error looks like to who invoked the function, as Lambda has it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** Events and results travel as JSON text, as they do in Lambda: one copy, and nothing else gets through. */
export type ToThread =
  | { kind: "invoke"; id: number; requestId: string; event: string; timeoutMs: number }
  | { kind: "clock"; offsetMs: number }
  | { kind: "rules"; rules: readonly FaultRule[] }
  | { kind: "counting"; capacity: boolean }
  | { kind: "end" }
  | { kind: "verdict"; question: number; effect: FaultEffect | undefined };

export type FromThread =
  | { kind: "ready" }
  | { kind: "init-failed"; error: FunctionError }
  | { kind: "result"; id: number; payload: string; counts: ReadonlyMap<string, CallCount> }
  | { kind: "failed"; id: number; error: FunctionError; counts: ReadonlyMap<string, CallCount> }
  | { kind: "counts"; counts: ReadonlyMap<string, CallCount> }
  | { kind: "clock-set"; offsetMs: number }
  | { kind: "question"; question: number; call: string; when: FaultMoment }
  | { kind: "denied"; text: string; missing: string };
