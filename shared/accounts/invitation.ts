import { readToken, signToken } from "../platform/signed-token.ts";

/** How long an invitation can be accepted: long enough for a holiday's end, too short for a forgotten mailbox. */
export const invitationDays = 7;

/** Which invitation a link leads to. */
export interface InvitationLink {
  readonly accountId: number;
  readonly accessId: number;
  /** A UUID, another one each time that somebody is invited: only the last one counts. */
  readonly invitationId: string;
}

const letter = "i";
const numberBytes = 6;
const idBytes = 16;
const contentBytes = 1 + 3 * numberBytes + idBytes;

/**
 * A token for the link that an invited one gets, and nobody else.
 *
 * @param until epoch ms
 */
export function signInvitation(link: InvitationLink, until: number, key: string): string {
  const numbers = Buffer.alloc(3 * numberBytes);
  for (const [place, number] of [link.accountId, link.accessId, until].entries()) {
    numbers.writeUIntBE(number, place * numberBytes, numberBytes);
  }
  const id = Buffer.from(link.invitationId.replaceAll("-", ""), "hex");
  return signToken(Buffer.concat([Buffer.from(letter), numbers, id]), key);
}

/**
 * Which invitation a token leads to.
 *
 * @param now epoch ms
 * @returns undefined for a token that is changed, signed with another key, or of another kind; `isOver` for one
 * whose time is over
 */
export function readInvitation(
  token: string,
  key: string,
  now: number,
): (InvitationLink & { readonly isOver: boolean }) | undefined {
  const content = readToken(token, key);
  if (content?.length !== contentBytes || content.toString("latin1", 0, 1) !== letter) return undefined;
  const [accountId, accessId, until] = [0, 1, 2].map((place) =>
    content.readUIntBE(1 + place * numberBytes, numberBytes),
  ) as [number, number, number];
  const hex = content.toString("hex", 1 + 3 * numberBytes);
  const invitationId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { accountId, accessId, invitationId, isOver: now >= until };
}

/** A name in one line, without what would hide or turn around the text after it (Unicode UAX #9 §2). */
export function shownName(name: string): string {
  return name
    .replace(/[\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/[\p{Cc}\p{Z}]+/gu, " ")
    .trim()
    .slice(0, 100);
}
