import { App, type AppProps } from "aws-cdk-lib";
import { featureFlags } from "./feature-flags.ts";
import { PosternStack } from "./postern-stack.ts";
import { checkRules } from "./rule-packs.ts";
import { readSettings } from "./settings.ts";

/**
 * The app with its one stack, not yet synthesized.
 *
 * @throws Error when the context is wrong
 */
export function posternApp(props: AppProps = {}): { app: App; stack: PosternStack } {
  const app = new App({ ...props, context: { ...featureFlags, ...props.context } });
  const settings = readSettings(app.node);
  if (settings.local) {
    app.node.setContext("aws:cdk:bundling-stacks", []);
    app.node.setContext("@aws-cdk/core:validateAgainstDefaultRules", false);
  } else {
    checkRules(app);
  }
  const stack = new PosternStack(app, `Postern-${settings.environment}`, settings, {
    description: "Postern: email delivery service",
  });
  return { app, stack };
}
