import type { SMTPServerAuthentication } from "smtp-server";
import { PosternError } from "../../shared/platform/errors.ts";
import type { Customer } from "../../shared/submission/customer.ts";
import type { Leave } from "./connection-counts.ts";
import type { SmtpDoorDeps } from "./door-deps.ts";

/** The same for every customer; the token is what tells them apart. */
const userName = "api";

/**
 * Finds who logs in, and counts the connection as the account's.
 *
 * @throws PosternError `unauthorized`, `account_banned`, `month_limit_reached`, `too_many_connections`, in
 * this order
 */
export async function logIn(
  deps: SmtpDoorDeps,
  connectionId: string,
  { username, password }: Pick<SMTPServerAuthentication, "username" | "password">,
): Promise<{ customer: Customer; secret: string; leave: Leave }> {
  const { accounts } = deps.accept("transactional");
  const customer = username === userName && password ? await accounts.findByToken(password) : undefined;
  if (!customer || !password) throw new PosternError("unauthorized");
  const { account } = customer;
  if (account.status === "banned") throw new PosternError("account_banned");
  if (await deps.isMonthSpent(account.id)) throw new PosternError("month_limit_reached");
  const holder = { accountId: account.id };
  const most = account.limits.smtpConnections ?? deps.limits.connectionsPerAccount;
  const leave = await deps.counts.enter(holder, connectionId, most);
  if (leave === undefined) throw new PosternError("too_many_connections");
  return { customer, secret: password, leave };
}
