import { PosternError } from "../platform/errors.ts";
import type { AcceptDeps } from "./deps.ts";
import type { Customer } from "./submission.ts";

export type { Customer };

/**
 * Finds the token's account and counts the request.
 *
 * @throws PosternError `unauthorized`, `rate_limited`, `account_banned`, in this order
 */
export async function findCustomer(
  { accounts, rates }: AcceptDeps,
  secret: string | undefined,
): Promise<Customer> {
  const customer = secret === undefined ? undefined : await accounts.findByToken(secret);
  if (customer === undefined) throw new PosternError("unauthorized");
  await rates.take(customer.account, customer.token);
  if (customer.account.status === "banned") throw new PosternError("account_banned");
  return customer;
}
