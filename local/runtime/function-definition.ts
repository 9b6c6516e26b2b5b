import { join } from "node:path";
import { localCredentials, localRegion } from "../template/account.ts";
import type { DeployedResource, Deployment } from "../template/deployment.ts";
import { type Role, rolesOf } from "./role-policies.ts";

/** A Lambda function, or a service that runs all the time, as the template declares it. */
export interface FunctionDefinition {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly entry: string;
  readonly role: Role;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** It is not invoked: it runs from the start to the end. */
  readonly isService: boolean;
}

/** Base URLs of the local AWS services, by the name that the SDK's `AWS_ENDPOINT_URL_*` gives them. */
export type AwsEndpoints = Readonly<
  Record<
    | "DYNAMODB"
    | "SQS"
    | "S3"
    | "SNS"
    | "SESV2"
    | "KMS"
    | "SECRETS_MANAGER"
    | "LAMBDA"
    | "ROUTE_53"
    | "CLOUDFRONT"
    | "EVENTBRIDGE"
    | "SCHEDULER"
    | "ACM",
    string
  >
>;

/** Where functions run: what is here in place of AWS and of the world. */
export interface Surroundings {
  /** The folder to which the entries in the template's metadata are relative. */
  readonly projectFolder: string;
  readonly endpoints: AwsEndpoints;
  /** Address and port of the name server to ask; the machine's own unless given. */
  readonly dnsServer?: string;
  /** Where SMTP is, and whom to trust there, as JSON; where the hosts' names say unless given. */
  readonly smtpDoor?: string;
}

export function functionsOf(deployment: Deployment, surroundings: Surroundings): FunctionDefinition[] {
  const roles = rolesOf(deployment);
  return deployment
    .resources("AWS::Lambda::Function")
    .map((resource) => definitionOf(resource, roles, surroundings));
}

function definitionOf(
  { logicalId: id, ref: name, arn, properties, metadata }: DeployedResource,
  roles: Map<string, Role>,
  surroundings: Surroundings,
): FunctionDefinition {
  const { projectFolder } = surroundings;
  const entry = metadata["postern:entry"];
  if (typeof entry !== "string")
    throw new Error(`the function ${id} does not say its source (postern:entry)`);
  const role = roles.get(String(properties["Role"]));
  if (!role) throw new Error(`the function ${id} has no role in the template`);
  const memoryMb = Number(properties["MemorySize"] ?? 128);
  const reserved = properties["ReservedConcurrentExecutions"];
  const { Variables: own = {} } = Object(properties["Environment"]) as { Variables?: Record<string, string> };
  return {
    id,
    name,
    arn,
    role,
    memoryMb,
    entry: join(projectFolder, entry),
    timeoutMs: Number(properties["Timeout"] ?? 3) * 1000,
    reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
    isService: false,
    environment: { ...runtimeEnvironment(name, memoryMb), ...placeVariables(surroundings), ...own },
  };
}

/** The containers of the template's task definitions; each runs as one thread, however many tasks there were. */
export function servicesOf(
  deployment: Deployment,
  {
    environment,
    ...surroundings
  }: Surroundings & {
    /** What is different here: ports, certificate. Undefined takes a variable away. */
    environment: Readonly<Record<string, string | undefined>>;
  },
): FunctionDefinition[] {
  const roles = rolesOf(deployment);
  return deployment.resources("AWS::ECS::TaskDefinition").map(({ logicalId: id, properties, metadata }) => {
    const entry = metadata["postern:entry"];
    if (typeof entry !== "string") throw new Error(`the task ${id} does not say its source (postern:entry)`);
    const role = roles.get(String(properties["TaskRoleArn"]));
    if (!role) throw new Error(`the task ${id} has no role in the template`);
    const [container] = properties["ContainerDefinitions"] as [
      { Environment?: { Name: string; Value: string }[] },
    ];
    const own = (container.Environment ?? []).map(({ Name, Value }) => [Name, String(Value)] as const);
    const merged = {
      ...commonEnvironment,
      ...placeVariables(surroundings),
      ...Object.fromEntries(own),
      ...environment,
    };
    return {
      id,
      name: id,
      arn: id,
      role,
      memoryMb: Number(properties["Memory"]),
      entry: join(surroundings.projectFolder, entry),
      timeoutMs: 0,
      reservedConcurrency: 0,
      isService: true,
      environment: Object.fromEntries(
        Object.entries(merged).filter((variable): variable is [string, string] => variable[1] !== undefined),
      ),
    };
  });
}

/** What Lambda itself sets; nothing of the machine's own environment reaches a function. */
function runtimeEnvironment(name: string, memoryMb: number): Record<string, string> {
  return {
    ...commonEnvironment,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    TZ: ":UTC",
  };
}

const commonEnvironment: Readonly<Record<string, string>> = {
  AWS_REGION: localRegion,
  AWS_DEFAULT_REGION: localRegion,
  AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: "true",
  TZ: "UTC",
  // A developer's own AWS profile must not leak into the local cloud.
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};

function placeVariables({ endpoints, dnsServer, smtpDoor }: Surroundings): Record<string, string> {
  const urls = Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url]);
  return {
    ...Object.fromEntries(urls),
    ...(dnsServer !== undefined && { DNS_SERVER: dnsServer }),
    ...(smtpDoor !== undefined && { SMTP_DOOR: smtpDoor }),
  };
}
