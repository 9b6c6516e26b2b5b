import { Validations } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";

/** What CloudFront shows to an origin: only who knows it is believed when it says where a request came from. */
export class OriginSecret extends Construct {
  /** What customers may not see; for configurations of CloudFront and of the origin, which keep it. */
  readonly shown: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const secret = new Secret(this, "Secret", {
      description: "What CloudFront shows to Postern's origins, to be told from strangers",
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "Distribution and origins must change together, which is a deployment, not a rotation.",
    });
    this.shown = secret.secretValue.unsafeUnwrap();
  }
}
