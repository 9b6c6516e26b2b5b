import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { secretClient } from "../../shared/platform/aws-clients.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import type { HttpEvent, HttpResponse } from "../../shared/platform/http.ts";
import { linkKeyClient } from "../../shared/tracking/link-key-client.ts";
import { answer } from "./answer.ts";

const { LINK_SECRET_ARN } = readEnvironment({
  [environmentNames.linkSecretArn]: z.string(),
  [environmentNames.eventsQueueUrl]: z.string(),
});
const linkKeys = linkKeyClient({ secrets: secretClient(), arn: LINK_SECRET_ARN });

/** The pages that recipients see, behind the tracking host's HTTP API. */
export function handler(event: HttpEvent): Promise<HttpResponse> {
  return answer({ linkKeys }, event);
}
