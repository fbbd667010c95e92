/** A Kubernetes cluster as a target: server-side apply with our field manager, and one place that maps its errors to reasons. Effect. */
import { HalcyonError, messageOf } from '../api/errors.ts'
import { argoGroup, fieldManager } from '../api/names.ts'
import type { ApiResource, ApplyResult, Discovery, KubeClient } from '../kube/client.ts'
import { ApiError, ConnectionError, isConflict, isNotFound } from '../kube/errors.ts'
import { apiVersionOf, type GroupKind, type KubeObject, type ObjectRef, refText, versionOf } from '../kube/object.ts'
import type { Target, Written } from '../pipeline/apply/target.ts'
import { fingerprint } from '../pipeline/diff/fingerprint.ts'
import type { LiveIndex } from '../pipeline/observe/live-index.ts'
import { isCrd, isNamespace } from '../pipeline/plan/namespaces.ts'
import type { DesiredObject } from '../pipeline/plan/types.ts'

export const registryKinds: ReadonlySet<string> = new Set(['Application', 'ApplicationSet', 'AppProject'])

export function createKubernetesTarget(options: { client: KubeClient; live: LiveIndex; discovery: Discovery }): Target {
  const { client, live } = options
  let discovery = options.discovery

  /** A kind or version that is not known may be new: its CRD can come from elsewhere, and is served a moment after it is established. */
  async function resourceOf(ref: GroupKind, version: string | undefined, signal: AbortSignal): Promise<ApiResource> {
    if (discovery.resource(ref, version) === undefined) discovery = await client.rediscover(signal)
    const resource = discovery.resource(ref, version)
    if (resource !== undefined) return resource
    const failure = discovery.failures.find((one) => one.groupVersion.startsWith(`${ref.group}/`))
    if (failure !== undefined) {
      throw new HalcyonError('ClusterUnavailable', `Cannot look up kind ${ref.kind} (${ref.group}): ${failure.message}`)
    }
    const other = discovery.resource(ref)
    throw new HalcyonError(
      'KindUnknown',
      other === undefined
        ? `Cannot find kind ${ref.kind} (${ref.group || 'core'}) in ${client.name}: the cluster does not serve it`
        : `Cannot find kind ${ref.kind} (${apiVersionOf(ref.group, version ?? '')}) in ${client.name}: the cluster serves it as ${apiVersionOf(other.group, other.version)}`,
    )
  }

  async function send(desired: DesiredObject, dryRun: boolean, signal: AbortSignal): Promise<Written> {
    try {
      const resource = await resourceOf(desired.ref, versionOf(desired.object.apiVersion), signal)
      if (replaces(desired)) {
        const replaced = await replace(resource, desired, dryRun, signal)
        if (dryRun && replaced !== undefined) return replaced
      }
      const fieldValidation = desired.options.validate ? 'Warn' : 'Ignore'
      const result = await client.apply(
        resource,
        desired.object,
        { fieldManager, force: true, dryRun, fieldValidation },
        signal,
      )
      if (dryRun) return predicted(result)
      const { metadata } = result.object
      // The watch is often faster than the answer, and then this very version was looked at already.
      const known = live.observe(result.object)
      const isThis = known.uid === metadata.uid && known.resourceVersion === metadata.resourceVersion
      return {
        object: result.object,
        uid: metadata.uid ?? '',
        fingerprint: isThis ? known.fingerprint : fingerprint(result.object, fieldManager),
        created: result.created,
        warnings: result.warnings,
      }
    } catch (error) {
      throw toHalcyonError(error, `apply ${refText(desired.ref)}`, client.name, signal)
    }
  }

  /** What is not in Git goes, as with `kubectl replace`; the apply that follows makes the fields ours. Undefined when there is nothing to replace. */
  async function replace(
    resource: ApiResource,
    desired: DesiredObject,
    dryRun: boolean,
    signal: AbortSignal,
  ): Promise<Written | undefined> {
    const { ref, object } = desired
    const live = await found(client.get(resource, ref.namespace, ref.name, signal))
    if (live === undefined) return undefined
    const { resourceVersion } = live.metadata
    const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) }
    const replaced = await client.replace(resource, { ...object, metadata }, { dryRun, fieldManager }, signal)
    // A replaced object has no fields that were applied, so there is no fingerprint to compare with.
    return { object: replaced, uid: replaced.metadata.uid ?? '', fingerprint: '', created: false, warnings: [] }
  }

  return {
    name: client.name,
    gatesLastStep: true,
    revives: false,
    owns: (kind) => kind.group !== argoGroup || !registryKinds.has(kind.kind),
    isNamespaced: (kind) => discovery.resource(kind)?.namespaced,
    serves: (kind, version) => discovery.resource(kind, version) !== undefined,
    async prepare(kinds, signal) {
      try {
        await live.ensure(kinds, signal)
      } catch (error) {
        throw toHalcyonError(error, 'list objects', client.name, signal)
      }
    },
    live: (key) => live.get(key),
    async read(ref, signal) {
      try {
        return await found(client.get(await resourceOf(ref, undefined, signal), ref.namespace, ref.name, signal))
      } catch (error) {
        throw toHalcyonError(error, `read ${refText(ref)}`, client.name, signal)
      }
    },
    predict: (desired, signal) => send(desired, true, signal),
    apply: (desired, signal) => send(desired, false, signal),
    async remove(ref, uid, propagation, signal) {
      try {
        await client.delete(
          await resourceOf(ref, undefined, signal),
          ref,
          { propagationPolicy: propagation, ...(uid === '' ? {} : { uid }) },
          signal,
        )
      } catch (error) {
        // Gone already, or replaced by another incarnation that is not ours to delete.
        if (isNotFound(error) || isConflict(error)) return
        throw toHalcyonError(error, `delete ${refText(ref)}`, client.name, signal)
      }
    },
    async rediscover(signal) {
      try {
        discovery = await client.rediscover(signal)
      } catch (error) {
        throw toHalcyonError(error, 'discover kinds', client.name, signal)
      }
    },
  }
}

