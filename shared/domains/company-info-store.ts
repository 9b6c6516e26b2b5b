import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { type CompanyInfo, companyInfoSchema } from "./company-info.ts";

export type CompanyInfoStore = ReturnType<typeof companyInfoStore>;

/** Each account's company information, in the accounts table. What is stored is complete. */
export function companyInfoStore({ client, table }: { client: DynamoDBDocumentClient; table: string }) {
  return {
    async get(accountId: number): Promise<CompanyInfo | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: companyKey(accountId), ConsistentRead: true }),
      );
      return Item && companyInfoSchema.parse(Item);
    },

    async put(accountId: number, info: CompanyInfo): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { ...companyKey(accountId), ...info } }));
    },
  };
}

function companyKey(accountId: number): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: "COMPANY" };
}
