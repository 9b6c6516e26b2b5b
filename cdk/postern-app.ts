import { Annotations, App, type AppProps } from "aws-cdk-lib";
import { featureFlags } from "./feature-flags.ts";
import { PosternStack } from "./postern-stack.ts";
import { checkRules } from "./rule-packs.ts";
import { exampleMailHost, readSettings } from "./settings.ts";

/**
 * The app with its one stack, not yet synthesized. Where the context says `local`, the template is only
 * read: it is neither bundled nor checked, which leaves a tenth of the time.
 *
 * @throws Error when the context is wrong
 */
export function posternApp(props: AppProps = {}): { app: App; stack: PosternStack } {
  const app = new App({
    ...props,
    context: { ...featureFlags, ...props.context },
    builtinCloudFormationValidation: false,
  });
  const settings = readSettings(app.node);
  if (settings.local) app.node.setContext("aws:cdk:bundling-stacks", []);
  else checkRules(app);
  const stack = new PosternStack(app, `Postern-${settings.environment}`, settings, {
    description: "Postern: email delivery service",
  });
  if (settings.mailHost === exampleMailHost && !settings.local) {
    Annotations.of(stack).addWarningV2(
      "postern:mailHost",
      "mailHost is not set: nobody could reach this deployment",
    );
  }
  return { app, stack };
}
