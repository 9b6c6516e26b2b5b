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
  /** PEM; its own authority. */
  cert: string;
}

/** Whom a certificate is for, and from when to when (epoch ms). */
export interface CertificateWish {
  /** The first is its subject, too. */
  readonly hosts: readonly string[];
  readonly addresses?: readonly string[];
  readonly beginsAt: number;
  readonly endsAt: number;
}

/**
 * The certificate kept in this file, made at the first call; without a file a new one each time. It is for `localhost`
 * with what stands before it, and 127.0.0.1, and good for ten years.
 */
export async function certificateIn(file: string | undefined): Promise<Certificate> {
  if (file === undefined) return localCertificate();
  try {
    return JSON.parse(await readFile(file, "utf8")) as Certificate;
  } catch {
    const certificate = localCertificate();
    await mkdir(dirname(file), { recursive: true });
    // Renaming is atomic, so that a crash leaves no half a key behind.
    await writeFile(`${file}.new`, JSON.stringify(certificate), { mode: 0o600 });
    await rename(`${file}.new`, file);
    return certificate;
  }
}

function localCertificate(): Certificate {
  const now = Date.now();
  return makeCertificate({
    hosts: ["localhost", "live.localhost", "bulk.localhost"],
    addresses: ["127.0.0.1"],
    ...{ beginsAt: now - dayMs, endsAt: now + 3_650 * dayMs },
  });
}

export function makeCertificate({ hosts, addresses = [], beginsAt, endsAt }: CertificateWish): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // A serial number is positive, so no leading byte above 7f; nor one of 00, which DER forbids before another.
  certificate.serialNumber = `01${randomBytes(8).toString("hex")}`;
  certificate.validity.notBefore = new Date(beginsAt);
  certificate.validity.notAfter = new Date(endsAt);
  const name = [{ name: "commonName", value: hosts[0] ?? "" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, keyCertSign: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: [
        ...hosts.map((value) => ({ type: altNameDns, value })),
        ...addresses.map((ip) => ({ type: altNameIp, ip })),
      ],
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { key: privateKey, cert: forge.pki.certificateToPem(certificate) };
}
