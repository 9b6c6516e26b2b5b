import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import forge from "node-forge";

const dayMs = 86_400_000;
const altNameDns = 2;
const altNameIp = 7;

export interface Certificate {
  /** PEM. */
  key: string;
  /** PEM; its own authority, for `localhost` with what stands before it, and 127.0.0.1, good for ten years. */
  cert: string;
}

/** The certificate kept in this file, made at the first call; without a file a new one each time. */
export async function certificateIn(file: string | undefined): Promise<Certificate> {
  if (file === undefined) return makeCertificate();
  try {
    return JSON.parse(await readFile(file, "utf8")) as Certificate;
  } catch {
    const certificate = makeCertificate();
    await mkdir(dirname(file), { recursive: true });
    // Renaming is atomic, so that a crash leaves no half a key behind.
    await writeFile(`${file}.new`, JSON.stringify(certificate), { mode: 0o600 });
    await rename(`${file}.new`, file);
    return certificate;
  }
}

function makeCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // A serial number is positive, so no leading byte above 7f; nor one of 00, which DER forbids before another.
  certificate.serialNumber = `01${randomBytes(8).toString("hex")}`;
  certificate.validity.notBefore = new Date(Date.now() - dayMs);
  certificate.validity.notAfter = new Date(Date.now() + 3_650 * dayMs);
  const name = [{ name: "commonName", value: "localhost" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, keyCertSign: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: [
        ...["localhost", "live.localhost", "bulk.localhost"].map((value) => ({ type: altNameDns, value })),
        { type: altNameIp, ip: "127.0.0.1" },
      ],
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { key: privateKey, cert: forge.pki.certificateToPem(certificate) };
}
