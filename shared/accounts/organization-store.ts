import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import { idStore } from "./id-store.ts";
import { memberKey, memberPrefix, organizationKey, organizationPartition } from "./keys.ts";

export const organizationSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  /** The account in which its tokens are, and whose owner is its own. */
  mainAccountId: z.number().int(),
});

const memberSchema = z.object({ id: z.number().int(), name: z.string() });

export type Organization = z.infer<typeof organizationSchema>;
/** An account of an organization. */
export type Member = z.infer<typeof memberSchema>;

export type OrganizationStore = ReturnType<typeof organizationStore>;

/** Organizations and which accounts are theirs, in the accounts table. */
export function organizationStore({ client, table }: { client: DynamoDBDocumentClient; table: string }) {
  return {
    async create(wanted: Omit<Organization, "id">): Promise<Organization> {
      const organization = { id: await idStore({ client, table }).next(), ...wanted };
      await client.send(
        new PutCommand({ TableName: table, Item: { ...organizationKey(organization.id), ...organization } }),
      );
      return organization;
    },

    async get(organizationId: number): Promise<Organization | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: organizationKey(organizationId), ConsistentRead: true }),
      );
      return Item && organizationSchema.parse(Item);
    },

    /** The write that makes an account one of an organization's, for the transaction that makes the account. */
    memberWrite: (organizationId: number, { id, name }: Member): TransactionWrite => ({
      Put: { TableName: table, Item: { ...memberKey(organizationId, id), id, name } },
    }),

    /** An organization's sub-accounts, oldest first. */
    async members(organizationId: number): Promise<Member[]> {
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
          ExpressionAttributeValues: {
            ":pk": organizationPartition(organizationId),
            ":prefix": memberPrefix,
          },
          ConsistentRead: true,
        },
      );
      const found: Member[] = [];
      for await (const { Items = [] } of pages) found.push(...Items.map((item) => memberSchema.parse(item)));
      return found.toSorted((one, other) => one.id - other.id);
    },
  };
}
