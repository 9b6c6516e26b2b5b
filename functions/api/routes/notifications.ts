import * as z from "zod";
import {
  callToActionSchema,
  type Notice,
  resourceSchema,
  severitySchema,
} from "../../../shared/notifications/notice.ts";
import type { NoticeStore } from "../../../shared/notifications/notice-store.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { type ApiRoute, route } from "../door/route.ts";

export interface NotificationDeps {
  readonly notices: Pick<NoticeStore, "list" | "get" | "change">;
}

const topic = "Notifications";
const rowsPerPage = 50;

const notificationSchema = z
  .object({
    id: z.uuid(),
    kind: z.string().describe("What it is about: `month_used`, `domain_state`, …"),
    severity: severitySchema,
    subject: z.string(),
    text: z.string(),
    call_to_action: callToActionSchema,
    resource: resourceSchema,
    created_at: z.iso.datetime(),
    read_at: z.iso.datetime().nullable(),
    archived_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Notification" });

/** Of what the account's owner was told, as the email that went to him. */
export function notificationRoutes(deps: NotificationDeps): ApiRoute[] {
  return [listRoute(deps), getRoute(deps), changeRoute(deps)];
}

function listRoute({ notices }: NotificationDeps): ApiRoute {
  return route({
    ...{ method: "GET", path: "/notifications", topic, access: "account viewer", isExtension: true },
    summary:
      "List notifications, newest first, archived ones apart; `cursor` is the `next_page_cursor` of the page before",
    query: z.object({
      archived: z.stringbool("Bad Request").default(false),
      cursor: z.uuid("Bad Request").toLowerCase().optional(),
    }),
    responses: {
      200: z.object({ data: z.array(notificationSchema), next_page_cursor: z.uuid().nullable() }),
    },
    async handle({ account, query: { archived, cursor } }) {
      const wanted = { archived, before: cursor, limit: rowsPerPage + 1 };
      const found = await notices.list(account.id, wanted);
      const page = found.slice(0, rowsPerPage);
      const next = found.length > rowsPerPage ? page.at(-1)?.id : undefined;
      return { status: 200, body: { data: page.map(shown), next_page_cursor: next ?? null } };
    },
  });
}

function getRoute({ notices }: NotificationDeps): ApiRoute {
  return route({
    ...{ method: "GET", path: "/notifications/{id}", topic, access: "account viewer", isExtension: true },
    summary: "Get a notification",
    responses: { 200: z.object({ data: notificationSchema }) },
    handle: async ({ account, params }) => answerOf(await notices.get(idIn(account.id, params))),
  });
}

function changeRoute({ notices }: NotificationDeps): ApiRoute {
  return route({
    ...{ method: "PATCH", path: "/notifications/{id}", topic, access: "account admin", isExtension: true },
    summary: "Mark a notification as read, archive it, or take that back",
    // Who has read what is nothing for the audit log.
    changesNothing: true,
    body: z.object({
      notification: z.object({ read: z.boolean().optional(), archived: z.boolean().optional() }),
    }),
    responses: { 200: z.object({ data: notificationSchema }) },
    handle: async ({ account, params, body: { notification } }) =>
      answerOf(await notices.change(idIn(account.id, params), notification)),
  });
}

function idIn(accountId: number, params: Readonly<Record<string, string>>) {
  const { success, data: id } = z.uuid().toLowerCase().safeParse(params["id"]);
  if (!success) throw new PosternError("not_found");
  return { accountId, id };
}

function answerOf(notice: Notice | undefined) {
  if (notice === undefined) throw new PosternError("not_found");
  return { status: 200, body: { data: shown(notice) } };
}

function shown(notice: Notice): z.input<typeof notificationSchema> {
  const { id, kind, severity, subject, text, callToAction, resource } = notice;
  return {
    ...{ id, kind, severity, subject, text, call_to_action: callToAction, resource },
    created_at: new Date(notice.createdAt).toISOString(),
    read_at: timeOf(notice.readAt),
    archived_at: timeOf(notice.archivedAt),
  };
}

function timeOf(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}
