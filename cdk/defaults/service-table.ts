import { type CfnResource, RemovalPolicy } from "aws-cdk-lib";
import {
  type Attribute,
  AttributeType,
  BillingMode,
  type ProjectionType,
  Table,
} from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import type { EnvironmentName } from "../../shared/contracts/environment-names.ts";
import type { Worker } from "./worker.ts";

type ItemAction =
  | "GetItem"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem"
  | "ConditionCheckItem"
  | "BatchGetItem"
  | "BatchWriteItem"
  | "Query"
  | "Scan";

export interface ServiceTableProps {
  /** Under which name functions are told the table's name. */
  readonly tableName: EnvironmentName;
  /** Items go by themselves at the epoch second of this attribute. */
  readonly expiry?: "expiresAt";
  readonly indexes?: readonly TableIndex[];
}

export interface TableIndex {
  readonly name: string;
  readonly partitionKey: Attribute;
  readonly sortKey?: Attribute;
  readonly projection: ProjectionType;
  /** What it holds besides keys, with the projection `INCLUDE`. */
  readonly attributes?: readonly string[];
}

/**
 * A table of Postern: partition key `pk`, sort key `sk`, paid by request, restorable to any second of the
 * last 35 days, and safe from being deleted with the stack.
 */
export class ServiceTable extends Table {
  private readonly nameForFunctions: EnvironmentName;
  private readonly indexNames: readonly string[];

  constructor(scope: Construct, id: string, props: ServiceTableProps) {
    super(scope, id, {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(props.expiry !== undefined && { timeToLiveAttribute: props.expiry }),
    });
    this.nameForFunctions = props.tableName;
    this.indexNames = (props.indexes ?? []).map(({ name }) => name);
    for (const { name: indexName, projection: projectionType, attributes, ...keys } of props.indexes ?? []) {
      const included = attributes && { nonKeyAttributes: [...attributes] };
      this.addGlobalSecondaryIndex({ indexName, projectionType, ...included, ...keys });
    }
    (this.node.defaultChild as CfnResource).overrideLogicalId(id);
  }

  /** The function may do exactly this with items, and knows the table's name. */
  allow(worker: Worker, ...actions: readonly ItemAction[]): void {
    worker.allow(asDynamo(actions), [this.tableArn]);
    worker.tell(this.nameForFunctions, this.tableName);
  }

  /** The function may query this index of the table. */
  allowIndexQuery(worker: Worker, indexName: string): void {
    if (!this.indexNames.includes(indexName)) throw new Error(`${this.node.id} has no index ${indexName}`);
    worker.allow(asDynamo(["Query"]), [`${this.tableArn}/index/${indexName}`]);
    worker.tell(this.nameForFunctions, this.tableName);
  }
}

function asDynamo(actions: readonly ItemAction[]): string[] {
  return actions.map((action) => `dynamodb:${action}`);
}
