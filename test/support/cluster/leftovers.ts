/** Brings a borrowed cluster back to what was on it: everything that was not there at the start is deleted. Effects: writes to the cluster. */
import type { ApiResource, KubeClient } from '../../../src/kube/client.ts'
import { isNotFound } from '../../../src/kube/errors.ts'
import { type KubeObject, refKey, refOf } from '../../../src/kube/object.ts'

/** They come and go by themselves. */
const volatile: ReadonlySet<string> = new Set(['Event', 'Lease', 'Endpoints', 'EndpointSlice'])
const patienceMs = 120_000

interface Found {
  readonly resource: ApiResource
  readonly object: KubeObject
}

/** Keys of everything that can be deleted. */
export async function listAll(client: KubeClient): Promise<string[]> {
  return (await findAll(client)).map(({ object }) => refKey(refOf(object)))
}

/** Resolves when only `baseline` is left. Throws with some names when that takes longer than two minutes. */
export async function removeLeftovers(client: KubeClient, baseline: ReadonlySet<string>): Promise<void> {
  const end = Date.now() + patienceMs
  for (;;) {
    const left = (await findAll(client)).filter(({ object }) => !baseline.has(refKey(refOf(object))))
    if (left.length === 0) return
    if (Date.now() > end) {
      const names = left.slice(0, 5).map(({ object }) => refKey(refOf(object)))
      throw new Error(`Cannot clean ${client.server}: ${left.length} objects stay, for example ${names.join(', ')}`)
    }
    // A namespace waits for its content, so the content goes first.
    const ordered = left.toSorted((a, b) => Number(isNamespace(a.object)) - Number(isNamespace(b.object)))
    for (const one of ordered) await remove(client, one)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function remove(client: KubeClient, { resource, object }: Found): Promise<void> {
  const { metadata } = object
  const ref = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
  try {
    if (metadata.deletionTimestamp === undefined) {
      await client.delete(resource, ref, { propagationPolicy: 'Background', gracePeriodSeconds: 0 })
    } else if ((metadata.finalizers ?? []).length > 0 && !isNamespace(object)) {
      // Whoever would have finalized it went with its story.
      await client.patch(resource, ref, { metadata: { finalizers: null } })
    }
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function findAll(client: KubeClient): Promise<Found[]> {
  const found: Found[] = []
  for (const resource of (await client.rediscover()).all()) {
    if (volatile.has(resource.kind) || !resource.verbs.includes('list') || !resource.verbs.includes('delete')) continue
    for await (const page of client.list(resource)) {
      for (const object of page.items) found.push({ resource, object })
    }
  }
  return found
}

function isNamespace(object: KubeObject): boolean {
  return object.kind === 'Namespace' && object.apiVersion === 'v1'
}
