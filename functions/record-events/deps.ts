import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { mailServerClient } from "../../shared/delivery/mail-server-client.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { dnsClient } from "../../shared/platform/dns-client.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { suppressFor } from "../../shared/suppressions/suppress.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import type { ConsumeDeps } from "./consume.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): ConsumeDeps {
  const env = readEnvironment({
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.statsTable]: z.string(),
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.dnsServer]: z.string().optional(),
  });
  const client = documentClient();
  const suppressions = suppressionStore({ client, table: env.SUPPRESSIONS_TABLE, clock });
  return {
    messages: messageStore({ client, table: env.MESSAGES_TABLE, clock }),
    recording: {
      events: eventStore({ client, messagesTable: env.MESSAGES_TABLE, statsTable: env.STATS_TABLE }),
      clock,
    },
    mailServers: mailServerClient({ dns: dnsClient({ server: env.DNS_SERVER }), clock }),
    followers: [(recorded) => suppressFor({ suppressions }, recorded)],
  };
}
