import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

type Item = Record<string, unknown>;

/**
 * All items of a table of the local cloud; names are made from logical ids.
 *
 * @param attributes what is read of each item, where not all is wanted: who waits asks many times a second
 */
export async function itemsOf(
  dynamodbUrl: string,
  logicalId: string,
  attributes?: readonly string[],
): Promise<Item[]> {
  const client = new DynamoDBClient({
    endpoint: dynamodbUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    const items: Item[] = [];
    const names = attributes?.map((attribute, place) => [`#a${place}`, attribute] as const);
    const scan = {
      TableName: `Postern-${logicalId}`,
      ...(names && {
        ProjectionExpression: names.map(([name]) => name).join(", "),
        ExpressionAttributeNames: Object.fromEntries(names),
      }),
    };
    for await (const page of paginateScan({ client }, scan)) {
      items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
    }
    return items;
  } finally {
    client.destroy();
  }
}

/** The TXT records that the owners of the sending domains would have published, by name. */
export function dkimRecordsOf(accountItems: readonly Item[]): Map<string, string> {
  const keys = accountItems.flatMap((item) =>
    ((item["dkimKeys"] as { selector: string; publicKey: string }[] | undefined) ?? []).map(
      ({ selector, publicKey }) =>
        [`${selector}._domainkey.${item["name"]}`, `v=DKIM1; k=rsa; p=${publicKey}`] as const,
    ),
  );
  return new Map(keys);
}
