import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { PosternError } from "../platform/errors.ts";
import { isBusy, refusedTransaction, type TransactionWrite } from "../platform/refused-writes.ts";
import { type AuditNote, auditEntry, auditNote, system } from "./audit.ts";
import { writeAudited } from "./audited-write-store.ts";
import { idStore } from "./id-store.ts";
import { tokenKey } from "./keys.ts";
import { hashOfSecret, newSecret, type Token } from "./token.ts";
import { type RemovalCheck, removeToken } from "./token-removal-store.ts";
import { alreadyReset, checkReset, endOfReset, nameAfterReset } from "./token-rules.ts";
import {
  checkOf,
  readAllStored,
  readStored,
  type StoredToken,
  type TokenId,
  type TokenTable,
} from "./token-table-store.ts";

/** What a new token is to be; its secret and id are made with it. */
export type NewToken = Pick<Token, "name" | "resources" | "expiresAt"> &
  Partial<Pick<Token, "createdBy" | "accessId">>;

/** A token and its secret, which is told once and kept nowhere. */
export interface TokenWithSecret {
  readonly token: Token;
  readonly secret: string;
}

/** A token that is not there yet, with its secret. */
export interface LentToken {
  readonly secret: string;
  readonly note: AuditNote;
  readonly write: TransactionWrite;
}

export type TokenStore = ReturnType<typeof tokenStore>;

/**
 * An account's tokens as they are made, listed and ended, in the accounts table.
 *
 * @param changed is told the hash of each secret whose token changes
 */
export function tokenStore(at: TokenTable, changed: (hash: string) => void = () => undefined) {
  const nextId = idStore(at).next;
  const tokensOf = async (accountId: number) =>
    (await readAllStored(at, accountId)).map(({ token }) => token);
  const removed = async (id: TokenId, check: RemovalCheck = () => undefined): Promise<Token> => {
    const { token, hash } = await removeToken(at, id, check);
    changed(hash);
    return token;
  };
  return {
    /** Makes a token; its secret is told here and never again. */
    async create(accountId: number, wanted: NewToken): Promise<TokenWithSecret> {
      const id = { accountId, tokenId: await nextId() };
      const { token, secret, item } = freshToken(id, wanted, at.clock.now());
      await at.client.send(new PutCommand({ TableName: at.table, Item: item }));
      return { token, secret };
    },

    /** A token that is made by another store's transaction or not at all, and what an audit log has of it then. */
    async lend(accountId: number, wanted: NewToken): Promise<LentToken> {
      const id = { accountId, tokenId: await nextId() };
      const { token, secret, item } = freshToken(id, wanted, at.clock.now());
      return { secret, note: noteOfNew(token), write: { Put: { TableName: at.table, Item: item } } };
    },

    /** Makes a token of which nobody is told the secret, and notes in the audit log that the service has done so. */
    async createUntold(accountId: number, wantedOf: (id: number) => NewToken): Promise<Token> {
      const tokenId = await nextId();
      const now = at.clock.now();
      const { token, item } = freshToken({ accountId, tokenId }, wantedOf(tokenId), now);
      const entry = auditEntry(system, noteOfNew(token), now);
      await writeAudited(at, { Put: { TableName: at.table, Item: item } }, { accountId, entry });
      return token;
    },

    /** All tokens of an account that are not forgotten, expired ones too, oldest first. */
    list: tokensOf,

    get: async (accountId: number, tokenId: number): Promise<Token | undefined> =>
      (await readStored(at, { accountId, tokenId }))?.token,

    /**
     * Makes the token that takes another's place; the other ends soon after.
     *
     * @param wanted who asks, and the new one's end
     * @throws PosternError `not_found`, or `validation_failed` for one that was reset or has expired
     */
    async reset(
      id: TokenId,
      wanted: Pick<Token, "expiresAt" | "createdBy">,
    ): Promise<TokenWithSecret & { readonly old: Token }> {
      const old = await readStored(at, id);
      if (old === undefined) throw new PosternError("not_found");
      checkReset(old.token, at.clock.now());
      const made = await replace(at, old, await nextId(), wanted);
      changed(old.hash);
      return { ...made, old: old.token };
    },

    /**
     * Deletes a token, at once.
     *
     * @returns what it was
     * @throws PosternError `not_found`, and what the check throws
     */
    remove: removed,

    /** Deletes the tokens that act for a user. */
    async removeOfUser(accountId: number, accessId: number): Promise<void> {
      const own = (await tokensOf(accountId)).filter((token) => token.accessId === accessId);
      for (const { id } of own) await removed({ accountId, tokenId: id });
    },
  };
}

function noteOfNew({ id, name, resources, expiresAt }: Token): AuditNote {
  const expires_at = expiresAt && new Date(expiresAt).toISOString();
  const after = {
    ...{ name, expires_at },
    resources: resources.map(({ resourceType, resourceId, accessLevel }) => ({
      ...{ resource_type: resourceType, resource_id: resourceId, access_level: accessLevel },
    })),
  };
  return auditNote({ type: "api_token", verb: "created", id, name, after });
}

interface FreshToken extends TokenWithSecret {
  readonly item: Readonly<Record<string, unknown>>;
}

function freshToken({ accountId, tokenId: id }: TokenId, wanted: NewToken, now: number): FreshToken {
  const secret = newSecret();
  const made = { id, accountId, last4Digits: secret.slice(-4), createdAt: now, told: [] };
  const token: Token = { ...made, createdBy: "System", ...wanted };
  const place = { ...tokenKey(accountId, id), tokenHash: hashOfSecret(secret) };
  return { token, secret, item: { ...place, ...token, ...checkOf(token, now) } };
}

async function replace(
  { client, table, clock }: TokenTable,
  { token: old, item }: StoredToken,
  newId: number,
  wanted: Pick<Token, "expiresAt" | "createdBy">,
): Promise<TokenWithSecret> {
  const now = clock.now();
  const { accountId, resources, accessId } = old;
  const fields = { ...wanted, resources, accessId, name: nameAfterReset(old, newId) };
  const fresh = freshToken({ accountId, tokenId: newId }, fields, now);
  const ended: Token = { ...old, expiresAt: endOfReset(old, now), resetAt: now };
  const TransactItems = [
    {
      Put: {
        TableName: table,
        Item: { ...item, ...ended, ...checkOf(ended, now) },
        ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(resetAt)",
      },
    },
    { Put: { TableName: table, Item: fresh.item } },
  ];
  try {
    await client.send(new TransactWriteCommand({ TransactItems }));
  } catch (error) {
    // Somebody else resets it, or deletes it, at the same moment.
    throw refusedTransaction(error) || isBusy(error) ? alreadyReset() : error;
  }
  return { token: fresh.token, secret: fresh.secret };
}
