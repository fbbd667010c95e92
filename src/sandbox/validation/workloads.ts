/** Validation of the kinds that run pods, in the order of the real server. Pure. */
import { type FieldError, forbiddenField, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'
import { atMostAll, intOrPercent, isEmptySelector, isZero, nonNegative, selectorErrors } from './common.ts'
import { dnsLabel } from './names.ts'
import { claimSpecErrors } from './storage.ts'
import { fixed, mismatch, templateErrors, without } from './templates.ts'

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
  if (old === undefined) return statefulSpecErrors(spec, { isNew: true })
  // What is stored with mistakes may be changed without mending its template.
  const tolerated = statefulSpecErrors(dataAt(old, 'spec'), {}).length > 0
  const errors = statefulSpecErrors(spec, { tolerated })
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

function statefulSpecErrors(spec: Data, { isNew = false, tolerated = false }): FieldError[] {
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
  if (isNew) {
    for (const [index, claim] of listAt(spec, 'volumeClaimTemplates').filter(isData).entries()) {
      errors.push(...claimSpecErrors(dataAt(claim, 'spec'), `spec.volumeClaimTemplates[${index}].spec`))
    }
  }
  errors.push(...nonNegative(spec, 'spec', 'replicas', 'minReadySeconds'))
  const service = spec['serviceName']
  if (isNew && typeof service === 'string' && service !== '') {
    for (const text of dnsLabel(service)) errors.push(invalidValue('spec.serviceName', service, text))
  }
  errors.push(...selectedTemplate({ ...spec, template: withClaims(spec) }, 'statefulset', tolerated))
  return errors
}

/** The template with the volumes that the claims of the set make, in place of its own of the same names. */
function withClaims(spec: Data): Data {
  const template = dataAt(spec, 'template')
  const names = listAt(spec, 'volumeClaimTemplates').map((claim) => isData(claim) && dataAt(claim, 'metadata')['name'])
  if (names.length === 0) return template
  const pod = dataAt(template, 'spec')
  const claims = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  const own = listAt(pod, 'volumes').filter((volume) => isData(volume) && !names.includes(String(volume['name'])))
  return { ...template, spec: { ...pod, volumes: [...claims, ...own] } }
}

function fixedSelector(spec: Data, old: Data | undefined): FieldError[] {
  return old === undefined ? [] : fixed(spec, dataAt(old, 'spec'), 'selector')
}

function selectedTemplate(spec: Data, kind: string, tolerated = false): FieldError[] {
  const errors: FieldError[] = []
  const selector = spec['selector']
  if (isData(selector)) {
    errors.push(...selectorErrors(selector, 'spec.selector'))
    if (isEmptySelector(selector)) {
      errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`))
    }
  } else if (kind !== 'daemonset') errors.push(required('spec.selector'))
  errors.push(...mismatch(selector, dataAt(spec, 'template', 'metadata', 'labels')))
  const template = dataAt(spec, 'template')
  if (!tolerated) errors.push(...templateErrors(template, 'spec.template'))
  const policy = dataAt(template, 'spec')['restartPolicy']
  if (policy !== 'Always') errors.push(unsupported('spec.template.spec.restartPolicy', policy, ['Always']))
  return errors
}
