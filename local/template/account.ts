/** The AWS account and region that the local cloud plays. */
export const localAccount = "000000000000";
export const localRegion = "us-east-1";
export const localStack = "Postern";

/** Credentials that every local service accepts. */
export const localCredentials = { accessKeyId: "local", secretAccessKey: "local" };

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${localRegion}:${localAccount}:${resource}`;
}
