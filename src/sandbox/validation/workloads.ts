/** Validation of the kinds that run pods. Pure. */
import { type FieldError, invalidValue, required } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'
import { validateLabels } from './names.ts'
import { validatePodSpec } from './pod.ts'

const IMMUTABLE = 'field is immutable'

/** Deployments, ReplicaSets, StatefulSets and DaemonSets share their shape. */
export function validateWorkload(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = selectorErrors(spec)
  errors.push(...templateErrors(spec, ['Always']))
  const replicas = spec['replicas']
  if (typeof replicas === 'number' && replicas < 0) {
    errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'))
  }
  if (old !== undefined && !deepEqual(dataAt(old, 'spec')['selector'], spec['selector'])) {
    errors.push(invalidValue('spec.selector', spec['selector'], IMMUTABLE))
  }
  return errors
}

export function validateDeployment(object: Data, old: Data | undefined): FieldError[] {
  const errors = validateWorkload(object, old)
  const strategy = dataAt(object, 'spec', 'strategy')
  if (strategy['type'] === 'Recreate' && strategy['rollingUpdate'] !== undefined) {
    errors.push({
      type: 'FieldValueForbidden',
      field: 'spec.strategy.rollingUpdate',
      detail: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
    })
  }
  return errors
}

const STATEFUL_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

export function validateStatefulSet(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = [...selectorErrors(spec), ...templateErrors(spec, ['Always'])]
  if (old === undefined) return errors
  if (!deepEqual(without(dataAt(old, 'spec'), STATEFUL_MUTABLE), without(spec, STATEFUL_MUTABLE))) {
    errors.push({
      type: 'FieldValueForbidden',
      field: 'spec',
      detail:
        "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    })
  }
  return errors
}

export function validateJob(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = templateErrors(spec, ['OnFailure', 'Never'])
  if (old === undefined) return errors
  const before = dataAt(old, 'spec')
  // The template of a suspended Job that never started may still change.
  const started = dataAt(old, 'status')['startTime'] !== undefined
  const open = before['suspend'] === true && !started
  for (const field of ['selector', 'completionMode', 'template', 'podFailurePolicy', 'backoffLimitPerIndex']) {
    if (field === 'template' && open) continue
    if (!deepEqual(before[field], spec[field])) errors.push(invalidValue(`spec.${field}`, spec[field], IMMUTABLE))
  }
  const indexed = spec['completionMode'] === 'Indexed'
  if (!indexed && !deepEqual(before['completions'], spec['completions'])) {
    errors.push(invalidValue('spec.completions', spec['completions'], IMMUTABLE))
  }
  return errors
}

const CRON_FIELD = /^[\d*/,\-?LW#A-Za-z]+$/

export function validateCronJob(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = templateErrors(dataAt(spec, 'jobTemplate', 'spec'), ['OnFailure', 'Never'], 'spec.jobTemplate.spec')
  const schedule = spec['schedule']
  if (typeof schedule !== 'string' || schedule === '') errors.push(required('spec.schedule'))
  else if (!schedule.startsWith('@') && !isCron(schedule)) {
    errors.push(
      invalidValue(
        'spec.schedule',
        schedule,
        `expected exactly 5 fields, found ${fields(schedule).length}: [${schedule}]`,
      ),
    )
  }
  return errors
}

function fields(schedule: string): string[] {
  return schedule
    .replace(/^(CRON_)?TZ=\S+\s+/, '')
    .trim()
    .split(/\s+/)
}

function isCron(schedule: string): boolean {
  const parts = fields(schedule)
  return parts.length === 5 && parts.every((part) => CRON_FIELD.test(part))
}

const POD_MUTABLE = [
  'activeDeadlineSeconds',
  'terminationGracePeriodSeconds',
  'tolerations',
  'nodeName',
  'schedulingGates',
]

export function validatePod(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = validatePodSpec(spec, 'spec', ['Always', 'OnFailure', 'Never'])
  if (old === undefined) return errors
  if (!deepEqual(comparablePod(dataAt(old, 'spec')), comparablePod(spec))) {
    errors.push({
      type: 'FieldValueForbidden',
      field: 'spec',
      detail:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    })
  }
  return errors
}

function comparablePod(spec: Data): Data {
  const result = without(spec, POD_MUTABLE)
  for (const field of ['containers', 'initContainers']) {
    const list = listAt(spec, field)
    if (list.length > 0) result[field] = list.map((one) => (isData(one) ? without(one, ['image']) : one))
  }
  return result
}

function without(spec: Data, names: readonly string[]): Data {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !names.includes(name)))
}

function selectorErrors(spec: Data): FieldError[] {
  const selector = spec['selector']
  if (!isData(selector)) return [required('spec.selector')]
  const labels = dataAt(selector, 'matchLabels')
  const expressions = listAt(selector, 'matchExpressions')
  if (Object.keys(labels).length === 0 && expressions.length === 0) {
    return [invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')]
  }
  const template = dataAt(spec, 'template', 'metadata', 'labels')
  const matches =
    Object.entries(labels).every(([key, value]) => template[key] === value) &&
    expressions.filter(isData).every((expression) => matchesExpression(template, expression))
  return matches
    ? []
    : [invalidValue('spec.template.metadata.labels', template, '`selector` does not match template `labels`')]
}

function matchesExpression(labels: Data, expression: Data): boolean {
  const value = labels[String(expression['key'])]
  const values = listAt(expression, 'values')
  switch (expression['operator']) {
    case 'In':
      return values.includes(value)
    case 'NotIn':
      return !values.includes(value)
    case 'Exists':
      return value !== undefined
    default:
      return value === undefined
  }
}

function templateErrors(spec: Data, policies: readonly string[], path = 'spec'): FieldError[] {
  const errors = validateLabels(dataAt(spec, 'template', 'metadata', 'labels'), `${path}.template.labels`)
  const claims = listAt(spec, 'volumeClaimTemplates').filter(isData)
  const names = claims.map((claim) => dataAt(claim, 'metadata')['name'])
  return [...errors, ...validatePodSpec(dataAt(spec, 'template', 'spec'), `${path}.template.spec`, policies, names)]
}
