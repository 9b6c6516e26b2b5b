/** What may be logged of an error: its kind and where it arose, not its text, which may quote content. */
export function failureOf(thrown: unknown): { name: string; frames: string[] } {
  if (!(thrown instanceof Error)) return { name: typeof thrown, frames: [] };
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { name: thrown.name, frames: frames.map((line) => line.trim()) };
}
