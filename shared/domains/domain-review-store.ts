import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../platform/batch-get.ts";
import { checkState, domainPrefix } from "./domain-table-store.ts";
import { type ComplianceStatus, type SendingDomain, sendingDomainSchema } from "./sending-domain.ts";

/** Statuses in which a domain waits for somebody's decision. */
const awaitingDecision: ReadonlySet<ComplianceStatus> = new Set([
  "under_review",
  "awaiting_questionnaire",
  "awaiting_card_verification",
]);

export type DomainReviewStore = ReturnType<typeof domainReviewStore>;

/** Domains of all accounts, for the operator: found by the times at which they are to be looked at. */
export function domainReviewStore(at: { client: DynamoDBDocumentClient; table: string }) {
  return {
    /** Those that wait for a decision, oldest first. */
    async awaitingDecision(): Promise<SendingDomain[]> {
      const pages = paginateQuery(
        { client: at.client },
        {
          TableName: at.table,
          IndexName: "byCheckTime",
          KeyConditionExpression: "checkState = :state",
          ExpressionAttributeValues: { ":state": checkState },
        },
      );
      const found: SendingDomain[] = [];
      for await (const { Items = [] } of pages) {
        const keys = Items.filter(({ sk }) => String(sk).startsWith(domainPrefix)).map(({ pk, sk }) => ({
          pk,
          sk,
        }));
        const domains = (await batchGet(at, { keys })).map((item) => sendingDomainSchema.parse(item));
        found.push(...domains.filter(({ complianceStatus }) => awaitingDecision.has(complianceStatus)));
      }
      return found.toSorted((one, other) => one.id - other.id);
    },
  };
}
