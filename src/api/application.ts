/** Argo CD's Application (argoproj.io/v1alpha1) as far as Halcyon reads it. Schema and type share a name; unknown fields are kept out and reported by the caller. */
import { z } from 'zod'
import { unknownFields } from './unknown-fields.ts'

const stringMap = z.record(z.string(), z.string())

export const HelmSource = z.object({
  releaseName: z.string().optional(),
  valueFiles: z.array(z.string()).optional(),
  values: z.string().optional(),
  valuesObject: z.record(z.string(), z.unknown()).optional(),
  parameters: z
    .array(z.object({ name: z.string(), value: z.string().default(''), forceString: z.boolean().optional() }))
    .optional(),
  fileParameters: z.array(z.object({ name: z.string(), path: z.string() })).optional(),
  ignoreMissingValueFiles: z.boolean().optional(),
  passCredentials: z.boolean().optional(),
  skipCrds: z.boolean().optional(),
  skipTests: z.boolean().optional(),
  skipSchemaValidation: z.boolean().optional(),
  version: z.string().optional(),
  kubeVersion: z.string().optional(),
  apiVersions: z.array(z.string()).optional(),
  namespace: z.string().optional(),
})
export type HelmSource = z.infer<typeof HelmSource>

export const KustomizeSource = z.object({
  namePrefix: z.string().optional(),
  nameSuffix: z.string().optional(),
  images: z.array(z.string()).optional(),
  replicas: z.array(z.object({ name: z.string(), count: z.union([z.number(), z.string()]) })).optional(),
  commonLabels: stringMap.optional(),
  labelWithoutSelector: z.boolean().optional(),
  labelIncludeTemplates: z.boolean().optional(),
  forceCommonLabels: z.boolean().optional(),
  commonAnnotations: stringMap.optional(),
  commonAnnotationsEnvsubst: z.boolean().optional(),
  forceCommonAnnotations: z.boolean().optional(),
  namespace: z.string().optional(),
  patches: z
    .array(
      z.object({
        path: z.string().optional(),
        patch: z.string().optional(),
        target: z
          .object({
            group: z.string().optional(),
            version: z.string().optional(),
            kind: z.string().optional(),
            name: z.string().optional(),
            namespace: z.string().optional(),
            labelSelector: z.string().optional(),
            annotationSelector: z.string().optional(),
          })
          .optional(),
        options: z.record(z.string(), z.boolean()).optional(),
      }),
    )
    .optional(),
  components: z.array(z.string()).optional(),
  ignoreMissingComponents: z.boolean().optional(),
  version: z.string().optional(),
  kubeVersion: z.string().optional(),
  apiVersions: z.array(z.string()).optional(),
})
export type KustomizeSource = z.infer<typeof KustomizeSource>

const jsonnetVariable = z.object({ name: z.string(), value: z.string().default(''), code: z.boolean().optional() })

export const JsonnetSource = z.object({
  extVars: z.array(jsonnetVariable).optional(),
  tlas: z.array(jsonnetVariable).optional(),
  libs: z.array(z.string()).optional(),
})
export type JsonnetSource = z.infer<typeof JsonnetSource>

export const DirectorySource = z.object({
  recurse: z.boolean().optional(),
  include: z.string().optional(),
  exclude: z.string().optional(),
  jsonnet: JsonnetSource.optional(),
})
export type DirectorySource = z.infer<typeof DirectorySource>

/** A config management plug-in; without a name the one that discovers the source. */
export const PluginSource = z.object({
  name: z.string().optional(),
  env: z.array(z.object({ name: z.string(), value: z.string().default('') })).optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        string: z.string().optional(),
        map: stringMap.optional(),
        array: z.array(z.string()).optional(),
      }),
    )
    .optional(),
})
export type PluginSource = z.infer<typeof PluginSource>

export const ApplicationSource = z.object({
  repoURL: z.string(),
  path: z.string().optional(),
  targetRevision: z.coerce.string().optional(),
  chart: z.string().optional(),
  ref: z.string().optional(),
  name: z.string().optional(),
  helm: HelmSource.optional(),
  kustomize: KustomizeSource.optional(),
  directory: DirectorySource.optional(),
  plugin: PluginSource.optional(),
})
export type ApplicationSource = z.infer<typeof ApplicationSource>

export const Retry = z.object({
  limit: z.coerce.number().int().optional(),
  refresh: z.boolean().optional(),
  backoff: z
    .object({
      duration: z.coerce.string().optional(),
      factor: z.coerce.number().optional(),
      maxDuration: z.coerce.string().optional(),
    })
    .optional(),
})
export type Retry = z.infer<typeof Retry>

export const SyncPolicy = z.object({
  automated: z
    .object({
      enabled: z.boolean().nullish(),
      prune: z.boolean().optional(),
      selfHeal: z.boolean().optional(),
      allowEmpty: z.boolean().optional(),
    })
    .nullish(),
  syncOptions: z.array(z.string()).optional(),
  retry: Retry.optional(),
  managedNamespaceMetadata: z.object({ labels: stringMap.optional(), annotations: stringMap.optional() }).optional(),
})
export type SyncPolicy = z.infer<typeof SyncPolicy>

/** Fields in which a live object may differ from Git (Argo CD, diff customization). */
export const IgnoreRule = z.object({
  group: z.string().optional(),
  kind: z.string(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  jsonPointers: z.array(z.string()).optional(),
  jqPathExpressions: z.array(z.string()).optional(),
  managedFieldsManagers: z.array(z.string()).optional(),
})
export type IgnoreRule = z.infer<typeof IgnoreRule>

export const ApplicationSpec = z.object({
  project: z.string().default('default'),
  source: ApplicationSource.optional(),
  sources: z.array(ApplicationSource).optional(),
  destination: z
    .object({ server: z.string().optional(), name: z.string().optional(), namespace: z.string().optional() })
    .default({}),
  syncPolicy: SyncPolicy.optional(),
  ignoreDifferences: z.array(IgnoreRule).optional(),
  revisionHistoryLimit: z.number().optional(),
  info: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
})
export type ApplicationSpec = z.infer<typeof ApplicationSpec>

export const Application = z.object({
  apiVersion: z.literal('argoproj.io/v1alpha1'),
  kind: z.literal('Application'),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: stringMap.optional(),
    annotations: stringMap.optional(),
    finalizers: z.array(z.string()).optional(),
  }),
  spec: ApplicationSpec,
})
export type Application = z.infer<typeof Application>

/** What an Application says below `spec` that no field here stands for, each with its path. `read` is its parsed form. */
export function unknownApplicationFields(given: unknown, read: Application): string[] {
  const { spec } = given as { spec?: unknown }
  return unknownFields(spec, read.spec, 'spec')
}

/** The sources in order: `sources` wins over `source`, as in Argo CD. */
export function sourcesOf(spec: ApplicationSpec): readonly ApplicationSource[] {
  if (spec.sources !== undefined && spec.sources.length > 0) return spec.sources
  return spec.source === undefined ? [] : [spec.source]
}
