/** Validation of access rules, budgets, quotas, limits and autoscalers. Pure. */
import { type FieldError, forbiddenField, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'
import { atMostAll, IMMUTABLE, intOrPercent, selectorErrors } from './common.ts'
import { pathSegment } from './names.ts'
import { amount } from './pod-resources.ts'

const RBAC = 'rbac.authorization.k8s.io'

export function validateRole(object: Data): FieldError[] {
  const namespaced = object['kind'] === 'Role'
  return listAt(object, 'rules')
    .filter(isData)
    .flatMap((rule, index) => ruleErrors(rule, namespaced, `rules[${index}]`))
}

function ruleErrors(rule: Data, namespaced: boolean, at: string): FieldError[] {
  const has = (field: string) => listAt(rule, field).length > 0
  const errors: FieldError[] = []
  if (!has('verbs')) errors.push(required(`${at}.verbs`, 'verbs must contain at least one value'))
  if (has('nonResourceURLs')) {
    const urls = rule['nonResourceURLs']
    const field = `${at}.nonResourceURLs`
    if (namespaced) errors.push(invalidValue(field, urls, 'namespaced rules cannot apply to non-resource URLs'))
    if (has('apiGroups') || has('resources') || has('resourceNames')) {
      errors.push(invalidValue(field, urls, 'rules cannot apply to both regular resources and non-resource URLs'))
    }
    return errors
  }
  if (!has('apiGroups')) errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'))
  if (!has('resources')) errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'))
  return errors
}

export function validateBinding(object: Data, old: Data | undefined): FieldError[] {
  const role = dataAt(object, 'roleRef')
  const cluster = object['kind'] === 'ClusterRoleBinding'
  const kinds = cluster ? ['ClusterRole'] : ['Role', 'ClusterRole']
  const errors: FieldError[] = []
  if (role['apiGroup'] !== RBAC) errors.push(unsupported('roleRef.apiGroup', role['apiGroup'], [RBAC]))
  if (!kinds.includes(String(role['kind']))) errors.push(unsupported('roleRef.kind', role['kind'], kinds))
  const name = String(role['name'] ?? '')
  if (name === '') errors.push(required('roleRef.name'))
  else for (const text of pathSegment(name)) errors.push(invalidValue('roleRef.name', name, text))
  for (const [index, subject] of listAt(object, 'subjects').filter(isData).entries()) {
    errors.push(...subjectErrors(subject, !cluster, `subjects[${index}]`))
  }
  if (old !== undefined && !deepEqual(old['roleRef'], role)) {
    errors.push(invalidValue('roleRef', role, 'cannot change roleRef'))
  }
  return errors
}

function subjectErrors(subject: Data, namespaced: boolean, at: string): FieldError[] {
  const errors: FieldError[] = []
  const group = subject['apiGroup'] ?? ''
  if (subject['name'] === undefined || subject['name'] === '') errors.push(required(`${at}.name`))
  switch (subject['kind']) {
    case 'ServiceAccount':
      if (group !== '') errors.push(unsupported(`${at}.apiGroup`, group, ['']))
      if (!namespaced && (subject['namespace'] === undefined || subject['namespace'] === '')) {
        errors.push(required(`${at}.namespace`))
      }
      return errors
    case 'User':
    case 'Group':
      if (group !== RBAC) errors.push(unsupported(`${at}.apiGroup`, group, [RBAC]))
      return errors
    default:
      return [...errors, unsupported(`${at}.kind`, subject['kind'], ['ServiceAccount', 'User', 'Group'])]
  }
}

export function validateDisruptionBudget(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  if (spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined) {
    errors.push(invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set'))
  }
  for (const field of ['minAvailable', 'maxUnavailable']) {
    errors.push(...intOrPercent(spec[field], `spec.${field}`), ...atMostAll(spec[field], `spec.${field}`))
  }
  if (isData(spec['selector'])) errors.push(...selectorErrors(spec['selector'], 'spec.selector'))
  return errors
}

export function validateAutoscaler(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  const most = spec['maxReplicas']
  const least = spec['minReplicas']
  if (typeof least === 'number' && least < 0) {
    errors.push(invalidValue('spec.minReplicas', least, 'must be greater than or equal to 0'))
  }
  if (least === 0) errors.push(invalidValue('spec.minReplicas', least, 'must be greater than or equal to 1'))
  const top = typeof most === 'number' ? most : 0
  if (top < 1) errors.push(invalidValue('spec.maxReplicas', top, 'must be greater than 0'))
  if (typeof least === 'number' && top < least) {
    errors.push(invalidValue('spec.maxReplicas', top, 'must be greater than or equal to `minReplicas`'))
  }
  const target = dataAt(spec, 'scaleTargetRef')
  for (const field of ['kind', 'name']) {
    if (target[field] === undefined || target[field] === '') errors.push(required(`spec.scaleTargetRef.${field}`))
  }
  const metrics = listAt(spec, 'metrics').filter(isData)
  for (const [index, metric] of metrics.entries()) errors.push(...metricErrors(metric, `spec.metrics[${index}]`))
  if (least === 0 && !metrics.some((metric) => metric['type'] === 'Object' || metric['type'] === 'External')) {
    errors.push(
      forbiddenField(
        'spec.metrics',
        'must specify at least one Object or External metric to support scaling to zero replicas',
      ),
    )
  }
  return errors
}

const METRICS = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']

function metricErrors(metric: Data, at: string): FieldError[] {
  const type = metric['type']
  if (!METRICS.includes(String(type))) return [unsupported(`${at}.type`, type, METRICS)]
  const field = `${String(type)[0]?.toLowerCase()}${String(type).slice(1)}`
  if (!isData(metric[field]))
    return [required(`${at}.${field}`, 'must populate information for the given metric source')]
  if (type !== 'Resource') return []
  const target = dataAt(metric, 'resource', 'target')
  const { averageUtilization: share, averageValue: value } = target
  const errors: FieldError[] = []
  if (typeof share === 'number' && share < 1) {
    errors.push(invalidValue(`${at}.resource.target.averageUtilization`, share, 'must be greater than 0'))
  }
  if (share === undefined && value === undefined) {
    errors.push(
      required(
        `${at}.resource.target.averageUtilization`,
        'must set either a target raw value or a target utilization',
      ),
    )
  }
  if (share !== undefined && value !== undefined) {
    errors.push(
      forbiddenField(
        `${at}.resource.target.averageValue`,
        'may not set both a target raw value and a target utilization',
      ),
    )
  }
  return errors
}

export function validatePriorityClass(object: Data, old: Data | undefined): FieldError[] {
  const errors: FieldError[] = []
  if (old === undefined) {
    if (typeof object['value'] === 'number' && object['value'] > 1_000_000_000) {
      errors.push(forbiddenField('value', 'maximum allowed value of a user defined priority is 1000000000'))
    }
    return errors
  }
  if (object['value'] !== old['value']) errors.push(forbiddenField('value', 'may not be changed in an update.'))
  if (object['preemptionPolicy'] !== old['preemptionPolicy']) {
    errors.push(invalidValue('preemptionPolicy', object['preemptionPolicy'], IMMUTABLE))
  }
  return errors
}

export function validateLimitRange(object: Data): FieldError[] {
  return listAt(object, 'spec', 'limits')
    .filter(isData)
    .flatMap((limit, index) => limitErrors(limit, `spec.limits[${index}]`))
}

/** Lower bounds must not be above what they bound: field, what it is called, and the same of the larger side. */
const ORDER = [
  ['min', 'min value', 'max', 'max value', 'min'],
  ['min', 'min value', 'defaultRequest', 'default request value', 'defaultRequest'],
  ['defaultRequest', 'default request value', 'max', 'max value', 'defaultRequest'],
  ['defaultRequest', 'default request value', 'default', 'default limit value', 'defaultRequest'],
  ['min', 'min value', 'default', 'default value', 'default'],
  ['default', 'default value', 'max', 'max value', 'default'],
] as const

function limitErrors(limit: Data, at: string): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set(
    ['max', 'min', 'default', 'defaultRequest'].flatMap((field) => Object.keys(dataAt(limit, field))),
  )
  for (const name of names) {
    for (const [low, lowName, high, highName, told] of ORDER) {
      const least = dataAt(limit, low)[name]
      const most = dataAt(limit, high)[name]
      if (least === undefined || most === undefined || amount(least) <= amount(most)) continue
      const detail = `${lowName} ${String(least)} is greater than ${highName} ${String(most)}`
      const shown = told === 'default' ? (low === 'min' ? least : most) : dataAt(limit, told)[name]
      errors.push(invalidValue(`${at}.${told}[${name}]`, shown, detail))
    }
  }
  return errors
}

const SCOPES = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
])

