/** The mechanisms by which an SPF record lets mail pass (RFC 7208 §4.6); undefined for a text that is none. */
function passMechanisms(text: string): ReadonlySet<string> | undefined {
  const [version, ...terms] = text.trim().toLowerCase().split(/\s+/);
  if (version !== "v=spf1") return undefined;
  return new Set(terms.filter((term) => !/^[-~?]/.test(term)).map((term) => term.replace(/^\+/, "")));
}

/**
 * Whether the one SPF record among some texts lets pass all that the one among others does. Several records
 * are as good as none (RFC 7208 §4.5).
 */
export function spfAllows(texts: readonly string[], wanted: readonly string[]): boolean {
  const allowed = onlySpf(texts);
  const needed = onlySpf(wanted);
  if (allowed === undefined || needed === undefined) return false;
  return [...needed].every((mechanism) => allowed.has(mechanism));
}

function onlySpf(texts: readonly string[]): ReadonlySet<string> | undefined {
  const records = texts.map(passMechanisms).filter((record) => record !== undefined);
  return records.length === 1 ? records[0] : undefined;
}
