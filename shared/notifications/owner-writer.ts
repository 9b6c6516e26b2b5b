import type { AccountStore } from "../accounts/account-store.ts";
import type { OwnerEmailClient } from "./owner-email-client.ts";

export interface OwnerWriterDeps {
  readonly accounts: Pick<AccountStore, "get">;
  readonly email: OwnerEmailClient;
}

/** Writes to accounts' owners. */
export function ownerWriter({ accounts, email }: OwnerWriterDeps) {
  return {
    /** An account that is gone has nobody to write to. */
    async write(
      accountId: number,
      words: { readonly subject: string; readonly text: string },
    ): Promise<void> {
      const account = await accounts.get(accountId);
      if (account !== undefined) await email.send({ to: account.ownerEmail, ...words });
    },
  };
}
