import { describe, expect, it } from "vitest";
import { emailsIn, useSuppressionApi } from "../../../test/support/suppression-api.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";

const api = useSuppressionApi();
const { ask, clock, get, post, suppressed, wish } = api;

describe("the lists, as clients of the service know them:", () => {
  it.each(readVectors("suppression-vectors.json"))("$id: $title", async (vector) => {
    const existing = await suppressed({ email: "earlier@example.net" });
    const { method, path, headers, body, ...request } = requestOf(vector, {
      TOKEN: api.customer.token,
      TOKEN_VIEWER: api.customer.viewerToken,
      ACCOUNT_ID: api.customer.accountId,
      DOMAIN: api.customer.domain,
      DOMAIN_ID: api.customer.domainId,
      SUPPRESSION_ID: existing?.id ?? "",
    });
    const query =
      "query" in request ? `?${new URLSearchParams(request.query as Record<string, string>)}` : "";
    const answer = await ask(method, `${path}${query}`, {
      headers: { authorization: headers["Authorization"] ?? "" },
      ...(body !== undefined && { body }),
    });
    expect(answer.status).toBe(vector.expect.status);
    const wanted = JSON.parse(
      JSON.stringify(vector.expect.body)
        .replace("${DOMAIN}", api.customer.domain)
        .replace("${SUPPRESSION_ID}", existing?.id ?? ""),
    );
    expect(mismatches(wanted, answer.body)).toEqual([]);
  });
});

describe("putting an address on the list", () => {
  it("suppresses it for the domain and stream, and shows it", async () => {
    const { status, body } = await post(wish({ email: "Gone@EXAMPLE.net", type: "spam complaint" }));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      data: {
        type: "spam complaint",
        created_at: "2026-01-31T12:00:00.000Z",
        email: "gone@example.net",
        sending_stream: "bulk",
        domain_name: api.customer.domain,
        message_subject: null,
      },
    });
    const marks = await api.service.suppressions.marksOf(
      api.customer.accountId,
      { domainId: api.customer.domainId, stream: "bulk" },
      ["gone@example.net"],
    );
    expect(marks.get("gone@example.net")?.suppressed).toEqual({ type: "spam complaint" });
  });

  it("answers with the entry that is there already", async () => {
    const first = await post(wish());
    clock.advance(1_000);
    const second = await post(wish({ type: "hard bounce" }));
    expect(second).toMatchObject({ status: 201, body: first.body as object });
    expect(emailsIn((await get()).body)).toHaveLength(1);
  });

  it.each([
    [{ email: "gone" }, { email: ["format is invalid"] }],
    [{ email: "a@b@example.net" }, { email: ["format is invalid"] }],
    [{ email: undefined }, { email: ["can't be blank"] }],
    [{ email: "" }, { email: ["can't be blank"] }],
    [{ email: 7 }, { email: ["can't be blank"] }],
    [{ sending_stream: "any" }, { sending_stream: ["is invalid. Allowed values: transactional, bulk."] }],
    [{ sending_stream: undefined }, { sending_stream: ["is invalid. Allowed values: transactional, bulk."] }],
    [{ domain_id: undefined }, { domain_id: ["can't be blank"] }],
    [{ domain_id: "seven" }, { domain_id: ["is invalid"] }],
    [{ domain_id: 1e21 }, { domain_id: ["is invalid"] }],
    [{ domain_id: 999_999 }, { domain_id: ["is invalid"] }],
    [
      { type: "boredom" },
      { type: ["is invalid. Allowed values: hard bounce, unsubscription, spam complaint, manual import."] },
    ],
  ])("is refused with %o", async (fields, errors) => {
    expect(await post(wish(fields))).toMatchObject({ status: 422, body: { errors } });
    expect((await get()).body).toEqual([]);
  });

  it("takes a domain's number as text", async () => {
    expect((await post(wish({ domain_id: String(api.customer.domainId) }))).status).toBe(201);
  });
});

describe("asking for one address", () => {
  it("finds it in whichever of its forms it is asked for", async () => {
    await post(wish({ email: "Gone@b\u00fccher.example" }));
    const found = [{ email: "gone@xn--bcher-kva.example" }];
    for (const email of ["gone@b%C3%BCcher.example", "GONE@XN--BCHER-KVA.example"]) {
      expect(await get(`?email=${email}`)).toMatchObject({ status: 200, body: found });
    }
    expect((await get("?email=b%C3%BCcher.example")).body).toEqual([]);
  });

  it("finds nothing by what is too long to be one", async () => {
    const email = `${"a".repeat(2_000)}@example.net`;
    expect(await get(`?email=${email}`)).toMatchObject({ status: 200, body: [] });
    const { token } = api.customer;
    expect(await ask("GET", `/api/tracking_opt_outs?email=${email}`, { token })).toMatchObject({
      status: 200,
    });
  });
});

describe("taking an address off the list", () => {
  const remove = (id: string | undefined, token = api.customer.token) =>
    ask("DELETE", `/api/suppressions/${id}`, { token, body: {} });
  const missing = { status: 404, body: { errors: { base: ["Suppression not found"] } } };

  it("lets mail flow again", async () => {
    const existing = await suppressed();
    expect(await remove(existing?.id)).toMatchObject({ status: 200, body: { id: existing?.id } });
    expect((await get()).body).toEqual([]);
    expect(await remove(existing?.id)).toMatchObject(missing);
  });

  it.each(["0190b5c6-0000-7000-8000-000000000000", "7", "%20", "7".repeat(1_100)])(
    "does not find %s",
    async (id) => {
      expect(await remove(id)).toMatchObject(missing);
      expect(
        await ask("DELETE", `/api/tracking_opt_outs/${id}`, { token: api.customer.token }),
      ).toMatchObject({
        status: 404,
        body: { errors: { base: ["Tracking opt-out not found"] } },
      });
    },
  );
});
