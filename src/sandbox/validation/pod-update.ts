/** Validation of Pods, which may hardly change, in the order of the real server. Pure. */
import { type FieldError, forbiddenField, invalidValue } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'
import { validatePodSpec } from './pod.ts'
import { without } from './templates.ts'

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
