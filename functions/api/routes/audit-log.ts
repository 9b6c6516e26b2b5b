import * as z from "zod";
import { type AuditEntry, auditFields } from "../../../shared/accounts/audit.ts";
import type { AuditStore } from "../../../shared/accounts/audit-store.ts";
import { type ApiRoute, route } from "../door/route.ts";

export interface AuditLogDeps {
  readonly audits: Pick<AuditStore, "list">;
}

const rowsPerPage = 100;

const entrySchema = z
  .object({
    id: z.uuid(),
    event: z.string(),
    description: z.string(),
    actor: z.object({
      id: z.int().optional(),
      type: z.enum(["user", "api_token"]).optional(),
      name: z.string(),
    }),
    resource: z.object({ id: z.union([z.int(), z.string()]), type: z.string(), name: z.string().optional() }),
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })).optional(),
    timestamp: z.int().describe("Epoch seconds"),
  })
  .meta({ id: "AuditEntry" });

/** Who changed what in the account, and when. */
export function auditLogRoutes({ audits }: AuditLogDeps): ApiRoute[] {
  return [
    route({
      ...{
        method: "GET",
        path: "/audit_log",
        topic: "Audit log",
        access: "account admin",
        isExtension: true,
      },
      summary: "List changes, newest first; `cursor` is the `next_page_cursor` of the page before",
      query: z.object({ cursor: z.uuid("Bad Request").toLowerCase().optional() }),
      responses: { 200: z.object({ data: z.array(entrySchema), next_page_cursor: z.uuid().nullable() }) },
      async handle({ account, query: { cursor } }) {
        const found = await audits.list(account.id, { before: cursor, limit: rowsPerPage + 1 });
        const page = found.slice(0, rowsPerPage);
        const next = found.length > rowsPerPage ? page.at(-1)?.id : undefined;
        return { status: 200, body: { data: page.map(shown), next_page_cursor: next ?? null } };
      },
    }),
  ];
}

function shown(entry: AuditEntry): Record<string, unknown> {
  return { id: entry.id, ...auditFields(entry) };
}