/** `Replace=true`; Namespaces and CRDs are only ever updated, for everything in them would go (Argo CD, sync options). */
function replaces({ options, ref }: DesiredObject): boolean {
  return options.replace && !isNamespace(ref) && !isCrd(ref)
}

async function found(read: Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await read
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Looked at only for what exists already: for what is new, that the server would take it is the answer. */
function predicted(result: ApplyResult): Written {
  const { created, warnings } = result
  return {
    created,
    warnings,
    get object() {
      return result.object
    },
    get uid() {
      return result.object.metadata.uid ?? ''
    },
    get fingerprint() {
      return fingerprint(result.object, fieldManager)
    },
  }
}

/** Every error of a cluster becomes one of four reasons; the server's own words are kept. */
export function toHalcyonError(error: unknown, action: string, cluster: string, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof HalcyonError) return error
  const text = `Cannot ${action} in ${cluster}: ${messageOf(error)}`
  if (error instanceof ConnectionError) return new HalcyonError('ClusterUnavailable', text, { cause: error })
  if (!(error instanceof ApiError)) return new HalcyonError('Internal', text, { cause: error })
  if (error.shouldRetry()) return new HalcyonError('ClusterUnavailable', text, { cause: error })
  if (error.code === 401 || error.code === 403) return new HalcyonError('ClusterRefused', text, { cause: error })
  return new HalcyonError('ApplyRefused', text, { cause: error })
}

/** A target whose writes are refused: for `--read-only`. */
export function readOnly(target: Target): Target {
  const refuse = (verb: string, ref: ObjectRef): Promise<never> =>
    Promise.reject(new HalcyonError('Internal', `Cannot ${verb} ${refText(ref)}: this process is read-only`))
  return { ...target, apply: (desired) => refuse('apply', desired.ref), remove: (ref) => refuse('delete', ref) }
}
