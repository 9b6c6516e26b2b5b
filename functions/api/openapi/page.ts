import type { OpenApiDocument } from "./document.ts";
import { escaped, marked } from "./html.ts";
import type { Json } from "./json-schema.ts";
import { type Listed, operationHtml } from "./operation-html.ts";
import { pageStyle } from "./page-style.ts";

/** The description as a page that anybody can read, without a script and without loading anything. */
export function referencePage({ info, servers, paths, tags, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, item]) => listed(path, item, servers));
  const topics = tags.map(({ name, description = "" }) => ({
    ...{ name, description, anchor: anchorOf(name) },
    operations: operations.filter(({ operation }) => (operation["tags"] as string[]).includes(name)),
  }));
  const links = topics.map(({ name, anchor }) => `<li><a href="#${anchor}">${escaped(name)}</a></li>`);
  const sections = topics.map(
    (topic) =>
      `<section><h2 id="${topic.anchor}">${escaped(topic.name)}</h2>\n<p>${marked(topic.description)}</p>\n` +
      `${topic.operations.map((one) => operationHtml(one, components.schemas)).join("\n")}</section>`,
  );
  const paragraphs = info.description.split("\n\n").map((text) => `<p>${marked(text)}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(info.title)} API</title>
<style>${pageStyle}</style>
</head>
<body>
<nav aria-label="Topics"><a href="#top">${escaped(info.title)} API</a><ul>${links.join("")}</ul></nav>
<main id="top">
<h1>${escaped(info.title)} API</h1>
${paragraphs.join("\n")}
<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>, for programs.</p>
${sections.join("\n")}
</main>
</body>
</html>
`;
}

function listed(path: string, { servers, ...item }: Json, usual: OpenApiDocument["servers"]): Listed[] {
  const hosts = (servers ?? usual) as { url: string }[];
  const host = hosts[0]?.url ?? "";
  return Object.entries(item).map(([method, operation]) => ({
    ...{ method: method.toUpperCase(), path, host, operation: operation as Json },
  }));
}

function anchorOf(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
