import { type HttpEvent, type HttpResponse, jsonResponse } from "../../../shared/platform/http.ts";
import type { ApiRoute } from "../door/route.ts";
import { openApiDocument } from "./document.ts";
import { referencePage } from "./page.ts";
import type { SendUrls } from "./send-paths.ts";

const cached = { "cache-control": "public, max-age=300" };
const pageHeaders = {
  ...cached,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/**
 * Answers whoever asks for the API's description, with or without a token: `/openapi.json` for programs and
 * `/reference` for people.
 *
 * @returns undefined for any other request
 */
export function apiDescription(routes: readonly ApiRoute[], urls: SendUrls) {
  return ({ rawPath, requestContext }: HttpEvent): HttpResponse | undefined => {
    if (requestContext.http.method !== "GET") return undefined;
    if (rawPath === "/openapi.json") return jsonResponse(200, openApiDocument(routes, urls), cached);
    if (rawPath !== "/reference") return undefined;
    return { statusCode: 200, headers: pageHeaders, body: referencePage(openApiDocument(routes, urls)) };
  };
}
