import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { failureOf } from "../shared/platform/failure.ts";
import { logger } from "../shared/platform/observability.ts";

/** What a TLS server shows and proves, both PEM. */
export interface Certificate {
  /** The chain, the server's own certificate first. */
  readonly cert: string;
  readonly key: string;
}

/** Where the certificate is kept. */
export interface CertificateSource {
  /** @throws Error if it cannot be read, or certificate and key are no pair */
  read(): Promise<Certificate>;
}

/** A file with the chain and the private key in any order. */
export function certificateFile(path: string): CertificateSource {
  return {
    read: async () => {
      const pem = await readFile(path, "utf8");
      return sound({ cert: pem, key: pem });
    },
  };
}

/** Throws what TLS would throw at the first connection. */
export function sound(certificate: Certificate): Certificate {
  createSecureContext({ ...certificate });
  return certificate;
}

/**
 * Looks for another certificate from time to time. One that cannot be used is logged, and the former one
 * stays.
 *
 * @returns what ends it
 */
export function watchCertificate(
  source: CertificateSource,
  current: Certificate,
  { everyMs, use }: { everyMs: number; use: (certificate: Certificate) => void },
): () => void {
  let used = current;
  const timer = setInterval(async () => {
    try {
      const found = await source.read();
      if (found.cert === used.cert && found.key === used.key) return;
      use(found);
      used = found;
      logger.info("another certificate is in use");
    } catch (error) {
      logger.error("the certificate could not be read", { failure: failureOf(error) });
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
