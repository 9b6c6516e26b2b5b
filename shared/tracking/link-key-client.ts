import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

export type LinkKeyClient = ReturnType<typeof linkKeyClient>;

/** The key that signs links, read once from Secrets Manager. */
export function linkKeyClient({ secrets, arn }: { secrets: SecretsManagerClient; arn: string }) {
  let read: Promise<string> | undefined;
  return {
    /** @throws Error when the secret cannot be read; the next call asks again */
    key(): Promise<string> {
      read ??= readKey(secrets, arn).catch((error: unknown) => {
        read = undefined;
        throw error;
      });
      return read;
    },
  };
}

async function readKey(secrets: SecretsManagerClient, arn: string): Promise<string> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
  // An empty key would let anybody sign.
  if (!SecretString || SecretString.length < 32) throw new Error("the link key is missing or too short");
  return SecretString;
}
