/** Argo CD's AppProject (argoproj.io/v1alpha1): what a team may deploy, from where, to where, when, and who may do what. Schema and type share a name. */
import { z } from 'zod'

/** What YAML leaves out or sets to null is absent. */
function list<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? undefined)
}
const text = z.coerce.string()
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)
const words = list(text)

/** `server` or `name` of a cluster and a namespace, each a glob; a leading `!` denies. */
export const ProjectDestination = z.object({
  server: text.optional(),
  name: text.optional(),
  namespace: text.optional(),
})
export type ProjectDestination = z.infer<typeof ProjectDestination>

/** Patterns of Go's filepath.Match. */
export const GroupKindRule = z.object({ group: text.default(''), kind: text.default('') })
export type GroupKindRule = z.infer<typeof GroupKindRule>

/** With a `name` (since 3.x) only objects whose name matches it. */
export const ClusterResourceRule = GroupKindRule.extend({ name: text.optional() })
export type ClusterResourceRule = z.infer<typeof ClusterResourceRule>

export const SyncWindow = z.object({
  kind: text.default(''),
  schedule: text.default(''),
  duration: text.default(''),
  applications: words,
  namespaces: words,
  clusters: words,
  manualSync: flag,
  timeZone: text.nullish().transform((value) => value ?? ''),
  andOperator: flag,
  description: text.nullish().transform((value) => value ?? ''),
  syncOverrun: flag,
})
export type SyncWindow = z.infer<typeof SyncWindow>

const JwtToken = z.object({ iat: z.number().default(0), exp: z.number().optional(), id: z.string().optional() })

export const ProjectRole = z.object({
  name: text,
  description: text.optional(),
  policies: words,
  groups: words,
  jwtTokens: list(JwtToken),
})
export type ProjectRole = z.infer<typeof ProjectRole>

export const SourceIntegrity = z.object({
  git: z
    .object({
      policies: list(
        z.object({
          repos: list(z.object({ url: text })),
          gpg: z.object({ mode: z.enum(['none', 'head', 'strict']), keys: words }).optional(),
        }),
      ),
    })
    .optional(),
})
export type SourceIntegrity = z.infer<typeof SourceIntegrity>

export const AppProjectSpec = z.object({
  description: text.optional(),
  sourceRepos: words,
  sourceNamespaces: words,
  destinations: list(ProjectDestination),
  clusterResourceWhitelist: list(ClusterResourceRule),
  clusterResourceBlacklist: list(ClusterResourceRule),
  /** Absent permits every namespaced kind, an empty list none. */
  namespaceResourceWhitelist: list(GroupKindRule),
  namespaceResourceBlacklist: list(GroupKindRule),
  orphanedResources: z
    .object({
      warn: z.boolean().nullish(),
      ignore: list(z.object({ group: text.optional(), kind: text.optional(), name: text.optional() })),
    })
    .nullish(),
  roles: list(ProjectRole),
  syncWindows: list(SyncWindow),
  /** Deprecated in Argo CD 3.5 for sourceIntegrity. */
  signatureKeys: list(z.object({ keyID: text })),
  sourceIntegrity: SourceIntegrity.nullish(),
  permitOnlyProjectScopedClusters: flag,
  destinationServiceAccounts: list(
    z.object({ server: text, namespace: text.optional(), defaultServiceAccount: text.default('') }),
  ),
})
export type AppProjectSpec = z.infer<typeof AppProjectSpec>

export const AppProject = z.object({
  apiVersion: z.literal('argoproj.io/v1alpha1'),
  kind: z.literal('AppProject'),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    finalizers: z.array(z.string()).optional(),
  }),
  spec: AppProjectSpec.default(() => AppProjectSpec.parse({})),
})
export type AppProject = z.infer<typeof AppProject>

/** The project an Application belongs to when it names none. */
export const defaultProjectName = 'default'

/** What Argo CD creates as `default`: everything from everywhere to everywhere. It counts until Git has a project of that name. */
export function defaultProject(): AppProject {
  return AppProject.parse({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: defaultProjectName },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  })
}
