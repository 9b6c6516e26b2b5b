import { type HttpResponse, viewerOf } from "../../shared/platform/http.ts";
import { answer, type PageRequest } from "./answer.ts";
import { depsFromEnvironment } from "./deps.ts";

const { deps, originSecret } = depsFromEnvironment();

/** Pixels, links and pages for recipients, behind the tracking host's HTTP API. */
export function handler(event: PageRequest): Promise<HttpResponse> {
  return answer(deps, fromViewer(event));
}

/** On customers' own hosts CloudFront stands before us, and says from where it was asked. */
function fromViewer(event: PageRequest): PageRequest {
  const { http } = event.requestContext;
  const sourceIp = viewerOf(event, originSecret) ?? http.sourceIp;
  return { ...event, requestContext: { ...event.requestContext, http: { ...http, sourceIp } } };
}
