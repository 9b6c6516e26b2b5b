import type { HttpResponse } from "../../shared/platform/http.ts";
import { answer, type PageRequest } from "./answer.ts";
import { depsFromEnvironment } from "./deps.ts";

const deps = depsFromEnvironment();

/** Pixels, links and pages for recipients, behind the tracking host's HTTP API. */
export function handler(event: PageRequest): Promise<HttpResponse> {
  return answer(deps, event);
}
