import { generateKeyPairSync, randomBytes } from "node:crypto";
import forge from "node-forge";

const dayMs = 86_400_000;
const altNameDns = 2;

/**
 * A certificate that is its own authority.
 *
 * @param endsAt epoch ms
 */
export function serverCertificate(hosts: readonly string[], endsAt: number): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = `01${randomBytes(8).toString("hex")}`;
  certificate.validity.notBefore = new Date(endsAt - 90 * dayMs);
  certificate.validity.notAfter = new Date(endsAt);
  const name = [{ name: "commonName", value: hosts[0] ?? "nobody" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, keyCertSign: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: hosts.map((value) => ({ type: altNameDns, value })) },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { key: privateKey, cert: forge.pki.certificateToPem(certificate) };
}