/** What a quota may bound among pods, and beyond. */
const POD_COUNTED = new Set(['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'])
const COUNTED = new Set([
  'persistentvolumeclaims',
  'services',
  'secrets',
  'configmaps',
  'replicationcontrollers',
  'resourcequotas',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
])

export function validateResourceQuota(object: Data, old: Data | undefined): FieldError[] {
  const errors: FieldError[] = []
  for (const [name, value] of Object.entries(dataAt(object, 'spec', 'hard'))) {
    if (amount(value) < 0) {
      errors.push(invalidValue(`spec.hard[${name}]`, value, 'must be greater than or equal to 0'))
    }
  }
  const scopes = listAt(object, 'spec', 'scopes')
  if (old !== undefined && !deepEqual([...scopes].sort(), [...listAt(old, 'spec', 'scopes')].sort())) {
    errors.push(invalidValue('spec.scopes', scopes, IMMUTABLE))
  }
  for (const scope of scopes) {
    if (!SCOPES.has(String(scope))) errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope'))
    for (const name of Object.keys(dataAt(object, 'spec', 'hard'))) {
      if (COUNTED.has(name) && !POD_COUNTED.has(name) && scope !== 'VolumeAttributesClass') {
        errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope applied to resource'))
      }
      if (scope === 'BestEffort' && POD_COUNTED.has(name) && name !== 'pods') {
        errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope applied to resource'))
      }
    }
  }
  return errors
}
