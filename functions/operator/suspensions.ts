import type { Account } from "../../shared/accounts/account.ts";
import { type AccountStore, statusKnownMs } from "../../shared/accounts/account-store.ts";
import { ban, lift, noteAnswer, type StandingChange, suspend } from "../../shared/accounts/standing.ts";
import { goodStanding, type SuspensionScope } from "../../shared/accounts/suspension.ts";
import type { StandingAnswer, SuspensionsAnswer } from "../../shared/contracts/operator-answers.ts";
import { type LookAfterDeps, lookAfter } from "../../shared/delivery/look-after.ts";
import { sendingDomainName } from "../../shared/domains/domain-name.ts";
import type { DomainStore } from "../../shared/domains/domain-store.ts";
import type { HeldStore } from "../../shared/messages/held-store.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { ActionOf } from "./actions.ts";
import { shownStanding, shownSuspension } from "./shown-standing.ts";

export interface SuspensionDeps extends LookAfterDeps {
  readonly domains: Pick<DomainStore, "read">;
  readonly accounts: Pick<AccountStore, "getNow">;
  readonly held: HeldStore;
  readonly pause: (ms: number) => Promise<void>;
}

/** What workers know is as old as that, and then they have a message in hand. */
const noneGoesOutAfterMs = statusKnownMs + 2_000;
/** Held mail is let go for so long; the schedule goes on with what is left then. */
const letGoForMs = 20_000;

const usualReason = "The operator has decided so.";

/** Suspends an account, one of its domains or one of its streams, and answers when nothing goes out any more. */
export async function suspendSending(
  deps: SuspensionDeps,
  wanted: ActionOf<"suspend">,
): Promise<StandingAnswer> {
  const { accountId, reason = usualReason } = wanted;
  const scope = scopeOf(wanted);
  if (scope.kind === "domain" && !(await deps.domains.read(accountId, scope.domainName))) {
    throw new PosternError("not_found", { messages: [`no domain ${scope.domainName}`] });
  }
  const { account } = await changeStanding(deps, accountId, suspend({ scope, reason }));
  await Promise.all([deps.pause(noneGoesOutAfterMs), lookAfter(deps, accountId, deps.clock.now())]);
  return await standingOf(deps, account);
}

/** Lifts a suspension, or a ban, and lets go what was held. */
export async function liftSuspension(deps: SuspensionDeps, wanted: ActionOf<"lift">): Promise<object> {
  const { accountId } = wanted;
  const { account, changed } = await changeStanding(deps, accountId, lift(scopeOf(wanted)));
  return { accountId, status: account.status, lifted: changed, ...(await released(deps, accountId)) };
}

/** Bans an account: nothing goes out any more, and what was held is rejected. */
export async function banAccount(
  deps: SuspensionDeps,
  { accountId, reason = usualReason }: { accountId: number; reason?: string | undefined },
): Promise<object> {
  const { account } = await changeStanding(deps, accountId, ban(reason));
  await deps.pause(noneGoesOutAfterMs);
  return { accountId, status: account.status, ...(await released(deps, accountId)) };
}

/** Notes that the owner has answered, so that the suspension becomes a ban later. */
export async function noteOwnersAnswer(
  deps: SuspensionDeps,
  wanted: ActionOf<"noteAnswer">,
): Promise<StandingAnswer> {
  const { accountId } = wanted;
  const { account } = await changeStanding(deps, accountId, noteAnswer(scopeOf(wanted)));
  return await standingOf(deps, account);
}

/** How an account stands. */
export async function showStanding(deps: SuspensionDeps, accountId: number): Promise<StandingAnswer> {
  const account = await deps.standings.read(accountId);
  if (account === undefined) throw new PosternError("not_found", { messages: [`no account ${accountId}`] });
  return await standingOf(deps, account);
}

/** The suspensions of all accounts, those about which something is due first. */
export async function listSuspensions(
  { standings, held, clock }: SuspensionDeps,
  wanted: { limit: number; after?: string | undefined },
): Promise<SuspensionsAnswer> {
  const { accounts, next } = await standings.suspended(wanted);
  const described = accounts.map(async ({ id: accountId, name, standing = goodStanding }) => {
    const counts = await held.count(accountId);
    return standing.suspensions.map((one) => ({
      accountId,
      name,
      ...shownSuspension(one, counts, clock.now()),
    }));
  });
  return { suspensions: (await Promise.all(described)).flat(), next };
}

async function standingOf({ held, clock }: SuspensionDeps, account: Account): Promise<StandingAnswer> {
  return shownStanding(account, await held.count(account.id), clock.now());
}

export async function setAccountStatus(
  deps: SuspensionDeps,
  { accountId, status, reason }: ActionOf<"setAccountStatus">,
): Promise<object> {
  switch (status) {
    case "active":
      return liftSuspension(deps, { action: "lift", accountId });
    case "suspended":
      return suspendSending(deps, { action: "suspend", accountId, reason });
    case "banned":
      return banAccount(deps, { accountId, reason });
  }
}

async function changeStanding(deps: SuspensionDeps, accountId: number, change: StandingChange) {
  const done = await deps.standings.change(accountId, change);
  // For this process's own next look.
  await deps.accounts.getNow(accountId);
  return done;
}

async function released(deps: SuspensionDeps, accountId: number) {
  const { messages, isAll } = await lookAfter(deps, accountId, deps.clock.now() + letGoForMs);
  return { released: messages, allReleased: isAll };
}

function scopeOf({ domainName, stream }: Pick<ActionOf<"lift">, "domainName" | "stream">): SuspensionScope {
  if (domainName !== undefined && stream !== undefined) {
    throw new PosternError("invalid_request", { messages: ["either a domain or a stream, not both"] });
  }
  if (stream !== undefined) return { kind: "stream", stream };
  return domainName === undefined
    ? { kind: "account" }
    : { kind: "domain", domainName: sendingDomainName(domainName) };
}
