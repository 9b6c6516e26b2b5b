import type { LocalCloud } from "./local-cloud.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    success: boolean;
    message_ids?: string[];
    errors?: string[];
    responses?: Answer["body"][];
  };
}

export interface PostOptions {
  readonly token?: string;
  readonly stream?: "send" | "bulk";
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** Posts one email to the local cloud, from its own domain unless `email` says otherwise. */
export function post(cloud: LocalCloud, email: object, options: PostOptions = {}): Promise<Answer> {
  return postJson(cloud, { from: { email: `hello@${cloud.domain}` }, ...email }, options);
}

/** Posts a batch to the local cloud. */
export function postBatch(cloud: LocalCloud, batch: object, options: PostOptions = {}): Promise<Answer> {
  return postJson(cloud, batch, { path: "/api/batch", ...options });
}

async function postJson(cloud: LocalCloud, body: object, options: PostOptions): Promise<Answer> {
  const { token = cloud.token, stream = "send", path = "/api/send", headers = {} } = options;
  const response = await fetch(cloud.urls[stream] + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer["body"],
  };
}
