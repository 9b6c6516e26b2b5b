import type { Suppression } from "./suppression.ts";

/** What a suppression shows to its account, in the API and in files. Times are ISO 8601. */
export function suppressionFields({ message, ...row }: Suppression) {
  return {
    id: row.id,
    type: row.type,
    created_at: timeOf(row.createdAt),
    email: row.email,
    sending_stream: row.stream,
    domain_name: row.domainName,
    message_bounce_category: message?.bounceCategory ?? null,
    message_category: message?.category ?? null,
    message_client_ip: message?.clientIp ?? null,
    message_created_at: message?.createdAt === undefined ? null : timeOf(message.createdAt),
    message_esp_response: message?.espResponse ?? null,
    message_esp_server_type: message?.espServerType ?? null,
    message_outgoing_ip: message?.outgoingIp ?? null,
    message_recipient_mx_name: message?.recipientMxName ?? null,
    message_sender_email: message?.senderEmail ?? null,
    message_subject: message?.subject ?? null,
  };
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
