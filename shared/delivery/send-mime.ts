import type { Transporter } from "nodemailer";
import { isInMemory, type Mime, streamOf } from "../mail/mime.ts";

export interface SmtpEnvelope {
  readonly from: string;
  readonly to: string;
}

/**
 * Sends a finished message over SMTP.
 *
 * @returns the server's last reply
 * @throws nodemailer's errors
 */
export async function sendMime(
  transport: Pick<Transporter<unknown>, "sendMail">,
  envelope: SmtpEnvelope,
  mime: Mime,
): Promise<string> {
  const raw = isInMemory(mime) ? mime : streamOf(mime);
  try {
    const sent: unknown = await transport.sendMail({ envelope, raw });
    return String(Object(sent).response ?? "");
  } finally {
    if (!Buffer.isBuffer(raw)) raw.destroy();
  }
}
