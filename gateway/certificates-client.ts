import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { type CertificateSource, sound } from "./certificates.ts";

const secretSchema = z.object({ certificate: z.string(), privateKey: z.string() });

/** A certificate in a secret, `{ "certificate": PEM chain, "privateKey": PEM }`. */
export function certificateSecret(secrets: SecretsManagerClient, secretArn: string): CertificateSource {
  return {
    read: async () => {
      const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
      const { certificate, privateKey } = secretSchema.parse(JSON.parse(SecretString));
      return sound({ cert: certificate, key: privateKey });
    },
  };
}
