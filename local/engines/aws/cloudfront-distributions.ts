import { AwsError } from "./aws-error.ts";
import type { AwsAnswer, AwsService } from "./protocol.ts";
import { elements } from "./xml.ts";
import { xmlAnswer, xmlService } from "./xml-service.ts";

export interface LocalDistribution {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly connectionMode: string;
  isEnabled: boolean;
}

const pathPattern = /^\/2020-05-31\/distribution\/([^/]+)(\/config)?$/;
const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

export function isDistribution({ path }: { path: string }): boolean {
  return pathPattern.test(path);
}

/** CloudFront's GetDistribution, and of UpdateDistribution whether it is enabled. Nothing answers there. */
export function distributionsService(distributions: readonly LocalDistribution[]): AwsService {
  return xmlService(namespace, async ({ method, path, body }) => {
    const [, id, config] = pathPattern.exec(path) ?? [];
    const distribution = distributions.find((one) => one.id === id);
    if (distribution === undefined) {
      throw new AwsError(404, "NoSuchDistribution", "The specified distribution does not exist.");
    }
    if (method === "PUT" && config !== undefined) {
      // Parts of the configuration have such an element, too, and stand before its own.
      distribution.isEnabled = elements(body.toString("utf8"), "Enabled").at(-1) === "true";
    }
    return shown(distribution);
  });
}

function shown({ id, aliases, connectionMode, isEnabled }: LocalDistribution): AwsAnswer {
  const items = aliases.map((alias) => `<CNAME>${alias}</CNAME>`).join("");
  return xmlAnswer(
    200,
    `<Distribution xmlns="${namespace}"><Id>${id}</Id><Status>Deployed</Status><DistributionConfig>` +
      `<Aliases><Quantity>${aliases.length}</Quantity><Items>${items}</Items></Aliases>` +
      `<Enabled>${isEnabled}</Enabled><ConnectionMode>${connectionMode}</ConnectionMode>` +
      "</DistributionConfig></Distribution>",
    { etag: "local" },
  );
}
