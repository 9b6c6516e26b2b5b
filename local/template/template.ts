/** A resource of a synthesized template, its intrinsic functions not yet resolved. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly Metadata?: Record<string, unknown>;
  readonly Condition?: string;
}

/** The parts of a CloudFormation template that the local cloud reads. */
export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Parameters?: Record<string, { readonly Default?: unknown }>;
  readonly Conditions?: Record<string, unknown>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
}

/** Changes a template before it starts; a test uses it to take away a statement and see the call fail. */
export type TemplatePatch = (template: Template) => Template;
