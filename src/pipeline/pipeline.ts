/**
 * Git to cluster, in order: resolve -> render -> desired -> (live) -> plan -> leave ignored -> predict -> apply. Each stage is one function; `plan`,
 * `diff`, `sync`, read-only mode and deletion use the same ones and stop at different points.
 */
import { Application, type ApplicationSource, sourcesOf, unknownApplicationFields } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import { type GroupKind, type KubeObject, refOf } from '../kube/object.ts'
import type { InventoryRecord } from '../store/store.ts'
import type { Target } from './apply/target.ts'
import { toDesired } from './plan/desired.ts'
import { makePlan } from './plan/plan.ts'
import type { DesiredObject, LiveObject, Plan, PlanInput } from './plan/types.ts'
import type { ChartResolver, RenderedObject, Renderer, RenderSource } from './render/renderer.ts'
import type { ReadEntry, Repository, Sources } from './source/source.ts'

export interface PipelineOptions {
  readonly sources: Sources
  readonly renderer: Renderer & ChartResolver
  readonly instance: string
  /** The namespace Applications live in, by Argo CD's convention `argocd`. */
  readonly controlNamespace: string
}

/** The sources of an application, each at one exact revision. */
export interface Resolved {
  readonly sources: readonly RenderSource[]
  readonly revisions: readonly string[]
}

export interface Desired {
  readonly objects: readonly DesiredObject[]
  readonly revisions: readonly string[]
  readonly digest: string
  readonly readSets: readonly (readonly ReadEntry[])[]
  readonly warnings: readonly string[]
  /** In Git, but never applied: not to be pruned either. */
  readonly untouched: readonly string[]
  /** Hooks wait for the application to be deleted; `of: 'deletion'` brings them. */
  readonly deletionHooks: boolean
}

/** Stage 1. Throws HalcyonError Repository*, RevisionNotFound, ChartUnavailable, SpecInvalid. */
export async function resolve(manifest: Application, options: PipelineOptions, signal: AbortSignal): Promise<Resolved> {
  const specs = sourcesOf(manifest.spec)
  if (specs.length === 0) {
    throw new HalcyonError(
      'SpecInvalid',
      `Cannot read Application ${manifest.metadata.name}: neither spec.source nor spec.sources is set`,
    )
  }
  const sources = await Promise.all(specs.map((spec) => resolveOne(spec, options, signal)))
  return { sources, revisions: sources.map((source) => source.revision) }
}

async function resolveOne(
  spec: ApplicationSource,
  options: PipelineOptions,
  signal: AbortSignal,
): Promise<RenderSource> {
  if (spec.chart !== undefined && spec.chart !== '') {
    return { spec, revision: await options.renderer.resolve(spec, signal), tree: undefined }
  }
  const repository = options.sources.open(spec.repoURL)
  const { commit } = await resolveFetching(repository, spec.targetRevision ?? 'HEAD', signal)
  return { spec, revision: commit, tree: repository.tree(commit) }
}

/** What the last fetch brought is used; only a revision that it does not have is worth another fetch. */
async function resolveFetching(repository: Repository, revision: string, signal: AbortSignal) {
  try {
    return await repository.resolve(revision, signal)
  } catch (error) {
    if (signal.aborted) throw error
    await repository.fetch(signal)
    return repository.resolve(revision, signal)
  }
}

