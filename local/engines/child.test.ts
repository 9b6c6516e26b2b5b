import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test, vi } from "vitest";
import { startMailbox } from "./mailbox.ts";

test.each([
  ["queues", "./queues.ts", "startQueues({})"],
  ["mailbox", "./mailbox.ts", "startMailbox({ webPort: 0 })"],
])("the %s end with a parent that is killed", async (_name, module, start) => {
  const exported = start.split("(")[0];
  const script = `
    const { ${exported} } = await import(${JSON.stringify(new URL(module, import.meta.url).href)});
    const { url } = await ${start};
    console.log(url);
    setInterval(() => undefined, 1_000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script]);
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const url = line.toString().trim();
  expect((await fetch(url)).status).toBeGreaterThan(0);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), { timeout: 5_000, interval: 50 });
});

test("a service that cannot start says so instead of leaving its starter waiting", async () => {
  const occupied = createServer();
  await once(occupied.listen(0, "127.0.0.1"), "listening");
  const { port: webPort } = occupied.address() as { port: number };
  await expect(startMailbox({ webPort })).rejects.toThrow("before it was ready");
  occupied.close();
});
