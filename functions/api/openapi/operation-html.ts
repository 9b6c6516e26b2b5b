import { escaped, marked } from "./html.ts";
import type { Json } from "./json-schema.ts";
import { exampleOf, type Field, fieldsOf, typeOf } from "./schema-fields.ts";

/** An operation, and where it is. */
export interface Listed {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly operation: Json;
}

type Named = Readonly<Record<string, Json>>;

/** An operation as a line that opens to all that is to be known of it. */
export function operationHtml({ method, path, host, operation }: Listed, named: Named): string {
  const { operationId, summary, description, responses } = operation;
  const ours = operation["x-extension"] === true ? `<span class="ours">extension</span>` : "";
  const body = contentOf(operation["requestBody"]);
  return `<details class="call" id="${operationId}"><summary><span class="method ${method.toLowerCase()}">${method}</span><code>${escaped(path)}</code><span class="said">${marked(String(summary))}</span>${ours}</summary>
<div>
${description === undefined ? "" : `<p>${marked(String(description))}</p>\n`}${otherPath(operation, path)}${parametersHtml(operation, named)}${bodyHtml(body?.schema, named)}<h4>Request</h4>
<pre>${escaped(curlOf({ method, path, host, operation }, named))}</pre>
<h4>Answers</h4>
${answersHtml(responses as Readonly<Record<string, Json>>, named)}</div></details>`;
}

function otherPath(operation: Json, path: string): string {
  const other = operation["x-account-path"];
  if (other === undefined || other === path) return "";
  return `<p class="quiet">Also <code>${escaped(String(other))}</code></p>\n`;
}

function parametersHtml({ parameters }: Json, named: Named): string {
  const rows = ((parameters ?? []) as Json[]).map(
    ({ name, required, description = "", schema, in: place }): Field => ({
      name: String(name),
      type:
        place === "path"
          ? "in the path"
          : `${typeOf(schema as Json, named)}${place === "header" ? ", header" : ""}`,
      required: required === true,
      description: String(description),
    }),
  );
  const within = ((parameters ?? []) as Json[]).flatMap(({ name, schema }) =>
    fieldsOf(schema as Json, named, String(name)),
  );
  const nested = within.map((field) => ({ ...field, name: field.name.replace(/\.([^.[]+)/g, "[$1]") }));
  const all = [...rows, ...nested];
  return all.length === 0 ? "" : `<h4>Parameters</h4>\n${table(all)}`;
}

function bodyHtml(schema: Json | undefined, named: Named): string {
  const fields = schema === undefined ? [] : fieldsOf(schema, named);
  return fields.length === 0 ? "" : `<h4>Body</h4>\n${table(fields)}`;
}

function answersHtml(responses: Readonly<Record<string, Json>>, named: Named): string {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const { type, schema } = contentOf({ content }) ?? {};
    const isJson = type === "application/json" && schema !== undefined;
    const isSuccess = status.startsWith("2") || status.startsWith("3");
    const fields = isJson && isSuccess ? fieldsOf(schema, named) : [];
    const carried = isJson
      ? `<pre>${escaped(JSON.stringify(exampleOf(schema, named), null, 2))}</pre>`
      : `<p class="quiet">${escaped(type ?? "no body")}</p>`;
    const opened =
      fields.length === 0
        ? carried
        : `${carried}\n<details><summary>Fields</summary>${table(fields)}</details>`;
    return isSuccess
      ? `<p><strong>${status}</strong> ${marked(String(description))}</p>\n${opened}`
      : `<details><summary><strong>${status}</strong> ${marked(String(description))}</summary>${carried}</details>`;
  });
  return `${rows.join("\n")}\n`;
}

function table(fields: readonly Field[]): string {
  const rows = fields.map(
    ({ name, type, required, description }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(type)}</td><td>${required ? "required" : ""}</td><td>${marked(description)}</td></tr>`,
  );
  return `<div class="wide"><table><thead><tr><th>Name</th><th>Type</th><th></th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table></div>\n`;
}

interface Content {
  readonly type: string;
  readonly schema: Json;
  readonly example?: unknown;
}

function contentOf(holder: unknown): Content | undefined {
  const { content } = Object(holder) as { content?: Readonly<Record<string, Omit<Content, "type">>> };
  const [first] = Object.entries(content ?? {});
  return first && { type: first[0], ...first[1] };
}

function curlOf({ method, path, host, operation }: Listed, named: Named): string {
  const { requestBody, security, parameters } = operation;
  const body = contentOf(requestBody);
  const query = ((parameters ?? []) as Json[])
    .filter(({ in: place, required }) => place === "query" && required === true)
    .map(({ name, schema }) => `${name}=${exampleOf(schema as Json, named, String(name))}`);
  const address = `${host}${path}${query.length > 0 ? `?${query.join("&")}` : ""}`;
  const lines = [
    `curl${method === "GET" ? "" : ` --request ${method}`} '${address}'`,
    ...(Array.isArray(security) ? [] : [`--header "Authorization: Bearer $TOKEN"`]),
    ...(body?.type === "application/json"
      ? [
          `--header 'Content-Type: application/json'`,
          `--data '${JSON.stringify(body.example ?? exampleOf(body.schema, named), null, 2)}'`,
        ]
      : []),
    ...(body?.type === "application/x-www-form-urlencoded" ? ["--data 'name=Ada'"] : []),
  ];
  return lines.join(" \\\n  ");
}