/** Stages 2 and 3. Throws what rendering throws, and KindUnknown for kinds that neither the cluster nor the bundle knows. */
export async function desire(
  manifest: Application,
  resolved: Resolved,
  cluster: {
    readonly target: Target
    readonly kubeVersion: string
    readonly apiVersions: readonly string[]
    readonly defaultNamespace: string
  },
  registry: Target,
  options: PipelineOptions & { readonly of?: 'sync' | 'deletion' },
  signal: AbortSignal,
): Promise<Desired> {
  const name = manifest.metadata.name
  const namespace = manifest.metadata.namespace ?? options.controlNamespace
  const destinationNamespace = manifest.spec.destination.namespace ?? ''
  const rendered = await options.renderer.render(
    {
      application: { name, namespace, project: manifest.spec.project },
      sources: resolved.sources,
      destinationNamespace,
      cluster: { kubeVersion: cluster.kubeVersion, apiVersions: cluster.apiVersions },
    },
    signal,
  )
  // Without a destination namespace, Applications live where Argo CD would look for them.
  const inControlNamespace = (one: RenderedObject): RenderedObject => {
    const { object } = one
    if (!registry.owns(refOf(object)) || object.metadata.namespace !== undefined) return one
    return { ...one, object: { ...object, metadata: { ...object.metadata, namespace: options.controlNamespace } } }
  }
  const shape = (isNamespaced: (kind: GroupKind) => boolean | undefined) =>
    toDesired({
      application: { name, namespace },
      controlNamespace: options.controlNamespace,
      destinationNamespace: destinationNamespace === '' ? cluster.defaultNamespace : destinationNamespace,
      rendered: destinationNamespace === '' ? rendered.objects.map(inControlNamespace) : rendered.objects,
      isNamespaced,
      syncOptions: manifest.spec.syncPolicy?.syncOptions ?? [],
      instance: options.instance,
      of: options.of ?? 'sync',
      revision: resolved.revisions[0] ?? '',
    })
  const isNamespaced = (kind: GroupKind) => (registry.owns(kind) ? true : cluster.target.isNamespaced(kind))
  let desired = shape(isNamespaced)
  if (desired.unknownKinds.length > 0) {
    // A CRD may have been installed by somebody else since discovery was read.
    await cluster.target.rediscover(signal)
    desired = shape(isNamespaced)
  }
  const [unknown] = desired.unknownKinds
  if (unknown !== undefined) {
    const more =
      desired.unknownKinds.length > 1 ? ` (and ${desired.unknownKinds.length - 1} more objects of unknown kinds)` : ''
    throw new HalcyonError(
      'KindUnknown',
      `Cannot sync ${name}: ${cluster.target.name} does not serve kind ${unknown.kind} (${unknown.group || 'core'}) of ${unknown.name}${more}; is its CRD installed?`,
    )
  }
  return {
    objects: desired.objects,
    revisions: resolved.revisions,
    digest: rendered.digest,
    readSets: rendered.readSets,
    warnings: [
      ...rendered.warnings.map((warning) => warning.message),
      ...desired.warnings,
      ...rendered.objects.flatMap(({ object }) => (registry.owns(refOf(object)) ? unknownFieldsOf(object) : [])),
    ],
    untouched: desired.untouched,
    deletionHooks: desired.deletionHooks,
  }
}

/** An Application that does not even parse is refused when it is taken in. */
function unknownFieldsOf(object: KubeObject): string[] {
  if (object.kind !== 'Application') return []
  const read = Application.safeParse(object)
  if (!read.success) return []
  return unknownApplicationFields(object, read.data).map(
    (problem) => `Application ${object.metadata.name ?? '?'}: ${problem}`,
  )
}

/** Stage 4: watches run for every kind involved, so that what is not in `live` does not exist. */
export async function observe(
  kinds: Iterable<GroupKind>,
  targetOf: (kind: GroupKind) => Target,
  signal: AbortSignal,
): Promise<void> {
  const byTarget = new Map<Target, Map<string, GroupKind>>()
  for (const kind of kinds) {
    const target = targetOf(kind)
    const seen = byTarget.get(target) ?? new Map<string, GroupKind>()
    seen.set(`${kind.group}/${kind.kind}`, { group: kind.group, kind: kind.kind })
    byTarget.set(target, seen)
  }
  await Promise.all([...byTarget].map(([target, seen]) => target.prepare([...seen.values()], signal)))
}

/** Stage 5, pure: what has to happen, and why. */
export function decide(
  input: Omit<PlanInput, 'live' | 'inventory' | 'desired'> & {
    readonly desired: readonly DesiredObject[]
    readonly inventory: ReadonlyMap<string, InventoryRecord>
  },
  targetOf: (kind: GroupKind) => Target,
): Plan {
  const live = new Map<string, LiveObject>()
  const look = (key: string) => {
    const [group = '', kind = ''] = key.split('/')
    const found = targetOf({ group, kind }).live(key)
    if (found !== undefined) live.set(key, found)
  }
  for (const object of input.desired) look(object.key)
  for (const key of input.inventory.keys()) look(key)
  return makePlan({ ...input, inventory: [...input.inventory.values()], live })
}
