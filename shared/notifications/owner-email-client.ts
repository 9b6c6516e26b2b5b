import { type SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { compose } from "../mail/compose.ts";
import type { Clock } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";

/** What somebody is told by email, as plain text. */
export interface OwnerEmail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export type OwnerEmailClient = ReturnType<typeof ownerEmailClient>;

/** Email of the service itself to its customers, from the operator's own domain. */
export function ownerEmailClient({
  ses,
  mailHost,
  answersTo,
  clock,
}: {
  ses: SESv2Client;
  /** The operator's own domain, an identity of Amazon SES. */
  mailHost: string;
  /** Who reads what customers answer; nobody reads the mail host's own mail. */
  answersTo?: string | undefined;
  clock: Clock;
}) {
  const sender = `postmaster@${mailHost}`;
  return {
    /** @throws whatever Amazon SES refuses it for; who calls decides whether that matters */
    async send({ to, subject, text }: OwnerEmail): Promise<void> {
      const now = clock.now();
      const mime = await compose({
        from: { email: sender, name: "Postern" },
        ...(answersTo !== undefined && { replyTo: { email: answersTo } }),
        ...{ to: [{ email: to }], cc: [], subject, text, attachments: [], headers: {} },
        // No answering machine answers this (RFC 3834 §5).
        serviceHeaders: { "Auto-Submitted": "auto-generated" },
        messageId: `<${newId(now)}@${mailHost}>`,
        date: now,
      });
      await ses.send(
        new SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [to] },
          Content: { Raw: { Data: mime } },
        }),
      );
    },
  };
}
