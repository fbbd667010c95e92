/** Validation of the kinds that run pods, in the order of the real server. Pure. */
import { type FieldError, forbiddenField, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'
import {
  atMostAll,
  IMMUTABLE,
  intOrPercent,
  isEmptySelector,
  isZero,
  nonNegative,
  selectorErrors,
  selectorMatches,
} from './common.ts'
import { cronErrors, timeZoneErrors } from './cron.ts'
import { annotationErrors } from './metadata.ts'
import { dnsLabel, validateLabels } from './names.ts'
import { validatePodSpec } from './pod.ts'
import { claimSpecErrors } from './storage.ts'

/** ReplicaSets; Deployments have more. */
export function validateWorkload(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  return [
    ...nonNegative(spec, 'spec', 'replicas', 'minReadySeconds'),
    ...selectedTemplate(spec, 'deployment'),
    ...fixedSelector(spec, old),
  ]
}

export function validateDeployment(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = [...nonNegative(spec, 'spec', 'replicas'), ...selectedTemplate(spec, 'deployment')]
  errors.push(...strategyErrors(dataAt(spec, 'strategy')))
  errors.push(...nonNegative(spec, 'spec', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'))
  const deadline = spec['progressDeadlineSeconds']
  const ready = spec['minReadySeconds'] ?? 0
  if (typeof deadline === 'number' && typeof ready === 'number' && deadline <= ready) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'))
  }
  return [...errors, ...fixedSelector(spec, old)]
}

function strategyErrors(strategy: Data): FieldError[] {
  const rolling = strategy['rollingUpdate']
  const at = 'spec.strategy.rollingUpdate'
  switch (strategy['type']) {
    case 'Recreate':
      return rolling === undefined
        ? []
        : [forbiddenField(at, "may not be specified when strategy `type` is 'Recreate'")]
    case 'RollingUpdate': {
      if (!isData(rolling)) return [required(at, 'this should be defaulted and never be nil')]
      const { maxUnavailable, maxSurge } = rolling
      const errors = [
        ...intOrPercent(maxUnavailable, `${at}.maxUnavailable`),
        ...intOrPercent(maxSurge, `${at}.maxSurge`),
      ]
      if (isZero(maxUnavailable) && isZero(maxSurge)) {
        errors.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
      }
      return [...errors, ...atMostAll(maxUnavailable, `${at}.maxUnavailable`)]
    }
    default:
      return [unsupported('spec.strategy', strategy, ['Recreate', 'RollingUpdate'])]
  }
}

export function validateReplicaStatus(object: Data): FieldError[] {
  const status = dataAt(object, 'status')
  const counts = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ]
  const errors = nonNegative(status, 'status', ...counts)
  const number = (field: string) => Number(status[field] ?? 0)
  const parts =
    object['kind'] === 'ReplicaSet'
      ? ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']
      : ['updatedReplicas', 'readyReplicas', 'availableReplicas']
  for (const field of parts) {
    if (number(field) > number('replicas')) {
      errors.push(invalidValue(`status.${field}`, number(field), 'cannot be greater than status.replicas'))
    }
  }
  if (number('availableReplicas') > number('readyReplicas')) {
    errors.push(
      invalidValue('status.availableReplicas', number('availableReplicas'), 'cannot be greater than readyReplicas'),
    )
  }
  return errors
}

export function validateDaemonSet(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = selectedTemplate(spec, 'daemonset')
  errors.push(...nonNegative(spec, 'spec', 'minReadySeconds'))
  const strategy = dataAt(spec, 'updateStrategy')
  const rolling = dataAt(strategy, 'rollingUpdate')
  const at = 'spec.updateStrategy.rollingUpdate'
  if (strategy['type'] === 'RollingUpdate') {
    for (const field of ['maxUnavailable', 'maxSurge']) errors.push(...intOrPercent(rolling[field], `${at}.${field}`))
    for (const field of ['maxUnavailable', 'maxSurge']) errors.push(...atMostAll(rolling[field], `${at}.${field}`))
    const none = isZero(rolling['maxUnavailable'])
    const surge = !isZero(rolling['maxSurge'])
    if (!none && surge) {
      errors.push(invalidValue(`${at}.maxSurge`, rolling['maxSurge'], 'may not be set when maxUnavailable is non-zero'))
    } else if (none && !surge) errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'))
  } else if (strategy['type'] !== 'OnDelete') {
    errors.push(unsupported('spec.updateStrategy.type', strategy['type'], ['OnDelete', 'RollingUpdate']))
  }
  errors.push(...nonNegative(spec, 'spec', 'revisionHistoryLimit'))
  return [...errors, ...fixedSelector(spec, old)]
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
  const errors: FieldError[] = []
  const policy = spec['podManagementPolicy']
  if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"))
  }
  const strategy = dataAt(spec, 'updateStrategy')
  if (strategy['type'] === 'OnDelete') {
    if (strategy['rollingUpdate'] !== undefined) {
      errors.push(
        invalidValue(
          'spec.updateStrategy.rollingUpdate',
          strategy['rollingUpdate'],
          "only allowed for updateStrategy 'RollingUpdate'",
        ),
      )
    }
  } else if (strategy['type'] !== 'RollingUpdate') {
    errors.push(invalidValue('spec.updateStrategy', strategy, "must be 'RollingUpdate' or 'OnDelete'"))
  }
  if (old === undefined) {
    for (const [index, claim] of listAt(spec, 'volumeClaimTemplates').filter(isData).entries()) {
      errors.push(...claimSpecErrors(dataAt(claim, 'spec'), `spec.volumeClaimTemplates[${index}].spec`))
    }
  }
  errors.push(...nonNegative(spec, 'spec', 'replicas', 'minReadySeconds'))
  const service = spec['serviceName']
  if (old === undefined && typeof service === 'string' && service !== '') {
    for (const text of dnsLabel(service)) errors.push(invalidValue('spec.serviceName', service, text))
  }
  errors.push(...selectedTemplate(spec, 'statefulset'))
  if (old === undefined) return errors
  if (!deepEqual(without(dataAt(old, 'spec'), STATEFUL_MUTABLE), without(spec, STATEFUL_MUTABLE))) {
    errors.push(
      forbiddenField(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    )
  }
  return errors
}

export function validateJob(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const metadata = dataAt(object, 'metadata')
  const errors: FieldError[] = []
  if (spec['manualSelector'] !== true) errors.push(...generatedSelector(spec, metadata))
  errors.push(...jobSpecErrors(spec, 'spec'))
  const selector = spec['selector']
  if (!isData(selector)) errors.push(required('spec.selector'))
  else {
    errors.push(...selectorErrors(selector, 'spec.selector'))
    errors.push(...mismatch(selector, dataAt(spec, 'template', 'metadata', 'labels')))
  }
  if (old === undefined) return errors
  const before = dataAt(old, 'spec')
  if (spec['completionMode'] !== 'Indexed') errors.push(...fixed(spec, before, 'completions'))
  else if (spec['completions'] !== before['completions'] && spec['completions'] !== spec['parallelism']) {
    errors.push(
      invalidValue('spec.completions', spec['completions'], 'can only be modified in tandem with spec.parallelism'),
    )
  }
  errors.push(...fixed(spec, before, 'selector'))
  // The template of a suspended Job that never started may still change where it is scheduled.
  const open = before['suspend'] === true && dataAt(old, 'status')['startTime'] === undefined
  if (!open || !deepEqual(placed(dataAt(spec, 'template')), placed(dataAt(before, 'template')))) {
    errors.push(...fixed(spec, before, 'template'))
  }
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    errors.push(...fixed(spec, before, field))
  }
  return errors
}

