import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import type { ConsumeDeps } from "./consume.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): ConsumeDeps {
  const env = readEnvironment({
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.statsTable]: z.string(),
  });
  const client = documentClient();
  return {
    messages: messageStore({ client, table: env.MESSAGES_TABLE, clock }),
    recording: {
      events: eventStore({ client, messagesTable: env.MESSAGES_TABLE, statsTable: env.STATS_TABLE }),
      random: Math.random,
    },
    followers: [],
  };
}
