import { describe, expect, it } from "vitest";
import { streams } from "../../shared/contracts/streams.ts";
import { asText, ofType, publishersTo, synthesize, variablesOf } from "./synthesized.ts";

const resources = synthesize();

describe("the streams", () => {
  it.each(["send", "deliver"])("have one function each to %s", (task) => {
    const served = ofType(resources, "AWS::Lambda::Function")
      .filter(([, { Metadata }]) => Metadata?.["postern:entry"] === `functions/${task}/handler.ts`)
      .map(([id]) => variablesOf(resources, id)["STREAM"]);
    expect(served.toSorted()).toEqual(streams.toSorted());
  });

  it.each(["DeliverTransactional", "DeliverBulk"])("%s has workers kept free for it", (id) => {
    expect(resources[id]?.Properties.ReservedConcurrentExecutions).toBeGreaterThan(0);
  });

  // Lambda stops a function that SQS feeds with its own messages after 16 rounds; a retry takes a hundred.
  it.each(["DeliverTransactional", "DeliverBulk"])("%s may put jobs back as often as it takes", (id) => {
    expect(resources[id]?.Properties.RecursiveLoop).toBe("Allow");
  });

  it("share no queue, no worker and no configuration set", () => {
    const [one, other] = ["DeliverTransactional", "DeliverBulk"].map((id) => variablesOf(resources, id));
    for (const name of ["STREAM", "DELIVERY_QUEUE_URL", "CONFIGURATION_SET"]) {
      expect(one?.[name]).not.toEqual(other?.[name]);
    }
  });

  it("put accepted mail into the queue of the same stream", () => {
    for (const stream of ["Transactional", "Bulk"]) {
      expect(variablesOf(resources, `Send${stream}`)["STREAM"]).toBe(stream.toLowerCase());
      expect(variablesOf(resources, `Send${stream}`)["DELIVERY_QUEUE_URL"]).toEqual({
        Ref: `Deliver${stream}Queue`,
      });
    }
  });
});

describe("what SES tells", () => {
  const destinations = ofType(resources, "AWS::SES::ConfigurationSetEventDestination");
  const [subscription] = ofType(resources, "AWS::SNS::Subscription").map(([, resource]) => resource);

  it("comes from the configuration set of each stream, with what evidence and status need", () => {
    const reporting = destinations.map(([, { Properties }]) => asText(Properties.ConfigurationSetName));
    const used = ["DeliverBulk", "DeliverTransactional"].map((id) =>
      asText(variablesOf(resources, id)["CONFIGURATION_SET"]),
    );
    expect(new Set(reporting)).toEqual(new Set(used));
    for (const [, { Properties }] of destinations) {
      expect(Properties.EventDestination.MatchingEventTypes).toEqual(
        expect.arrayContaining(["send", "delivery", "bounce", "complaint", "reject", "deliveryDelay"]),
      );
    }
  });

  it("goes to a topic that SES may publish to, from there as it is to the queue", () => {
    const topics = destinations.map(
      ([, { Properties }]) => Properties.EventDestination.SnsDestination.TopicARN.Ref,
    );
    expect(new Set(topics).size).toBe(1);
    expect(publishersTo(resources, topics[0])).toEqual(new Set(["ses.amazonaws.com"]));
    expect(subscription?.Properties).toMatchObject({
      TopicArn: { Ref: topics[0] },
      Protocol: "sqs",
      RawMessageDelivery: true,
      Endpoint: { "Fn::GetAtt": ["EventsQueue", "Arn"] },
    });
  });
});

describe("the HTTP APIs", () => {
  it("are known by their hosts, and hand every route and the rest to the function of the host", () => {
    const routes = ofType(resources, "AWS::ApiGatewayV2::Route").map(([, { Properties }]) => {
      const api = resources[Properties.ApiId.Ref];
      const integration = resources[Properties.Target["Fn::Join"][1][1].Ref];
      const target = asText(integration?.Properties.IntegrationUri);
      return `${api?.Metadata?.["postern:host"]} ${Properties.RouteKey} -> ${target}`;
    });
    expect(routes.toSorted()).toEqual([
      "api $default -> <Api.Arn>",
      "api ANY /api/{path+} -> <Api.Arn>",
      "bulk $default -> <SendBulk.Arn>",
      "bulk POST /api/batch -> <SendBulk.Arn>",
      "bulk POST /api/send -> <SendBulk.Arn>",
      "send $default -> <SendTransactional.Arn>",
      "send POST /api/batch -> <SendTransactional.Arn>",
      "send POST /api/send -> <SendTransactional.Arn>",
      "track $default -> <RecipientPages.Arn>",
      "track GET /c/{token} -> <RecipientPages.Arn>",
      "track GET /invitations/{token} -> <RecipientPages.Arn>",
      "track GET /o/{token} -> <RecipientPages.Arn>",
      "track GET /opt-out/{token} -> <RecipientPages.Arn>",
      "track GET /unsubscribe/{token} -> <RecipientPages.Arn>",
      "track POST /invitations/{token} -> <RecipientPages.Arn>",
      "track POST /opt-out/{token} -> <RecipientPages.Arn>",
      "track POST /unsubscribe/{token} -> <RecipientPages.Arn>",
    ]);
  });

  it.each(ofType(resources, "AWS::ApiGatewayV2::Stage"))(
    "%s keeps an access log without paths",
    (_, stage) => {
      const format = stage.Properties.AccessLogSettings.Format;
      expect(format).toContain("$context.routeKey");
      expect(format).not.toContain("$context.path");
    },
  );
});
