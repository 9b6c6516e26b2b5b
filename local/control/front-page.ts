const what = {
  mailbox: "Mailbox: where all mail arrives",
  send: "Send API, transactional stream",
  bulk: "Send API, bulk stream",
  track: "Pages that recipients see",
} as const;

/** The page at the general API's root: where everything is. */
export function frontPage(urls: Readonly<Record<keyof typeof what, string>>): string {
  const rows = Object.entries(what).map(([name, explanation]) => {
    const url = urls[name as keyof typeof what];
    return `<tr><td>${explanation}</td><td><a href="${url}">${url}</a></td></tr>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Postern, local cloud</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 46rem; padding: 0 1rem }
  td { padding: .2rem 1.5rem .2rem 0 }
  code { background: #eee; padding: 0 .3em }
</style>
<h1>Postern runs</h1>
<table>
${rows.join("\n")}
</table>
<p>Token, domain and addresses for your own programs are in <code>.postern/local.json</code>;
<code>README.md</code> shows a first email and <code>docs/local-cloud.md</code> what else can be done here.</p>
</html>
`;
}
