import type { Clock } from "../platform/clock.ts";
import type { News } from "../platform/notice.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { Access } from "./access.ts";
import type { AccessStore } from "./access-store.ts";
import type { Account } from "./account.ts";
import type { AccountStore } from "./account-store.ts";
import { type AuditNote, auditNote } from "./audit.ts";
import type { AuditStore } from "./audit-store.ts";
import type { InvitationLink } from "./invitation.ts";
import { expiryOf } from "./token-rules.ts";
import type { TokenStore } from "./token-store.ts";

export interface InvitationDeps {
  readonly accounts: Pick<AccountStore, "get"> & { readonly tokens: Pick<TokenStore, "lend"> };
  readonly accesses: Pick<AccessStore, "get" | "accept">;
  readonly clock: Clock;
  readonly audits: Pick<AuditStore, "writes">;
  /** What an account's owner is told. */
  readonly notices: { writes(accountId: number, news: News): readonly TransactionWrite[] };
}

/** What an invitation is to, and whom; `accepted` if it was accepted by this very link. */
export interface Invited {
  readonly account: Account;
  readonly access: Access;
  readonly accepted: boolean;
}

/** What a link leads to; undefined for an invitation that was taken back or replaced by a newer one. */
export async function findInvitation(
  { accounts, accesses }: InvitationDeps,
  { accountId, accessId, invitationId }: InvitationLink,
): Promise<Invited | undefined> {
  const access = await accesses.get(accountId, accessId);
  if (access?.invitationId !== invitationId) return undefined;
  const account = await accounts.get(accountId);
  if (account === undefined || account.status === "banned") return undefined;
  return { account, access, accepted: access.kind === "User" };
}

/**
 * Makes a user of whom was invited, with a token that acts for him and ends in a year; the account's owner is told,
 * and its audit log has both: all or nothing. Of two who accept at once, one does.
 *
 * @param name what he is to be called
 * @returns the token's secret, which is kept nowhere
 * @throws PosternError `not_found` if it was accepted, taken back or replaced already
 */
export async function acceptInvitation(
  { accounts, accesses, audits, notices, clock }: InvitationDeps,
  { accountId, accessId, invitationId }: InvitationLink,
  name: string,
): Promise<string> {
  const expiresAt = expiryOf(undefined, clock.now());
  const wanted = { name, accessId, expiresAt, createdBy: name, resources: [] };
  const token = await accounts.tokens.lend(accountId, wanted);
  await accesses.accept(accountId, accessId, name, {
    id: invitationId,
    alongside: (user) => [
      token.write,
      ...[noteOf(user), token.note].flatMap((note) =>
        audits.writes(accountId, { id: user.specifierId, type: "user", name }, note),
      ),
      ...notices.writes(accountId, { kind: "user_joined", accessId, email: user.email }),
    ],
  });
  return token.secret;
}

function noteOf({ id, email, name }: Access): AuditNote {
  return auditNote({
    ...{ type: "user", verb: "accepted_invitation", id, name: email },
    ...{ before: { specifier_type: "Invite", name: "" }, after: { specifier_type: "User", name } },
  });
}
