import {
  AlreadyExistsException,
  CreateEmailIdentityCommand,
  DeleteEmailIdentityCommand,
  NotFoundException,
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
        await sign(domain);
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

    /** Makes Amazon SES sign with the domain's first key. */
    sign,

    /** Amazon SES knows the domain no more; again does no harm. */
    async remove({ name }: Pick<SendingDomain, "name">): Promise<void> {
      try {
        await ses.send(new DeleteEmailIdentityCommand({ EmailIdentity: name }));
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error;
      }
    },
  };

  async function sign(domain: SendingDomain): Promise<void> {
    await ses.send(
      new PutEmailIdentityDkimSigningAttributesCommand({
        EmailIdentity: domain.name,
        SigningAttributesOrigin: "EXTERNAL",
        SigningAttributes: await signingOf(domain),
      }),
    );
  }

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
