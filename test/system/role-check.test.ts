import { afterEach, describe, expect, it } from "vitest";
import { type LocalCloud, startLocalCloud, withoutStatement } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud | undefined;
afterEach(() => cloud?.stop());

const email = { to: [{ email: "reader@example.net" }], subject: "Allowed?", text: "Hello" };

describe("the roles of the template", () => {
  it("allow a send as they are", async () => {
    cloud = await startLocalCloud();

    expect((await post(cloud, email)).status).toBe(200);
  });

  it("stop a send when the statement that lets the function write to its queue is taken out", async () => {
    cloud = await startLocalCloud({
      templatePatch: withoutStatement("SendTransactional", "sqs:SendMessage"),
    });

    const { status, body } = await post(cloud, email);

    expect(status).toBe(500);
    expect(body).toEqual({ success: false, errors: ["Internal server error"] });
    expect(await cloud.log()).toMatch(/is not authorized to perform: sqs:SendMessage/);
    expect(await cloud.usage()).toMatchObject({ used: 0 });
  });
});
