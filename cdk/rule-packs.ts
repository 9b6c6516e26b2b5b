import {
  type App,
  CloudFormationValidatePlugin,
  type IPolicyValidationPlugin,
  Validations,
} from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";

/**
 * Has the synthesis of the app checked against CloudFormation's own rules and the AwsSolutions pack; a
 * finding without an acknowledged reason makes it fail.
 */
export function checkRules(app: App): void {
  Validations.of(app).addPlugins(
    // It is one; only its declaration of the optional version is looser than the interface's.
    new CloudFormationValidatePlugin() as IPolicyValidationPlugin,
    new AwsSolutionsChecks(app, { verbose: true, writeSuppressionsToCloudFormation: true }),
  );
}
