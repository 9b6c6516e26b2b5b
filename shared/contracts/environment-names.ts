/**
 * The names of the environment variables through which the deployed template tells a function where
 * its tables, queues and buckets are. Constructs set them with the grant; functions read them once.
 */
export const environmentNames = {
  /** Table: accounts, tokens, domains. */
  accountsTable: "ACCOUNTS_TABLE",
  /** Table: one quota item for each account, and its closed periods. */
  quotaTable: "QUOTA_TABLE",
  /** Table: expiring counters (request rate by token, emails by hour). */
  countersTable: "COUNTERS_TABLE",
  /** Table: message rows, which are also the claims of the delivery workers. */
  messagesTable: "MESSAGES_TABLE",
  /** Table: counters of what became of messages, by day, domain, stream, mailbox provider and category. */
  statsTable: "STATS_TABLE",
  /** Table: Idempotency-Key records, expiring. */
  idempotencyTable: "IDEMPOTENCY_TABLE",
  /** Table: suppressions, tracking opt-outs, and the imports and exports of their lists. */
  suppressionsTable: "SUPPRESSIONS_TABLE",
  /** Bucket: content too large for a queue message. */
  payloadsBucket: "PAYLOADS_BUCKET",
  /** Queue of the function's stream, from accepting to delivering. */
  deliveryQueueUrl: "DELIVERY_QUEUE_URL",
  /** The gateway serves both streams, and so is told both of their delivery queues. */
  transactionalQueueUrl: "TRANSACTIONAL_QUEUE_URL",
  bulkQueueUrl: "BULK_QUEUE_URL",
  /** Queue of events: what happened to messages, on its way into the log. */
  eventsQueueUrl: "EVENTS_QUEUE_URL",
  /** `transactional` or `bulk`: the stream that this function serves. */
  stream: "STREAM",
  /** SES configuration set of the function's stream. */
  configurationSet: "CONFIGURATION_SET",
  /** The operator's own domain, under which return path, DKIM and tracking names stand. */
  mailHost: "MAIL_HOST",
  /** The operator's own address, to which customers' answers go; nowhere unless given. */
  operatorEmail: "OPERATOR_EMAIL",
  /** The plans as JSON, where the operator has replaced the usual ones. */
  plans: "PLANS",
  /** Base URL of the pages that recipients see, without a trailing slash. */
  trackingUrl: "TRACKING_URL",
  /** Base URL of the account API, without a trailing slash. */
  apiUrl: "API_URL",
  /** Base URLs of the send hosts of the two streams, without a trailing slash. */
  sendUrl: "SEND_URL",
  bulkUrl: "BULK_URL",
  /** `true`: customers' own tracking hosts are served, and looked after on a schedule. */
  customTrackingHosts: "CUSTOM_TRACKING_HOSTS",
  /** The CloudFront distribution whose tenants are customers' own tracking hosts, and what these point at. */
  trackingDistributionId: "TRACKING_DISTRIBUTION_ID",
  trackingConnectionGroupId: "TRACKING_CONNECTION_GROUP_ID",
  /** Secret with the key that signs the links which recipients get. */
  linkSecretArn: "LINK_SECRET_ARN",
  /** KMS key that encrypts the DKIM private keys. */
  dkimKeyId: "DKIM_KEY_ID",
  /** `relay`, `mx` or `off`: what stands in when SES is sick. */
  smtpRoute: "SMTP_ROUTE",
  /** Secret with host, port, user and password of the SMTP relay (route `relay`). */
  smtpRelaySecretArn: "SMTP_RELAY_SECRET_ARN",
  /** The gateway's ports: SMTP with STARTTLS (bulk by its server name, too), and SMTP in TLS from the first byte. */
  smtpPort: "SMTP_PORT",
  /** SMTP with STARTTLS, the bulk stream whatever name the client uses; only where names cannot choose. */
  smtpBulkPort: "SMTP_BULK_PORT",
  smtpsPort: "SMTPS_PORT",
  /** SMTP connections that one IP address may have at the same time, in all processes together. */
  smtpConnectionsPerAddress: "SMTP_CONNECTIONS_PER_ADDRESS",
  /** The gateway's ports for large HTTP requests, one for each stream. */
  httpPort: "HTTP_PORT",
  httpBulkPort: "HTTP_BULK_PORT",
  /** `GET /` answers 200 here as long as the gateway takes new work. */
  healthPort: "HEALTH_PORT",
  /** The address at which the gateway listens; all of the machine's unless given. */
  listenHost: "LISTEN_HOST",
  /** Secret with the SMTP door's certificate: `{ "certificate": PEM chain, "privateKey": PEM }`. */
  certificateSecretArn: "CERTIFICATE_SECRET_ARN",
  /** A file with the certificate chain and the private key, both PEM, instead of the secret. */
  certificateFile: "CERTIFICATE_FILE",
  /** `true`: connections to the SMTP ports begin with the load balancer's PROXY protocol header. */
  proxyProtocol: "PROXY_PROTOCOL",
  /**
   * What CloudFront shows its origins in the header `x-postern-origin`: who shows it says truly from where a
   * request came, and nobody else reaches the gateway's HTTP ports. Not set where no CloudFront stands before.
   */
  originSecret: "ORIGIN_SECRET",
  /** Where the SMTP door is, as JSON, where the names of its hosts do not lead there: for local use. */
  smtpDoor: "SMTP_DOOR",
  /** Address and port of the name server to ask; the machine's own unless given. */
  dnsServer: "DNS_SERVER",
  /** Route 53 zone of the operator's domain, where domains' DKIM keys are published; nowhere unless given. */
  hostedZoneId: "HOSTED_ZONE_ID",
  /** `true`: a domain's review may look at websites with private addresses. For local use alone. */
  websiteAllowPrivate: "WEBSITE_ALLOW_PRIVATE",
  /** Queue: imports and exports of lists that are to be worked on. */
  listTransfersUrl: "LIST_TRANSFERS_URL",
  /** Table: webhooks, and the events that wait for them. */
  webhooksTable: "WEBHOOKS_TABLE",
  /** Table: of what accounts' owners were told. */
  noticesTable: "NOTICES_TABLE",
  /** Queue: when a webhook is to be looked after. */
  webhookTicksUrl: "WEBHOOK_TICKS_URL",
  /** Queue: the same for webhooks that take long, and for work that does. */
  slowWebhookTicksUrl: "SLOW_WEBHOOK_TICKS_URL",
  /** KMS key that encrypts the secrets with which webhooks are signed. */
  webhookKeyId: "WEBHOOK_KEY_ID",
  /** `true`: webhooks may go to private addresses and to any port. For local use alone. */
  webhookAllowPrivate: "WEBHOOK_ALLOW_PRIVATE",
  /** What stands where in the installation, as JSON (contract `installation`); the operator's function is told. */
  installation: "INSTALLATION",
  /** Bucket: packed logs, and copies of what was sent. */
  logBucket: "LOG_BUCKET",
  /** JSON: from when on bounces and complaints suspend a stream. */
  suspensionRules: "SUSPENSION_RULES",
} as const;

export type EnvironmentName = (typeof environmentNames)[keyof typeof environmentNames];
