import * as z from "zod";
import { auditEntry, auditNote, system } from "../../../shared/accounts/audit.ts";
import { noteOfStatus } from "../../../shared/domains/audit-notes.ts";
import type { CompanyInfo } from "../../../shared/domains/company-info.ts";
import type { DomainWork } from "../../../shared/domains/domain-work.ts";
import { tellOwner } from "../../../shared/domains/tell-owner.ts";
import { isWebsiteUrl } from "../../../shared/domains/website-client.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";
import { domainToChange, domainToSee } from "./domain-access.ts";

export interface CompanyInfoDeps {
  readonly domainWork: DomainWork;
}

const text = z.string().trim().max(255, "is too long (maximum is 255 characters)").nullish();
const infoSchema = z.object({
  name: text,
  address: text,
  city: text,
  country: text,
  zip_code: text,
  website_url: text,
  phone: text,
  privacy_policy_url: text,
  terms_of_service_url: text,
  info_level: z.enum(["business", "individual"], "is invalid").nullish(),
});
const example = {
  ...{ name: "Till & Co", address: "4 Quay Road", city: "Cork", country: "Ireland", zip_code: "T12 AB34" },
  website_url: "https://till.example/",
};
const bodySchema = z
  .object({ company_info: infoSchema.default({}).meta({ examples: [example] }) })
  .prefault({});
const shownText = z.string().nullable();
const shownSchema = z.object({
  name: shownText,
  address: shownText,
  city: shownText,
  country: shownText,
  phone: shownText,
  zip_code: shownText,
  privacy_policy_url: shownText,
  terms_of_service_url: shownText,
  website_url: shownText,
  info_level: z.enum(["business", "individual"]).describe("`business` as long as nobody has said"),
});

type Fields = z.output<typeof infoSchema>;

const required = ["name", "address", "city", "country", "zip_code", "website_url"] as const;
const addresses = ["website_url", "privacy_policy_url", "terms_of_service_url"] as const;

const topic = "Company info";
const path = "/domains/{id}/company_info" as const;
const responses = { 200: z.object({ data: shownSchema }) };

/** Who sends: once for each account, whichever domain it is asked by. */
export function companyInfoRoutes({ domainWork }: CompanyInfoDeps): ApiRoute[] {
  const { companyInfos } = domainWork;
  const written = (method: "POST" | "PATCH", summary: string) =>
    route({
      ...{ method, path, topic, summary, access: "account admin", body: bodySchema, responses },
      handle: async (request) => {
        await domainToChange(domainWork, request);
        const before = await companyInfos.get(request.account.id);
        const fields = {
          ...(method === "PATCH" && before && asFields(before)),
          ...request.body.company_info,
        };
        const info = checked(fields, before);
        await companyInfos.put(request.account.id, info);
        await goOn(domainWork, request);
        const change = { before: before && asFields(before), after: asFields(info) };
        const verb = before === undefined ? "created" : "updated";
        const audit = auditNote({ type: "company_info", verb, id: request.account.id, ...change });
        return { status: 200, body: { data: asFields(info) }, audit };
      },
    });
  return [
    route({
      ...{ method: "GET", path, topic, access: "any token", responses },
      summary: "Shows who sends",
      handle: async (request) => {
        await domainToSee(domainWork, request);
        return { status: 200, body: { data: asFields(await companyInfos.get(request.account.id)) } };
      },
    }),
    written("POST", "Says who sends"),
    written("PATCH", "Changes who sends; what is not given stays"),
  ];
}

/**
 * The information, if it is complete.
 *
 * @throws PosternError `validation_failed` for what is missing, no address of a website, or cannot change any more
 */
function checked(fields: Fields, before: CompanyInfo | undefined): CompanyInfo {
  const mistakes = mistakesIn(fields, before);
  if (Object.keys(mistakes).length > 0) throw fieldErrors(mistakes);
  const { name, address, city, country, zip_code: zipCode, website_url: websiteUrl } = fields;
  if (!(name && address && city && country && zipCode && websiteUrl)) throw new PosternError("internal");
  return {
    ...{ name, address, city, country, zipCode, websiteUrl },
    level: fields.info_level ?? before?.level ?? null,
    phone: fields.phone || null,
    privacyPolicyUrl: fields.privacy_policy_url || null,
    termsOfServiceUrl: fields.terms_of_service_url || null,
  };
}

function mistakesIn(fields: Fields, before: CompanyInfo | undefined): Record<string, string[]> {
  const blank = required.filter((field) => !fields[field]).map((field) => [field, "can't be blank"]);
  const invalid = addresses
    .filter((field) => !isAddress(field, fields[field]))
    .map((field) => [field, "is invalid"]);
  const fixed = before?.level ?? null;
  const isOther = fixed !== null && (fields.info_level ?? fixed) !== fixed;
  const all = [...blank, ...invalid, ...(isOther ? [["info_level", "can't be changed"]] : [])];
  const byField = Map.groupBy(all, ([field]) => String(field));
  return Object.fromEntries(
    [...byField].map(([field, found]) => [field, found.map(([, text]) => String(text))]),
  );
}

/** What is optional may be left out. */
function isAddress(field: (typeof addresses)[number], value: string | null | undefined): boolean {
  return value ? isWebsiteUrl(value) : field !== "website_url";
}

/** Clients expect a level always, and null for whatever else is not known. */
function asFields(info: CompanyInfo | undefined): z.output<typeof shownSchema> {
  return {
    ...{ name: info?.name ?? null, address: info?.address ?? null, city: info?.city ?? null },
    ...{ country: info?.country ?? null, phone: info?.phone ?? null, zip_code: info?.zipCode ?? null },
    privacy_policy_url: info?.privacyPolicyUrl ?? null,
    terms_of_service_url: info?.termsOfServiceUrl ?? null,
    ...{ website_url: info?.websiteUrl ?? null, info_level: info?.level ?? "business" },
  };
}

/** Domains that waited for this information go on to their review, the next of which comes within a minute. */
async function goOn(domainWork: DomainWork, { account }: Pick<ApiRequest, "account">): Promise<void> {
  const { domains, clock } = domainWork;
  const waiting = (await domains.list(account.id)).filter(
    ({ complianceStatus }) => complianceStatus === "missing_company_info",
  );
  for (const domain of waiting) {
    const change = { complianceStatus: "under_review", checkAt: clock.now() } as const;
    const note = noteOfStatus(domain, { ...domain, ...change });
    const changed = await domains.changeIfStill(
      domain,
      change,
      note && auditEntry(system, note, clock.now()),
    );
    if (changed) await tellOwner(domainWork, changed);
  }
}
