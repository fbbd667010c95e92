/** Health of Crossplane: providers, packages, compositions and managed resources. Composites and claims are read by conditions alone. Pure. */
import { getField, getList, getRecord, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthCheck, type HealthVerdict, healthy, progressing } from '../verdict.ts'
import type { Checks } from './checks.ts'

/** Kinds that are only read by others and never report anything. */
const silent: ReadonlySet<string> = new Set([
  'Composition',
  'CompositionRevision',
  'DeploymentRuntimeConfig',
  'ControllerConfig',
  'ProviderConfig',
  'ClusterProviderConfig',
  'ProviderConfigUsage',
  'EnvironmentConfig',
])

const goodSigns: ReadonlySet<string> = new Set([
  'Ready',
  'Healthy',
  'Offered',
  'Established',
  'ValidPipeline',
  'RevisionHealthy',
])

/** In the order of the conditions, the first that is bad or good decides (the rule that Crossplane's guide gives for Argo CD). */
export const crossplaneHealth: HealthCheck = (object: KubeObject): HealthVerdict => {
  const status = getRecord(object, 'status') ?? {}
  if (Object.keys(status).length === 0) return silent.has(object.kind) ? healthy : progressing('not looked at yet')
  if (silent.has(object.kind) && getField(status, 'conditions') === undefined) return healthy
  for (const condition of getList(status, 'conditions')) {
    const bad = failureOf(condition)
    if (bad !== undefined) return bad
    if (goodSigns.has(getString(condition, 'type') ?? '') && getString(condition, 'status') === 'True') return healthy
  }
  return progressing(waitingWords(object))
}

/** Managed resources of Upbound's providers: whatever is bad decides, wherever it stands in the list. */
const upboundHealth: HealthCheck = (object, now) => {
  for (const condition of getList(object, 'status', 'conditions')) {
    const bad = failureOf(condition)
    if (bad !== undefined) return bad
  }
  return crossplaneHealth(object, now)
}

function failureOf(condition: unknown): HealthVerdict | undefined {
  const type = getString(condition, 'type') ?? ''
  if ((type !== 'Synced' && type !== 'LastAsyncOperation') || getString(condition, 'status') !== 'False')
    return undefined
  return degraded(getString(condition, 'message') ?? getString(condition, 'reason') ?? type)
}

function waitingWords(object: KubeObject): string {
  for (const condition of getList(object, 'status', 'conditions')) {
    if (!goodSigns.has(getString(condition, 'type') ?? '')) continue
    const words = [getString(condition, 'reason'), getString(condition, 'message')].filter(Boolean).join(': ')
    if (words !== '') return words
  }
  return 'being provisioned'
}

export const crossplaneChecks: Checks = {
  '*.crossplane.io/*': crossplaneHealth,
  '*.upbound.io/*': upboundHealth,
}
