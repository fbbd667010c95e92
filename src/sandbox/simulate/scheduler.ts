/** Which node a pod goes to, or why none will do. Pure but for the lookup it is given. */
import type { KubeObject } from '../../kube/object.ts'
import { fnv1a } from './hash.ts'
import { quantity } from './quantity.ts'
import type { Pod, PodSpec } from './types.ts'

export type Placement =
  | { readonly node: string }
  /** `waits` is true when the reason passes by itself in a moment (a claim that is being bound). */
  | { readonly message: string; readonly waits: boolean }

/** Spreads pods by their name; honours nodeSelector, a DaemonSet's pinning, requests and volume claims. Taints and load are ignored. */
export function placePod(
  pod: Pod,
  nodes: readonly KubeObject[],
  claim: (name: string) => KubeObject | undefined,
): Placement {
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue
    const found = claim(persistentVolumeClaim.claimName)
    if (found === undefined) {
      return refusal(nodes, `persistentvolumeclaim "${persistentVolumeClaim.claimName}" not found`)
    }
    const { phase } = (found['status'] ?? {}) as { phase?: string }
    if (phase !== 'Bound') {
      return { ...refusal(nodes, 'pod has unbound immediate PersistentVolumeClaims'), waits: true }
    }
  }
  const pinned = pinnedNode(pod.spec)
  const selected = nodes.filter((node) => hasLabels(node, pod.spec.nodeSelector ?? {}) && matchesPin(node, pinned))
  if (selected.length === 0) {
    return refusal(nodes, `${nodes.length} node(s) didn't match Pod's node affinity/selector`)
  }
  const lacking = new Set<string>()
  const fitting = selected.filter((node) => {
    const lacks = lackedResources(pod.spec, node)
    for (const resource of lacks) lacking.add(resource)
    return lacks.length === 0
  })
  if (fitting.length === 0) {
    return refusal(nodes, [...lacking].map((resource) => `${selected.length} Insufficient ${resource}`).join(', '))
  }
  const node = fitting[fnv1a(pod.metadata.name ?? '') % fitting.length]
  return { node: node?.metadata.name ?? '' }
}

function refusal(nodes: readonly KubeObject[], why: string): { message: string; waits: boolean } {
  return { message: `0/${nodes.length} nodes are available: ${why}.`, waits: false }
}

/** The node that a DaemonSet meant its pod for. */
export function pinnedNode(spec: PodSpec): string | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms?.[0]?.matchFields?.find((field) => field.key === 'metadata.name')?.values?.[0]
}

function matchesPin(node: KubeObject, pinned: string | undefined): boolean {
  return pinned === undefined || node.metadata.name === pinned
}

/** Whether the object carries every given label. */
export function hasLabels(object: KubeObject, labels: Record<string, string>): boolean {
  const own = object.metadata.labels ?? {}
  return Object.keys(labels).every((key) => own[key] === labels[key])
}

function lackedResources(spec: PodSpec, node: KubeObject): string[] {
  const { allocatable = {} } = (node['status'] ?? {}) as { allocatable?: Record<string, string> }
  const totals = new Map<string, number>()
  for (const { resources } of spec.containers) {
    for (const [name, value] of Object.entries(resources?.requests ?? {})) {
      totals.set(name, (totals.get(name) ?? 0) + quantity(value))
    }
  }
  return [...totals].filter(([name, total]) => total > quantity(allocatable[name] ?? 0)).map(([name]) => name)
}