/** A template without what says where its pods go. */
function placed(template: Data): Data {
  const { labels: _labels, annotations: _annotations, ...metadata } = dataAt(template, 'metadata')
  const {
    affinity: _affinity,
    nodeSelector: _selector,
    tolerations: _tolerations,
    schedulingGates: _gates,
    ...spec
  } = dataAt(template, 'spec')
  return { ...template, metadata, spec }
}

function generatedSelector(spec: Data, metadata: Data): FieldError[] {
  const expected: Data = {
    'batch.kubernetes.io/controller-uid': metadata['uid'],
    'batch.kubernetes.io/job-name': metadata['name'],
    'controller-uid': metadata['uid'],
    'job-name': metadata['name'],
  }
  const selector = spec['selector']
  if (!isData(selector) || selectorMatches(selector, expected)) return []
  return [invalidValue('spec.selector', selector, '`selector` not auto-generated')]
}

function jobSpecErrors(spec: Data, path: string): FieldError[] {
  const errors = nonNegative(
    spec,
    path,
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  )
  const mode = spec['completionMode']
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(unsupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  }
  if (mode === 'Indexed' && spec['completions'] === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'))
  }
  if (mode !== 'Indexed' && spec['backoffLimitPerIndex'] !== undefined) {
    errors.push(
      invalidValue(`${path}.backoffLimitPerIndex`, spec['backoffLimitPerIndex'], 'requires indexed completion mode'),
    )
  }
  errors.push(...templateErrors(dataAt(spec, 'template'), `${path}.template`))
  const at = `${path}.template.spec.restartPolicy`
  const policy = dataAt(spec, 'template', 'spec')['restartPolicy']
  if (policy === 'Always' || policy === undefined) errors.push(required(at, 'valid values: "OnFailure", "Never"'))
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(unsupported(at, policy, ['OnFailure', 'Never']))
  return errors
}

