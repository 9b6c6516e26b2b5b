import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { watchUsage } from "../../shared/notifications/watch-usage.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { openUseStore } from "../../shared/quota/open-use-store.ts";

const { QUOTA_TABLE, NOTICES_TABLE } = readEnvironment({
  [environmentNames.quotaTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
});
const client = documentClient();
const deps = {
  uses: openUseStore({ client, table: QUOTA_TABLE }),
  notices: noticeStore({ client, table: NOTICES_TABLE, clock }),
};

/** Started by the clock, every quarter of an hour. */
export async function handler(): Promise<void> {
  const { failed } = await watchUsage(deps);
  // After all others are done, so that the alarm on errors tells.
  if (failed > 0) throw new Error(`the usage of ${failed} accounts could not be told`);
}
