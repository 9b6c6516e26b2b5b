import type { OpenApiDocument } from "./document.ts";
import type { Json } from "./json-schema.ts";

/** The description as a page that anybody can read, without a script and without loading anything. */
export function referencePage({ info, paths, tags }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, item]) => operationsOf(path, item));
  const sections = tags.map(({ name }) => {
    const ofTopic = operations.filter(({ topic }) => topic === name);
    return `<h2>${escaped(name)}</h2>\n${ofTopic.map(({ html }) => html).join("\n")}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)} API</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(info.title)} API</h1>
<p>${escaped(info.description)}</p>
<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>, for programs.</p>
${sections.join("\n")}
</main>
</body>
</html>
`;
}

const style =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}" +
  "code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto;background:#f4f4f4;padding:.75rem}" +
  "details{margin:.5rem 0}summary{cursor:pointer}b{display:inline-block;min-width:4.5rem}";

function operationsOf(path: string, item: Json): { topic: string; html: string }[] {
  return Object.entries(item)
    .filter(([method]) => method !== "servers")
    .map(([method, value]) => {
      const operation = value as Json;
      const topic = String((operation["tags"] as string[])[0]);
      return { topic, html: details(`${method.toUpperCase()}`, path, operation) };
    });
}

function details(method: string, path: string, operation: Json): string {
  const extension = operation["x-extension"] === true ? " (extension)" : "";
  const { summary, parameters, requestBody, responses } = operation;
  const parts = { parameters, requestBody, responses };
  return `<details><summary><b>${method}</b> <code>${escaped(path)}</code> ${escaped(String(summary))}${extension}</summary>
<pre>${escaped(JSON.stringify(parts, null, 2))}</pre></details>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
