import { mkdir, writeFile } from "node:fs/promises";
import { type Address, calculateBcc, type Email, formatBytes } from "@maildev/core";
import {
  getAttachmentDir,
  getAttachmentFilePath,
  type ParsedEmail,
  parseEmailBuffer,
  transformAttachment,
} from "@maildev/smtp";
import type { MailEntry } from "./mail-log.ts";

/** A mail as the mailbox shows it before anybody has looked into it. */
export function unreadMail(entry: MailEntry, read: boolean): Email {
  return {
    id: entry.id,
    time: new Date(entry.receivedAt),
    read,
    subject: "",
    source: `/api/email/${entry.id}/source`,
    size: entry.size,
    sizeHuman: formatBytes(entry.size),
    from: [],
    to: [],
    headers: {},
    attachments: [],
    envelope: { from: { address: entry.from }, to: entry.to.map((address) => ({ address })) },
  };
}

/**
 * Adds to a mail what its headers and bodies say; attachments land in files where the mailbox page looks
 * for them. A mail that cannot be parsed keeps its envelope and its source.
 */
export async function indexedMail(mail: Email, raw: Buffer, mailDir: string): Promise<Email> {
  try {
    const parsed = await parseEmailBuffer(raw);
    await storeAttachments(mail.id, parsed, mailDir);
    return { ...mail, ...contentOf(parsed, mail) };
  } catch (error) {
    return { ...mail, subject: "(unreadable)", text: `This message could not be parsed: ${String(error)}` };
  }
}

function contentOf(parsed: ParsedEmail, mail: Email): Partial<Email> {
  const to = parsed.to ?? [];
  const cc: Address[] = parsed.cc ?? [];
  return {
    subject: parsed.subject ?? "",
    from: parsed.from ?? [],
    to,
    headers: Object.fromEntries(parsed.headers ?? []),
    attachments: (parsed.attachments ?? []).map((attachment) => {
      const { contentId, checksum: _, transformed: __, ...rest } = transformAttachment(attachment);
      return contentId === undefined ? rest : { ...rest, contentId };
    }),
    calculatedBcc: calculateBcc(mail.envelope.to, to, cc),
    ...(cc.length > 0 ? { cc } : {}),
    ...(parsed.date ? { date: parsed.date } : {}),
    ...(parsed.html ? { html: parsed.html } : {}),
    ...(parsed.text ? { text: parsed.text } : {}),
    ...(parsed.inReplyTo ? { inReplyTo: parsed.inReplyTo } : {}),
    ...(parsed.priority ? { priority: parsed.priority } : {}),
  };
}

async function storeAttachments(id: string, parsed: ParsedEmail, mailDir: string): Promise<void> {
  const attachments = parsed.attachments ?? [];
  if (attachments.length === 0) return;
  await mkdir(getAttachmentDir(mailDir, id), { recursive: true });
  for (const attachment of attachments) {
    const path = getAttachmentFilePath(mailDir, id, transformAttachment(attachment));
    await writeFile(path, attachment.content ?? "");
  }
}
