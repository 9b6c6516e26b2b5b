import { AwsError } from "./aws-error.ts";
import type { AwsAnswer, AwsRequest, AwsService } from "./protocol.ts";
import { escaped } from "./xml.ts";

/** A service of the AWS REST-XML protocol: what it refuses it tells in XML, too, in its own namespace. */
export function xmlService(
  namespace: string,
  perform: (request: AwsRequest) => Promise<AwsAnswer>,
): AwsService {
  return async (request) => {
    try {
      return await perform(request);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return refusal(namespace, error);
    }
  };
}

export function xmlAnswer(status: number, xml: string, headers: Record<string, string> = {}): AwsAnswer {
  const body = Buffer.from(`<?xml version="1.0"?>${xml}`);
  return { status, body, headers: { "content-type": "text/xml", ...headers } };
}

function refusal(namespace: string, { status, code, message }: AwsError): AwsAnswer {
  return xmlAnswer(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code>` +
      `<Message>${escaped(message)}</Message></Error><RequestId>local</RequestId></ErrorResponse>`,
  );
}
