import { controlRoutes } from "./control/control-routes.ts";
import { controlServer } from "./control/control-server.ts";
import { frontPage } from "./control/front-page.ts";
import { type LocalClock, localClock } from "./control/local-clock.ts";
import { answerAtDoors, type Doors, openDoors } from "./doors.ts";
import { edgeBefore } from "./edge/edge-before.ts";
import { type AwsEndpoint, startAwsEndpoint } from "./engines/aws/endpoint.ts";
import { mailReceiver } from "./engines/aws/ses-receiving.ts";
import { Functions } from "./functions.ts";
import { type GatewayPlace, gatewayPlace } from "./gateway.ts";
import { type HttpApi, hostOf, httpApisOf } from "./http/http-apis.ts";
import { describeLocally, type LocalJson, writeLocalJson } from "./local-json.ts";
import type { CloudOptions } from "./options.ts";
import { type AwsClients, awsClients } from "./resources/aws-clients.ts";
import { createResources } from "./resources/create-resources.ts";
import { distributionsIn } from "./resources/distributions.ts";
import { createDnsRecords } from "./resources/dns.ts";
import { schedulesIn } from "./resources/schedules.ts";
import { secretsOf } from "./resources/secrets.ts";
import { configurationSetsOf, eventDestinationsOf, identitiesOf, receiptRulesOf } from "./resources/ses.ts";
import { type AwsEndpoints, functionsOf, servicesOf } from "./runtime/function-definition.ts";
import { functionLog } from "./runtime/function-log.ts";
import { seedOnce } from "./seed.ts";
import { type Services, startServices } from "./services.ts";
import { settleAll } from "./settle-all.ts";
import { openStateFolder, type StateFolder } from "./state-folder.ts";
import { type Deployment, deployment } from "./template/deployment.ts";
import { synthesize } from "./template/synthesize.ts";
import { startTriggers, type Triggers } from "./triggers/triggers.ts";

/** The local cloud while it runs. */
export interface Cloud {
  readonly description: LocalJson;
  /** The DynamoDB engine that was found. */
  readonly engine: string;
  readonly clockOffsetMs: number;
  /** Loads the functions that a first email needs, so that it need not wait for them. */
  warm(): Promise<void>;
  /** Lets what is in work end, stops everything, and keeps the state. */
  stop(): Promise<void>;
}

/** Everything that the template declares, started on this machine. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  // What is started later is stopped earlier.
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(options: CloudOptions, stack: AsyncDisposableStack): Promise<Cloud> {
  // The ports first: while another local cloud has them, its state is not touched.
  const doors = await openDoors(options, stack);
  const state = await openStateFolder(options.stateFolder, options);
  const clock = await localClock(state.clock, options.startAt);
  const [template, services] = await settleAll([
    options.template ? Promise.resolve(options.template) : synthesize(options.projectFolder, state.assembly),
    startServices(options, { state, clockOffsetMs: clock.offsetMs(), stack }),
  ]);
  const deployed = deployment(template, {
    queues: services.queues.url,
    httpApi: (id) => doors[hostOf(id, template.Resources[id]?.Metadata)].url,
  });
  const clients = awsClients({ dynamodb: services.dynamodb.url, queues: services.queues.url });
  stack.defer(() => clients.destroy());
  const gateway = await gatewayPlace(options, state);
  const machine: Machine = { options, state, clock, services, doors, gateway, deployed, clients, stack };
  const { functions, endpoints, sesSettled, busEvents } = await startFunctions(machine);
  await createResources(deployed, clients);
  await createDnsRecords(deployed, services.dns.records);
  services.mailbox.onArrival(mailReceiver(receiptRulesOf(deployed), clients));
  const triggers = startMachineTriggers(machine, functions);
  followClock(machine, functions, triggers);
  const seed = await seedOnce(state.seed, "postern.example", (id, event) => functions.invoke(id, event));
  await functions.startServices();
  const description = describeLocally(seed, {
    ...{ doors, gateway, mailboxUrl: services.mailbox.url },
    lambdaUrl: endpoints.LAMBDA,
  });
  openForBusiness(machine, { functions, triggers, endpoints, sesSettled, busEvents, description });
  await writeLocalJson(state.localJson, description);
  return {
    description,
    engine: services.dynamodb.engine,
    clockOffsetMs: clock.offsetMs(),
    warm: () => functions.warm(functionsOnTheWay(deployed, triggers)),
    stop: () => stack.disposeAsync(),
  };
}

/** What the steps of a start hand on. */
interface Machine {
  readonly options: CloudOptions;
  readonly state: StateFolder;
  readonly clock: LocalClock;
  readonly services: Services;
  readonly doors: Doors;
  readonly gateway: GatewayPlace;
  readonly deployed: Deployment;
  readonly clients: AwsClients;
  readonly stack: AsyncDisposableStack;
}

