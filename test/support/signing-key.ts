import { generateKeyPairSync } from "node:crypto";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** A DKIM key of example.com, with the DNS in which verifiers find it. */
export const testKey = {
  signing: { domain: "example.com", selector: "rwmt1", privateKey },
  resolver: async (name: string): Promise<string[][]> => {
    if (name === "rwmt1._domainkey.example.com") {
      return [[`v=DKIM1; k=rsa; p=${publicKey.toString("base64")}`]];
    }
    throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
  },
};