export function validateCronJob(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  const schedule = String(spec['schedule'] ?? '')
  if (schedule === '') errors.push(required('spec.schedule'))
  else for (const text of cronErrors(schedule)) errors.push(invalidValue('spec.schedule', schedule, text))
  errors.push(...nonNegative(spec, 'spec', 'startingDeadlineSeconds'))
  const zone = spec['timeZone']
  if (old === undefined || dataAt(old, 'spec')['timeZone'] !== zone) {
    for (const text of timeZoneErrors(zone)) errors.push(invalidValue('spec.timeZone', zone, text))
  }
  const policy = spec['concurrencyPolicy']
  if (!['Allow', 'Forbid', 'Replace'].includes(String(policy))) {
    errors.push(unsupported('spec.concurrencyPolicy', policy, ['Allow', 'Forbid', 'Replace']))
  }
  errors.push(...jobSpecErrors(dataAt(spec, 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'))
  errors.push(...nonNegative(spec, 'spec', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'))
  const name = String(dataAt(object, 'metadata')['name'] ?? '')
  if (old === undefined && name.length > 52) {
    errors.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'))
  }
  return errors
}

const POD_MUTABLE = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']

export function validatePod(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = validatePodSpec(spec, 'spec')
  if (old === undefined) return errors
  for (const field of ['containers', 'initContainers']) {
    if (listAt(dataAt(old, 'spec'), field).length !== listAt(spec, field).length) {
      return [...errors, forbiddenField(`spec.${field}`, 'pod updates may not add or remove containers')]
    }
  }
  const limit = spec['activeDeadlineSeconds']
  const before = dataAt(old, 'spec')['activeDeadlineSeconds']
  if (typeof before === 'number') {
    const at = 'spec.activeDeadlineSeconds'
    if (limit === undefined) {
      errors.push(invalidValue(at, null, 'must not update from a positive integer to nil value'))
    } else if (typeof limit === 'number' && limit > before) {
      errors.push(invalidValue(at, limit, 'must be less than or equal to previous value'))
    }
  }
  const kept = listAt(spec, 'tolerations').map(withoutSeconds)
  if (
    !listAt(dataAt(old, 'spec'), 'tolerations').every((one) =>
      kept.some((other) => deepEqual(withoutSeconds(one), other)),
    )
  ) {
    errors.push(
      forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    )
  }
  if (!deepEqual(comparablePod(dataAt(old, 'spec')), comparablePod(spec))) {
    errors.push(
      forbiddenField(
        'spec',
        'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      ),
    )
  }
  return errors
}

function withoutSeconds(toleration: unknown): Data {
  return isData(toleration) ? without(toleration, ['tolerationSeconds']) : {}
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

function fixed(spec: Data, before: Data, field: string): FieldError[] {
  return deepEqual(before[field], spec[field]) ? [] : [invalidValue(`spec.${field}`, spec[field], IMMUTABLE)]
}

function fixedSelector(spec: Data, old: Data | undefined): FieldError[] {
  return old === undefined ? [] : fixed(spec, dataAt(old, 'spec'), 'selector')
}

const MISMATCH = '`selector` does not match template `labels`'

function mismatch(selector: Data, labels: Data): FieldError[] {
  if (isEmptySelector(selector) || selectorMatches(selector, labels)) return []
  return [invalidValue('spec.template.metadata.labels', labels, MISMATCH)]
}

function selectedTemplate(spec: Data, kind: string): FieldError[] {
  const errors: FieldError[] = []
  const selector = spec['selector']
  const labels = dataAt(spec, 'template', 'metadata', 'labels')
  if (!isData(selector)) {
    // Without a selector nothing is selected, so no labels match.
    if (kind !== 'daemonset') errors.push(required('spec.selector'))
    errors.push(invalidValue('spec.template.metadata.labels', labels, MISMATCH))
  } else {
    errors.push(...selectorErrors(selector, 'spec.selector'))
    if (isEmptySelector(selector)) {
      errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`))
    }
    errors.push(...mismatch(selector, labels))
  }
  const claims = listAt(spec, 'volumeClaimTemplates').filter(isData)
  const names = claims.map((claim) => dataAt(claim, 'metadata')['name'])
  const template = dataAt(spec, 'template')
  errors.push(...templateErrors(template, 'spec.template', names))
  const policy = dataAt(template, 'spec')['restartPolicy']
  if (policy !== 'Always') errors.push(unsupported('spec.template.spec.restartPolicy', policy, ['Always']))
  return errors
}

function templateErrors(template: Data, path: string, claims: readonly unknown[] = []): FieldError[] {
  return [
    ...validateLabels(dataAt(template, 'metadata', 'labels'), `${path}.labels`),
    ...annotationErrors(dataAt(template, 'metadata', 'annotations')),
    ...validatePodSpec(dataAt(template, 'spec'), `${path}.spec`, claims),
  ]
}
