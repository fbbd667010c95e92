/** Argo CD's ApplicationSet (argoproj.io/v1alpha1), every field. Schema and type share a name; the template stays as written. Pure. */
import { z } from 'zod'
import { PullRequestGenerator, ScmProviderGenerator } from './applicationset-scm.ts'
import { ApplicationSetTemplate } from './applicationset-template.ts'
import { HalcyonError } from './errors.ts'
import { unknownFields } from './unknown-fields.ts'

const stringMap = z.record(z.string(), z.string())
const seconds = z.number().int()

export const LabelSelector = z.object({
  matchLabels: stringMap.optional(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).nullish(),
      }),
    )
    .optional(),
})
export type LabelSelector = z.infer<typeof LabelSelector>

const template = ApplicationSetTemplate.optional()
const values = stringMap.optional()

export const ListGenerator = z.object({
  elements: z.array(z.record(z.string(), z.unknown())).nullish(),
  elementsYaml: z.string().optional(),
  template,
})
export const ClusterGenerator = z.object({
  selector: LabelSelector.optional(),
  values,
  flatList: z.boolean().optional(),
  template,
})
const pathItem = z.object({ path: z.string(), exclude: z.boolean().optional() })
export const GitGenerator = z.object({
  repoURL: z.string(),
  revision: z.string().default('HEAD'),
  directories: z.array(pathItem).optional(),
  files: z.array(pathItem).optional(),
  pathParamPrefix: z.string().optional(),
  values,
  requeueAfterSeconds: seconds.optional(),
  template,
})
export type GitGenerator = z.infer<typeof GitGenerator>

export const ClusterDecisionGenerator = z.object({
  configMapRef: z.string(),
  name: z.string().optional(),
  labelSelector: LabelSelector.optional(),
  values,
  requeueAfterSeconds: seconds.optional(),
  template,
})
export const PluginGenerator = z.object({
  configMapRef: z.object({ name: z.string() }),
  input: z.object({ parameters: z.record(z.string(), z.unknown()).optional() }).optional(),
  values,
  requeueAfterSeconds: seconds.optional(),
  template,
})

const terminal = {
  list: ListGenerator.optional(),
  clusters: ClusterGenerator.optional(),
  git: GitGenerator.optional(),
  scmProvider: ScmProviderGenerator.optional(),
  pullRequest: PullRequestGenerator.optional(),
  clusterDecisionResource: ClusterDecisionGenerator.optional(),
  plugin: PluginGenerator.optional(),
  selector: LabelSelector.optional(),
}
const terminalGenerators = z.array(z.object(terminal))
/** Inside a matrix or merge inside a matrix or merge: one level, and without a template of its own. */
const nestedGenerators = z.array(
  z.object({
    ...terminal,
    matrix: z.object({ generators: terminalGenerators }).optional(),
    merge: z.object({ generators: terminalGenerators, mergeKeys: z.array(z.string()) }).optional(),
  }),
)
export const ApplicationSetGenerator = z.object({
  ...terminal,
  matrix: z.object({ generators: nestedGenerators, template }).optional(),
  merge: z.object({ generators: nestedGenerators, mergeKeys: z.array(z.string()), template }).optional(),
})
export type ApplicationSetGenerator = z.infer<typeof ApplicationSetGenerator>

export const RollingStep = z.object({
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.enum(['In', 'NotIn']), values: z.array(z.string()) }))
    .optional(),
  maxUpdate: z.union([z.number().int(), z.string().regex(/^\d+%$/)]).optional(),
})
export type RollingStep = z.infer<typeof RollingStep>

export const applicationsSyncPolicies = ['sync', 'create-only', 'create-update', 'create-delete'] as const

export const ApplicationSetSpec = z.object({
  goTemplate: z.boolean().optional(),
  goTemplateOptions: z.array(z.string()).optional(),
  generators: z.array(ApplicationSetGenerator),
  template: ApplicationSetTemplate,
  templatePatch: z.string().optional(),
  syncPolicy: z
    .object({
      applicationsSync: z.enum(applicationsSyncPolicies).optional(),
      preserveResourcesOnDeletion: z.boolean().optional(),
    })
    .nullish(),
  strategy: z
    .object({
      type: z.enum(['', 'AllAtOnce', 'RollingSync']).optional(),
      rollingSync: z.object({ steps: z.array(RollingStep).optional() }).optional(),
      deletionOrder: z.enum(['', 'AllAtOnce', 'Reverse']).optional(),
    })
    .nullish(),
  preservedFields: z
    .object({ annotations: z.array(z.string()).optional(), labels: z.array(z.string()).optional() })
    .nullish(),
  ignoreApplicationDifferences: z
    .array(
      z.object({
        name: z.string().optional(),
        jsonPointers: z.array(z.string()).optional(),
        jqPathExpressions: z.array(z.string()).optional(),
      }),
    )
    .nullish(),
  applyNestedSelectors: z.boolean().optional(),
})
export type ApplicationSetSpec = z.infer<typeof ApplicationSetSpec>

export const ApplicationSet = z.object({
  apiVersion: z.literal('argoproj.io/v1alpha1'),
  kind: z.literal('ApplicationSet'),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: stringMap.optional(),
    annotations: stringMap.optional(),
  }),
  spec: ApplicationSetSpec,
})
export type ApplicationSet = z.infer<typeof ApplicationSet>

export interface ReadApplicationSet {
  readonly set: ApplicationSet
  /** `spec.generators.0.git.repoUrl: this field is not known`. */
  readonly warnings: readonly string[]
}

/** Throws SpecInvalid with the path of every problem (the first three are named). */
export function readApplicationSet(object: unknown): ReadApplicationSet {
  const parsed = ApplicationSet.safeParse(object)
  if (parsed.success) {
    const known: unknown = parsed.data
    return { set: parsed.data, warnings: unknownFields(withoutStatus(object), known, '') }
  }
  const { metadata } = (object ?? {}) as { metadata?: { name?: unknown } }
  const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const more = parsed.error.issues.length > 3 ? ` (and ${parsed.error.issues.length - 3} more)` : ''
  throw new HalcyonError(
    'SpecInvalid',
    `Cannot read ApplicationSet ${metadata?.name ?? '?'}: ${problems.join('; ')}${more}`,
  )
}

function withoutStatus(object: unknown): unknown {
  const { status: _, ...rest } = object as Record<string, unknown>
  return rest
}
