// How long reading an HTML email once takes, and filling in each recipient's own links; and how long one that is
// tracked takes to compose: processor time, so that what else the machine has to do counts little.
import { compose } from "../shared/mail/compose.ts";
import { markedBody } from "../shared/tracking/marked-body.ts";
import { clickBaseOf, recipientLinks } from "../shared/tracking/recipient-links.ts";
import { htmlEmails } from "../test/support/html-tree.ts";
import { median, printTable } from "./measure.ts";

const recipients = 50;
const rounds = 15;
const hosts = { pages: "https://track.example.net", tracking: "https://track.example.net" };
const marks = { unsubscribeFooter: true, optOutFooter: true, opens: true, clicks: true };
const mail = {
  accountId: 7,
  messageId: "0199a1b2-c3d4-7e5f-8a6b-0123456789ab",
  domainId: 3,
  domainName: "example.com",
  stream: "bulk",
  recipient: "anna@example.org",
} as const;
const linksFor = () => recipientLinks(mail, hosts, "k".repeat(64));

const read = (text: string) => markedBody({ kind: "html", text }, marks, clickBaseOf(hosts));

function newsletterOf(bytes: number): string {
  const [, cart = ""] = htmlEmails().find(([name]) => name === "abandoned-cart.html") ?? [];
  const items = cart.slice("<html><body>".length, -"</body></html>".length);
  const places = Array.from({ length: Math.ceil(bytes / items.length) }, (_, place) => place);
  // No product twice; a picture and its name lead to the same.
  const all = places.map((place) => items.replaceAll("products/", `products/${place}`));
  return `<html><body>${all.join("")}</body></html>`;
}

async function medianMs(work: () => unknown): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / 1_000);
  }
  return `${median(times).toFixed(1)} ms`;
}

async function figuresOf(html: string): Promise<string[]> {
  const body = await read(html);
  const before = process.memoryUsage().rss;
  const all = await medianMs(() => {
    for (let recipient = 0; recipient < recipients; recipient += 1) body.fill(linksFor());
  });
  const grown = Math.max(0, process.memoryUsage().rss - before) / 1e6;
  const letter = {
    from: { email: "a@example.com" },
    to: [],
    cc: [],
    subject: "S",
    headers: {},
    serviceHeaders: {},
  };
  const composing = () =>
    compose({
      ...letter,
      html: body.fill(linksFor()),
      attachments: [],
      messageId: "<1@example.com>",
      date: 0,
    });
  return [
    `${(html.length / 1000).toFixed(0)} KB`,
    String(html.match(/<a href/g)?.length),
    await medianMs(() => read(html)),
    all,
    `${grown.toFixed(0)} MB`,
    await medianMs(composing),
  ];
}

const sizes = [10_000, 100_000, 2_000_000];
const rows: string[][] = [];
for (const bytes of sizes) rows.push(await figuresOf(newsletterOf(bytes)));
printTable(
  ["HTML", "links", "read once", `filled for ${recipients}`, "memory grew by", "filled and composed for 1"],
  rows,
);
