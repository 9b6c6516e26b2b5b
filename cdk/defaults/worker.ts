import type { IConstruct } from "constructs";
import type { EnvironmentName } from "../../shared/contracts/environment-names.ts";

/** Code of Postern that runs somewhere and is allowed what it needs: a function, or the gateway. */
export interface Worker extends IConstruct {
  /** Allows exactly these actions on these resources. */
  allow(actions: readonly string[], resources: readonly string[]): void;
  /** Tells the code something of its surroundings, under a name that it knows. */
  tell(name: EnvironmentName, value: string): void;
  /** Says why a resource in the worker's role has a wildcard: the rule pack refuses one without a reason. */
  acknowledgeWildcard(resource: string, reason: string): void;
}
