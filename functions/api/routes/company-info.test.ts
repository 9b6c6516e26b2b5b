import { describe, expect, it } from "vitest";
import { useDomainApi } from "../../../test/support/domain-api.ts";

const api = useDomainApi();
const { call, create } = api;
const company = {
  ...{ name: "Till & Co", address: "4 Quay Rd", city: "Cork", country: "IE", zip_code: "T12" },
  website_url: "https://till.example",
};

describe("company information", () => {
  it("is unset, then one for the whole account, then changed in part", async () => {
    const [one, other] = [await create(), await create()];
    const path = (id: number) => `/api/domains/${id}/company_info`;
    expect((await call("GET", path(one.id))).body).toMatchObject({
      data: { name: null, info_level: "business" },
    });
    const info = { ...company, info_level: "business" };
    expect(await call("POST", path(one.id), { company_info: info })).toMatchObject({
      status: 200,
      body: { data: info },
    });
    expect((await call("GET", path(other.id))).body).toMatchObject({ data: { ...info, phone: null } });
    const changed = await call("PATCH", path(other.id), { company_info: { city: "Galway" } });
    expect(changed).toMatchObject({ status: 200, body: { data: { ...info, city: "Galway" } } });
  });

  it("names what is wrong", async () => {
    const { id } = await create();
    const path = `/api/domains/${id}/company_info`;
    expect((await call("POST", path, { company_info: {} })).body).toEqual({
      errors: {
        ...{ name: ["can't be blank"], address: ["can't be blank"], city: ["can't be blank"] },
        ...{ country: ["can't be blank"], zip_code: ["can't be blank"] },
        website_url: ["can't be blank", "is invalid"],
      },
    });
    const wrong = { ...company, privacy_policy_url: "ftp://till.example", info_level: "individual" };
    expect((await call("POST", path, { company_info: wrong })).body).toEqual({
      errors: { privacy_policy_url: ["is invalid"] },
    });
    await call("POST", path, { company_info: { ...company, info_level: "individual" } });
    expect((await call("PATCH", path, { company_info: { info_level: "business" } })).body).toEqual({
      errors: { info_level: ["can't be changed"] },
    });
  });
});
