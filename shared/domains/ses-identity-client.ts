import {
  AlreadyExistsException,
  CreateEmailIdentityCommand,
  PutEmailIdentityDkimSigningAttributesCommand,
  PutEmailIdentityMailFromAttributesCommand,
  type SESv2Client,
} from "@aws-sdk/client-sesv2";
import type { DkimKeyClient } from "./dkim-key-client.ts";
import type { SendingDomain } from "./sending-domain.ts";

export type SesIdentityClient = ReturnType<typeof sesIdentityClient>;

/** Sending domains as Amazon SES knows them. */
export function sesIdentityClient({ ses, dkimKeys }: { ses: SESv2Client; dkimKeys: DkimKeyClient }) {
  return {
    /**
     * Makes the SES identity of a domain: DKIM-signed with the domain's first key (BYODKIM, so that the
     * SMTP route can sign alike), return path under the domain itself. Called again, it mends what an
     * earlier call left undone.
     */
    async create(domain: SendingDomain): Promise<void> {
      const signing = await signingOf(domain);
      try {
        await ses.send(
          new CreateEmailIdentityCommand({ EmailIdentity: domain.name, DkimSigningAttributes: signing }),
        );
      } catch (error) {
        if (!(error instanceof AlreadyExistsException)) throw error;
        await ses.send(
          new PutEmailIdentityDkimSigningAttributesCommand({
            EmailIdentity: domain.name,
            SigningAttributesOrigin: "EXTERNAL",
            SigningAttributes: signing,
          }),
        );
      }
      await ses.send(
        new PutEmailIdentityMailFromAttributesCommand({
          EmailIdentity: domain.name,
          MailFromDomain: `${domain.returnPathLabel}.${domain.name}`,
          // Until its DNS record is seen, mail goes out with Amazon's own return path rather than not at all.
          BehaviorOnMxFailure: "USE_DEFAULT_VALUE",
        }),
      );
    },
  };

  async function signingOf(domain: SendingDomain) {
    const key = domain.dkimKeys[0];
    if (key === undefined) throw new Error(`domain ${domain.id} has no DKIM key`);
    const pem = await dkimKeys.privateKeyOf(domain, key);
    return {
      DomainSigningSelector: key.selector,
      // SES takes the PEM's body on one line.
      DomainSigningPrivateKey: pem.replaceAll(/-----[^-]+-----|\s/g, ""),
    };
  }
}
