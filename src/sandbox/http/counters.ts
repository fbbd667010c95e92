/** How many requests came, by verb. A dry run changes nothing and is no mutating request. */
import type { Verb } from '../request.ts'

export interface RequestCounts {
  mutating: number
  other: number
  byVerb: Record<string, number>
}

const MUTATING: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

export function createCounts(): RequestCounts {
  return { mutating: 0, other: 0, byVerb: {} }
}

export function count(counts: RequestCounts, verb: Verb | 'nonresource', dryRun: boolean): void {
  counts.byVerb[verb] = (counts.byVerb[verb] ?? 0) + 1
  if (MUTATING.has(verb) && !dryRun) counts.mutating++
  else counts.other++
}

/** In Prometheus' text format. */
export function metricsText(counts: RequestCounts, objects: number, version: number): string {
  const lines = ['# HELP apiserver_request_total Requests by verb.', '# TYPE apiserver_request_total counter']
  for (const [verb, value] of Object.entries(counts.byVerb)) {
    lines.push(`apiserver_request_total{verb="${verb.toUpperCase()}"} ${value}`)
  }
  lines.push('# HELP sandbox_objects Objects kept.', '# TYPE sandbox_objects gauge', `sandbox_objects ${objects}`)
  lines.push('# HELP sandbox_resource_version Version of the last write.', '# TYPE sandbox_resource_version gauge')
  lines.push(`sandbox_resource_version ${version}`, '')
  return lines.join('\n')
}
