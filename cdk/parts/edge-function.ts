import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validations } from "aws-cdk-lib";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import type { Construct, IConstruct } from "constructs";

/** A function that CloudFront runs for each request, from its source in cdk/edge. */
export function edgeFunction(scope: Construct, id: string, file: `${string}.js`): cloudfront.Function {
  return new cloudfront.Function(scope, id, {
    runtime: cloudfront.FunctionRuntime.JS_2_0,
    code: cloudfront.FunctionCode.fromInline(
      readFileSync(join(import.meta.dirname, "../edge", file), "utf8"),
    ),
  });
}

/** Says why these rules of the rule pack do not hold for a distribution, rule by rule. */
export function acknowledgeAll(distribution: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) {
    Validations.of(distribution).acknowledge({ id, reason });
  }
}
