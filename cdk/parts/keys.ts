import { type CfnResource, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { type EnvironmentName, environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import type { ServiceFunction } from "../defaults/service-function.ts";

export interface EncryptionKeyProps {
  readonly description: string;
  /** Under which name functions are told the key's id. */
  readonly keyIdName: EnvironmentName;
}

/** A KMS key under which secrets are kept that only some functions may read. */
export class EncryptionKey extends Key {
  private readonly keyIdName: EnvironmentName;

  constructor(scope: Construct, id: string, { description, keyIdName }: EncryptionKeyProps) {
    super(scope, id, {
      description,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      // Without it nothing that it encrypted can be read again.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.keyIdName = keyIdName;
    (this.node.defaultChild as CfnResource).overrideLogicalId(id);
  }

  allowEncrypt(worker: ServiceFunction): void {
    this.allowUse(worker, "kms:Encrypt");
  }

  allowDecrypt(worker: ServiceFunction): void {
    this.allowUse(worker, "kms:Decrypt");
  }

  private allowUse(worker: ServiceFunction, action: string): void {
    worker.allow([action], [this.keyArn]);
    worker.tell(this.keyIdName, this.keyId);
  }
}

/** The KMS key under which the DKIM private keys of all domains are kept. */
export class DkimKey extends EncryptionKey {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "Encrypts the DKIM private keys of Postern's sending domains",
      keyIdName: environmentNames.dkimKeyId,
    });
  }
}

/** The key that signs the links which recipients get; who knows it can unsubscribe anybody. */
export class LinkKey extends Secret {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "Signs the links in mail that Postern sends",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    (this.node.defaultChild as CfnResource).overrideLogicalId(id);
    Validations.of(this).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "Links in mail that was sent long ago must go on working, which they do only with this key.",
    });
  }

  allowRead(worker: ServiceFunction): void {
    worker.allow(["secretsmanager:GetSecretValue"], [this.secretArn]);
    worker.tell(environmentNames.linkSecretArn, this.secretArn);
  }
}

/** What stands in when SES is sick, and the secret that a relay needs. */
export class SmtpRoute extends Construct {
  /** The relay's credentials; only with the route `relay`. */
  readonly secret: ISecret | Secret | undefined;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { smtpRoute, smtpRelaySecretArn } = Deployment.of(this).settings;
    if (smtpRoute !== "relay") return;
    this.secret =
      smtpRelaySecretArn === undefined
        ? this.secretToBeFilled()
        : Secret.fromSecretCompleteArn(this, "SmtpRelaySecret", smtpRelaySecretArn);
  }

  /** The worker may use the route: it knows which, and may read the relay's credentials. */
  allowUse(worker: ServiceFunction): void {
    worker.tell(environmentNames.smtpRoute, Deployment.of(this).settings.smtpRoute);
    if (this.secret === undefined) return;
    worker.allow(["secretsmanager:GetSecretValue"], [this.secret.secretArn]);
    worker.tell(environmentNames.smtpRelaySecretArn, this.secret.secretArn);
  }

  private secretToBeFilled(): Secret {
    const secret = new Secret(this, "SmtpRelaySecret", {
      description: "Postern's SMTP relay: host, port, user, password. The operator fills it in.",
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ host: "", port: 587, user: "" }),
        generateStringKey: "password",
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    (secret.node.defaultChild as CfnResource).overrideLogicalId("SmtpRelaySecret");
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "The password belongs to somebody else's relay; only its owner can rotate it.",
    });
    return secret;
  }
}
