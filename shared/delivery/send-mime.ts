import type { Transporter } from "nodemailer";
import { isInMemory, type Mime, streamOf } from "../mail/mime.ts";

export interface SmtpEnvelope {
  readonly from: string;
  readonly to: string;
}

/**
 * Sends a finished message over SMTP.
 *
 * @throws nodemailer's errors
 */
export async function sendMime(
  transport: Pick<Transporter<unknown>, "sendMail">,
  envelope: SmtpEnvelope,
  mime: Mime,
): Promise<void> {
  const raw = isInMemory(mime) ? mime : streamOf(mime);
  try {
    await transport.sendMail({ envelope, raw });
  } finally {
    if (!Buffer.isBuffer(raw)) raw.destroy();
  }
}
