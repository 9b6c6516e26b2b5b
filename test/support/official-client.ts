import { MailtrapClient, MailtrapTransport } from "mailtrap";
import { createTransport } from "nodemailer";
import type { LocalCloud } from "./local-cloud.ts";

type Urls = LocalCloud["urls"];

/** The official client, unmodified but for the hosts that it calls. */
export function officialClient(
  { urls, ...usual }: Pick<LocalCloud, "urls" | "token" | "accountId">,
  options: { bulk?: boolean; token?: string; organizationId?: number } = {},
): MailtrapClient {
  const { token = usual.token, bulk = false, organizationId } = options;
  const client = new MailtrapClient({
    ...{ token, bulk, accountId: usual.accountId },
    ...(organizationId !== undefined && { organizationId }),
  });
  return calling(urls, client);
}

/** nodemailer with the official transport, unmodified but for the hosts that it calls. */
export function officialMailer({ urls, token }: Pick<LocalCloud, "urls" | "token">) {
  const transport = MailtrapTransport({ token });
  calling(urls, (transport as unknown as { readonly client: MailtrapClient }).client);
  return createTransport(transport);
}

function calling(urls: Urls, client: MailtrapClient): MailtrapClient {
  const hosts = client as unknown as {
    axios: { interceptors: { request: { use(change: (request: { url: string }) => unknown): void } } };
  };
  hosts.axios.interceptors.request.use((request) => {
    request.url = request.url
      .replace("https://send.api.mailtrap.io", urls.send)
      .replace("https://bulk.api.mailtrap.io", urls.bulk)
      .replace("https://mailtrap.io", urls.api);
    return request;
  });
  return client;
}
