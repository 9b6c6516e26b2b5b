import * as z from "zod";
import { environmentNames } from "../contracts/environment-names.ts";

/** Where accepting finds its tables and its bucket: what each process that accepts asks its environment for. */
export const acceptEnvironment = {
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.quotaTable]: z.string(),
  [environmentNames.countersTable]: z.string(),
  [environmentNames.messagesTable]: z.string(),
  [environmentNames.idempotencyTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
  [environmentNames.payloadsBucket]: z.string(),
} as const;

export type AcceptPlaces = { readonly [Name in keyof typeof acceptEnvironment]: string };
