import * as z from "zod";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";
import { resourceName } from "./token-fields.ts";

export interface PermissionDeps {
  readonly domains: Pick<DomainStore, "list">;
}

const nodeSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    type: z.string(),
    access_level: z.int(),
    get resources() {
      return z.array(nodeSchema);
    },
  })
  .meta({ id: "PermissionResource" });

type Node = z.infer<typeof nodeSchema>;

/** What there is to give access to. */
export function permissionRoutes({ domains }: PermissionDeps): ApiRoute[] {
  return [
    route({
      ...{ method: "GET", path: "/permissions/resources", topic: "Permissions", access: "any token" },
      summary: "The tree of what the token is admin of",
      responses: { 200: z.array(nodeSchema) },
      async handle(request) {
        const all = await domains.list(request.account.id);
        const nodes = all
          .filter(({ id }) => request.permissions.onDomain(id) >= 100)
          .map(({ id, name }) => node({ id, name, type: resourceName("domain", request) }));
        return { status: 200, body: request.permissions.account >= 100 ? [whole(request, nodes)] : nodes };
      },
    }),
  ];
}

function whole({ account }: Pick<ApiRequest, "account">, domains: Node[]): Node {
  const { id, name } = account;
  const parts = [
    node({ id, name: "Templates", type: "email_template_permission_scope" }),
    node({ id, name: "Billing", type: "billing" }),
  ];
  return node({ id, name, type: "account", resources: [...parts, ...domains] });
}

function node(of: Pick<Node, "id" | "name" | "type"> & { resources?: Node[] }): Node {
  return { access_level: 100, resources: [], ...of };
}
