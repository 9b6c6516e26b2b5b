import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { type AwsService, bodyAs, ok } from "./protocol.ts";

/** A certificate as DescribeCertificate shows it; times in epoch seconds. */
export interface LocalCertificate {
  readonly CertificateArn: string;
  readonly DomainName: string;
  readonly Status: string;
  readonly NotAfter?: number;
  readonly [field: string]: unknown;
}

const describeSchema = z.object({ CertificateArn: z.string() });

/** ACM's DescribeCertificate over certificates that are given. */
export function acmService(certificates: readonly LocalCertificate[]): AwsService {
  return async (request) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1];
    if (operation !== "DescribeCertificate") {
      throw new AwsError(400, "UnknownOperationException", `ACM ${operation} is not served locally.`);
    }
    const { CertificateArn: arn } = bodyAs(describeSchema, request, "ValidationException");
    const found = certificates.find(({ CertificateArn }) => CertificateArn === arn);
    if (found) return ok({ Certificate: found });
    throw new AwsError(400, "ResourceNotFoundException", `Could not find certificate ${arn}.`);
  };
}
