/** Which check a custom kind has beyond the common conventions. Adding a family is a file and a row. Pure. */
import type { HealthCheck } from '../verdict.ts'
import { argoChecks } from './argo.ts'
import { certificateChecks } from './certificates.ts'
import type { Checks } from './checks.ts'
import { crossplaneChecks } from './crossplane.ts'
import { dataChecks } from './data.ts'
import { fluxChecks } from './flux.ts'
import { gatewayChecks } from './gateway.ts'
import { openshiftChecks } from './openshift.ts'
import { operatorChecks } from './operators.ts'
import { platformChecks } from './platform.ts'
import { runChecks } from './runs.ts'

const checks: Checks = {
  ...argoChecks,
  ...certificateChecks,
  ...crossplaneChecks,
  ...dataChecks,
  ...fluxChecks,
  ...gatewayChecks,
  ...openshiftChecks,
  ...operatorChecks,
  ...platformChecks,
  ...runChecks,
}

const byKind: ReadonlyMap<string, HealthCheck> = new Map(Object.entries(checks))

/** The exact kind, then all kinds of the group, then all kinds of the groups below a domain. */
export function customCheck(group: string, kind: string): HealthCheck | undefined {
  const exact = byKind.get(`${group}/${kind}`) ?? byKind.get(`${group}/*`)
  if (exact !== undefined) return exact
  for (let dot = group.indexOf('.'); dot >= 0; dot = group.indexOf('.', dot + 1)) {
    const found = byKind.get(`*${group.slice(dot)}/*`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Every kind that has a check of its own, for the reference. */
export const customKinds: readonly string[] = [...byKind.keys()].sort()
