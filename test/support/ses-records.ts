/**
 * Events as Amazon SES publishes them: the records of its developer guide ("Examples of event data that Amazon
 * SES publishes to Amazon SNS"), and what its mailbox simulator has been seen to send. Only the tags by which
 * Postern finds its messages are added.
 */
const providerMessageId = "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000";
const feedbackId = "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000";
const emailAddress = "recipient@example.com";

/** @param tags ours, by name */
export function sesRecords(tags: Record<string, string[]>) {
  const mail = (timestamp: string, moreTags: Record<string, string[]> = {}) => ({
    timestamp,
    source: "Sender Name <sender@example.com>",
    sourceArn: "arn:aws:ses:us-east-1:123456789012:identity/sender@example.com",
    sendingAccountId: "123456789012",
    messageId: providerMessageId,
    destination: [emailAddress],
    headersTruncated: false,
    headers: [
      { name: "From", value: "Sender Name <sender@example.com>" },
      { name: "To", value: emailAddress },
      { name: "Subject", value: "Message sent from Amazon SES" },
    ],
    commonHeaders: {
      from: ["Sender Name <sender@example.com>"],
      to: [emailAddress],
      messageId: providerMessageId,
      subject: "Message sent from Amazon SES",
    },
    tags: {
      "ses:configuration-set": ["ConfigSet"],
      "ses:source-ip": ["192.0.2.0"],
      "ses:from-domain": ["example.com"],
      "ses:caller-identity": ["ses_user"],
      ...moreTags,
      ...tags,
    },
  });
  const bounce = (bounceType: string, bounceSubType: string, recipient: object = {}) => ({
    eventType: "Bounce",
    bounce: {
      bounceType,
      bounceSubType,
      bouncedRecipients: [{ emailAddress, ...recipient }],
      timestamp: "2017-08-05T00:41:02.669Z",
      feedbackId,
      reportingMTA: "dsn; mta.example.com",
    },
    mail: mail("2017-08-05T00:40:02.012Z"),
  });
  const complaint = (change: object = {}) => ({
    eventType: "Complaint",
    complaint: {
      complainedRecipients: [{ emailAddress }],
      timestamp: "2017-08-05T00:41:02.669Z",
      feedbackId,
      userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
      complaintFeedbackType: "abuse",
      arrivalDate: "2017-08-05T00:41:02.669Z",
      ...change,
    },
    mail: mail("2017-08-05T00:40:01.123Z"),
  });
  const delay = (delayType: string, recipient: object) => ({
    eventType: "DeliveryDelay",
    mail: mail("2020-06-16T00:15:40.641Z"),
    deliveryDelay: {
      timestamp: "2020-06-16T00:25:40.095Z",
      delayType,
      expirationTime: "2020-06-16T00:25:40.914Z",
      delayedRecipients: [{ emailAddress, ...recipient }],
    },
  });
  return {
    bounce,
    complaint,
    delay,
    send: { eventType: "Send", mail: mail("2016-10-14T05:02:16.645Z"), send: {} },
    delivery: {
      eventType: "Delivery",
      mail: mail("2016-10-19T23:20:52.240Z", { "ses:outgoing-ip": ["192.0.2.0"] }),
      delivery: {
        timestamp: "2016-10-19T23:21:04.133Z",
        processingTimeMillis: 11_893,
        recipients: [emailAddress],
        smtpResponse: "250 2.6.0 Message received",
        reportingMTA: "mta.example.com",
      },
    },
    documentedBounce: bounce("Permanent", "General", {
      action: "failed",
      status: "5.1.1",
      diagnosticCode: "smtp; 550 5.1.1 user unknown",
    }),
    documentedDelay: delay("TransientCommunicationFailure", {
      status: "4.4.1",
      diagnosticCode: "smtp; 421 4.4.1 Unable to connect to remote host",
    }),
    reject: {
      eventType: "Reject",
      mail: mail("2016-10-14T17:38:15.211Z"),
      reject: { reason: "Bad content" },
    },
    renderingFailure: {
      eventType: "Rendering Failure",
      mail: mail("2018-01-22T18:43:06.197Z"),
      failure: {
        errorMessage: "Attribute 'attributeName' is not present in the rendering data.",
        templateName: "MyTemplate",
      },
    },
    open: {
      eventType: "Open",
      mail: mail("2017-08-09T21:59:49.927Z"),
      open: { ipAddress: "192.0.2.1", timestamp: "2017-08-09T22:00:19.652Z", userAgent: "Mozilla/5.0" },
    },
  };
}
