import * as z from "zod";
import type { OrganizationStore } from "../../../shared/accounts/organization-store.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";

export interface AccountDeps {
  readonly organizations: Pick<OrganizationStore, "members">;
}

const accountSchema = z
  .object({ id: z.int(), name: z.string(), access_levels: z.array(z.int()) })
  .meta({ id: "Account" });

/** The accounts that a token has to do with. */
export function accountRoutes({ organizations }: AccountDeps): ApiRoute[] {
  return [
    route({
      ...{ method: "GET", path: "/accounts", topic: "Accounts", access: "any token" },
      summary: "List the token's account; for an organization's token, all accounts of the organization",
      responses: { 200: z.array(accountSchema) },
      async handle(request) {
        const { id, name } = request.account;
        const own = { id, name, access_levels: [levelOf(request)] };
        const subAccounts = await Promise.all(organizationsOf(request).map(organizations.members));
        const others = subAccounts.flat().map((account) => ({ ...account, access_levels: [100] }));
        return { status: 200, body: [own, ...others] };
      },
    }),
  ];
}

/** 1000 for the owner, or else the highest level that the token has on anything. */
function levelOf({ access, token }: Pick<ApiRequest, "access" | "token">): number {
  return access?.owner ? 1_000 : Math.max(...token.resources.map(({ accessLevel }) => accessLevel), 1);
}

function organizationsOf({ token }: Pick<ApiRequest, "token">): number[] {
  const own = token.resources.filter(({ resourceType }) => resourceType === "organization");
  return own.map(({ resourceId }) => resourceId);
}
