/** `CreateNamespace=true`: the destination namespace exists before anything else is asked or written. Not tracked, so never pruned. Effect. */

import { digestOf } from '../../kube/canonical.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { DesiredObject } from '../plan/types.ts'
import type { Target } from './target.ts'

export interface NamespaceMetadata {
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** Creates the namespace, or brings its managed labels and annotations in line. Writes nothing when they are. */
export async function ensureNamespace(
  name: string,
  metadata: NamespaceMetadata | undefined,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const live = await target.read({ group: '', kind: 'Namespace', namespace: '', name }, signal)
  if (live !== undefined && covers(live, metadata)) return
  await target.apply(namespaceObject(name, metadata), signal)
}

function covers(live: KubeObject, metadata: NamespaceMetadata | undefined): boolean {
  const has = (wanted: Readonly<Record<string, string>> | undefined, present: Record<string, string> | undefined) =>
    Object.entries(wanted ?? {}).every(([key, value]) => present?.[key] === value)
  return has(metadata?.labels, live.metadata.labels) && has(metadata?.annotations, live.metadata.annotations)
}

function namespaceObject(name: string, metadata: NamespaceMetadata | undefined): DesiredObject {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(metadata?.labels === undefined ? {} : { labels: { ...metadata.labels } }),
      ...(metadata?.annotations === undefined ? {} : { annotations: { ...metadata.annotations } }),
    },
  }
  return {
    ref: { group: '', kind: 'Namespace', namespace: '', name },
    key: `/Namespace//${name}`,
    object,
    digest: digestOf(object),
    phase: 'PreSync',
    wave: 0,
    hook: undefined,
    options: {
      prune: false,
      pruneLast: false,
      delete: false,
      replace: false,
      force: false,
      validate: true,
      skipDryRunOnMissingResource: false,
      prunePropagationPolicy: 'Foreground',
      ignoreHealthcheck: true,
    },
    origin: undefined,
  }
}
