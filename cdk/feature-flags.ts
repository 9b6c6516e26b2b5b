/**
 * The behaviours of aws-cdk-lib that its version at the time of writing recommends, as far as they matter
 * to this app. They stand here and not in cdk.json, so that the template is the same whoever runs the app.
 */
export const featureFlags = {
  "@aws-cdk/aws-iam:minimizePolicies": true,
  "@aws-cdk/core:checkSecretUsage": true,
  "@aws-cdk/core:target-partitions": ["aws"],
  "@aws-cdk/core:enablePartitionLiterals": true,
  "@aws-cdk/core:annotationsInValidationReport": true,
  "@aws-cdk/core:validateAgainstDefaultRules": true,
  "@aws-cdk/core:failSynthOnValidationErrors": true,
  "@aws-cdk/aws-s3:publicAccessBlockedByDefault": true,
  "@aws-cdk/aws-lambda:useCdkManagedLogGroup": true,
  "@aws-cdk/aws-lambda:recognizeLayerVersion": true,
  "@aws-cdk/aws-sns-subscriptions:restrictSqsDescryption": true,
  "@aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard": true,
  "@aws-cdk/aws-lambda-nodejs:sdkV3ExcludeSmithyPackages": true,
} as const;
