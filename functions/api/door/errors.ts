import type * as z from "zod";
import { catalogue, PosternError } from "../../../shared/platform/errors.ts";
import { type HttpResponse, jsonResponse } from "../../../shared/platform/http.ts";

/**
 * An error as the account API words it: a single text under `error` or `errors`, or the messages of each
 * field under `errors`. Its forms differ from those of the send API, and clients tell them apart by form.
 */
export function accountErrorResponse(error: PosternError): HttpResponse {
  return jsonResponse(catalogue[error.code].http, bodyOf(error), headersOf(error));
}

function bodyOf({ code, fields, messages }: PosternError): unknown {
  switch (code) {
    case "unauthorized":
      return { error: "Incorrect API token" };
    case "forbidden":
      return { errors: "Account access forbidden" };
    case "not_found":
    case "invalid_request":
      return { error: messages.join("; ") };
    case "validation_failed":
      return { errors: fields };
    case "suppression_not_found":
    case "opt_out_not_found":
      return { errors: { base: messages } };
    case "internal":
      return { errors: "Unexpected error" };
    default:
      return { errors: messages.join("; ") };
  }
}

function headersOf({ code, retryAfterSeconds }: PosternError): Record<string, string> {
  return {
    ...(code === "unauthorized" && { "www-authenticate": 'Token realm="Application"' }),
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  };
}

/** The 422 that names, for each field, what is wrong with it; `base` is the request as a whole. */
export function fieldErrors(fields: Readonly<Record<string, readonly string[]>>): PosternError {
  return new PosternError("validation_failed", { fields });
}

/** What a schema found, by the innermost field's name: `webhook.url` is `url` to whoever reads it. */
export function fieldErrorsOf({ issues }: z.ZodError): PosternError {
  const names = issues.map(({ path }) => path.findLast((part) => typeof part === "string") ?? "base");
  const byField = Map.groupBy(issues, (issue) => String(names[issues.indexOf(issue)]));
  return fieldErrors(
    Object.fromEntries([...byField].map(([field, found]) => [field, found.map(({ message }) => message)])),
  );
}
