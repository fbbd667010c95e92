/** When a set has to be looked at again although nothing told of a change. Pure. */
import type { ApplicationSet, ApplicationSetGenerator } from '../../api/applicationset.ts'

/** Repositories and clusters are watched, so only `requeueAfterSeconds` makes a git generator look of itself. Seconds, Argo CD's defaults. */
const usualSeconds = { scmProvider: 1800, pullRequest: 1800, plugin: 1800, clusterDecisionResource: 180 } as const

/** A set with a cluster generator, for cluster Secrets are read and not watched. */
const clusterSeconds = 60

/** Milliseconds; undefined = never. */
export function requeueAfterMs(set: ApplicationSet): number | undefined {
  const seconds = set.spec.generators.flatMap(secondsOf)
  return seconds.length === 0 ? undefined : Math.max(1, Math.min(...seconds)) * 1000
}

function secondsOf(generator: ApplicationSetGenerator): number[] {
  const found: number[] = []
  for (const kind of Object.keys(usualSeconds) as (keyof typeof usualSeconds)[]) {
    const one = generator[kind]
    if (one !== undefined) found.push(one.requeueAfterSeconds ?? usualSeconds[kind])
  }
  if (generator.git?.requeueAfterSeconds !== undefined) found.push(generator.git.requeueAfterSeconds)
  if (generator.clusters !== undefined) found.push(clusterSeconds)
  const children = [...(generator.matrix?.generators ?? []), ...(generator.merge?.generators ?? [])]
  return [...found, ...children.flatMap((child) => secondsOf(child as ApplicationSetGenerator))]
}
