import { ChangeResourceRecordSetsCommand, Route53Client } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DnsRecords, dnsRecords } from "../dns/dns-records.ts";
import { startTestEndpoint, type TestEndpoint } from "./endpoint-test-kit.ts";

let aws: TestEndpoint;
let records: DnsRecords;
let route53: Route53Client;

beforeAll(async () => {
  records = dnsRecords(undefined);
  aws = await startTestEndpoint({ dnsRecords: records });
  route53 = new Route53Client({ ...aws.reached, maxAttempts: 1 });
});
afterAll(() => aws.stop());

function change(Action: "UPSERT" | "DELETE", Name: string, values: string[]) {
  return route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: "ZLOCAL",
      ChangeBatch: {
        Changes: [
          {
            Action,
            ResourceRecordSet: {
              ...{ Name, Type: "TXT", TTL: 300 },
              ResourceRecords: values.map((Value) => ({ Value })),
            },
          },
        ],
      },
    }),
  );
}

it("sets and removes records of the local DNS, long texts put together", async () => {
  const { ChangeInfo } = await change("UPSERT", "Key.postern.example.", [
    `"v=DKIM1; p=${"A".repeat(243)}" "BC&<"`,
  ]);
  expect(ChangeInfo?.Status).toBe("INSYNC");
  expect(records.of("key.postern.example")).toEqual([
    { name: "key.postern.example", type: "TXT", value: `v=DKIM1; p=${"A".repeat(243)}BC&<` },
  ]);
  await change("DELETE", "key.postern.example", ['"whatever"']);
  expect(records.of("key.postern.example")).toEqual([]);
});

it("refuses a text that DNS could not hold", async () => {
  await expect(change("UPSERT", "a.example", [`"${"A".repeat(256)}"`])).rejects.toMatchObject({
    name: "InvalidChangeBatch",
  });
});
