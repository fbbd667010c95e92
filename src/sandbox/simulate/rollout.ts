/** The arithmetic of a rolling update: how many pods may be added and taken away. Pure. */

export interface RolloutBounds {
  readonly surge: number
  readonly unavailable: number
}

/** What one ReplicaSet contributes. */
export interface RolloutShare {
  /** spec.replicas */
  readonly wanted: number
  /** status.availableReplicas */
  readonly available: number
}

/** `25%` of 3 is 1 when rounded up and 0 when rounded down; numbers stay. */
export function share(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(value ?? '0')
  if (percent === null) return Number.parseInt(value ?? '0', 10) || 0
  const exact = (Number(percent[1]) * total) / 100
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact)
}

/** Surge rounds up, unavailable rounds down; both 0 would stand still, so one pod may then be unavailable. */
export function rolloutBounds(
  rolling: { maxSurge?: number | string; maxUnavailable?: number | string } | undefined,
  replicas: number,
): RolloutBounds {
  const surge = share(rolling?.maxSurge ?? '25%', replicas, 'up')
  const unavailable = Math.min(replicas, share(rolling?.maxUnavailable ?? '25%', replicas, 'down'))
  return { surge, unavailable: surge === 0 && unavailable === 0 ? Math.min(1, replicas) : unavailable }
}

/** The next size of the newest ReplicaSet while older ones still have pods. */
export function newSize(
  current: RolloutShare,
  old: readonly RolloutShare[],
  replicas: number,
  bounds: RolloutBounds,
): number {
  if (current.wanted >= replicas) return replicas
  const total = current.wanted + sum(old, 'wanted')
  const room = replicas + bounds.surge - total
  return room <= 0 ? current.wanted : Math.min(replicas, current.wanted + room)
}

/**
 * The next sizes of the older ReplicaSets, oldest first: pods that are not available go first, then available ones as far as
 * enough others stay available. Pods of the new ReplicaSet that are not available count against that.
 */
export function oldSizes(
  current: RolloutShare,
  old: readonly RolloutShare[],
  replicas: number,
  bounds: RolloutBounds,
): number[] {
  const sizes = old.map(({ wanted }) => wanted)
  const total = current.wanted + sum(old, 'wanted')
  const enough = replicas - bounds.unavailable
  let removable = total - enough - Math.max(0, current.wanted - current.available)
  if (removable <= 0) return sizes
  for (let i = 0; i < sizes.length && removable > 0; i++) {
    const unhealthy = Math.min(removable, Math.max(0, sizes[i]! - old[i]!.available))
    sizes[i]! -= unhealthy
    removable -= unhealthy
  }
  let spare = current.available + sum(old, 'available') - enough
  for (let i = 0; i < sizes.length && spare > 0; i++) {
    const taken = Math.min(spare, sizes[i]!)
    sizes[i]! -= taken
    spare -= taken
  }
  return sizes
}

function sum(shares: readonly RolloutShare[], field: keyof RolloutShare): number {
  return shares.reduce((total, one) => total + one[field], 0)
}
