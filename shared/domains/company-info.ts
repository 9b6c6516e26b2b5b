import * as z from "zod";

/** Who sends: once for each account. */
export const companyInfoSchema = z.object({
  name: z.string(),
  address: z.string(),
  city: z.string(),
  country: z.string(),
  zipCode: z.string(),
  websiteUrl: z.string(),
  phone: z.string().nullable(),
  privacyPolicyUrl: z.string().nullable(),
  termsOfServiceUrl: z.string().nullable(),
  level: z.enum(["business", "individual"]).nullable(),
});

export type CompanyInfo = z.infer<typeof companyInfoSchema>;
