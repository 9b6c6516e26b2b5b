import type { CallCounts } from "../runtime/call-counts.ts";
import type { FunctionHost } from "../runtime/function-host.ts";

/** What the functions did and called since the start or the last reset. */
export function callReport(hosts: readonly FunctionHost[], pollerCalls: CallCounts): object {
  return {
    functions: hosts.map(({ definition, usage }) => ({
      function: definition.id,
      memoryMb: definition.memoryMb,
      ...usage,
    })),
    calls: [
      ...hosts.flatMap(({ definition, calls }) => countsOf(definition.id, calls)),
      ...countsOf("pollers", pollerCalls),
    ],
  };
}

function countsOf(caller: string, counts: CallCounts): object[] {
  return [...counts].map(([call, { count, units }]) => ({ function: caller, call, count, units }));
}
