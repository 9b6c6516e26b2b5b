import * as z from "zod";
import type { DnsRecords } from "../dns/dns-records.ts";
import { dnsRecordSchema } from "../dns/record.ts";
import { AwsError } from "./aws-error.ts";
import type { AwsRequest, AwsService } from "./protocol.ts";
import { elements, elementText, unescaped } from "./xml.ts";
import { xmlAnswer, xmlService } from "./xml-service.ts";

const path = /^\/2013-04-01\/hostedzone\/([^/]+)\/rrset\/?$/;
const namespace = "https://route53.amazonaws.com/doc/2013-04-01/";

const changeSchema = z.object({
  action: z.enum(["CREATE", "UPSERT", "DELETE"]),
  records: z.array(dnsRecordSchema).min(1),
});

/** Route 53's ChangeResourceRecordSets, into the local DNS, whatever the zone. */
export function route53Service(records: DnsRecords): AwsService {
  return xmlService(namespace, async (request) => {
    await change(records, request);
    return xmlAnswer(200, done());
  });
}

async function change(records: DnsRecords, { method, path: asked, body }: AwsRequest): Promise<void> {
  if (method !== "POST" || !path.test(asked)) {
    throw new AwsError(404, "UnknownOperationException", `Route 53 ${method} ${asked} is not served.`);
  }
  for (const { action, records: changed } of changesIn(body.toString("utf8"))) {
    const [first] = changed;
    if (first === undefined) continue;
    if (action === "DELETE") await records.remove(first.name, first.type);
    else await records.set(changed);
  }
}

function changesIn(xml: string): z.infer<typeof changeSchema>[] {
  return elements(xml, "Change").map((change) => {
    const name = elementText(change, "Name") ?? "";
    const type = elementText(change, "Type") ?? "";
    const result = changeSchema.safeParse({
      action: elementText(change, "Action"),
      records: elements(change, "Value").map((value) => ({
        name,
        type,
        value: type === "TXT" ? joined(unescaped(value)) : unescaped(value),
      })),
    });
    if (result.success) return result.data;
    throw new AwsError(400, "InvalidChangeBatch", z.prettifyError(result.error));
  });
}

/** Quoted strings of at most 255 characters, as a zone file has them, to the text that they make together. */
function joined(strings: string): string {
  const parts = [...strings.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part ?? "");
  if (parts.length === 0 || parts.some((part) => part.length > 255)) {
    throw new AwsError(
      400,
      "InvalidChangeBatch",
      "A TXT value is one or more quoted strings of at most 255 characters.",
    );
  }
  return parts.join("").replaceAll(/\\(.)/g, "$1");
}

function done(): string {
  const submittedAt = new Date().toISOString();
  return (
    `<ChangeResourceRecordSetsResponse xmlns="${namespace}"><ChangeInfo><Id>/change/CLOCAL</Id>` +
    `<Status>INSYNC</Status><SubmittedAt>${submittedAt}</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>`
  );
}
