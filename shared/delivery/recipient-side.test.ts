import { describe, expect, it } from "vitest";
import { settableClock } from "../../test/support/test-table.ts";
import type { MessageEvent } from "../contracts/message-event.ts";
import type { Lookup, MailServer } from "../platform/dns-client.ts";
import { newId } from "../platform/ids.ts";
import { deliveryEvent, rejectEvent } from "./delivery-events.ts";
import { mailServerClient } from "./mail-server-client.ts";
import { withRecipientSide } from "./recipient-side.ts";

const noon = Date.UTC(2026, 0, 31, 12);

function serversOf(answers: Record<string, Lookup<MailServer>>) {
  const clock = settableClock(noon);
  const asked: string[] = [];
  const mx = async (domain: string): Promise<Lookup<MailServer>> => {
    asked.push(domain);
    return answers[domain] ?? { outcome: "unknown", reason: "ETIMEOUT" };
  };
  return { clock, asked, servers: mailServerClient({ dns: { mx }, clock }) };
}

const found = (...values: MailServer[]): Lookup<MailServer> => ({ outcome: "found", values });
const occasion = { accountId: 7, messageId: newId(0), at: 0 };
const delivery: MessageEvent = deliveryEvent(occasion, { response: "250 OK" });

describe("the recipient's side of an event", () => {
  it("is the preferred server of the recipient's domain, and who runs it", async () => {
    const { servers } = serversOf({
      "example.org": found(
        { priority: 10, exchange: "alt1.aspmx.l.google.com" },
        { priority: 1, exchange: "ASPMX.L.Google.com." },
      ),
    });
    expect(await withRecipientSide(servers, delivery, "Example.org")).toMatchObject({
      recipientMx: "aspmx.l.google.com",
      esp: "Google Workspace",
    });
  });

  it("is the domain itself where it names no server, and nothing where DNS does not tell or says none", async () => {
    const { servers } = serversOf({
      "own.example": { outcome: "absent" },
      "null.example": found({ priority: 0, exchange: "" }),
    });
    expect(await withRecipientSide(servers, delivery, "own.example")).toMatchObject({
      recipientMx: "own.example",
      esp: undefined,
    });
    expect(await withRecipientSide(servers, delivery, "null.example")).toEqual(delivery);
    expect(await withRecipientSide(servers, delivery, "slow.example")).toEqual(delivery);
  });

  it("is left as it is where it is told already, and where the recipient had no part", async () => {
    const { servers, asked } = serversOf({});
    const told = { ...delivery, recipientMx: "mx.example.org" };
    const reject = rejectEvent(occasion, "no");
    expect(await withRecipientSide(servers, told, "example.org")).toEqual(told);
    expect(await withRecipientSide(servers, reject, "example.org")).toEqual(reject);
    expect(asked).toEqual([]);
  });

  it("is asked for once an hour, and sooner again where nobody could tell", async () => {
    const { servers, asked, clock } = serversOf({ "own.example": { outcome: "absent" } });
    for (const at of [0, 59_000, 3_599_000]) {
      clock.set(noon + at);
      await Promise.all([servers.of("own.example"), servers.of("slow.example"), servers.of("slow.example")]);
    }
    expect(asked).toEqual(["own.example", "slow.example", "slow.example"]);
  });
});
