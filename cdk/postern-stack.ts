import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Deployment } from "./defaults/deployment.ts";
import type { ServiceQueue } from "./defaults/service-queue.ts";
import { AccountApi } from "./parts/account-api.ts";
import { Auditing } from "./parts/auditing.ts";
import { Delivering } from "./parts/delivering.ts";
import { Edge, type EdgeProps } from "./parts/edge.ts";
import { Gateway, type GatewayProps } from "./parts/gateway.ts";
import type { HttpDoor } from "./parts/http-door.ts";
import { IncomingMail, type IncomingMailProps } from "./parts/incoming-mail.ts";
import { DkimKey, LinkKey, SmtpRoute } from "./parts/keys.ts";
import { ListTransfers } from "./parts/list-transfers.ts";
import { Operating } from "./parts/operating.ts";
import { OwnerMail } from "./parts/owner-mail.ts";
import { Periods } from "./parts/periods.ts";
import { RecipientPages } from "./parts/recipient-pages.ts";
import { Recording } from "./parts/recording.ts";
import { Sending } from "./parts/sending.ts";
import { SendingDomains } from "./parts/sending-domains.ts";
import { Storage } from "./parts/storage.ts";
import { Suspensions } from "./parts/suspensions.ts";
import { TrackingHosts } from "./parts/tracking-hosts.ts";
import { Watching } from "./parts/watching.ts";
import { Webhooks } from "./parts/webhooks.ts";
import type { Settings } from "./settings.ts";

/** One environment of Postern: everything between a customer's request and a recipient's mailbox. */
export class PosternStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props: StackProps = {}) {
    super(scope, id, props);
    new Deployment(this, settings);
    const storage = new Storage(this, "Storage");
    const dkimKey = new DkimKey(this, "DkimKey");
    const linkKey = new LinkKey(this, "LinkSecret");
    const smtpRoute = new SmtpRoute(this, "SmtpRoute");
    const recording = new Recording(this, "Recording", { storage });
    const events = recording.queue;
    const pages = new RecipientPages(this, "Pages", { linkKey, events, storage });

    const delivery = { storage, events, dkimKey, smtpRoute, linkKey, trackingUrl: pages.door.url };
    const transactional = new Delivering(this, "DeliverTransactional", {
      stream: "transactional",
      ...delivery,
    });
    const bulk = new Delivering(this, "DeliverBulk", { stream: "bulk", ...delivery });
    const send = new Sending(this, "SendTransactional", {
      stream: "transactional",
      storage,
      deliveryQueue: transactional.queue,
    });
    const sendBulk = new Sending(this, "SendBulk", { stream: "bulk", storage, deliveryQueue: bulk.queue });

    const gateway = { storage, transactionalQueue: transactional.queue, bulkQueue: bulk.queue };
    const gatewayAndEdge = settings.smtpDoor
      ? this.openGateway(gateway, { transactional: send, bulk: sendBulk })
      : {};

    recording.listenTo([transactional, bulk]);
    const ownerMail = new OwnerMail(this, "OwnerMail");
    const domains = new SendingDomains(this, "SendingDomains", { storage, dkimKey });
    const periods = new Periods(this, "Periods", { storage, domains, ownerMail });
    const trackingHosts = settings.customTrackingHosts && this.serveTrackingHosts(pages, periods);
    const streams = [transactional, bulk];
    const suspensions = new Suspensions(this, "Suspensions", { storage, periods, streams });
    const otherDoors = { send: send.door, bulk: sendBulk.door, track: pages.door };
    const api = new AccountApi(this, "AccountApi", { storage, linkKey, ...otherDoors });
    domains.allowReview(api.worker);
    ownerMail.allowSend(api.worker);
    const webhooks = new Webhooks(this, "Webhooks", { storage });
    webhooks.allowTell(recording.worker);
    webhooks.allowManage(api.worker);
    // Of changes in the account, for webhooks of the audit log.
    webhooks.allowTell(api.worker);
    new Auditing(this, "Auditing", { storage, periods, webhooks });
    const lists = new ListTransfers(this, "ListTransfers", { storage });
    lists.allowAsk(api.worker);
    const queues = [
      ...[transactional.queue, bulk.queue, events],
      ...[webhooks.ticks, webhooks.slowTicks, lists.queue],
      ...this.takeMailIn({ storage, linkKey, events }),
    ];
    const doors = { ...otherDoors, api: api.door };
    const operating = new Operating(this, "Operating", {
      ...{ storage, domains, recording, periods, queues, webhooks, linkKey },
      ...{ streams, doors },
      frontage: { ...gatewayAndEdge, doors, ...(trackingHosts && { trackingHosts }) },
    });
    suspensions.allowHeld(operating.worker);
    new Watching(this, "Watching", {
      ...{ doors: Object.values(doors), queues },
      accepting: [send.worker, sendBulk.worker],
      delivering: [transactional.worker, bulk.worker],
    });

    this.tellUrls({ Api: api.door, Send: send.door, Bulk: sendBulk.door, Tracking: pages.door });
    this.tell("OperatorFunction", operating.worker.functionName);
    if (smtpRoute.secret !== undefined) this.tell("SmtpRelaySecretArn", smtpRoute.secret.secretArn);
  }

  private openGateway(props: GatewayProps, doors: EdgeProps["doors"]): { gateway: Gateway; edge: Edge } {
    const gateway = new Gateway(this, "GatewayService", props);
    const edge = new Edge(this, "Edge", { gateway, doors });
    this.tell("SmtpHost", gateway.balancer.balancer.loadBalancerDnsName);
    return { gateway, edge };
  }

  /** @returns the queue that the mail waits in, if any is taken in */
  private takeMailIn(props: IncomingMailProps): ServiceQueue[] {
    if (!Deployment.of(this).settings.incomingMail) return [];
    const { queue, ruleSetName } = new IncomingMail(this, "IncomingMail", props);
    this.tell("IncomingMailRuleSet", ruleSetName);
    return [queue];
  }

  private serveTrackingHosts(pages: RecipientPages, periods: Periods): TrackingHosts {
    const hosts = new TrackingHosts(this, "TrackingHosts", { pages });
    hosts.allowOpen(periods.checkDomains);
    this.tell("TrackingHostsEndpoint", hosts.endpoint);
    return hosts;
  }

  private tellUrls(doors: Readonly<Record<string, HttpDoor>>): void {
    for (const [name, { url }] of Object.entries(doors)) this.tell(`${name}Url`, url);
  }

  private tell(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}
