import { localAccount, localRegion, localStack } from "./account.ts";
import { type Resolve, resolver } from "./intrinsics.ts";
import { hasIdentity, identityOf, type LocalAddresses } from "./names.ts";
import type { Template } from "./template.ts";

/** A resource as AWS would create it: intrinsic functions resolved. */
export interface DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly ref: string;
  readonly arn: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The template as it stands in the local account. */
export interface Deployment {
  /** The resources of a type whose condition holds, in the template's order. */
  resources(...types: string[]): DeployedResource[];
  resolve: Resolve;
}

const pseudoParameters = {
  "AWS::AccountId": localAccount,
  "AWS::Region": localRegion,
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
  "AWS::StackName": localStack,
  "AWS::StackId": `arn:aws:cloudformation:${localRegion}:${localAccount}:stack/${localStack}/local`,
};

export function deployment(template: Template, addresses: LocalAddresses): Deployment {
  const resolve = resolver(template, {
    pseudoParameters,
    ref: (logicalId) => identityOf(template, logicalId, addresses).ref,
    attribute(logicalId, attribute) {
      const value = identityOf(template, logicalId, addresses).attributes[attribute];
      if (value === undefined) throw new Error(`the local cloud does not know ${logicalId}.${attribute}`);
      return value;
    },
  });
  return {
    resolve,
    resources: (...types) =>
      Object.entries(template.Resources)
        .filter(([, resource]) => types.includes(resource.Type))
        .filter(([, resource]) => !resource.Condition || resolve({ Condition: resource.Condition }) === true)
        .map(([logicalId, resource]) => ({
          logicalId,
          type: resource.Type,
          ...referenceOf(template, logicalId, addresses),
          properties: resolve(resource.Properties ?? {}) as Record<string, unknown>,
          metadata: resource.Metadata ?? {},
        })),
  };
}

// Many resources (routes, mappings, policies) are never referred to and need no name.
function referenceOf(template: Template, logicalId: string, addresses: LocalAddresses) {
  if (!hasIdentity(template, logicalId)) return { ref: logicalId, arn: logicalId };
  const { ref, attributes } = identityOf(template, logicalId, addresses);
  return { ref, arn: attributes["Arn"] ?? ref };
}
