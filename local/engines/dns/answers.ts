import type { Answer, Question } from "dns-packet";
import type { DnsRecords } from "./dns-records.ts";
import { asName, type DnsRecord } from "./record.ts";

const ttl = 60;
/** Longer chains of aliases are a loop, or as good as one. */
const longestChain = 8;
/** A string of a TXT record is at most so long (RFC 1035 §3.3). */
const longestString = 255;

/** What a resolver gets: the aliases on the way, and what stands at the end of them. */
export function answersTo({ name, type }: Question, records: DnsRecords) {
  const answers: Answer[] = [];
  let place = name;
  for (let step = 0; step < longestChain; step += 1) {
    const here = records.of(place);
    const alias = here.find((record) => record.type === "CNAME");
    const wanted = here.filter((record) => record.type === type);
    answers.push(...wanted.map((record) => answerFor(place, record)));
    if (alias === undefined || wanted.length > 0)
      return { exists: here.length > 0 || isAbove(place, records), answers };
    answers.push(answerFor(place, alias));
    place = alias.value;
  }
  return { exists: true, answers };
}

function answerFor(name: string, { type, value }: DnsRecord): Answer {
  switch (type) {
    case "MX": {
      const [preference, exchange] = value.split(/\s+/);
      return { name, ttl, type, data: { preference: Number(preference), exchange: asName(exchange ?? "") } };
    }
    case "TXT":
      return { name, ttl, type, data: stringsOf(value) };
    case "CNAME":
      return { name, ttl, type, data: asName(value) };
    default:
      return { name, ttl, type, data: value };
  }
}

function stringsOf(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / longestString) }, (_, place) =>
    text.slice(place * longestString, (place + 1) * longestString),
  );
}

/** A name with names below it exists, even if it has no records (RFC 8020). */
function isAbove(name: string, records: DnsRecords): boolean {
  return records.all().some((record) => record.name.endsWith(`.${asName(name)}`));
}
