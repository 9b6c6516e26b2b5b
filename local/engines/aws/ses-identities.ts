import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { AwsError } from "./aws-error.ts";
import { stateFile } from "./state-file.ts";

/** An identity as it is kept. */
export interface Identity {
  name: string;
  dkim: {
    origin: "EXTERNAL" | "AWS_SES";
    selector: string;
    /** PKCS#8 PEM. */
    privateKey: string;
    keyBits: number;
  };
  mailFromDomain?: string;
  mailFromBehavior: "USE_DEFAULT_VALUE" | "REJECT_MESSAGE";
}

export interface SigningAttributes {
  DomainSigningSelector?: string | undefined;
  /** Base64 of a PKCS#1 or PKCS#8 key, as in PEM without its first and last line. */
  DomainSigningPrivateKey?: string | undefined;
}

export interface Identities {
  create(name: string, signing: SigningAttributes | undefined): Promise<Identity>;
  get(name: string): Identity;
  /** The identity that covers this address: the address itself, its domain, or a domain above. */
  covering(address: string): Identity | undefined;
  /** Puts this in the place of the identity of its name. */
  replace(identity: Identity): Promise<void>;
  remove(name: string): Promise<void>;
}

export function identitiesIn(dir: string | undefined): Identities {
  const state = stateFile<Identity>(dir, "ses-identities.json");
  const get = (name: string): Identity => {
    const identity = state.values.get(name.toLowerCase());
    if (identity) return identity;
    throw new AwsError(404, "NotFoundException", `Email identity ${name} does not exist.`);
  };
  return {
    get,
    create: async (name, signing) => {
      const dkim = await dkimOf(signing);
      if (state.values.has(name.toLowerCase())) {
        throw new AwsError(400, "AlreadyExistsException", `Email identity ${name} already exist.`);
      }
      const identity: Identity = { name, dkim, mailFromBehavior: "USE_DEFAULT_VALUE" };
      state.values.set(name.toLowerCase(), identity);
      await state.save();
      return identity;
    },
    covering: (address) =>
      namesCovering(address)
        .map((name) => state.values.get(name))
        .find(Boolean),
    replace: async (identity) => {
      state.values.set(get(identity.name).name.toLowerCase(), identity);
      await state.save();
    },
    remove: async (name) => {
      get(name);
      state.values.delete(name.toLowerCase());
      await state.save();
    },
  };
}

/** Checks a key as SES does (RSA, 1024 to 2048 bits); without one, makes one as Easy DKIM does. */
export async function dkimOf(signing: SigningAttributes | undefined): Promise<Identity["dkim"]> {
  const { DomainSigningSelector: selector, DomainSigningPrivateKey: key } = signing ?? {};
  if (selector === undefined && key === undefined) return easyDkim();
  if (!selector || !key) throw badKey("DKIM selector and private key belong together.");
  const privateKey = rsaKeyOf(Buffer.from(key, "base64"));
  const keyBits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (keyBits < 1_024 || keyBits > 2_048) throw badKey("DKIM keys have 1024 to 2048 bits.");
  return { origin: "EXTERNAL", selector, privateKey: pemOf(privateKey), keyBits };
}

async function easyDkim(): Promise<Identity["dkim"]> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2_048 });
  return {
    origin: "AWS_SES",
    selector: randomBytes(16).toString("hex"),
    privateKey: pemOf(privateKey),
    keyBits: 2_048,
  };
}

function rsaKeyOf(der: Buffer): KeyObject {
  for (const type of ["pkcs8", "pkcs1"] as const) {
    try {
      const key = createPrivateKey({ key: der, format: "der", type });
      if (key.asymmetricKeyType === "rsa") return key;
    } catch {
      // The other format may fit.
    }
  }
  throw badKey("The DKIM private key is not a valid RSA key.");
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function badKey(message: string): AwsError {
  return new AwsError(400, "BadRequestException", message);
}

function namesCovering(address: string): string[] {
  const lower = address.toLowerCase();
  const labels = lower.slice(lower.lastIndexOf("@") + 1).split(".");
  return [lower, ...labels.map((_, place) => labels.slice(place).join("."))];
}