async function startFunctions(machine: Machine) {
  const { options, state, clock, services, gateway, deployed, stack } = machine;
  const log = await functionLog(state.logs, options.print);
  stack.defer(() => log.close());
  const functions = new Functions({ projectFolder: options.projectFolder, log, clock });
  const endpoint = await startAwsEndpoint({
    dataDir: state.data,
    mailbox: services.mailbox,
    configurationSets: configurationSetsOf(deployed),
    eventDestinations: eventDestinationsOf(deployed),
    identities: identitiesOf(deployed),
    snsUrl: services.queues.url,
    sesFaults: services.sesFaults,
    dnsRecords: services.dns.records,
    schedules: schedulesIn(deployed),
    distributions: distributionsIn(deployed),
    secrets: await secretsOf(deployed, { file: state.secrets, relay: relayOf(services) }),
    invoke: (invocation) => functions.invokeByName(invocation),
  });
  stack.defer(() => endpoint.stop());
  const endpoints = endpointsOf(services, endpoint.url);
  const { projectFolder } = options;
  const { smtpDoor } = gateway;
  const places = { projectFolder, endpoints, dnsServer: services.dns.address, smtpDoor };
  functions.define(functionsOf(deployed, places));
  functions.define(servicesOf(deployed, { ...places, environment: gateway.environment }));
  stack.defer(() => functions.stop());
  return { functions, endpoints, sesSettled: () => endpoint.settled(), busEvents: endpoint.busEvents };
}

function relayOf({ smtpSink: { host, port, user, password, certificate } }: Services) {
  return { host, port, user, password, certificate };
}

function endpointsOf({ dynamodb, queues }: Services, awsEndpoint: string): AwsEndpoints {
  return {
    DYNAMODB: dynamodb.url,
    SQS: queues.url,
    SNS: queues.url,
    S3: queues.url,
    SESV2: awsEndpoint,
    KMS: awsEndpoint,
    SECRETS_MANAGER: awsEndpoint,
    LAMBDA: awsEndpoint,
    ROUTE_53: awsEndpoint,
    CLOUDFRONT: awsEndpoint,
    EVENTBRIDGE: awsEndpoint,
    SCHEDULER: awsEndpoint,
    ACM: awsEndpoint,
  };
}

function startMachineTriggers(
  { deployed, clients, options, stack }: Machine,
  functions: Functions,
): Triggers {
  const triggers = startTriggers({
    deployment: deployed,
    functions: functions.hosts.map(({ definition }) => definition).filter(({ isService }) => !isService),
    clients,
    invoke: (id, event) => functions.invoke(id, event),
    report: options.print,
  });
  stack.defer(() => triggers.stop());
  return triggers;
}

// Queues and functions see the new time before anything that became due by it is started.
function followClock({ clock, services }: Machine, functions: Functions, triggers: Triggers): void {
  clock.onMove((offsetMs) => services.queues.setClockOffset(offsetMs));
  clock.onMove((offsetMs) => functions.setClock(offsetMs));
  clock.onMove(() => triggers.catchUp());
}

interface Business {
  readonly functions: Functions;
  readonly triggers: Triggers;
  readonly endpoints: AwsEndpoints;
  readonly sesSettled: () => Promise<void>;
  readonly busEvents: AwsEndpoint["busEvents"];
  readonly description: LocalJson;
}

function openForBusiness(
  { doors, gateway, deployed, clock, services, stack }: Machine,
  { functions, triggers, endpoints, sesSettled, busEvents, description }: Business,
): void {
  const control = controlServer(
    controlRoutes({
      clock,
      functions,
      triggers,
      deployment: deployed,
      queues: services.queues,
      endpoints,
      sesSettled,
      busEvents,
      sesFaults: services.sesFaults,
      smtpFaults: services.smtpFaults,
      dns: services.dns,
    }),
  );
  answerAtDoors(doors, httpApisOf(deployed), {
    invoke: (id, event) => functions.invoke(id, event),
    general: { control, page: () => frontPage(description.urls) },
    before: edgeBefore(deployed, gateway),
  });
  // Nobody comes in any more before what is in work is waited for.
  stack.defer(() => settleAll(Object.values(doors).map((door) => door.stop())).then(() => undefined));
}

// The way of a first email from the send host, then the rest.
function functionsOnTheWay(deployed: Deployment, triggers: Triggers): string[] {
  const behind = (apis: HttpApi[]) =>
    apis.flatMap(({ routes }) => routes.map(({ functionId }) => functionId));
  const apis = httpApisOf(deployed);
  const first = behind(apis.filter(({ host }) => host === "send"));
  return [...new Set([...first, ...triggers.queues.map(({ functionId }) => functionId), ...behind(apis)])];
}
