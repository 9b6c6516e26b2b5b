import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { type AwsOutcome, type AwsRequest, type AwsService, bodyAs, decoded, ok } from "./protocol.ts";
import {
  changeAccount,
  configurationSetOperations,
  describeAccount,
  type SesAccount,
} from "./ses-account.ts";
import { sesRefusals } from "./ses-faults.ts";
import { dkimOf, type Identities, type Identity, identitiesIn } from "./ses-identities.ts";
import { type SesSending, sendEmail } from "./ses-send.ts";

const signingSchema = z.object({
  DomainSigningSelector: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/)
    .optional(),
  DomainSigningPrivateKey: z.string().max(20_480).optional(),
});
const createSchema = z.object({
  EmailIdentity: z
    .string()
    .max(320)
    .regex(/^(?:[\x21-\x3f\x41-\x7e]+@)?[A-Za-z0-9.-]+$/),
  DkimSigningAttributes: signingSchema.optional(),
});
const dkimSchema = z.object({
  SigningAttributesOrigin: z.string(),
  SigningAttributes: signingSchema.optional(),
});
const mailFromSchema = z.object({
  MailFromDomain: z
    .string()
    .regex(/^[A-Za-z0-9.-]*$/)
    .optional(),
  BehaviorOnMxFailure: z.enum(["USE_DEFAULT_VALUE", "REJECT_MESSAGE"]).default("USE_DEFAULT_VALUE"),
});

type Operation = (request: AwsRequest, identity: string) => Promise<AwsOutcome>;

/** SES v2 as far as sending raw mail needs it. Identities count as verified as soon as they exist. */
export function sesService(
  options: Omit<SesSending, "identities"> & {
    dir: string | undefined;
    identities?: readonly string[] | undefined;
  },
): AwsService {
  const identities = identitiesIn(options.dir);
  const made = Promise.all((options.identities ?? []).map((name) => ensure(identities, name)));
  const sending: SesSending = { ...options, identities };
  const sets = configurationSetOperations(options.configurationSets, options.eventDestinations);
  const operations: Record<string, Operation> = {
    ...identityOperations(identities),
    ...accountOperations(sending),
    ...sets,
  };
  return async (request) => {
    await made;
    const [, kind = "", name, rest = ""] =
      /^\/v2\/email\/([^/]+)(?:\/([^/]+))?(\/.*)?$/.exec(request.path) ?? [];
    const operation = operations[`${request.method} ${kind}${name === undefined ? "" : "/*"}${rest}`];
    if (operation) return operation(request, decoded(name ?? ""));
    throw new AwsError(
      404,
      "UnknownOperationException",
      `SES ${request.method} ${request.path} is not served.`,
    );
  };
}

async function ensure(identities: Identities, name: string): Promise<void> {
  if (identities.covering(name) === undefined) await identities.create(name, undefined);
}

function accountOperations(sending: SesSending): Record<string, Operation> {
  const account: SesAccount = { sendingEnabled: true, productionAccess: true };
  return {
    "POST outbound-emails": async (request) => {
      if (account.sendingEnabled) return await sendEmail(sending, request);
      const [status, message] = sesRefusals.SendingPausedException;
      throw new AwsError(status, "SendingPausedException", message);
    },
    "GET account": async () => describeAccount(account),
    "PUT account/*": async (request, what) => changeAccount(account, request, what),
    "POST account/*": async (request, what) => changeAccount(account, request, what),
  };
}

function identityOperations(identities: Identities): Record<string, Operation> {
  return {
    "POST identities": async (request) => {
      const { EmailIdentity, DkimSigningAttributes } = bodyAs(createSchema, request, "BadRequestException");
      return ok(described(await identities.create(EmailIdentity, DkimSigningAttributes)));
    },
    "GET identities/*": async (_request, name) =>
      ok({ ...described(identities.get(name)), FeedbackForwardingStatus: true }),
    "DELETE identities/*": async (_request, name) => {
      await identities.remove(name);
      return ok({});
    },
    "PUT identities/*/dkim/signing": async (request, name) => {
      identities.get(name);
      const { SigningAttributes } = bodyAs(dkimSchema, request, "BadRequestException");
      const dkim = await dkimOf(SigningAttributes);
      const identity = { ...identities.get(name), dkim };
      await identities.replace(identity);
      const { DkimAttributes } = described(identity);
      return ok({ DkimStatus: DkimAttributes.Status, DkimTokens: DkimAttributes.Tokens });
    },
    "PUT identities/*/mail-from": async (request, name) => {
      const { MailFromDomain, BehaviorOnMxFailure } = bodyAs(mailFromSchema, request, "BadRequestException");
      await identities.replace(mailFromOf(identities.get(name), MailFromDomain, BehaviorOnMxFailure));
      return ok({});
    },
  };
}

function mailFromOf(
  identity: Identity,
  domain: string | undefined,
  mailFromBehavior: Identity["mailFromBehavior"],
): Identity {
  const { mailFromDomain: _, ...without } = identity;
  if (!domain) return without;
  if (!domain.endsWith(`.${identity.name}`)) {
    throw new AwsError(400, "BadRequestException", `${domain} is not a subdomain of ${identity.name}.`);
  }
  return { ...without, mailFromDomain: domain, mailFromBehavior };
}

function described({ name, dkim, mailFromDomain, mailFromBehavior }: Identity) {
  return {
    IdentityType: name.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN",
    VerifiedForSendingStatus: true,
    VerificationStatus: "SUCCESS",
    DkimAttributes: {
      SigningEnabled: true,
      Status: "SUCCESS",
      Tokens: [dkim.selector],
      SigningAttributesOrigin: dkim.origin,
      CurrentSigningKeyLength: dkim.keyBits === 1_024 ? "RSA_1024_BIT" : "RSA_2048_BIT",
    },
    MailFromAttributes: {
      ...(mailFromDomain ? { MailFromDomain: mailFromDomain, MailFromDomainStatus: "SUCCESS" } : {}),
      BehaviorOnMxFailure: mailFromBehavior,
    },
  };
}
