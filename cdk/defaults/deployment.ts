import { Construct } from "constructs";
import type { Settings } from "../settings.ts";
import { Alarms } from "./alarms.ts";

/** What every part of a stack shares: the operator's settings, and the one place where alarms go. */
export class Deployment extends Construct {
  readonly settings: Settings;
  readonly alarms: Alarms;

  constructor(scope: Construct, settings: Settings) {
    super(scope, Deployment.id);
    this.settings = settings;
    this.alarms = new Alarms(this, "Alarms", settings);
  }

  /** The deployment that a construct is part of. */
  static of(scope: Construct): Deployment {
    for (const ancestor of scope.node.scopes.toReversed()) {
      const found = ancestor.node.tryFindChild(Deployment.id);
      if (found instanceof Deployment) return found;
    }
    throw new Error(`${scope.node.path} is not in a stack with a Deployment`);
  }

  private static readonly id = "Deployment";
}
